"""Resolve every path of the mapping: the tables it names, their explicit columns, the raw keys, what is ignored."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from compiler.diagnostics import Sink, did_you_mean
from compiler.ir.mapping import (
    ColumnSpec,
    IgnoreSpec,
    OperationSpec,
    PathText,
    RawKeySpec,
    TableSpec,
    WhereSpec,
)
from compiler.ir.paths import (
    Branches,
    Each,
    Entries,
    Field,
    Path,
    SameKey,
    is_loop,
    parse,
    show,
    starts_with,
)
from compiler.ir.plan import (
    REQUEST,
    BranchOf,
    Column,
    Computed,
    EqualPath,
    Ignored,
    Leaf,
    Lookup,
    MapKey,
    OperationPlan,
    Ordinal,
    Param,
    Partition,
    Plan,
    RawKey,
    Source,
    Table,
    Where,
)
from compiler.ir.shape import Array, Evidence, Record, Scalar, Shape, is_document
from compiler.ir.types import InningsText, Native, Type
from compiler.ir.walk import at, child, rewrite
from compiler.passes.anchors import absolute, lookup_path, table_path, tables_of
from compiler.passes.codecs import codec_of, formatted_type, has_placeholders
from compiler.passes.context import Context
from compiler.passes.derive import DOCUMENT_KEY
from compiler.passes.expressions import computed, unbound
from compiler.passes.shape import describe
from compiler.passes.unknown import unknown_path
from compiler.rules import (
    BAD_COLUMN,
    BAD_ROWS,
    TYPE_CONFLICT,
    UNKNOWN_ANCHOR,
    UNKNOWN_KEY_COLUMN,
)
from compiler.rules.meaning import BAD_PARTITION
from compiler.source import Origin


def bind(plan: Plan, context: Context) -> Plan:
    """Return the Plan with the tables that mappings name, and only their explicit columns.

    before: `inning: .about.inning`
    after: `inning bigint <- $.liveData.plays.allPlays[*].about.inning`
    """
    operations: list[OperationPlan] = []
    for operation in plan.operations:
        binder = _Binder(operation.response, context)
        operations.append(binder.operation(operation, context.specs[operation.name]))
    return Plan(operations=tuple(operations))


_POSITIONS: dict[type[Source], str] = {
    Param: "a request's parameter is text or an integer",
    Ordinal: "a position is an integer",
    MapKey: "a map's key is text",
    BranchOf: "a branch is its name, or whether it is the one that is named",
    Computed: "its type follows from its expression",
}
"""What columns are that tell where a row stood."""

_PARAM_TYPES = (Type.TEXT, Type.BIGINT, Type.INTEGER)
"""What can be read from a request."""


class _Binder:
    """Binds one operation. The response's shape changes as columns override the types of their leaves."""

    def __init__(self, response: Shape, context: Context) -> None:
        self.response = response
        self.sink: Sink = context.sink
        self.sentinels = context.mapping.defaults.sentinels

    def operation(self, plan: OperationPlan, spec: OperationSpec) -> OperationPlan:
        for table, path in tables_of(spec.tables):
            self.overrides(table, path)
        tables = tuple(self.tables(spec.tables, ""))
        raw_keys = tuple(key for item in spec.raw_keys if (key := self.raw_key(item)))
        self.document(spec, raw_keys)
        return replace(
            plan,
            response=self.response,
            raw_keys=raw_keys,
            document_key=spec.document,
            partition=self.partition(spec, raw_keys),
            version=spec.raw_version,
            tables=tables,
            ignored=tuple(item for written in spec.ignore if (item := self.ignored(written))),
        )

    def document(self, spec: OperationSpec, raw_keys: tuple[RawKey, ...]) -> None:
        names = [key.name for key in raw_keys]
        for name in (*spec.document, *filter(None, [spec.raw_version])):
            if name not in names and (*spec.document, name) != (DOCUMENT_KEY, DOCUMENT_KEY):
                message = f"`{name}` is not among the raw keys"
                self.sink.report(
                    UNKNOWN_KEY_COLUMN.at(
                        spec.origin, message, advice=did_you_mean(name, [*names, DOCUMENT_KEY])
                    )
                )

    def partition(self, spec: OperationSpec, raw_keys: tuple[RawKey, ...]) -> Partition | None:
        """Bind the partition key: a raw key that is a date, of documents that own their rows."""
        asked = spec.partition
        if asked is None:
            return None
        types = {key.name: key.type for key in raw_keys}
        if asked.by not in types:
            message = f"`{asked.by}` is not among the raw keys"
            advice = did_you_mean(asked.by, types)
            self.sink.report(UNKNOWN_KEY_COLUMN.at(asked.origin, message, advice=advice))
        elif types[asked.by] is not Type.DATE:
            message = f"tables cannot be partitioned by `{asked.by}`: it is {types[asked.by]}"
            self.sink.report(BAD_PARTITION.at(asked.origin, message, label="not a date"))
        elif spec.is_raw_only or not spec.document:
            missing = "tables" if spec.is_raw_only else "`document:`"
            message = f"`partition` means nothing here: the operation has no {missing}"
            self.sink.report(BAD_PARTITION.at(asked.origin, message))
        return Partition(by=asked.by, every=asked.every)

    def overrides(self, table: TableSpec, row: Path) -> None:
        """Give leaves the types that columns ask for, before any column is bound."""
        lookups = _lookup_paths(table, row)
        for spec in table.columns:
            if spec.path is None or not (spec.type or spec.format or spec.sentinels is not None):
                continue
            path = absolute(spec.path.reference, row, lookups)
            found = at(self.response, path) if path is not None else None
            if path is None or found is None:
                continue
            leaf_path = (*path, Each()) if isinstance(found, Array) else path
            self.response = rewrite(
                self.response, leaf_path, lambda shape, spec=spec: self.retyped(shape, spec)
            )

    def retyped(self, shape: Shape, spec: ColumnSpec) -> Shape:
        if not isinstance(shape, Scalar):
            if spec.type == Type.JSON:
                return shape
            message = (
                f"column `{spec.name}` cannot be {spec.type or 'formatted'}: its path is {describe(shape)}"
            )
            self.sink.report(TYPE_CONFLICT.at(spec.origin, message, label=describe(shape)))
            return shape
        type_ = Type(spec.type or (formatted_type(spec.format) if spec.format else shape.type))
        sentinels = self.sentinels if spec.sentinels is None else spec.sentinels
        codec = codec_of(shape, type_, spec.format, sentinels)
        if codec is None:
            counts = shape.evidence.texts or shape.evidence.kinds
            seen = ", ".join(f"{what} ({count})" for what, count in counts) or "nothing"
            wanted = f"{type_} in format `{spec.format}`" if spec.format else type_
            message = f"column `{spec.name}` cannot be {wanted}: {seen} was seen there"
            self.sink.report(TYPE_CONFLICT.at(spec.origin, message, label=f"{shape.type} by the facts"))
            return shape
        if spec.sentinels is not None and not has_placeholders(codec):
            message = f"`sentinels` mean nothing here: column `{spec.name}` holds no numbers in strings"
            self.sink.report(TYPE_CONFLICT.at(spec.origin, message, label=f"{type_} by the facts"))
        evidence = replace(shape.evidence, because=f"the mapping says {type_}")
        return Scalar(type=type_, codec=codec, evidence=evidence)

    def tables(self, specs: tuple[TableSpec, ...], parent: str, row: Path = ()) -> Iterator[Table]:
        for spec in specs:
            path = table_path(spec, row)
            if not self.known(spec.rows, path) or not self.rows_fit(spec, path, row):
                continue
            yield self.table(spec, path, parent)
            yield from self.tables(spec.tables, spec.name, path)

    def rows_fit(self, spec: TableSpec, path: Path, parent: Path) -> bool:
        """Whether a row can be found again: at most one array or map below the parent's rows."""
        loops = [step for step in path[len(parent) :] if isinstance(step, Each | Entries)]
        shape = at(self.response, path)
        if path and isinstance(path[-1], Field) and not isinstance(shape, Record):
            message = f"rows of `{spec.name}` must be records or lie in an array, a map or a fold"
            label = describe(shape) if shape else "unknown"
            self.sink.report(BAD_ROWS.at(spec.rows.origin, message, label=label))
            return False
        if path[: len(parent)] == parent and len(loops) <= 1:
            return True
        message = f"rows of `{spec.name}` lie in more than one array below their parent's rows"
        advice = "give the outer array a table of its own and nest this one in it"
        self.sink.report(BAD_ROWS.at(spec.rows.origin, message, label=show(path), advice=advice))
        return False

    def table(self, spec: TableSpec, path: Path, parent: str) -> Table:
        lookups = _lookup_paths(spec, path)
        for lookup in spec.lookups:
            self.known(lookup.path, lookups[lookup.name])
        columns = [column for item in spec.columns if (column := self.column(item, path, lookups))]
        return Table(
            name=spec.name,
            scan=path,
            where=self.where(spec.where, path) if spec.where else None,
            filter=unbound(spec.filter) if spec.filter else None,
            parent=parent,
            lookups=tuple(Lookup(name=name, path=target) for name, target in lookups.items()),
            columns=tuple(replace(column, in_key=column.name in spec.key) for column in columns),
            omitted=tuple(
                (target, item.because)
                for item in spec.omit
                if (target := absolute(item.path.reference, path, {})) is not None
                and self.known(item.path, target)
            ),
            was=spec.was,
            doc=spec.doc,
            origin=spec.origin,
        )

    def where(self, spec: WhereSpec, row: Path) -> Where | None:
        path = absolute(spec.path.reference, row, {})
        if path is None or not self.known(spec.path, path):
            return None
        return Where(path=path[len(row) :], equals=spec.equals, negated=spec.negated)

    def column(self, spec: ColumnSpec, row: Path, lookups: Mapping[str, Path]) -> Column | None:
        if spec.sql is not None:
            return computed(spec, spec.sql)
        if spec.path is not None:
            return self.leaf(spec, spec.path, row, lookups)
        source, type_ = self.position(spec, row, lookups)
        if source is None or type_ is None or not self.position_fits(spec, source, type_):
            return None
        return Column(
            name=spec.name,
            type=Type(spec.type) if spec.type else type_,
            source=source,
            doc=spec.doc,
            evidence=Evidence(because="position in the document"),
            was=spec.was,
            references=spec.references,
            origin=spec.origin,
        )

    def leaf(
        self, spec: ColumnSpec, written: PathText, row: Path, lookups: Mapping[str, Path]
    ) -> Column | None:
        path = absolute(written.reference, row, lookups)
        if path is None:
            self.unknown_anchor(written, lookups)
            return None
        if not self.known(written, path):
            return None
        shape = at(self.response, path)
        loops = [step for step in path if is_loop(step) or isinstance(step, SameKey)]
        lookup = _lookup_of(written.reference.anchor, path, lookups)
        if not lookup and [step for step in row if is_loop(step)][: len(loops)] != loops:
            message = f"`{written.text}` holds many values for one row of the table"
            advice = "give the array a table of its own"
            self.sink.report(BAD_COLUMN.at(written.origin, message, label=show(path), advice=advice))
            return None
        column = leaf_column(spec.name, path, shape, lookup)
        if column is None:
            message = f"column `{spec.name}` reads `{written.text}`, which is {describe(shape) if shape else 'unknown'}"
            advice = "name a leaf of it, give it a table, or set `shapes: {path: json}`"
            self.sink.report(BAD_COLUMN.at(written.origin, message, label="not a leaf", advice=advice))
            return None
        return replace(
            column, doc=spec.doc or column.doc, was=spec.was, references=spec.references, origin=spec.origin
        )

    def position(
        self, spec: ColumnSpec, row: Path, lookups: Mapping[str, Path]
    ) -> tuple[Source | None, Type | None]:
        """Bind a column that tells where the row stood."""
        if spec.param:
            default = "" if spec.param == REQUEST else spec.default
            return Param(name=spec.param, default=default), Type.TEXT
        if spec.ordinal is not None and (loop := _last(row, Each)):
            return Ordinal(loop=loop, base=spec.ordinal), Type.INTEGER
        if spec.map_key and (loop := _last(row, Entries)):
            return MapKey(loop=loop), Type.TEXT
        if spec.branch is not None and (loop := _branch_of(spec.of, row, lookups)):
            return (
                BranchOf(loop=loop, equals=spec.branch or None, lookup=spec.of),
                Type.BOOLEAN if spec.branch else Type.TEXT,
            )
        wanted = "a fold" if spec.branch is not None else "a map" if spec.map_key else "an array"
        message = f"column `{spec.name}` needs {wanted} in the path of the rows, which are `{show(row)}`"
        self.sink.report(BAD_COLUMN.at(spec.origin, message, label="no such loop"))
        return None, None

    def position_fits(self, spec: ColumnSpec, source: Source, type_: Type) -> bool:
        """Whether a position is what its column asks for: text stays text, but in the request's parameters."""
        allowed: dict[type[Source], tuple[Type, ...]] = {
            Param: _PARAM_TYPES,
            Ordinal: (type_, Type.BIGINT),
        }
        if not spec.type or spec.type in allowed.get(type(source), (type_,)):
            return True
        message = f"column `{spec.name}` cannot be {spec.type}: {_POSITIONS[type(source)]}"
        self.sink.report(TYPE_CONFLICT.at(spec.origin, message, label=f"{type_} as it is"))
        return False

    def raw_key(self, spec: RawKeySpec) -> RawKey | None:
        if spec.path is None:
            return self.request_key(spec)
        path = spec.path.reference.steps
        if not self.known(spec.path, path):
            return None
        shape = at(self.response, path)
        if not isinstance(shape, Scalar) or not all(isinstance(step, Field) for step in path):
            message = f"raw key `{spec.name}` must be one value of the document"
            self.sink.report(BAD_COLUMN.at(spec.path.origin, message, label=describe(shape) if shape else ""))
            return None
        type_ = Type(spec.type) if spec.type else shape.type
        if has_placeholders(shape.codec) or codec_of(shape, type_, "", ()) != shape.codec:
            message = f"raw key `{spec.name}` cannot be {type_}: it holds what is there, as it is"
            self.sink.report(TYPE_CONFLICT.at(spec.path.origin, message, label=describe(shape)))
            return None
        return RawKey(name=spec.name, type=type_, path=path)

    def request_key(self, spec: RawKeySpec) -> RawKey | None:
        param = Param(name=spec.param, default=spec.default)
        type_ = Type(spec.type or Type.TEXT)
        if type_ in _PARAM_TYPES:
            return RawKey(name=spec.name, type=type_, param=param)
        message = f"raw key `{spec.name}` cannot be {type_}: {_POSITIONS[Param]}"
        self.sink.report(TYPE_CONFLICT.at(spec.origin, message, label="text as it is"))
        return None

    def ignored(self, spec: IgnoreSpec) -> Ignored | None:
        path = spec.path.reference.steps
        if spec.is_default and at(self.response, path) is None:
            return None
        if not self.known(spec.path, path):
            return None
        equals = None
        if spec.equals:
            text = spec.equals.removesuffix("[-1]")
            equals = EqualPath(path=parse(text).steps, last=text != spec.equals)
        return Ignored(path=path, because=spec.because, equals=equals, origin=spec.origin)

    def known(self, written: PathText, path: Path) -> bool:
        """Whether the path exists in the response; report where it ends if not."""
        shape: Shape | None = self.response
        for index, step in enumerate(path):
            assert shape is not None
            below = child(shape, step)
            if below is None:
                self.sink.report(unknown_path(written, path, index, shape))
                return False
            shape = below
        return True

    def unknown_anchor(self, written: PathText, lookups: Mapping[str, Path]) -> None:
        anchor = written.reference.anchor
        message = f"`{written.text}` climbs above the document"
        if anchor not in ("$", ".", *lookups):
            message = f"no lookup `{anchor}` in this table"
        advice = did_you_mean(anchor, lookups)
        self.sink.report(UNKNOWN_ANCHOR.at(written.origin, message, label="unknown", advice=advice))


