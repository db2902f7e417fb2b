"""After a large load the planner knows how many rows a partitioned table has; after a small one nobody waits."""

from runtime.database import Connection
from runtime.statistics import MUCH, analyze

TABLES = """
CREATE SCHEMA s;
CREATE TABLE s.plays (day date, raw_id bigint) PARTITION BY RANGE (day);
CREATE TABLE s.plays_2024 PARTITION OF s.plays FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE s.raw (day date, raw_id bigint, data jsonb) PARTITION BY RANGE (day);
INSERT INTO s.plays SELECT '2024-07-12', n FROM generate_series(1, 500) n;
"""


def rows(connection: Connection, table: str) -> float:
    found = connection.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", (table,)).fetchone()
    assert found is not None
    return found[0]


def test_a_large_load_is_counted_and_a_small_one_is_not(connection: Connection) -> None:
    connection.execute(TABLES.encode())
    assert analyze(connection, MUCH - 1) == 0
    assert rows(connection, "s.plays") < 1
    assert analyze(connection, MUCH) >= 1
    assert rows(connection, "s.plays") == 500
    assert rows(connection, "s.raw") < 1
