"""Say what the tables of an operation read of a document: the schema is no wider, and can be cut to some of them.

gamePk
gameData.datetime.officialDate
liveData.boxscore.teams.{away, home}.{team.id, players.stats.batting}
"""

from collections.abc import Iterable, Iterator
from typing import assert_never

from compiler.backends.pyspark.columns import filter_type, read_of
from compiler.backends.pyspark.filters import Filters
from compiler.backends.pyspark.schema import ArrayOf, MapOf, Node, Read, Scalar, StructOf, part_name, prune
from compiler.backends.pyspark.scopes import scopes
from compiler.ir.plan import BranchOf, Column, Computed, Leaf, MapKey, OperationPlan, Ordinal, Param, Table


def reads(operation: OperationPlan) -> tuple[Read, ...]:
    """Return everything that the tables of an operation read."""
    return tuple(dict.fromkeys(read for table in operation.tables for read in _of_table(table)))


def schema_of(operation: OperationPlan) -> Node:
    """Return the smallest schema that all tables of an operation can be made from."""
    return prune(reads(operation))


def selection(table: Table, operation: OperationPlan, schema: Node) -> tuple[str, ...]:
    """Return which members of the operation's schema a table reads."""
    filters = Filters(operation, table, scopes(table))
    return tuple(_members(prune((*_of_table(table), *filters.reads)), schema))


def _of_table(table: Table) -> Iterator[Read]:
    yield Read(table.scan)
    if table.where is not None:
        yield Read((*table.scan, *table.where.path), filter_type(table.where))
    for lookup in table.lookups:
        yield Read(lookup.path)
    for column in table.columns:
        yield from _of_column(column)


def _of_column(column: Column) -> Iterable[Read]:
    match column.source:
        case Leaf() as leaf:
            yield read_of(leaf, column.type)
        case Ordinal(loop=loop) | MapKey(loop=loop) | BranchOf(loop=loop):
            yield Read(loop)
        case Param() | Computed():
            return
        case _:
            assert_never(column.source)


def _members(node: Node, whole: Node) -> Iterator[str]:
    """Yield the members of a struct, below whatever loops lead to it; those that are read alike share what follows."""
    match node, whole:
        case (ArrayOf(inner), ArrayOf(item)) | (MapOf(inner), MapOf(item)):
            yield from _members(inner, item)
        case StructOf(members), StructOf():
            known = {member.name: member.node for member in whole.members}
            alike: dict[str, list[str]] = {}
            for member in members:
                alike.setdefault(_below(member.node, known[member.name]), []).append(part_name(member.name))
            for rest, names in alike.items():
                yield from (f"{_group(names)}.{rest}",) if rest else names
        case _:
            return


def _below(node: Node, whole: Node) -> str:
    """Return what is read below a member; "" if that is all of it."""
    return "" if _is_all(node, whole) else _group(_members(node, whole))


def _group(names: Iterable[str]) -> str:
    found = tuple(names)
    return found[0] if len(found) == 1 else f"{{{', '.join(found)}}}"


def _is_all(node: Node, whole: Node) -> bool:
    match node, whole:
        case _, Scalar():
            return True
        case (ArrayOf(inner), ArrayOf(item)) | (MapOf(inner), MapOf(item)):
            return _is_all(inner, item)
        case StructOf(members), StructOf():
            nodes = {member.name: member.node for member in members}
            return all(
                member.name in nodes and _is_all(nodes[member.name], member.node) for member in whole.members
            )
        case _:
            return False
