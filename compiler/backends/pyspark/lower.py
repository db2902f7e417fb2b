"""Lower a table of the Plan to the statements of one generated function: explode, explode, select, filter.

Each select leaves one scope for the next: it makes the columns that this scope can see, carries those made before,
and takes the values of the next loop, which are exploded on their own. What stood in one select with the explode would
be made after it: for each value again, and from the whole record, which each row would drag along.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import assert_never

from compiler.backends.expressions import spark_sql
from compiler.backends.pyspark import columns, lookups
from compiler.backends.pyspark.columns import Pattern, reference
from compiler.backends.pyspark.filters import Filters
from compiler.backends.pyspark.schema import quoted
from compiler.backends.pyspark.scopes import Scope, is_pinned, scope_of, scopes
from compiler.ir.expression import Typed
from compiler.ir.paths import Branches, Entries, Field
from compiler.ir.plan import BranchOf, Column, Computed, Leaf, MapKey, OperationPlan, Ordinal, Param, Table

KEPT = ("raw_id", "captured_at")
"""Columns that follow a row from its document."""

MORE = "has_more"
"""A column for a moment: true where a row holds something that only tables below it read."""


@dataclass(frozen=True, slots=True)
class Select:
    """`frame = source.where(...).select(...).select("*", explode)`, with columns that the match of a lookup adds."""

    frame: str
    source: str
    filters: tuple[str, ...]
    items: tuple[str, ...]
    explode: str
    added: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Rows:
    """The last select: the filters before it, what makes its rows unique, and what makes them rows."""

    source: str
    filters: tuple[str, ...]
    items: tuple[str, ...]
    required: str
    content: str
    partition: str
    order: str
    dropped: str


@dataclass(frozen=True, slots=True)
class Computing:
    """What is computed from the columns of the rows: in steps, each from what was there before it; then the filter."""

    steps: tuple[tuple[tuple[str, str], ...], ...] = ()
    filter: str = ""
    columns: tuple[str, ...] = ()


class TableLowering:
    """Everything about one table that the generated function says."""

    def __init__(self, table: Table, operation: OperationPlan) -> None:
        self.table = table
        self.scopes = scopes(table)
        self.filters = Filters(operation, table, self.scopes)
        self.found = {lookup.name: lookups.find(lookup, table, self.scopes) for lookup in table.lookups}
        self.unpinned = tuple(scope for scope in self.scopes[1:] if not is_pinned(table, scope))

    @property
    def patterns(self) -> Iterator[Pattern]:
        """Yield the patterns that the function refers to."""
        for column in self.table.columns:
            match column.source:
                case Leaf(codec=codec):
                    found = columns.pattern(codec)
                case Param() | MapKey():
                    found = columns.text_pattern(column.type)
                case _:
                    found = None
            if found is not None:
                yield found

    @cached_property
    def selects(self) -> tuple[Select, ...]:
        """The select for each loop, outermost first."""
        return tuple(self._select(number) for number in range(1, len(self.scopes)))

    def _select(self, number: int) -> Select:
        """Return the select that leaves the scope before loop `number`."""
        added = {
            name: text
            for found in self.found.values()
            if found.match == number
            for name, text in found.matches().items()
        }
        items = (
            *map(quoted, KEPT),
            *self._carried(number - 1),
            *self._made(number - 1),
            self._values(number),
        )
        return Select(
            frame=self.scopes[number].frame,
            source=self.scopes[number - 1].frame,
            filters=tuple(self.filters.at(number - 1)),
            items=items,
            explode=self._explode(self.scopes[number]),
            added=tuple(added.items()),
        )

    def _carried(self, scope: int) -> Iterator[str]:
        """Yield the names of columns that earlier selects made and later ones need."""
        for column in self.read:
            if self._home(column) < scope:
                yield quoted(column.name)
        for early in range(scope):
            yield from (quoted(name) for name, _ in self._for_lookups(early, scope))
        for earlier in self.scopes[1:scope]:
            if earlier in self.unpinned:
                yield quoted(earlier.position)
        yield from self._keys_for_lookups(scope)

    def _made(self, scope: int) -> Iterator[str]:
        """Yield the columns that only the select which leaves `scope` can make."""
        for column in self.read:
            if self._home(column) == scope:
                yield f"{self._expression(column)}.alias({quoted(column.name)})"
        for name, text in self._for_lookups(scope, scope):
            yield f"{text}.alias({quoted(name)})"
        if self.scopes[scope] in self.unpinned:
            yield quoted(self.scopes[scope].position)

    def _for_lookups(self, made: int, carried: int) -> Iterator[tuple[str, str]]:
        """Yield name and expression of the columns, made at one scope, that lookups at or after another one need."""
        for found in self.found.values():
            if found.source == made and carried < found.match:
                yield from ((name, f"F.col({quoted(place)})") for _, name, place in found.maps())
            if found.source == made:
                yield from self._around(found)

    def _around(self, found: lookups.Found) -> Iterator[tuple[str, str]]:
        for column in self.table.columns:
            match column.source:
                case Leaf(lookup=found.name) as leaf if not found.holds(leaf):
                    for _, name, place in found.around(column, leaf):
                        yield name, columns.value(column, leaf, place)
                case _:
                    pass

    def _keys_for_lookups(self, scope: int) -> Iterator[str]:
        wanted = {found.key_scope for found in self.found.values() if found.key_scope < scope <= found.match}
        yield from (quoted(self.scopes[number].key) for number in sorted(wanted))

    def _home(self, column: Column) -> int:
        return self._homes[column.name]

    @cached_property
    def _homes(self) -> dict[str, int]:
        """The scope in which each column can be made."""
        return {column.name: self._found_home(column) for column in self.table.columns}

    def _found_home(self, column: Column) -> int:
        match column.source:
            case Leaf(lookup=name) | BranchOf(lookup=name) if name:
                return self.found[name].match
            case Leaf(path=path):
                return scope_of(path, self.table)
            case Ordinal(loop=loop) | MapKey(loop=loop) | BranchOf(loop=loop):
                return scope_of(loop, self.table)
            case Param() | Computed():
                return 0
            case _:
                assert_never(column.source)

    def _expression(self, column: Column) -> str:
        scope = self.scopes[self._home(column)]
        match column.source:
            case Leaf() as leaf:
                return self._leaf(column, leaf, scope)
            case Ordinal(base=base):
                return columns.ordinal(column.type, f"F.col({quoted(scope.position)})", base)
            case MapKey():
                return columns.text_as(column.type, f"F.col({quoted(scope.key)})")
            case BranchOf(equals=equals, lookup=name):
                branch = f"F.col({quoted(self.found[name].branch if name else scope.key)})"
                return branch if equals is None else f"({branch} == {quoted(equals)})"
            case Param(name=name, default=default):
                return columns.text_as(column.type, columns.param(name, default))
            case Computed():
                raise AssertionError(f"{column.name} is computed from the row")
            case _:
                assert_never(column.source)

    def _leaf(self, column: Column, leaf: Leaf, scope: Scope) -> str:
        if not leaf.lookup:
            return columns.value(column, leaf, reference(scope.element, leaf.path[scope.depth :]))
        found = self.found[leaf.lookup]
        if found.holds(leaf):
            return columns.value(column, leaf, found.below(leaf))
        if found.branches == ("",):
            name = next(name for _, name, _ in found.around(column, leaf))
            return f"F.when(F.col({quoted(found.name)}).isNotNull(), F.col({quoted(name)}))"
        branch = f"F.col({quoted(found.branch)})"
        return "F" + "".join(
            f".when({branch} == {quoted(of)}, F.col({quoted(name)}))"
            for of, name, _ in found.around(column, leaf)
        )

    def _values(self, number: int) -> str:
        scope, around = self.scopes[number], self.scopes[number - 1]
        place = reference(around.element, self.table.scan[around.depth : scope.depth - 1])
        return f"{_collection(scope, place)}.alias({quoted(scope.values)})"

    def _explode(self, scope: Scope) -> str:
        names = [scope.element]
        if isinstance(scope.step, Branches | Entries):
            names.insert(0, scope.key)
        if self._needs_position(scope):
            names.insert(0, scope.position)
        function = "posexplode_outer" if self._needs_position(scope) else "explode_outer"
        return f"F.{function}({quoted(scope.values)}).alias({', '.join(map(quoted, names))})"

    def _needs_position(self, scope: Scope) -> bool:
        loop = self.table.scan[: scope.depth]
        counted = any(
            isinstance(column.source, Ordinal) and column.source.loop == loop for column in self.table.columns
        )
        return counted or scope in self.unpinned

    @cached_property
    def computing(self) -> Computing:
        """What comes after the last select."""
        steps: list[list[tuple[str, str]]] = []
        made: set[str] = set()
        for column, expression in self.table.computed:
            if not steps or made & {*expression.reads}:
                steps.append([])
                made = set()
            made.add(column.name)
            steps[-1].append((column.name, f"F.expr({quoted(spark_sql(expression))})"))
        kept = self.table.filter.expression if self.table.filter else None
        return Computing(
            steps=tuple(map(tuple, steps)),
            filter=f"F.expr({quoted(spark_sql(kept))})" if isinstance(kept, Typed) else "",
            columns=tuple(quoted(column.name) for column in self.table.columns) if steps else (),
        )

    @cached_property
    def read(self) -> tuple[Column, ...]:
        """The columns that come from documents."""
        return tuple(column for column in self.table.columns if not isinstance(column.source, Computed))

    @cached_property
    def rows(self) -> Rows:
        """The last select."""
        last = len(self.scopes) - 1
        made = dict(zip((c.name for c in self.read if self._home(c) == last), self._made(last), strict=False))
        positions = tuple(scope.position for scope in self.unpinned)
        items = (made.get(column.name, quoted(column.name)) for column in self.read)
        key = [column for column in self.table.columns if column.in_key]
        more = self._more() if self.filters.needs_content else ()
        own = (column.name for column in self.filters.own) if self.filters.needs_content else ()
        dropped = (*positions, *(("nth",) if positions else ()), *((MORE,) if more else ()))
        return Rows(
            source=self.scopes[last].frame,
            filters=tuple(self.filters.at(last)),
            items=(*items, *map(quoted, KEPT), *map(quoted, positions), *more),
            required=_names(column.name for column in self.table.columns if column.is_required),
            content=_names((*own, *((MORE,) if more else ()))),
            partition=_names(("raw_id", *(column.name for column in key if self._home(column) > 0))),
            order=_names(positions),
            dropped=_names(dropped),
        )

    def _more(self) -> tuple[str, ...]:
        """Return the column that says whether the row holds something that other tables read."""
        tests = " | ".join(f"F.col({quoted(place)}).isNotNull()" for place in self.filters.more)
        return (f"F.when({tests}, F.lit(True)).alias({quoted(MORE)})",) if tests else ()


def _names(names: Iterable[str]) -> str:
    return ", ".join(map(quoted, names))


def _collection(scope: Scope, place: str) -> str:
    if not isinstance(scope.step, Branches):
        return f"F.col({quoted(place)})"
    pairs = (
        f"F.lit({quoted(name)}), {quoted(reference(place, (Field(name),)))}" for name in scope.step.names
    )
    return f"F.create_map({', '.join(pairs)},)"
