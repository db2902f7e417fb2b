"""Make names physical: at most 63 bytes, no reserved words, no two alike (letter case aside)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from pglast.keywords import RESERVED_KEYWORDS, TYPE_FUNC_NAME_KEYWORDS

from compiler.ir.names import bounded, digest
from compiler.ir.paths import Field, show
from compiler.ir.plan import Column, Leaf, OperationPlan, Plan, Table
from compiler.passes.context import Context
from compiler.rules import COLUMN_COLLISION, TABLE_COLLISION

_BOOKKEEPING = ("raw_id", "captured_at")
RELATIONS = ("_pkey", "_idx")
"""How the names of primary keys and indexes end: no table that nobody named ends so."""
_RESERVED = RESERVED_KEYWORDS | TYPE_FUNC_NAME_KEYWORDS
"""Words that PostgreSQL does not take as a name everywhere without quotes."""


def names(plan: Plan, context: Context) -> Plan:
    """Return the Plan with physical names; a name depends on its own path alone.

    before: `end`, `2_b`, and a name of 80 bytes     after: `end_`, `n2_b`, and its first 54 bytes with a digest
    """
    operations = tuple(
        replace(item, tables=tuple(_apart(_table(table)) for table in item.tables))
        for item in plan.operations
    )
    named = Plan(operations=_tables_apart(tuple(map(_unlike_relations, operations))))
    _check_tables(named, context)
    for operation in named.operations:
        for table in operation.tables:
            _check_columns(table, context)
    return named


def _table(table: Table) -> Table:
    columns = tuple(replace(column, name=physical(column.name)) for column in table.columns)
    return replace(
        table,
        name=bounded_table(table.name),
        parent=bounded_table(table.parent),
        columns=columns,
        indexes=tuple(tuple(map(physical, index)) for index in table.indexes),
    )


def _unlike_relations(item: OperationPlan) -> OperationPlan:
    """Keep derived tables from the names that primary keys and indexes of others have."""
    names = {
        table.name: bounded_table(f"{table.name}_")
        for table in item.tables
        if table.is_derived and table.name.endswith(RELATIONS)
    }
    return _renamed(item, names)


def _renamed(item: OperationPlan, names: Mapping[str, str]) -> OperationPlan:
    tables = (
        replace(table, name=names.get(table.name, table.name), parent=names.get(table.parent, table.parent))
        for table in item.tables
    )
    return replace(item, tables=tuple(tables)) if names else item


def _apart(table: Table) -> Table:
    """Tell apart what nobody named: columns of a derived table with one name get a digest of their paths.

    None of them keeps the plain name, which would become another's when a key is added; only a key column does, and
    the one whose keys are spelled like it.
    """
    if not table.is_derived:
        return table
    counts = Counter([*_BOOKKEEPING, *(column.name.casefold() for column in table.columns)])
    taken: set[str] = set(_BOOKKEEPING)
    columns: list[Column] = []
    for column in table.columns:
        name = column.name
        has_right = column.in_key or _spelled(column, table) == name
        if name.casefold() in taken or (counts[name.casefold()] > 1 and not has_right):
            name = bounded(f"{name}_{digest(_place(column), 6)}")
        taken.add(name.casefold())
        columns.append(replace(column, name=name))
    return replace(table, columns=tuple(columns))


def _spelled(column: Column, table: Table) -> str:
    """Return the keys below the row as they are, joined."""
    if not isinstance(column.source, Leaf):
        return ""
    return "_".join(step.name for step in column.source.path[len(table.scan) :] if isinstance(step, Field))


def _tables_apart(operations: tuple[OperationPlan, ...]) -> tuple[OperationPlan, ...]:
    """Tell apart tables that nobody named and that another operation has, too: each gets a digest of its place."""
    counts = Counter(item.raw_table.casefold() for item in operations)
    counts.update(table.name.casefold() for item in operations for table in item.tables)
    told: list[OperationPlan] = []
    for item in operations:
        renamed = {
            table.name: bounded_table(f"{table.name}_{digest(f'{item.name}:{show(table.scan)}', 6)}")
            for table in item.tables
            if table.is_derived and counts[table.name.casefold()] > 1
        }
        told.append(_renamed(item, renamed))
    return tuple(told)


def bounded_table(name: str) -> str:
    """Return the name of a table with at most 63 bytes behind the dot."""
    schema, dot, short = name.partition(".")
    return f"{schema}{dot}{bounded(short)}"


def physical(name: str) -> str:
    """Return a name that PostgreSQL takes without quotes: at most 63 bytes, no digit in front, no reserved word."""
    name = bounded(f"n{name}" if name[0].isdigit() else name)
    return f"{name}_" if name in _RESERVED else name


def _check_tables(plan: Plan, context: Context) -> None:
    seen: dict[str, OperationPlan] = {item.raw_table.casefold(): item for item in plan.operations}
    for operation in plan.operations:
        for table in operation.tables:
            other = seen.setdefault(table.name.casefold(), operation)
            if other is not operation or table.name.casefold() == operation.raw_table.casefold():
                message = f"table name `{table.name}` is taken by operation `{other.name}`"
                context.sink.report(TABLE_COLLISION.at(table.origin, message, label="taken"))


def _check_columns(table: Table, context: Context) -> None:
    seen: dict[str, Column] = {}
    for column in table.columns:
        other = seen.setdefault(column.name.casefold(), column)
        if other is not column or column.name in _BOOKKEEPING:
            where = _place(other) if other is not column else "the loader's own"
            message = (
                f"column `{column.name}` of `{table.name}` is named twice: for {_place(column)} and {where}"
            )
            advice = f"name one of them under `columns:` of `{table.name}`"
            context.sink.report(COLUMN_COLLISION.at(column.origin, message, label="collides", advice=advice))


def _place(column: Column) -> str:
    return f"`{show(column.source.path)}`" if isinstance(column.source, Leaf) else "its position"
