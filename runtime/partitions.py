"""Create monthly partitions of raw tables on demand, for any date, whoever else does the same."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime

import psycopg
from psycopg import sql
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from runtime.database import Connection

_LIMIT = 63  # bytes of a name in Postgres


def partition_name(table: str, month: datetime) -> str:
    """Name the partition of a month.

    >>> partition_name("live_game_v1", datetime(2024, 7, 12, tzinfo=UTC))
    'live_game_v1_y2024m07'
    """
    suffix = f"_y{month.year:04d}m{month.month:02d}"
    if len(table.encode()) + len(suffix) > _LIMIT:
        digest = hashlib.sha256(table.encode()).hexdigest()[:8]
        table = f"{table.encode()[: _LIMIT - len(suffix) - 9].decode(errors='ignore')}_{digest}"
    return table + suffix


def bounds(month: datetime) -> tuple[str, str]:
    """Return the first instant of a month and of the next one.

    >>> bounds(datetime(2024, 12, 31, tzinfo=UTC))
    ('2024-12-01 00:00:00+00', '2025-01-01 00:00:00+00')
    """
    year, index = divmod(month.year * 12 + month.month, 12)
    return f"{month:%Y-%m}-01 00:00:00+00", f"{year:04d}-{index + 1:02d}-01 00:00:00+00"


@dataclass(frozen=True, slots=True)
class Partitions:
    """Remembers which partitions are there, so that only the first response of a month asks."""

    connection: Connection
    known: set[tuple[str, int, int]] = field(default_factory=set[tuple[str, int, int]])

    def ensure(self, raw_table: str, captured_at: datetime) -> None:
        """Create the partition for an instant unless it is there."""
        month = captured_at.astimezone(UTC)
        place = (raw_table, month.year, month.month)
        if place not in self.known:
            schema, _, table = raw_table.partition(".")
            _create(self.connection, schema, table, month)
            self.known.add(place)


@retry(
    retry=retry_if_exception_type((psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected)),
    wait=wait_random_exponential(multiplier=0.2, max=5),
    stop=stop_after_attempt(8),
    reraise=True,
)
def _create(connection: Connection, schema: str, table: str, month: datetime) -> None:
    """Make the table aside and attach it: that lets readers and writers of the parent go on."""
    name = partition_name(table, month)
    if _exists(connection, schema, name):
        return
    parent, child = sql.Identifier(schema, table), sql.Identifier(schema, name)
    low, high = (sql.Literal(bound) for bound in bounds(month))
    with connection.transaction():
        connection.execute("SET LOCAL lock_timeout = '5s'")
        connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", (f"{schema}.{name}",))
        if _exists(connection, schema, name):
            return
        connection.execute(sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(child, parent))
        attach = sql.SQL("ALTER TABLE {} ATTACH PARTITION {} FOR VALUES FROM ({}) TO ({})")
        connection.execute(attach.format(parent, child, low, high))


def _exists(connection: Connection, schema: str, name: str) -> bool:
    found = connection.execute(
        "SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = %s AND relname = %s",
        (schema, name),
    )
    return found.fetchone() is not None
