"""Make partitions on demand, for any date, whoever else does the same: months of raw tables, years of the others.

What a partition holds is told by its name alone, so everybody makes the same one. A partition that was detached keeps
its name, or is remembered in `metadata.detached_partitions`: nobody makes it again.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import psycopg
from psycopg import sql
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from runtime.database import Connection
from runtime.errors import DataError
from runtime.job import Table

_LIMIT = 63  # bytes of a name in Postgres

_STATE = """
SELECT c.relispartition FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE nspname = %s AND relname = %s
"""

_DETACHED = "SELECT FROM metadata.detached_partitions WHERE table_name = %s AND partition_name = %s"


class DetachedError(DataError):
    """Something belongs into a partition that was detached."""

    def __init__(self, name: str) -> None:
        hint = f"`mlb-etl db partitions attach {name}` takes it back"
        super().__init__(f"partition {name} is detached", hint=hint)


@dataclass(frozen=True, slots=True)
class Range:
    """A month, or with `month` 0 a year: what one partition holds."""

    year: int
    month: int = 0

    @property
    def suffix(self) -> str:
        """How the partition's name ends."""
        return f"_y{self.year:04d}" + (f"m{self.month:02d}" if self.month else "")

    @property
    def bounds(self) -> tuple[str, str]:
        """The first day, and the first day after it; year 10000 is a date for Postgres.

        >>> Range(2024, 12).bounds, Range(9999).bounds
        (('2024-12-01', '2025-01-01'), ('9999-01-01', '10000-01-01'))
        """
        if not self.month:
            return f"{self.year:04d}-01-01", f"{self.year + 1:04d}-01-01"
        year, index = divmod(self.year * 12 + self.month, 12)
        return f"{self.year:04d}-{self.month:02d}-01", f"{year:04d}-{index + 1:02d}-01"


def range_of(day: date, every: str) -> Range:
    """Return what the partition of a day holds.

    >>> range_of(date(2024, 7, 12), "year")
    Range(year=2024, month=0)
    """
    return Range(day.year, day.month if every == "month" else 0)


def partition_name(table: str, held: Range) -> str:
    """Name a partition.

    >>> partition_name("live_game_v1", Range(2024, 7))
    'live_game_v1_y2024m07'
    """
    return _bounded(table, _LIMIT - len(held.suffix)) + held.suffix


def _bounded(name: str, most: int = _LIMIT) -> str:
    """Shorten a name to so many bytes; the digest of all of it then stands for what is cut off."""
    if len(name.encode()) <= most:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name.encode()[: most - 9].decode(errors='ignore')}_{digest}"


@dataclass(frozen=True, slots=True)
class Partitions:
    """Remembers which partitions of raw tables are there, so that only the first response of a month asks."""

    connection: Connection
    known: set[tuple[str, Range]] = field(default_factory=set[tuple[str, Range]])

    def ensure(self, raw_table: str, captured_at: datetime) -> None:
        """Create the partition for an instant unless it is there.

        Raises:
            DetachedError: it was detached.
        """
        held = range_of(captured_at.astimezone(UTC), "month")
        if (raw_table, held) not in self.known:
            create(self.connection, raw_table, held, clock=" 00:00:00+00")
            self.known.add((raw_table, held))


def create_for(connection: Connection, tables: Collection[Table], days: Collection[date]) -> None:
    """Create the partitions that tables need for rows of some days."""
    for table in tables:
        if table.partitioning is not None:
            for held in {range_of(day, table.partitioning.every) for day in days}:
                create(connection, table.name, held)


@retry(
    retry=retry_if_exception_type((psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected)),
    wait=wait_random_exponential(multiplier=0.2, max=5),
    stop=stop_after_attempt(8),
    reraise=True,
)
def create(connection: Connection, table: str, held: Range, *, clock: str = "") -> None:
    """Create a partition unless it is there: made aside and attached, readers and writers of the table go on.

    `clock` follows the days of the bounds where the table is partitioned by instants.
    """
    schema, _, short = table.partition(".")
    name = partition_name(short, held)
    if _is_there(connection, table, name):
        return
    parent, child = sql.Identifier(schema, short), sql.Identifier(schema, name)
    low, high = (sql.Literal(day + clock) for day in held.bounds)
    with connection.transaction():
        connection.execute("SET LOCAL lock_timeout = '5s'")
        connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", (f"{schema}.{name}",))
        if _is_there(connection, table, name):
            return
        connection.execute(sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(child, parent))
        attach = sql.SQL("ALTER TABLE {} ATTACH PARTITION {} FOR VALUES FROM ({}) TO ({})")
        connection.execute(attach.format(parent, child, low, high))


def _is_there(connection: Connection, table: str, name: str) -> bool:
    """Say whether a partition is attached; one that was detached is not to be made again."""
    schema = table.partition(".")[0]
    found = connection.execute(_STATE, (schema, name)).fetchone()
    if found == (True,):
        return True
    if found or connection.execute(_DETACHED, (table, name)).fetchone():
        raise DetachedError(f"{schema}.{name}")
    return False


# Partitions that lack an index which their table has: such an index serves no query until all have it.
_UNINDEXED = """
SELECT i.indexrelid::regclass::text, pn.nspname, pc.relname, ic.relname, pg_get_indexdef(i.indexrelid)
FROM pg_index i
JOIN pg_class ic ON ic.oid = i.indexrelid AND ic.relkind = 'I'
JOIN pg_inherits p ON p.inhparent = i.indrelid
JOIN pg_class pc ON pc.oid = p.inhrelid
JOIN pg_namespace pn ON pn.oid = pc.relnamespace
WHERE NOT i.indisvalid
  AND NOT EXISTS (
      SELECT FROM pg_inherits a JOIN pg_index own ON own.indexrelid = a.inhrelid
      WHERE a.inhparent = i.indexrelid AND own.indrelid = p.inhrelid
  )
ORDER BY 1, 2, 3
"""


def index_partitions(connection: Connection) -> None:
    """Finish the indexes that tables have and their partitions lack, one by one, while writers go on.

    May be interrupted anywhere and run again; runs outside of a transaction.
    """
    for parent, schema, part, index, definition in connection.execute(_UNINDEXED).fetchall():
        own = _bounded(f"{part}_{index}")
        name = sql.Identifier(schema, own)
        head, _, rest = definition.partition(" USING ")
        made = sql.SQL("CREATE UNIQUE INDEX" if head.startswith("CREATE UNIQUE") else "CREATE INDEX")
        connection.execute(sql.SQL("DROP INDEX CONCURRENTLY IF EXISTS {}").format(name))
        connection.execute(
            sql.SQL("{} CONCURRENTLY {} ON {} USING {}").format(
                made, sql.Identifier(own), sql.Identifier(schema, part), sql.SQL(rest)
            )
        )
        connection.execute(sql.SQL("ALTER INDEX {} ATTACH PARTITION {}").format(sql.SQL(parent), name))
