"""Readers and writers of tables that are migrated meanwhile."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from psycopg import sql

from compiler.ir.catalog import Catalog, Column, Table
from compiler.migrate import diff
from compiler.migrate.changes import MoveTable, RenameColumn
from runtime.database import Connection
from tests.postgres.evolution import value
from tests.support.traffic import Work


def readers_and_writers(steps: Sequence[Catalog]) -> list[Work]:
    """Return what reads and writes all that keeps its name through all steps."""
    lasting = list(_lasting(steps))
    return [_reading(lasting), *(_writing(table, written) for table, written in lasting if written)]


def _reading(lasting: Sequence[tuple[Table, Sequence[Column]]]) -> Work:
    queries = [
        sql.SQL("SELECT {} FROM {}").format(_names(table.columns), sql.Identifier(*table.name.split(".")))
        for table, _ in lasting
    ]

    def read(connection: Connection, turn: int) -> None:
        connection.execute(queries[turn % len(queries)] if queries else sql.SQL("SELECT 1")).fetchall()

    return read


def _writing(table: Table, written: Sequence[Column]) -> Work:
    name, columns = sql.Identifier(*table.name.split(".")), _names(written)
    values = sql.SQL(", ").join(value(column.type) for column in written)
    one = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM (SELECT {} AS n) one")

    def write(connection: Connection, turn: int) -> None:
        with connection.transaction():
            connection.execute(one.format(name, columns, values, sql.Literal(turn)))

    return write


def _names(columns: Sequence[Column]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(column.name) for column in columns)


def _lasting(steps: Sequence[Catalog]) -> Iterator[tuple[Table, Sequence[Column]]]:
    """Yield the tables, with the columns, that have their names in all steps, and those that a row must have.

    There are none of these where a row cannot be written the same way before and after.
    """
    changes = [change for old, new in pairwise(steps) for change in diff(old, new)]
    moved = {change.before for change in changes if isinstance(change, MoveTable)}
    renamed = {(one.table, one.before) for one in changes if isinstance(one, RenameColumn)}
    for table in steps[0].tables:
        later = [step.by_name.get(table.name) for step in steps[1:]]
        if table.name in moved or None in later:
            continue
        every = [table, *filter(None, later)]
        kept = [
            column
            for column in table.columns
            if (table.name, column.name) not in renamed
            and all(
                (column.name, column.type) in [(one.name, one.type) for one in also.columns] for also in every
            )
        ]
        required = {
            one.name for also in every for one in also.columns if not one.nullable and not one.default
        }
        written = [column for column in kept if column.name in required]
        if kept:
            yield (
                replace(table, columns=tuple(kept)),
                written if required <= {one.name for one in kept} else (),
            )
