"""Apply migrations: under an advisory lock, each in one transaction, with bounded waits for locks."""

import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import psycopg
from psycopg import sql
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from runtime import versions
from runtime.blockers import blockers, holders
from runtime.database import Connection
from runtime.definitions import NONE as NO_DEFINITIONS
from runtime.definitions import Definition
from runtime.errors import TerminalError, TransientError
from runtime.failures import failed
from runtime.migrations import EACH_PARTITION, Migration, Step, statements
from runtime.partitions import index_partitions
from runtime.views import NONE as NO_VIEWS
from runtime.views import STEP as VIEWS
from runtime.views import Views, drop_stand_ins
from runtime.views import drop as drop_views
from runtime.views import forget as forget_views
from runtime.views import make as make_views
from runtime.views import replace as replace_views

_VIEW_IN_THE_WAY = (psycopg.errors.DependentObjectsStillExist, psycopg.errors.FeatureNotSupported)
_TRIED_AGAIN = (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected)
_LOCK = 0x6D6C625F6574  # "mlb_et"
_ATTEMPTS = 8
_TURN = 60
"""Seconds to wait for another migration to end."""

BOOTSTRAP = """
CREATE SCHEMA IF NOT EXISTS metadata;
CREATE TABLE IF NOT EXISTS metadata.schema_migrations (
    name         text         NOT NULL,
    checksum     text         NOT NULL,
    chain        text         NOT NULL,
    schemas      text[]       NOT NULL,
    applied_at   timestamptz  NOT NULL DEFAULT now(),
    duration_ms  bigint       NOT NULL,
    CONSTRAINT schema_migrations_pkey PRIMARY KEY (name)
);
COMMENT ON TABLE metadata.schema_migrations IS 'Migrations that were applied, with the schemas that each created.';
"""


@dataclass(frozen=True, slots=True)
class Applied:
    """A migration as the database remembers it."""

    name: str
    checksum: str


def applied(connection: Connection) -> tuple[Applied, ...]:
    """Return what was applied, in order."""
    known = connection.execute("SELECT to_regclass('metadata.schema_migrations') IS NOT NULL").fetchone()
    if known != (True,):
        return ()
    rows = connection.execute("SELECT name, checksum FROM metadata.schema_migrations ORDER BY name")
    return tuple(Applied(name, checksum) for name, checksum in rows)


def pending(connection: Connection, migrations: tuple[Migration, ...]) -> tuple[Migration, ...]:
    """Return what is to be applied; history that differs from the files is an error."""
    done = applied(connection)
    for index, before in enumerate(done):
        if index >= len(migrations):
            raise TerminalError(
                f"the database is ahead of the code: {before.name} was applied and is not in the files",
                hint="update the code, or use the database that belongs to it",
            )
        if (before.name, before.checksum) != (migrations[index].name, migrations[index].checksum):
            raise _edited(before, migrations)
    return migrations[len(done) :]


def require_current(connection: Connection, migrations: tuple[Migration, ...]) -> None:
    """Refuse a database whose schema is older, or newer, than the code."""
    todo = pending(connection, migrations)
    if todo:
        raise TerminalError(
            f"the database is behind the code: pending migrations: {len(todo)}, first {todo[0].name}",
            hint="run `mlb-etl db migrate`",
        )


def migrate(
    connection: Connection,
    migrations: tuple[Migration, ...],
    report: Callable[[str], None] = lambda _: None,
    views: Views = NO_VIEWS,
    definitions: Mapping[str, Definition] = NO_DEFINITIONS,
) -> tuple[str, ...]:
    """Apply what is pending, make the views, record the definitions; return the names of what was done.

    Two runs at once take turns.
    """
    with _alone(connection):
        connection.execute(BOOTSTRAP)
        done = _apply_all(connection, pending(connection, migrations), report, views)
        return (*done, versions.STEP) if versions.record(connection, definitions) else done


