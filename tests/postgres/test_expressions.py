"""PostgreSQL gives what the generated Python gives, for expressions and rows drawn at random."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from compiler.backends.expressions import postgres_sql
from compiler.ir.expression import Typed
from compiler.ir.types import Type
from runtime.database import Connection
from tests.support.expressions import COLUMNS, batch, told

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

AT_ONCE = 100
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def test_postgres_agrees_with_python(connection: Connection) -> None:
    expressions, rows = batch(500, 1)
    connection.execute("SET TIME ZONE 'Pacific/Kiritimati'")
    columns = ", ".join(f'"{name}" {type_}' for name, type_ in COLUMNS.items())
    connection.execute(f"CREATE TEMP TABLE drawn (number integer, {columns})".encode())
    marks = ", ".join(["%s"] * (len(COLUMNS) + 1))
    for number, row in enumerate(rows):
        connection.execute(f"INSERT INTO drawn VALUES ({marks})".encode(), (number, *row.values()))
    for start in range(0, len(expressions), AT_ONCE):
        part = expressions[start : start + AT_ONCE]
        query = f"SELECT {', '.join(map(asked, part))} FROM drawn ORDER BY number"
        found = connection.execute(query.encode()).fetchall()
        differences = [
            line
            for row, theirs in zip(rows, found, strict=True)
            for line in told(part, row, tuple(map(answered, part, theirs)))
        ]
        assert not differences


def asked(one: Typed) -> str:
    """Ask for instants as seconds: psycopg refuses those that the time zone moves beyond the year 9999."""
    return f"extract(epoch FROM {postgres_sql(one)})" if one.type is Type.TIMESTAMP else postgres_sql(one)


def answered(one: Typed, cell: object) -> object:
    if one.type is not Type.TIMESTAMP or not isinstance(cell, Decimal):
        return cell
    return EPOCH + timedelta(microseconds=int(cell * 1_000_000))
