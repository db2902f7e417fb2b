"""Fill what is new in the tables from the raw tier: which documents it takes, and what it filled.

The work is that of `load`, which takes every document that another transform made, each in one transaction: an
interrupted run goes on where it stopped.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from psycopg import sql

from runtime.database import Connection
from runtime.errors import TerminalError
from runtime.job import Table
from runtime.registry import Catalog, with_tables

_RESCUED = "SELECT count(*) FROM metadata.rescued_values WHERE operation = ANY (%s)"


@dataclass(frozen=True, slots=True)
class Measured:
    """How many rows there are by table, how many of them have a value by column, how many values are rescued."""

    rows: Mapping[str, int] = field(default_factory=dict[str, int])
    values: Mapping[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    rescued: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A column that has more values than before; `rows` is how many rows the table has now."""

    table: str
    column: str
    before: int
    after: int
    rows: int


@dataclass(frozen=True, slots=True)
class Targets:
    """What is to be filled: operations, and the columns that were named."""

    operations: tuple[str, ...]
    columns: frozenset[tuple[str, str]] = frozenset()


def resolve(catalog: Catalog, names: Sequence[str]) -> Targets:
    """Find what operations, tables and columns (`TABLE.COLUMN`) name; no name stands for everything."""
    if not names:
        return Targets(with_tables(catalog))
    operations: dict[str, None] = {}
    columns: set[tuple[str, str]] = set()
    for name in names:
        if name in catalog.operations:
            operations[name] = None
            continue
        operation, table, column = _place(catalog, name)
        operations[operation] = None
        columns |= {(table, column)} if column else set()
    return Targets(tuple(operations), frozenset(columns))


def measure(connection: Connection, catalog: Catalog, operations: Sequence[str]) -> Measured:
    """Count the values in the columns of some operations' tables, and their rescued values."""
    rows: dict[str, int] = {}
    values: dict[tuple[str, str], int] = {}
    for table in (table for name in operations for table in _tables(catalog, name)):
        names = [column.name for column in table.columns]
        counts = sql.SQL(", ").join(sql.SQL("count({})").format(sql.Identifier(name)) for name in names)
        query = sql.SQL("SELECT count(*), {} FROM {}").format(counts, sql.Identifier(*table.name.split(".")))
        rows[table.name], *filled = connection.execute(query).fetchone() or (0,)
        values |= {(table.name, name): count for name, count in zip(names, filled, strict=True)}
    rescued = connection.execute(_RESCUED, (list(operations),)).fetchone() or (0,)
    return Measured(rows, values, rescued[0])


def filled(before: Measured, after: Measured, named: frozenset[tuple[str, str]]) -> tuple[Filled, ...]:
    """Return the columns that have more values than before, and those that were named."""
    return tuple(
        Filled(table=table, column=column, before=old, after=count, rows=after.rows[table])
        for (table, column), count in after.values.items()
        if count > (old := before.values.get((table, column), 0)) or (table, column) in named
    )


def _place(catalog: Catalog, name: str) -> tuple[str, str, str]:
    """Return operation, table and column ("" for all) of a name."""
    tables = {table.name: (operation, table) for operation, table in _all_tables(catalog)}
    if name in tables:
        return tables[name][0], name, ""
    table_name, _, column = name.rpartition(".")
    if table_name in tables:
        operation, table = tables[table_name]
        columns = [one.name for one in table.columns]
        if column in columns:
            return operation, table_name, column
        raise _unknown(name, [f"{table_name}.{one}" for one in columns])
    raise _unknown(name, [*tables, *catalog.operations])


def _unknown(name: str, known: Sequence[str]) -> TerminalError:
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean `{near[0]}`?" if near else "`mlbc ls` lists operations and tables"
    return TerminalError(f"`{name}` is no operation, table or column", hint=hint)


def _all_tables(catalog: Catalog) -> Iterator[tuple[str, Table]]:
    for name in with_tables(catalog):
        for table in _tables(catalog, name):
            yield name, table


def _tables(catalog: Catalog, name: str) -> Sequence[Table]:
    job = catalog.job(name)
    return job.tables if job else ()