def _apply_all(
    connection: Connection, todo: tuple[Migration, ...], report: Callable[[str], None], views: Views
) -> tuple[str, ...]:
    names = tuple(migration.name for migration in todo)
    for place, migration in enumerate(todo):
        report(f"applying {migration.name}")
        try:
            _patiently(_apply_past_stand_ins, connection, migration)
        except _VIEW_IN_THE_WAY:
            _patiently(partial(_apply_without_views, views=views), connection, todo[place:])
            return (*names, VIEWS)
    made = _patiently(replace_views, connection, views)
    return (*names, VIEWS) if made else names


def generated_schemas(connection: Connection) -> tuple[str, ...]:
    """Return the schemas that migrations created here and that still exist."""
    if not applied(connection):
        return ()
    rows = connection.execute(
        "SELECT DISTINCT nspname FROM metadata.schema_migrations, unnest(schemas) AS made"
        " JOIN pg_namespace ON nspname = made WHERE nspname <> 'metadata' ORDER BY 1"
    )
    return tuple(name for (name,) in rows)


def drop_generated(connection: Connection, report: Callable[[str], None] = lambda _: None) -> None:
    """Drop what the migrations created, `metadata` last so that an interrupted drop can be repeated."""
    with _alone(connection):
        with connection.transaction():
            drop_views(connection)
        for schema in (*generated_schemas(connection), "metadata"):
            report(f"dropping schema {schema}")
            connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))


def _edited(before: Applied, migrations: tuple[Migration, ...]) -> TerminalError:
    if before.name == migrations[0].name:
        hint = (
            "if the history was begun anew (`mlbc generate --squash`, before release 0.1), `mlb-etl db migrate "
            "--reset` drops the generated schemas and rebuilds them from the archive; else restore the file from git"
        )
    else:
        hint = "history is append-only: restore the file from git, and put the change in a new migration"
    return TerminalError(
        f"{before.name} was applied as {before.checksum[:12]}, the file differs now", hint=hint
    )


What = TypeVar("What", Migration, tuple[Migration, ...], Step, Views)
Done = TypeVar("Done")


def _patiently(step: Callable[[Connection, What], Done], connection: Connection, what: What) -> Done:
    attempts = Retrying(
        retry=retry_if_exception_type(_TRIED_AGAIN),
        wait=wait_random_exponential(multiplier=0.2, max=10),
        stop=stop_after_attempt(_ATTEMPTS),
        reraise=True,
    )
    try:
        return attempts(step, connection, what)
    except _TRIED_AGAIN as error:
        raise _blocked(connection, what) from error


def _blocked(
    connection: Connection, what: Migration | tuple[Migration, ...] | Step | Views
) -> TransientError:
    name, text = _named(what)
    found = blockers(connection, text)
    said = "".join(f"\n  {one}" for one in found)
    ended = ", ".join(f"`SELECT pg_terminate_backend({one.pid})`" for one in found)
    return TransientError(
        f"{name} could not get its locks in {_ATTEMPTS} attempts{':' if said else ''}{said}",
        hint=f"a long transaction holds a table: end it ({ended or 'see pg_stat_activity'}) and migrate again: it goes "
        "on here",
    )


def _named(what: Migration | tuple[Migration, ...] | Step | Views) -> tuple[str, str]:
    match what:
        case tuple():
            return what[0].name, b"".join(one.text for one in what).decode()
        case Migration(name=name, text=text):
            return name, text.decode()
        case Step(title=title, text=text):
            return f"`{title or text.strip().splitlines()[-1]}`", text
        case Views(text=text):
            return VIEWS, text.decode()


def _apply_past_stand_ins(connection: Connection, migration: Migration) -> None:
    """Apply a migration; what an earlier one left for views that are not made yet goes if it is in the way."""
    try:
        _apply(connection, migration)
    except _VIEW_IN_THE_WAY:
        with connection.transaction():
            connection.execute("SET LOCAL lock_timeout = '5s'")
            had_any = drop_stand_ins(connection)
        if not had_any:
            raise
        _apply(connection, migration)


