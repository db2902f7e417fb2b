"""The generated schema on a real server: it is taken whole, and means what the catalog says."""

import os
from collections.abc import Iterator

import pytest
from psycopg import sql

from compiler.backends.postgres import BACKEND, lower
from runtime import database
from runtime.database import Connection
from tests.unit.backends.plans import PLAN

COLUMNS = """
    SELECT n.nspname || '.' || c.relname, a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull,
           coalesce(col_description(c.oid, a.attnum), '')
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND n.nspname IN ('game', 'season')
    ORDER BY 1, a.attnum
"""
SPELLED = {"timestamptz": "timestamp with time zone"}


@pytest.fixture(scope="module")
def empty(server: database.Status) -> Iterator[Connection]:
    """A connection to a database that holds nothing."""
    name = f"schema_{os.getpid()}"
    assert server.settings is not None
    with database.opened(server.settings.url("postgres")) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        with database.opened(server.settings.url(name)) as connection:
            connection.execute(BACKEND.emit(PLAN)["postgres/schema.sql"].encode())
            yield connection
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_the_database_has_the_columns_of_the_catalog(empty: Connection) -> None:
    expected = [
        (table.name, column.name, SPELLED.get(column.type, column.type), column.nullable, column.comment)
        for table in sorted(lower(PLAN).tables, key=lambda table: table.name)
        for column in table.columns
    ]
    assert [tuple(row) for row in empty.execute(COLUMNS).fetchall()] == expected


def test_keys_and_indexes_have_their_names(empty: Connection) -> None:
    found = {
        name for (name,) in empty.execute("SELECT indexname FROM pg_indexes WHERE schemaname <> 'metadata'")
    }
    for table in lower(PLAN).tables:
        assert {table.key_name, *(index.name for index in table.indexes)} <= found


def test_a_partition_takes_a_response(empty: Connection) -> None:
    empty.execute(
        "CREATE TABLE season.seasons_y2024m07 PARTITION OF season.seasons"
        " FOR VALUES FROM ('2024-07-01Z') TO ('2024-08-01Z')"
    )
    row = empty.execute(
        "INSERT INTO season.seasons (captured_at, endpoint, method, path_params, query_params, status_code, sha256,"
        " document_key) VALUES ('2024-07-12Z', 'season', 'seasons', '{}', '{}', 200, '', '')"
        " RETURNING raw_id, ingested_at IS NOT NULL"
    ).fetchone()
    assert row == (1, True)
