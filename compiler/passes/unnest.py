"""Give every leaf that no mapping names a place: a column of the nearest table, or a table of its own.

record -> columns with the record's name as prefix; array of scalars -> an array column; array of records or map -> a
child table; `away` and `home` alike -> one table with the branch as a column; unknown -> nothing, or a `jsonb` column.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from compiler.ir.mapping import TableSpec
from compiler.ir.names import singular, snake, words
from compiler.ir.paths import Branches, Each, Entries, Field, Path, Step, branches, show, starts_with
from compiler.ir.plan import (
    BranchOf,
    Column,
    Leaf,
    MapKey,
    OperationPlan,
    Ordinal,
    Param,
    Plan,
    Source,
    Table,
)
from compiler.ir.shape import Array, Evidence, Map, Record, Shape, Unknown
from compiler.ir.types import Type
from compiler.ir.walk import at
from compiler.passes.anchors import absolute, tables_of
from compiler.passes.bind import leaf_column
from compiler.passes.budget import within_budget
from compiler.passes.context import Context
from compiler.passes.derive import request_columns
from compiler.passes.nouns import named
from compiler.passes.regions import Regions
from compiler.source import Origin


def unnest(plan: Plan, context: Context) -> Plan:
    """Return the Plan with a place for every leaf of the operations that have tables.

    before: `game.live_game_plays` with the columns that its mapping names
    after: the same, then `result_rbi`, `count_balls`, ..., and child tables for its arrays
    """
    return Plan(
        operations=tuple(_operation(item, context) if item.tables else item for item in plan.operations)
    )


def _operation(plan: OperationPlan, context: Context) -> OperationPlan:
    specs = {spec.name: spec for spec, _ in tables_of(context.specs[plan.name].tables)}
    pending = list(plan.tables)
    while pending:
        table = pending.pop(0)
        plan = within_budget(plan, table, context.mapping.defaults.columns_per_table)
        filler = _Filler(plan, context.mapping.defaults.folds, specs, _unfolded(context, plan))
        filled, derived = filler.fill(table)
        tables = tuple(filled if other.name == table.name else other for other in plan.tables)
        plan = replace(plan, tables=_after(tables, table.name, derived))
        pending = [*derived, *pending]
    return named(_with_request(_without_empty_document(_without_twins(plan))), specs)


def _without_twins(plan: OperationPlan) -> OperationPlan:
    """Return the plan where a column that reads one branch of a fold is a copy: the fold's own table has the leaf."""
    return replace(plan, tables=tuple(_with_copies(table, plan) for table in plan.tables))


def _with_copies(table: Table, plan: OperationPlan) -> Table:
    depth = len(table.scan)
    folded = {
        (*table.scan, *choice)
        for other in plan.tables
        if len(other.scan) > depth and starts_with(other.scan, table.scan)
        for choice in branches(other.scan[depth:])
    }
    columns = (
        column.copied()
        if isinstance(column.source, Leaf) and any(starts_with(column.source.path, path) for path in folded)
        else column
        for column in table.columns
    )
    return replace(table, columns=tuple(columns))


def _without_empty_document(plan: OperationPlan) -> OperationPlan:
    """Return the plan without the derived table of whole responses, if they hold nothing but lists."""
    document, *others = plan.tables
    if (
        not others
        or not document.is_derived
        or any(isinstance(item.source, Leaf) for item in document.columns)
    ):
        return plan
    tables = (
        replace(table, parent="", columns=(*document.columns, *table.columns))
        if table.parent == document.name
        else table
        for table in others
    )
    return replace(plan, tables=tuple(tables))


def _with_request(plan: OperationPlan) -> OperationPlan:
    """Return the plan with what the request named in every table, so that rows can be found without a join."""
    asked = request_columns(plan)
    tables: list[Table] = []
    for table in plan.tables:
        own = {column.name for column in table.columns}
        own |= {snake(item.source.name) for item in table.columns if isinstance(item.source, Param)}
        added = (item for item in asked if item.name not in own)
        tables.append(replace(table, columns=(*added, *table.columns)))
    return replace(plan, tables=tuple(tables))


def _unfolded(context: Context, plan: OperationPlan) -> frozenset[Path]:
    """Return the records that the mapping wants side by side: `shapes: {path: record}`."""
    shapes = context.specs[plan.name].shapes
    return frozenset(item.path.reference.steps for item in shapes if item.kind == "record")


def _after(tables: tuple[Table, ...], name: str, derived: tuple[Table, ...]) -> tuple[Table, ...]:
    index = next(index for index, table in enumerate(tables) if table.name == name) + 1
    return (*tables[:index], *derived, *tables[index:])


