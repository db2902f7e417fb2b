"""Put a response together again from rows, quarantine and rescued values: the inverse of `runtime.transform`.

The result equals the response up to the order of keys, the spelling of instants, and leaves that no cell holds: nulls,
placeholders, `{}` and `[]`, and what the mapping ignores. Rows of an array stand in the order of their table; where
two tables share an array out, in the order of their keys.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import cast

from runtime.conform import Rescued
from runtime.job import EACH, ENTRIES, Branches, Conformed, Job, Json, Place, Row, Rows, Table, is_object
from runtime.pointers import pointer_tokens
from runtime.quarantine import Quarantined, put_back
from runtime.restore import node_at, put, restorer
from runtime.shape import Array, Map, Node, Record, Split

_ABSENT = object()


def assemble(
    job: Job, rows: Rows, rescued: Iterable[Rescued], quarantined: Iterable[Quarantined] = ()
) -> Json:
    """Return the response that rows, rescued values and rows in quarantine came from."""
    rows = put_back(rows, quarantined)
    found = _Found()
    for one in rescued:
        found.add(pointer_tokens(one.pointer), one.value)
    building = _Building(job)
    for table in job.tables:
        building.add(table, rows.get(table.name, []))
    is_empty = not any(rows.values()) and found.value is not _ABSENT
    return cast(Json, _finished(_ABSENT if is_empty else building.root, found, (job.shape,)))


@dataclass(slots=True)
class _Found:
    """Rescued values by the tokens of their pointers."""

    value: Conformed = _ABSENT
    below: "dict[str, _Found]" = field(default_factory=dict[str, "_Found"])

    def add(self, tokens: tuple[str, ...], value: Conformed) -> None:
        place = self
        for token in tokens:
            place = place.below.setdefault(token, _Found())
        place.value = value


@dataclass(frozen=True, slots=True)
class _Cell:
    """A value that is as it was: nothing is put into it."""

    value: Conformed


@dataclass(slots=True)
class _Elements:
    """An array in the making: elements by index, or by the key of their row until all are there."""

    indexed: dict[Conformed, Conformed] = field(default_factory=dict[Conformed, Conformed])
    keyed: dict[Conformed, Conformed] = field(default_factory=dict[Conformed, Conformed])
    tables: set[str] = field(default_factory=set[str])

    def found(self, token: Conformed) -> dict[Conformed, Conformed]:
        return self.indexed if isinstance(token, int) else self.keyed

    def by_index(self, taken: set[int]) -> dict[int, Conformed]:
        """Return the elements by index. Those without one fill the places that nothing else has."""
        keys = sorted(self.keyed, key=_comparable) if len(self.tables) > 1 else list(self.keyed)
        free = (index for index in count() if index not in taken)
        return self.indexed | {next(free): self.keyed[key] for key in keys}


def _comparable(key: Row) -> tuple[tuple[str, object], ...]:
    return tuple((type(cell).__name__, cell) for cell in key)


class _Building:
    """A document in the making. `records` finds the row of a parent table by its key."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.tables = {table.name: table for table in job.tables}
        self.root: Conformed = _Elements() if isinstance(job.shape, Array) else {}
        self.records: dict[str, dict[Row, Conformed]] = {}

    def add(self, table: Table, rows: list[Row]) -> None:
        """Put the rows of a table in their places."""
        parent = self.tables.get(table.parent)
        records = self.records.setdefault(table.name, {})
        where = _Where(self.job.shape, table)
        twin = self.twin(table)
        for row in rows:
            same = twin(row) if twin else None
            if same is not None:
                records[row[: len(table.key)]] = same
                continue
            holder = self.root
            if parent is not None:
                holder = self.records[parent.name][row[: len(parent.key)]]
            made = where.enter(holder, row, len(parent.scan) if parent else 0)
            records[row[: len(table.key)]] = made
            if isinstance(made, _Cell) and not table.scan:
                self.root = made

    def twin(self, table: Table) -> Callable[[Row], Conformed] | None:
        """Return what finds the record of a row that holds nothing of its own: another table has the same rows.

        Rows of one record have the key columns alike that both tables have.
        """
        if any(column.leaf is not None for column in table.columns):
            return None
        for other in self.tables.values():
            shared = [name for name in table.key if name in other.key]
            if other is table or other.scan != table.scan or other.parent != table.parent or not shared:
                continue
            numbers = [other.key.index(name) for name in shared]
            made = {tuple(key[n] for n in numbers): item for key, item in self.records[other.name].items()}
            return lambda row: made.get(tuple(row[table.key.index(name)] for name in shared))
        return None


