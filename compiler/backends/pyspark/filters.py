"""Which values of a scan are rows: filters, keys of maps that fit, records that hold something.

A record in which nothing has a place is no row. Where the key lies in the record itself, the key tells; elsewhere
the row's own columns do, together with what tables below it read.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from compiler.backends.pyspark.columns import reference
from compiler.backends.pyspark.schema import quoted
from compiler.backends.pyspark.scopes import Scope, scope_of
from compiler.ir.paths import Branches, Each, Entries, Field, Path, starts_with
from compiler.ir.plan import Column, Leaf, MapKey, OperationPlan, Table, Where


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters of one table, by the scope whose columns they need."""

    operation: OperationPlan
    table: Table
    scopes: tuple[Scope, ...]

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
        loop = self.table.scan[: scope.depth]
        table = next((table for table in self.operation.tables if table.scan == loop), None)
        if table is None or not isinstance(scope.step, Entries):
            return
        ids = [leaf.path for column in table.columns if column.in_key and (leaf := _own_leaf(column, table))]
        keys = (column.source for column in table.columns if isinstance(column.source, MapKey))
        if ids and not any(source.loop == loop for source in keys):
            place = reference(scope.element, ids[-1][scope.depth :])
            yield f"F.col({quoted(scope.key)}) == F.concat(F.lit({quoted(scope.step.prefix)}), {quoted(place)})"

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
            for path in self._read_by_others()
            if starts_with(path, self.table.scan)
            for place in _places(path[len(self.table.scan) :])
            if place and (*self.table.scan, *place) not in mine
        }
        return tuple(reference(last.element, (*self.table.scan[last.depth :], *place)) for place in found)

    def _read_by_others(self) -> Iterator[Path]:
        for table in self.operation.tables:
            if any(isinstance(step, Each | Entries) for step in table.scan[len(self.table.scan) :]):
                yield table.scan
            for column in table.columns:
                if isinstance(column.source, Leaf) and not column.source.lookup and column.source.owns:
                    yield column.source.path


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
