"""Which values of a scan are rows: filters, keys of maps that fit, records that hold something.

A record in which nothing has a place is no row. Where the key lies in the record itself, the key tells; elsewhere
the row's own columns do, together with what tables below it read.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from compiler.backends.pyspark.columns import filter_type, read_of, reference
from compiler.backends.pyspark.schema import Read, quoted
from compiler.backends.pyspark.scopes import Scope, scope_of
from compiler.ir.paths import Branches, Each, Entries, Field, Path, Step, starts_with
from compiler.ir.plan import Column, Leaf, MapKey, OperationPlan, Table, Where
from compiler.ir.types import Type


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters of one table, by the scope whose columns they need."""

    operation: OperationPlan
    table: Table
    scopes: tuple[Scope, ...]

    @property
    def reads(self) -> Iterator[Read]:
        """Yield what the filters look at, beside what the table reads for itself."""
        for table in self._lineage():
            if table.where is not None:
                yield Read((*table.scan, *table.where.path), filter_type(table.where))
        for scope in self.scopes:
            yield from (read_of(leaf, logical) for leaf, logical in self._ids(scope))
        if self.needs_content:
            depth = len(self.table.scan)
            for read in self._read_by_others():
                if starts_with(read.path, self.table.scan):
                    loop = next((at for at, step in enumerate(read.path[depth:]) if _is_many(step)), None)
                    yield read if loop is None else Read(read.path[: depth + loop + 1])

    def at(self, number: int) -> Iterator[str]:
        """Yield the filters that need a scope's own columns."""
        scope = self.scopes[number]
        if number == len(self.scopes) - 1:
            yield f"F.col({quoted(self._row)}).isNotNull()"
        yield from self._key_fits(scope)
        for table in self._lineage():
            if table.where is not None and scope_of(table.scan, self.table) == number:
                place = (*table.scan[scope.depth :], *table.where.path)
                yield _condition(table.where, reference(scope.element, place))

    @property
    def _row(self) -> str:
        last = self.scopes[-1]
        return reference(last.element, self.table.scan[last.depth :])

    def _lineage(self) -> Iterator[Table]:
        """Yield the tables around this one, outermost first, and the table."""
        parent = next((table for table in self.operation.tables if table.name == self.table.parent), None)
        if parent is not None:
            yield from Filters(self.operation, parent, self.scopes)._lineage()
        yield self.table

    def _key_fits(self, scope: Scope) -> Iterator[str]:
        """Yield the test that a map's key is a prefix and the row's own id, where no column has the key."""
        for leaf, _ in self._ids(scope):
            prefix = scope.step.prefix if isinstance(scope.step, Entries) else ""
            place = reference(scope.element, leaf.path[scope.depth :])
            yield f"F.col({quoted(scope.key)}) == F.concat(F.lit({quoted(prefix)}), {quoted(place)})"

    def _ids(self, scope: Scope) -> tuple[tuple[Leaf, Type], ...]:
        """Return the id in the values of a map, and its type, where no column has the map's key."""
        loop = self.table.scan[: scope.depth]
        table = next((table for table in self.operation.tables if table.scan == loop), None)
        if table is None or not isinstance(scope.step, Entries):
            return ()
        keys = (column.source for column in table.columns if isinstance(column.source, MapKey))
        if any(source.loop == loop for source in keys):
            return ()
        found = ((_own_leaf(column, table), column.type) for column in table.columns if column.in_key)
        return tuple((leaf, logical) for leaf, logical in found if leaf is not None)[-1:]

    @property
    def needs_content(self) -> bool:
        """Whether a row may be there with nothing in it: no part of its key is its own."""
        return not any(column.in_key for column in self.own)

    @property
    def own(self) -> tuple[Column, ...]:
        """The columns that hold leaves of the row."""
        return tuple(column for column in self.table.columns if _own_leaf(column, self.table))

    @property
    def more(self) -> tuple[str, ...]:
        """Where else the row holds something: leaves, arrays and maps that other tables read."""
        last = self.scopes[-1]
        mine = {leaf.path for column in self.own if (leaf := _own_leaf(column, self.table))}
        found = {
            place: None
            for read in self._read_by_others()
            if starts_with(read.path, self.table.scan)
            for place in _places(read.path[len(self.table.scan) :])
            if place and (*self.table.scan, *place) not in mine
        }
        return tuple(reference(last.element, (*self.table.scan[last.depth :], *place)) for place in found)

    def _read_by_others(self) -> Iterator[Read]:
        for table in self.operation.tables:
            if any(map(_is_many, table.scan[len(self.table.scan) :])):
                yield Read(table.scan)
            for column in table.columns:
                if isinstance(column.source, Leaf) and not column.source.lookup and column.source.owns:
                    yield read_of(column.source, column.type)


def _is_many(step: Step) -> bool:
    return isinstance(step, Each | Entries)


def _places(path: Path) -> Iterator[Path]:
    """Yield the places below a record that a path starts with: as far as there is one value, not many.

    >>> [*_places((Field("a"), Branches(("b", "c")), Field("d"), Each(), Field("e")))][0]
    (Field(name='a'), Field(name='b'), Field(name='d'))
    """
    for index, step in enumerate(path):
        if isinstance(step, Branches):
            for name in step.names:
                yield from _places((*path[:index], Field(name), *path[index + 1 :]))
            return
        if not isinstance(step, Field):
            yield path[:index]
            return
    yield path


def _own_leaf(column: Column, table: Table) -> Leaf | None:
    """Return the leaf of a column if it lies in the row itself."""
    source = column.source
    if not isinstance(source, Leaf) or source.lookup or not starts_with(source.path, table.scan):
        return None
    return source if all(isinstance(step, Field) for step in source.path[len(table.scan) :]) else None


def _condition(where: Where, place: str) -> str:
    value = "True" if where.equals is None else quoted(where.equals)
    if where.negated:
        return f"~F.col({quoted(place)}).eqNullSafe({value})"
    return f"F.col({quoted(place)})" if where.equals is None else f"F.col({quoted(place)}) == {value}"