@dataclass(frozen=True)
class _Filler:
    """Fills the tables of one operation."""

    plan: OperationPlan
    folds: tuple[tuple[str, ...], ...]
    specs: dict[str, TableSpec]
    unfolded: frozenset[Path]

    def fill(self, table: Table) -> tuple[Table, tuple[Table, ...]]:
        """Return the table with all its columns, and the tables derived from what does not fit in it."""
        regions = Regions(self.plan)
        if table.name not in set(regions.owner_names()):
            return replace(table, columns=tuple(column.copied() for column in table.columns)), ()
        shape = at(self.plan.response, table.scan)
        assert shape is not None
        columns = list(_owned(table, regions))
        taken = {
            column.source.path for column in columns if isinstance(column.source, Leaf) and column.source.owns
        }
        derived: list[Table] = []
        for path, below in self.places(table, shape, regions):
            if path in taken or self.is_left_out(table, path, below):
                continue
            column = leaf_column(self.name(table, path), path, below)
            if column is not None:
                columns.append(replace(column, origin=table.origin))
            else:
                derived += self.derived(table, path, below)
        return replace(table, columns=tuple(columns)), tuple(derived)

    def is_left_out(self, table: Table, path: Path, shape: Shape) -> bool:
        """Whether the mapping wants no column for a place: what turns up there is rescued."""
        spec = self.specs.get(table.name)
        if spec is not None and spec.only and shape.evidence.is_only_declared:
            return True
        return any(starts_with(path, omitted) for omitted, _ in table.omitted) or _is_only_mentioned(
            table, path, shape
        )

    def places(self, table: Table, shape: Shape, regions: Regions) -> Iterator[tuple[Path, Shape]]:
        """Yield what lies below the rows by fields alone: leaves, and the folds, arrays and maps that want a table."""
        if isinstance(shape, Record):
            yield from self.members(table, table.scan, shape, regions)
        else:
            yield table.scan, shape

    def members(
        self, table: Table, path: Path, record: Record, regions: Regions
    ) -> Iterator[tuple[Path, Shape]]:
        folded = self.folded(path, record, regions)
        for names in folded - self.mapped_folds(path, regions):
            yield (*path, Branches(names)), record.by_name[names[0]]
        inside = {name for names in folded for name in names}
        for member in record.members:
            below = (*path, Field(member.name))
            if member.name in inside or below in regions.scans or below in regions.ignored:
                continue
            if isinstance(member.shape, Record):
                yield from self.members(table, below, member.shape, regions)
            elif not self.has_table(below, regions):
                yield below, member.shape

    def has_table(self, path: Path, regions: Regions) -> bool:
        return (*path, Each()) in regions.scans or (*path, Entries()) in regions.scans

    def mapped_folds(self, path: Path, regions: Regions) -> set[tuple[str, ...]]:
        """Return the folds at a record that tables of the plan already read."""
        found: set[tuple[str, ...]] = set()
        for scan in regions.scans:
            step: Step | None = scan[len(path)] if len(scan) > len(path) and starts_with(scan, path) else None
            if isinstance(step, Branches):
                found.add(step.names)
        return found

    def folded(self, path: Path, record: Record, regions: Regions) -> set[tuple[str, ...]]:
        """Return the folds at a record: those that tables read, and the default ones whose branches hold records."""
        found = self.mapped_folds(path, regions)
        taken = {name for names in found for name in names}
        for names in self.folds if path not in self.unfolded else ():
            known = [record.by_name[name] for name in names if name in record.by_name]
            if (
                len(known) == len(names)
                and not taken & set(names)
                and all(_has_rows(shape) for shape in known)
            ):
                found.add(names)
        return found

    def name(self, table: Table, path: Path) -> str:
        """Return a column's name: the keys below the row in snake case; a prefix of the mapping replaces its path."""
        start, prefix = len(table.scan), ""
        spec = self.specs.get(table.name)
        for item in spec.prefixes if spec else ():
            target = absolute(item.path.reference, table.scan, {})
            if target is not None and starts_with(path, target) and start <= len(target) < len(path):
                start, prefix = len(target), item.prefix
        keys = [snake(step.name) for step in path[start:] if isinstance(step, Field)]
        name = "_".join([prefix, *keys] if prefix else keys) or ("value" if table.scan else "document")
        inherited = self.inherited(table.parent)
        return name if inherited.get(name, path) == path else _apart(name, table.scan, inherited)

    def inherited(self, parent: str) -> dict[str, Path]:
        """Return the key that a table below `parent` will start with: names, and the leaves that they read."""
        every_table = (*self.plan.document_key, self.plan.partition.by if self.plan.partition else "")
        found = {key.name: key.path for key in self.plan.raw_keys if key.name in every_table}
        if parent:
            found |= {column.name: () for column in request_columns(self.plan)}
        while parent:
            table = next(item for item in self.plan.tables if item.name == parent)
            named = self.specs[parent].key if parent in self.specs else ()
            for column in table.columns:
                if column.in_key or column.name in named:
                    found[column.name] = column.source.path if isinstance(column.source, Leaf) else ()
            parent = table.parent
        return found

    def derived(self, parent: Table, path: Path, shape: Shape) -> Iterator[Table]:
        """Make the table of an array, a map or a fold that no mapping names."""
        scan = path
        if isinstance(shape, Array):
            scan, shape = (*path, Each()), shape.item
        elif isinstance(shape, Map):
            scan, shape = (*path, Entries()), shape.value
        if _is_hollow(shape):
            return
        yield Table(
            name=show(scan),
            scan=scan,
            parent=parent.name,
            columns=tuple(_positions(parent.scan, scan, self.inherited(parent.name), parent.origin)),
            is_derived=True,
            doc=f"One row per `{show(scan)}`.",
            origin=parent.origin,
        )


