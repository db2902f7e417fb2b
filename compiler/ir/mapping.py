"""What the author of a mapping wrote: a tree with spans, nothing resolved."""

from dataclasses import dataclass, field

from compiler.ir.expression import Written
from compiler.ir.paths import Reference
from compiler.ir.quality import DocumentRuleSpec, RowRuleSpec
from compiler.source import Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class PathText:
    """A path as written, parsed, and where."""

    text: str
    reference: Reference
    origin: Origin = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnSpec:
    """A column: exactly one source (`path`, `ordinal`, `map_key`, `branch`, `param`, `sql`), and its type.

    `ordinal` is the number of the first element (0 or 1). `branch` names the branch for which the column is true,
    or is "" for the branch's name as text. `of` names the lookup whose branch or key is meant, or is "".
    """

    name: str
    path: PathText | None = None
    ordinal: int | None = None
    map_key: bool = False
    branch: str | None = None
    of: str = ""
    param: str = ""
    default: str | None = None
    sql: Written | None = None
    type: str = ""
    format: str = ""
    sentinels: tuple[str, ...] | None = None
    was: tuple[str, ...] = ()
    references: str = ""
    doc: str = ""
    origin: Origin = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WhereSpec:
    """A filter on the rows of a scan: a path that must (or must not) hold `true`, or hold a given text."""

    path: PathText
    negated: bool = False
    equals: str | None = None
    origin: Origin = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterSpec:
    """Rows for which an expression is not true are left out, with the reason."""

    sql: Written
    because: str
    origin: Origin = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupSpec:
    """A record elsewhere in the document that belongs to the row: `box: $.teams.{away,home}.players{@}`."""

    name: str
    path: PathText
    origin: Origin = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefixSpec:
    """Columns below an object get `prefix` in place of the object's path in their names ("" drops it)."""

    path: PathText
    prefix: str
    origin: Origin = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OmitSpec:
    """A subtree that this table gives no columns; values that turn up there are rescued."""

    path: PathText
    because: str
    origin: Origin = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafSpec:
    """A value of a type; "" is anything, kept as JSON."""

    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberSpec:
    """A key of a record."""

    name: str
    shape: "RecordSpec | ArraySpec | LeafSpec"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSpec:
    """An object with these keys, and with those that are known otherwise."""

    members: tuple[MemberSpec, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArraySpec:
    """An array of such elements."""

    item: "RecordSpec | LeafSpec | ArraySpec"


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexSpec:
    """A secondary index on columns of a table, by their final names."""

    columns: tuple[str, ...]
    origin: Origin = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionSpec:
    """Partitions by the raw key `by`, a date: one for every `every` (`year` or `month`)."""

    by: str
    every: str
    origin: Origin = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapeSpec:
    """An override of what a path is: `record`, `map`, `array`, `json`, `column`, with a type for columns.

    `declared` has what a path holds besides what is known of it, where the kind is `declared`. `entity` names the
    entity whose places tell what may be there, where the kind is `like`.
    """

    path: PathText
    kind: str
    type: str = ""
    declared: RecordSpec | ArraySpec | None = None
    entity: str = ""
    origin: Origin = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoreSpec:
    """A subtree that is not loaded, with the reason, and a check that must hold for it to be ignored.

    `equals` is the path of a value that the subtree must equal; a subtree that does not is rescued. `type` is what the
    place holds where nothing else tells. `is_default`: said of every operation, also of those that lack the path.
    """

    path: PathText
    because: str
    equals: str = ""
    type: str = ""
    is_default: bool = False
    origin: Origin = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class UseSpec:
    """The use of a fragment at a place: a table is called `prefix` and its noun, or what `names` says.

    After `inherit` nothing is used any more: the tables of the fragments stand before the own ones.
    """

    fragment: str
    at: PathText
    prefix: str = ""
    names: tuple[tuple[str, str], ...] = ()
    origin: Origin = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSpec:
    """A table: where its rows are, its key after the parent's, its columns, and tables below its rows.

    `only` is "observed" for a table that gives no columns to what is declared and was never seen, or "".
    """

    name: str
    rows: PathText
    where: WhereSpec | None = None
    filter: FilterSpec | None = None
    key: tuple[str, ...] = ()
    lookups: tuple[LookupSpec, ...] = ()
    prefixes: tuple[PrefixSpec, ...] = ()
    columns: tuple[ColumnSpec, ...] = ()
    omit: tuple[OmitSpec, ...] = ()
    only: str = ""
    rules: tuple[RowRuleSpec, ...] = ()
    uses: tuple[UseSpec, ...] = ()
    indexes: tuple[IndexSpec, ...] = ()
    tables: tuple["TableSpec", ...] = ()
    was: tuple[str, ...] = ()
    doc: str = ""
    origin: Origin = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawKeySpec:
    """A column of the raw table that is read from the document, or else from the request (`param`)."""

    name: str
    path: PathText | None = None
    param: str = ""
    default: str | None = None
    type: str = ""
    origin: Origin = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FragmentSpec:
    """What several operations share: tables named by a noun, whose `$` is the place where the fragment is used."""

    name: str
    tables: tuple[TableSpec, ...] = ()
    ignore: tuple[IgnoreSpec, ...] = ()
    shapes: tuple[ShapeSpec, ...] = ()
    origin: Origin = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationSpec:
    """The mapping of one operation. Empty parts take the defaults.

    `is_raw_only`: the author wants no tables (`tables: {}`); without a word on tables the compiler derives them.
    """

    operation: str
    raw_table: str = ""
    raw_keys: tuple[RawKeySpec, ...] = ()
    raw_version: str = ""
    document: tuple[str, ...] = ()
    uses: tuple[UseSpec, ...] = ()
    partition: PartitionSpec | None = None
    tables: tuple[TableSpec, ...] = ()
    is_raw_only: bool = False
    ignore: tuple[IgnoreSpec, ...] = ()
    shapes: tuple[ShapeSpec, ...] = ()
    rules: tuple[DocumentRuleSpec, ...] = ()
    origin: Origin = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceSpec:
    """A place of an operation's responses."""

    operation: str
    path: PathText
    origin: Origin = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntitySpec:
    """Places where the API sends the same thing: what was seen at one of them counts for those that agree with it.

    What was seen at a place of `also` counts for all, whether they agree or not: the same thing in another form.
    """

    name: str
    places: tuple[PlaceSpec, ...]
    also: tuple[PlaceSpec, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DimensionSpec:
    """A table of what many responses mention: `link` is the noun of its URIs, `columns` are paths below a mention."""

    name: str
    key: str
    link: str
    columns: tuple[ColumnSpec, ...] = ()
    doc: str = ""
    origin: Origin = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingTree:
    """All mappings, sorted by operation, with what holds for every operation."""

    operations: tuple[OperationSpec, ...]
    defaults: "Defaults"
    entities: tuple[EntitySpec, ...] = ()
    fragments: tuple[FragmentSpec, ...] = ()
    dimensions: tuple[DimensionSpec, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """Settings of `mappings/defaults.yaml`."""

    sentinels: tuple[str, ...] = ()
    folds: tuple[tuple[str, ...], ...] = ()
    ignore: tuple[IgnoreSpec, ...] = ()
    columns_per_table: int = 400