def _apply(connection: Connection, migration: Migration) -> None:
    started = time.monotonic()
    before = _schemas(connection)
    if migration.transactional:
        with connection.transaction():
            connection.execute("SET LOCAL lock_timeout = '5s'")
            for step in migration.steps:
                with _told(migration, step):
                    connection.execute(step.text.encode())
            if migration.remakes_views:
                forget_views(connection)
            _record(connection, migration, before, started)
        return
    with _online(connection):
        for step in migration.steps:
            with _told(migration, step):
                _patiently(_run_again, connection, step)
    _record(connection, migration, before, started)


@contextmanager
def _online(connection: Connection) -> Generator[None]:
    """Give statements outside of a transaction their timeouts; the migration may set others."""
    connection.execute("SET lock_timeout = '5s'")
    try:
        yield
    finally:
        with suppress(psycopg.OperationalError):  # the connection is lost, and with it what was set
            connection.execute("RESET lock_timeout; RESET statement_timeout")


def _run_again(connection: Connection, step: Step) -> None:
    """Run a step from its beginning: an index that waited in vain is there, and is not valid."""
    for statement in statements(step.text):
        run_alone(connection, statement)


def run_alone(connection: Connection, statement: str) -> None:
    """Run a statement outside of a transaction; it may have run before."""
    connection.execute(statement.encode("utf-8"))
    if EACH_PARTITION in statement:
        index_partitions(connection)


@contextmanager
def _told(migration: Migration, step: Step) -> Generator[None]:
    """Say which step failed, and what there is to do; what is tried again passes."""
    try:
        yield
    except (*_VIEW_IN_THE_WAY, *_TRIED_AGAIN):
        raise
    except psycopg.Error as error:
        raise failed(error, migration, step) from error


def _apply_without_views(connection: Connection, todo: tuple[Migration, ...], *, views: Views) -> None:
    """Apply what changes a table under a view: all of it and the new views in one transaction, or nothing."""
    if not all(migration.transactional for migration in todo):
        raise TerminalError(
            f"{todo[0].name} changes what a view reads, and what follows cannot run in one transaction",
            hint="drop the views that it names, migrate, and they are made again",
        )
    with connection.transaction():
        connection.execute("SET LOCAL lock_timeout = '5s'")
        drop_views(connection)
        for migration in todo:
            _apply(connection, migration)
        connection.execute("SET LOCAL statement_timeout = 0")  # what is materialized takes its time
        make_views(connection, views)


def _record(connection: Connection, migration: Migration, before: set[str], started: float) -> None:
    connection.execute(
        "INSERT INTO metadata.schema_migrations (name, checksum, chain, schemas, duration_ms)"
        " VALUES (%s, %s, %s, %s, %s)",
        (
            migration.name,
            migration.checksum,
            migration.chain,
            sorted(_schemas(connection) - before),
            round((time.monotonic() - started) * 1000),
        ),
    )


def _schemas(connection: Connection) -> set[str]:
    """Return the schemas that hold tables: one that had only views becomes another."""
    rows = connection.execute(
        "SELECT DISTINCT nspname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace"
        " WHERE relkind IN ('r', 'p') AND nspname !~ '^pg_'"
    )
    return {name for (name,) in rows}


@contextmanager
def _alone(connection: Connection) -> Generator[None]:
    """Hold the migration lock of the database; it goes with the session."""
    _wait_for_turn(connection)
    try:
        yield
    finally:
        with suppress(psycopg.OperationalError):
            connection.execute("SELECT pg_advisory_unlock(%s)", (_LOCK,))


def _wait_for_turn(connection: Connection) -> None:
    """Ask for the lock now and then: who waits within a statement is waited for by an index made concurrently."""
    ends = time.monotonic() + _TURN
    while connection.execute("SELECT pg_try_advisory_lock(%s)", (_LOCK,)).fetchone() != (True,):
        if time.monotonic() > ends:
            said = "".join(f": {one}" for one in holders(connection, _LOCK))
            raise TransientError(
                f"another migration is running{said}", hint="wait for it to end, then try again"
            )
        time.sleep(0.1)