def _is_only_mentioned(table: Table, path: Path, shape: Shape) -> bool:
    """Whether a derived table's row mentions a thing of which this part is declared, and was never seen there."""
    is_mentioned = len(path) > len(table.scan) + 1 and shape.evidence.parent_seen > 0
    return table.is_derived and is_mentioned and shape.evidence.is_only_declared


def _is_hollow(shape: Shape) -> bool:
    """Whether nothing but nulls, `{}` and `[]` was ever seen here, however they nest."""
    match shape:
        case Unknown():
            return not shape.mixed
        case Array():
            return _is_hollow(shape.item)
        case Map():
            return _is_hollow(shape.value)
        case _:
            return False


def _has_rows(shape: Shape) -> bool:
    return isinstance(shape, Record) or (isinstance(shape, Array) and isinstance(shape.item, Record))


def _owned(table: Table, regions: Regions) -> Iterator[Column]:
    """Yield the explicit columns, marking which of them own their leaf: the first that reads it in its own region."""
    seen: set[Path] = set()
    for column in table.columns:
        source = column.source
        if not isinstance(source, Leaf):
            yield column
            continue
        below = source.path[len(table.scan) :]
        inside = starts_with(source.path, table.scan) and all(isinstance(step, Field) for step in below)
        deeper = any(
            len(scan) > len(table.scan) and starts_with(source.path, scan) and starts_with(scan, table.scan)
            for scan in regions.scans
        )
        owns = inside and not deeper and not source.lookup and source.path not in seen
        if owns:
            seen.add(source.path)
        yield replace(column, source=replace(source, owns=owns))


def _apart(name: str, scan: Path, taken: Collection[str]) -> str:
    """Return a name that no key column of a table above has: with what the rows are called before it."""
    noun = "_".join(singular(words(_last_name(scan))))
    while name in taken:
        name = f"{noun}_{name}"
    return name


def _positions(parent: Path, scan: Path, taken: Collection[str], origin: Origin) -> Iterator[Column]:
    """Yield the key columns of a derived table: where in the parent's row each of its rows stood."""
    for name, type_, source in _loops(parent, scan):
        yield _position(_apart(name, scan, taken), type_, source, origin)


def _loops(parent: Path, scan: Path) -> Iterator[tuple[str, Type, Source]]:
    noun = "_".join(singular(words(_last_name(scan))))
    for index in range(len(parent), len(scan)):
        loop = scan[: index + 1]
        match scan[index]:
            case Each():
                yield f"{noun}_index", Type.INTEGER, Ordinal(loop=loop, base=0)
            case Entries():
                yield f"{noun}_key", Type.TEXT, MapKey(loop=loop)
            case Branches(names) if set(names) == {"away", "home"}:
                yield "is_home", Type.BOOLEAN, BranchOf(loop=loop, equals="home")
            case Branches():
                yield f"{noun}_branch", Type.TEXT, BranchOf(loop=loop)
            case _:
                pass


def _last_name(path: Path) -> str:
    return next((step.name for step in reversed(path) if isinstance(step, Field)), "row")


def _position(name: str, type_: Type, source: Source, origin: Origin) -> Column:
    evidence = Evidence(because="position in the document")
    return Column(name=name, type=type_, source=source, in_key=True, evidence=evidence, origin=origin)