class _Where:
    """The way from a parent's row to the rows of one table."""

    def __init__(self, shape: Node, table: Table) -> None:
        self.shape = shape
        self.table = table
        self.is_array = isinstance(node_at(shape, table, table.scan), Array)
        self.index = {column.name: number for number, column in enumerate(table.columns)}
        self.places = {place.step: place for place in table.places}
        self.leaves = [
            (number, column.leaf, restorer(shape, table, column))
            for number, column in enumerate(table.columns)
            if column.leaf is not None
        ]

    def enter(self, holder: Conformed, row: Row, start: int) -> Conformed:
        """Put a row below its parent's record, and return its own."""
        scan = self.table.scan
        record, itself = self.owned(row)
        if not scan and isinstance(itself, _Cell):
            return itself
        for step in range(start, len(scan)):
            is_last = step == len(scan) - 1
            empty: Conformed = itself if is_last else _Elements() if scan[step + 1] is EACH else {}
            if isinstance(holder, _Elements):
                holder.tables.add(self.table.name)
                holder = holder.found(self.token(step, row)).setdefault(self.token(step, row), empty)
            else:
                holder = holder.setdefault(self.token(step, row), empty)
        for keys, value in record:
            put(holder, keys, value)
        return holder

    def owned(self, row: Row) -> tuple[list[tuple[tuple[str, ...], Conformed]], Conformed]:
        """Return what the row owns below its record, and the row itself if it is no record but a value."""
        record: list[tuple[tuple[str, ...], Conformed]] = []
        itself: Conformed = _Elements() if self.is_array else {}
        for number, leaf, restore in self.leaves:
            if row[number] is None:
                continue
            if leaf:
                record.append((leaf, _Cell(restore(row[number]))))
            else:
                itself = _Cell(restore(row[number]))
        return record, itself

    def token(self, number: int, row: Row) -> str | int | Row:
        """Return where in the loop, or under which key, a step of the scan leads for a row."""
        step = self.table.scan[number]
        place = self.places.get(number)
        cell: Conformed = row[self.index[place.column]] if place else None
        if isinstance(step, Branches):
            return _branch(step.names, place, cell)
        if step is ENTRIES:
            return str(cell) if place else self.map_key(number, row)
        if step is EACH:
            return int(cell) - place.base if place else row[: len(self.table.key)]
        return step

    def map_key(self, number: int, row: Row) -> str:
        node = node_at(self.shape, self.table, self.table.scan[:number])
        assert isinstance(node, Map)
        column = next(column for column in self.table.columns if column.leaf == node.member)
        member = restorer(self.shape, self.table, column)(row[self.index[column.name]])
        return f"{node.prefix}{member}"


def _branch(names: tuple[str, ...], place: Place | None, cell: Conformed) -> str:
    if place is None or place.equals is None:
        return str(cell) if place else names[0]
    return place.equals if cell else next(name for name in names if name != place.equals)


# ---------------------------------------------------------------------------------------------------- finishing


def _finished(value: Conformed, found: _Found, nodes: tuple[Node, ...]) -> Conformed:
    """Return a value with what was rescued there and below, and its arrays as lists; `nodes` are its shapes."""
    if isinstance(value, _Cell):
        return value.value
    if value is _ABSENT and not found.below:
        return found.value
    if isinstance(value, _Elements):
        return _list(value, found, nodes)
    if value is _ABSENT and any(isinstance(node, Array) for node in nodes):
        return _list(_Elements(), found, nodes)
    members = _object({} if value is _ABSENT else value, found, nodes)
    return _merged(found.value, members)


def _object(value: Mapping[str, Conformed], found: _Found, nodes: tuple[Node, ...]) -> Conformed:
    return {
        key: _finished(value.get(key, _ABSENT), found.below.get(key, _NOTHING), _below(nodes, key))
        for key in dict.fromkeys((*value, *found.below))
    }


def _list(value: _Elements, found: _Found, nodes: tuple[Node, ...]) -> Conformed:
    taken = {int(token) for token, below in found.below.items() if below.value is not _ABSENT}
    elements = value.by_index(taken)
    items = tuple(half.item for node in nodes for half in _halves(node) if isinstance(half, Array))
    size = max((*elements, *map(int, found.below)), default=-1) + 1
    return [
        _finished(elements.get(index, _ABSENT), found.below.get(str(index), _NULL), items)
        for index in range(size)
    ]


def _merged(rescued: Conformed, value: Conformed) -> Conformed:
    """Return a record of which a part was rescued and a part was not."""
    if not is_object(rescued):
        return value
    return value | {key: _merged(item, value[key]) if key in value else item for key, item in rescued.items()}


def _halves(node: Node) -> tuple[Node, ...]:
    return (node.yes, node.no) if isinstance(node, Split) else (node,)


def _below(nodes: tuple[Node, ...], key: str) -> tuple[Node, ...]:
    halves = [half for node in nodes for half in _halves(node)]
    members = [half.members[key] for half in halves if isinstance(half, Record) and key in half.members]
    return (*members, *(half.value for half in halves if isinstance(half, Map)))


_NOTHING = _Found()
_NULL = _Found(value=None)
