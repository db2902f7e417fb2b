"""The Plan: what the compiler decided. Bound and typed; every backend reads it and nothing else.

Paths here are absolute and may contain loops. A source path is *correlated* with the scan of its table: the
loops that it shares with the scan, from the root, are those of the current row.

    scan     $.liveData.boxscore.teams.{away,home}.pitchers[*]
    source   $.liveData.boxscore.teams.{away,home}.team.id          of the row's own team
"""

from dataclasses import dataclass, field, replace
from functools import cached_property

from compiler.ir.api import Operation
from compiler.ir.expression import Typed, Written
from compiler.ir.paths import Branches, Path, show
from compiler.ir.quality import DocumentRule, RowRule
from compiler.ir.shape import Evidence, Shape
from compiler.ir.types import Codec, Type
from compiler.ir.views import View
from compiler.source import Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A value of the document, read at `path` through `codec`; `is_array` reads an array of such values.

    `lookup` names the lookup that `path` goes through, or is "". `owns` says that this column is where the
    leaf is stored; other columns may copy it.
    """

    path: Path
    codec: Codec
    is_array: bool = False
    lookup: str = ""
    owns: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordinal:
    """The position of the row in the array at `loop` (which ends in `[*]`), counted from `base`."""

    loop: Path
    base: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MapKey:
    """The key of the row in the map at `loop` (which ends in `{*}`)."""

    loop: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchOf:
    """The branch of the fold at `loop` (which ends in branches): its name, or whether it is `equals`.

    With `lookup`, the branch in which that lookup found its record; NULL where it found none.
    """

    loop: Path
    equals: str | None = None
    lookup: str = ""


REQUEST = "$request"
"""The parameter that every runtime knows: the raw tier's name for the document that a request asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Param:
    """A parameter of the request, else `default` (NULL if None). The text is cast to the column's type."""

    name: str
    default: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """What an expression over other columns of the row gives; typed once its names are bound."""

    expression: Written | Typed


Source = Leaf | Ordinal | MapKey | BranchOf | Param | Computed


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: its physical name, type, where its cells come from, and why.

    `doc` is a sentence for people. A column that is in neither the key nor the partition key is nullable. `references`
    names the dimension whose key the cells are, or is "".
    """

    name: str
    type: Type
    source: Source
    is_array: bool = False
    in_key: bool = False
    is_partition_key: bool = False
    doc: str = ""
    evidence: Evidence
    was: tuple[str, ...] = ()
    references: str = ""
    decisions: tuple[str, ...] = ()
    origin: Origin = field(compare=False, repr=False)

    @property
    def is_required(self) -> bool:
        """Whether a row without it is rescued."""
        return self.in_key or self.is_partition_key

    def copied(self) -> "Column":
        """Return the column as another table has it: it reads the same leaf and does not own it."""
        if isinstance(self.source, Leaf):
            return replace(self, source=replace(self.source, owns=False))
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Rows for which the boolean at `path` (below the scan) is true, or the text equals; `negated`: all others."""

    path: Path
    equals: str | None = None
    negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFilter:
    """Rows for which an expression over their columns is not true are left out; their leaves are ignored."""

    expression: Written | Typed
    because: str
    origin: Origin = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """A record elsewhere in the document, found by the row's map key: `path` has one `{@}` and at most one fold.

    With a fold, the first branch (in written order) that has the key is taken. A path that ends in a fold is found by
    the row's branch of a fold with the same branches.
    """

    name: str
    path: Path

    @property
    def by_branch(self) -> bool:
        """Whether the row's branch finds the record, not its map key."""
        return isinstance(self.path[-1], Branches)