def leaf_column(name: str, path: Path, shape: Shape | None, lookup: str = "") -> Column | None:
    """Make the column of a leaf: a scalar, an array of scalars, or a document kept as JSON."""
    match shape:
        case Scalar():
            source = Leaf(path=path, codec=shape.codec, lookup=lookup)
            type_, is_array = shape.type, False
        case Array(item=Scalar() as item):
            source = Leaf(path=path, codec=item.codec, is_array=True, lookup=lookup)
            type_, is_array = item.type, True
        case _ if shape is not None and is_document(shape):
            source = Leaf(path=path, codec=Native(), lookup=lookup)
            type_, is_array = Type.JSON, False
        case _:
            return None
    evidence = shape.evidence
    return Column(
        name=name,
        type=type_,
        source=source,
        is_array=is_array,
        doc="Outs, three an inning." if isinstance(source.codec, InningsText) else "",
        evidence=evidence,
        decisions=(evidence.because,) if evidence.because else (),
        origin=Origin(""),
    )


def _lookup_paths(table: TableSpec, row: Path) -> dict[str, Path]:
    paths = {lookup.name: lookup_path(lookup, row) for lookup in table.lookups}
    return {name: path for name, path in paths.items() if path is not None}


def _lookup_of(anchor: str, path: Path, lookups: Mapping[str, Path]) -> str:
    """Return the lookup that a path goes through, or "": what is around the branches is there without one."""
    if anchor not in lookups or (_is_by_branch(lookups[anchor]) and not starts_with(path, lookups[anchor])):
        return ""
    return anchor


def _branch_of(lookup: str, row: Path, lookups: Mapping[str, Path]) -> Path:
    """Return the fold whose branch is meant: the row's, or the one in which a lookup found its record."""
    found = lookups.get(lookup, row)
    return () if lookup and _is_by_branch(found) else _last(found, Branches)


def _is_by_branch(path: Path) -> bool:
    return bool(path) and isinstance(path[-1], Branches)


def _last(path: Path, kind: type[Each | Entries | Branches]) -> Path:
    """Return the path up to its last loop of a kind, or ()."""
    for index in range(len(path), 0, -1):
        if isinstance(path[index - 1], kind):
            return path[:index]
    return ()
