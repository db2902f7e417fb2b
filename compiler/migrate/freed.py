"""Names of indexes that others take: a schema has each name once, so the index that had it goes first."""

from collections.abc import Iterable, Iterator, Sequence

from compiler.ir.catalog import Table
from compiler.migrate.changes import AddIndex, AddTable, Change, DropIndex, RenameIndex, RenameKey


def in_order(changes: Sequence[Change]) -> tuple[Change, ...]:
    """Return changes with each index that goes before what takes its name."""
    drops = {_place(one.table, one.index.name): one for one in changes if isinstance(one, DropIndex)}
    return tuple(dict.fromkeys(_ordered(changes, drops)))


def at_once(changes: Iterable[Change]) -> frozenset[Change]:
    """Return the indexes that cannot go concurrently: what takes the name comes in a transaction."""
    changes = tuple(changes)
    taken = {name for one in changes if not isinstance(one, AddIndex) for name in _taken(one)}
    drops = (one for one in changes if isinstance(one, DropIndex))
    return frozenset(one for one in drops if _place(one.table, one.index.name) in taken)


def _ordered(changes: Iterable[Change], drops: dict[str, DropIndex]) -> Iterator[Change]:
    for change in changes:
        yield from (drops[name] for name in _taken(change) if name in drops)
        yield change


def _taken(change: Change) -> Iterator[str]:
    """Yield the names that an index or a key has from then on, with their schemas."""
    match change:
        case AddTable(table=table):
            yield from (_place(table.name, name) for name in _names(table))
        case AddIndex(table=table, index=index):
            yield _place(table, index.name)
        case RenameIndex(table=table, after=name) | RenameKey(table=table, after=name):
            yield _place(table, name)
        case _:
            pass


def _names(table: Table) -> Iterator[str]:
    yield table.key_name
    yield from (index.name for index in table.indexes)


def _place(table: str, index: str) -> str:
    return f"{table.partition('.')[0]}.{index}"