@dataclass(frozen=True, kw_only=True)
class Table:
    """A normalized table: one row per value at `scan` that passes `where`, and then `filter`.

    Columns: the parent's key, the own key, the partition key, then the others, in this order. `is_derived`: no
    mapping names it. `indexes` name the columns of secondary indexes; `was` are former names.
    """

    name: str
    scan: Path
    where: Where | None = None
    filter: RowFilter | None = None
    parent: str = ""
    lookups: tuple[Lookup, ...] = ()
    columns: tuple[Column, ...]
    omitted: tuple[tuple[Path, str], ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()
    rules: tuple[RowRule, ...] = ()
    is_derived: bool = False
    was: tuple[str, ...] = ()
    doc: str = ""
    origin: Origin = field(compare=False, repr=False)

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the key's columns."""
        return tuple(column.name for column in self.columns if column.in_key)

    @property
    def partition_key(self) -> str:
        """Name of the column that the table is partitioned by; "" if it is not."""
        return next((column.name for column in self.columns if column.is_partition_key), "")

    @property
    def computed(self) -> tuple[tuple[Column, Typed], ...]:
        """The columns that expressions give, each behind those that it reads."""
        found = {
            column.name: (column, column.source.expression)
            for column in self.columns
            if isinstance(column.source, Computed) and isinstance(column.source.expression, Typed)
        }
        ordered: dict[str, tuple[Column, Typed]] = {}
        while len(ordered) < len(found):
            ordered |= {
                name: item
                for name, item in found.items()
                if not (set(item[1].reads) & found.keys()) - ordered.keys()
            }
        return tuple(ordered.values())

    @property
    def schema(self) -> str:
        """The Postgres schema: the part of the name before the dot."""
        return self.name.partition(".")[0]

    @property
    def short_name(self) -> str:
        """The name without the schema."""
        return self.name.partition(".")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """A subtree that the mapping leaves out, with the reason; `equals`: only if it equals the value there."""

    path: Path
    because: str
    equals: "EqualPath | None" = None
    origin: Origin = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EqualPath:
    """A value to compare with: the value at `path`, or its last element."""

    path: Path
    last: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RawKey:
    """A column of the raw table, read at `path` (fields only), or from the request if there is a `param`."""

    name: str
    type: Type
    path: Path = ()
    param: Param | None = None

    @property
    def source(self) -> str:
        """Where it comes from, in words."""
        return f"request parameter {self.param.name}" if self.param else show(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """All tables are partitioned by the raw key `by`, a date: one partition for every `every` (`year`, `month`)."""

    by: str
    every: str


@dataclass(frozen=True, kw_only=True)
class OperationPlan:
    """All decisions about one operation. `tables` is parent before child; empty: the operation is kept raw only.

    `document_key` names the key columns that every table starts with and that identify one document; when empty,
    the request identifies it. `version` names the raw key that orders the states of a document, before the time of
    capture; "" where only that does. An operation that is not observed is compiled from its declaration alone.
    `entities`: what the author gave a name of its own, and where it stands.
    """

    operation: Operation
    response: Shape
    raw_table: str
    raw_keys: tuple[RawKey, ...] = ()
    document_key: tuple[str, ...] = ()
    version: str = ""
    partition: Partition | None = None
    is_observed: bool = True
    tables: tuple[Table, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    rules: tuple[DocumentRule, ...] = ()
    entities: tuple[tuple[str, Path], ...] = ()
    mapping_file: str = ""

    @property
    def name(self) -> str:
        """`<endpoint>.<nickname>`."""
        return self.operation.name

    @property
    def is_compiled(self) -> bool:
        """Whether the operation has tables; otherwise its responses are kept raw only."""
        return bool(self.tables)

    @property
    def has_rules(self) -> bool:
        """Whether there are quality rules for its tables."""
        return bool(self.rules) or any(table.rules for table in self.tables)

    @property
    def slug(self) -> str:
        """The module path of the operation's artefacts: `game/live_game_v1`."""
        return self.raw_table.replace(".", "/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """Rows of a table mention something: its key is in column `key`; `columns` has a column or "" per column of it."""

    table: str
    key: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DimensionColumn:
    """A column of a dimension; `path` leads from a mention to the value."""

    name: str
    type: Type
    path: Path
    doc: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """A table of what many responses mention, one row each: per column the newest mention that says it."""

    name: str
    key: str
    columns: tuple[DimensionColumn, ...]
    mentions: tuple[Mention, ...]
    doc: str = ""
    origin: Origin = field(compare=False, repr=False)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Every operation that is compiled, sorted by name, and what their tables mention.

    `views`: in the order in which they can be made, then named queries.
    """

    operations: tuple[OperationPlan, ...]
    dimensions: tuple[Dimension, ...] = ()
    views: tuple[View, ...] = ()

    @cached_property
    def tables(self) -> dict[str, Table]:
        """All tables by name."""
        return {table.name: table for operation in self.operations for table in operation.tables}
