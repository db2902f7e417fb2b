"""Staging tables of runs: made, read, and removed, also when their run died. See `runtime.spark.staging`."""

import secrets
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import groupby

import orjson
import psycopg
from psycopg import sql

from runtime.database import Connection, opened
from runtime.errors import TerminalError
from runtime.target import type_name

SCHEMA = "staging"
ATTEMPT = "attempt"
"""The column that says which attempt of which task wrote a row."""

_SET_UP = "SELECT pg_advisory_xact_lock(hashtextextended('staging', 5))"
_LIVE = "SELECT pg_advisory_lock(hashtextextended('staging ' || %s, 5))"
_IS_DEAD = "SELECT pg_try_advisory_lock(hashtextextended('staging ' || %s, 5))"
_RELEASE = "SELECT pg_advisory_unlock(hashtextextended('staging ' || %s, 5))"
_TABLES = "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind = 'r' ORDER BY 1"
_SAID = "SELECT obj_description(%s::regclass, 'pg_class')"
_STOP = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s"


@dataclass(frozen=True, slots=True)
class Stage:
    """A staging table, by its name with its schema."""

    name: str

    @property
    def place(self) -> sql.Identifier:
        """The table."""
        return sql.Identifier(*self.name.split("."))

    def create(self, connection: Connection, columns: Sequence[tuple[str, str]]) -> None:
        """Create it: names and types of its columns; none is required, JSON is text."""
        made = sql.SQL(", ").join(
            sql.SQL("{} {}").format(sql.Identifier(name), type_name("text" if kind == "jsonb" else kind))
            for name, kind in (*columns, (ATTEMPT, "bigint"))
        )
        connection.execute(sql.SQL("CREATE UNLOGGED TABLE {} ({})").format(self.place, made))

    def commit(self, connection: Connection, copied: Mapping[int, int]) -> None:
        """Note which attempts count, and how many rows each wrote."""
        said = orjson.dumps({str(attempt): rows for attempt, rows in copied.items()}).decode()
        connection.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(self.place, sql.Literal(said)))

    def attempts(self, connection: Connection) -> dict[int, int]:
        """Return the attempts that count, with their rows."""
        said = connection.execute(_SAID, (self.name,)).fetchone()
        if said is None or said[0] is None:
            raise TerminalError(f"the rows in {self.name} were never committed", hint="load again")
        return {int(attempt): int(rows) for attempt, rows in orjson.loads(said[0]).items()}

    def drop(self, connection: Connection) -> None:
        """Drop it, unless tasks hold it: the end of the run is soon enough."""
        with suppress(psycopg.errors.LockNotAvailable):
            _drop(connection, [self])


@dataclass(frozen=True)
class Staging:
    """The staging tables of a run."""

    connection: Connection
    run: str
    stages: list[Stage] = field(default_factory=list[Stage])

    @property
    def application(self) -> str:
        """The name under which its tasks connect."""
        return f"mlb-etl staging {self.run}"

    def create(self, columns: Sequence[tuple[str, str]]) -> Stage:
        """Create a staging table for rows of these columns (name, type)."""
        stage = Stage(f"{SCHEMA}.r{self.run}_{len(self.stages)}")
        stage.create(self.connection, columns)
        self.stages.append(stage)
        return stage

    def clear(self) -> None:
        """Drop its tables; tasks that still write to them, whom nobody waits for, are cut off."""
        self.connection.execute(_STOP, (self.application,))
        _drop(self.connection, self.stages)


@contextmanager
def staging(url: str) -> Generator[Staging]:
    """Make place for the rows of a run, after what dead runs left behind; it goes at the end of the block."""
    with opened(url) as connection:
        _set_up(connection)
        _sweep(connection)
        made = Staging(connection, secrets.token_hex(6))
        connection.execute(_LIVE, (made.run,))
        try:
            yield made
        finally:
            if not connection.broken:
                made.clear()


def _set_up(connection: Connection) -> None:
    if connection.execute("SELECT to_regnamespace(%s)", (SCHEMA,)).fetchone() == (None,):
        with connection.transaction():
            connection.execute(_SET_UP)
            connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(SCHEMA)))


def _sweep(connection: Connection) -> None:
    """Remove the tables of runs that are dead: nobody holds the lock of their name."""
    names = [name for (name,) in connection.execute(_TABLES, (SCHEMA,))]
    for run, tables in groupby(names, key=lambda name: name.partition("_")[0].removeprefix("r")):
        stages = [Stage(f"{SCHEMA}.{name}") for name in tables]
        if connection.execute(_IS_DEAD, (run,)).fetchone() == (True,):
            with suppress(psycopg.errors.LockNotAvailable):
                Staging(connection, run, stages).clear()
            connection.execute(_RELEASE, (run,))


def _drop(connection: Connection, stages: Sequence[Stage]) -> None:
    if stages:
        with connection.transaction():
            connection.execute("SET LOCAL lock_timeout = '5s'")
            names = sql.SQL(", ").join(stage.place for stage in stages)
            connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(names))
