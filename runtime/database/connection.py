"""Connect to the database in use: `--database-url`, `MLB_DATABASE_URL`, or the embedded server."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from typing import TypeAlias

import orjson
import psycopg
from psycopg.rows import TupleRow
from psycopg.types.json import set_json_dumps, set_json_loads

from runtime.database import server
from runtime.database.binaries import OLDEST
from runtime.document import json_bytes
from runtime.errors import MlbError, TerminalError, TransientError, redact
from runtime.project import Project

Connection: TypeAlias = psycopg.Connection[TupleRow]

ENVIRONMENT = "MLB_DATABASE_URL"

_APPLICATION = "mlb-etl"

_SESSION = (
    "-c timezone=UTC -c datestyle=ISO -c intervalstyle=iso_8601 -c extra_float_digits=1 -c jit=off"
    " -c client_min_messages=warning"
)


def url_in_use(project: Project, given: str | None = None, *, start: bool = True) -> str:
    """Return the URL of the database to use, starting the embedded server if that is the one.

    A server that runs is asked too: an interrupted start may have left it without its database.
    """
    named = given or os.environ.get(ENVIRONMENT)
    if named:
        return named
    return (server.start if start else server.status)(project.postgres).url()


def shown(url: str) -> str:
    """Return a URL without its secrets, for people."""
    return redact(url)


def connect(url: str, application: str = _APPLICATION) -> Connection:
    """Connect in UTC, under a name for `pg_stat_activity`.

    A server that is too old, absent or unwilling is an error that says what to do.
    """
    try:
        connection = psycopg.connect(
            url, autocommit=True, connect_timeout=10, application_name=application, options=_SESSION
        )
    except (psycopg.OperationalError, psycopg.ProgrammingError) as error:
        raise problem(error, url) from error
    set_json_dumps(json_bytes, connection)
    set_json_loads(orjson.loads, connection)
    if connection.info.server_version < OLDEST * 10_000:
        version = connection.info.parameter_status("server_version")
        connection.close()
        raise TerminalError(
            f"the server is PostgreSQL {version}; {OLDEST} or newer is needed",
            where=redact(url),
            hint=f"upgrade it, name a newer one, or leave out --database-url and {ENVIRONMENT}: "
            "the embedded server is new enough",
        )
    return connection


@contextmanager
def opened(url: str, application: str = _APPLICATION) -> Generator[Connection]:
    """Connect for the length of a block; failures of the server become ours."""
    with connect(url, application) as connection:
        try:
            yield connection
        except psycopg.Error as error:
            raise problem(error, url) from error


def problem(error: psycopg.Error, url: str | None = None) -> MlbError:
    """Turn a failure of the database into one that says what it means and what to do."""
    said = redact(str(error).strip()) or type(error).__name__
    where = redact(url) if url else None
    for kind, text, what, hint in _MEANINGS:
        if isinstance(error, kind) and text in said:
            return TerminalError(f"{what} ({said.splitlines()[-1]})", where=where, hint=hint)
    if isinstance(error, _TRANSIENT):
        return TransientError(said, where=where, hint="try again")
    return TerminalError(said, where=where)


_TRANSIENT = (psycopg.OperationalError, psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected)

_START = "is the server up? `mlb-etl db start` starts the embedded one"

_MEANINGS: tuple[tuple[type[psycopg.Error], str, str, str], ...] = (
    (psycopg.OperationalError, "password authentication failed", "wrong password or user",
     f"check --database-url or {ENVIRONMENT}"),
    (psycopg.OperationalError, "does not exist", "no such database or role",
     f"create it, or check --database-url or {ENVIRONMENT}"),
    (psycopg.OperationalError, "Connection refused", "nobody listens there", _START),
    (psycopg.OperationalError, "resolve host", "no such host", f"check --database-url or {ENVIRONMENT}"),
    (psycopg.OperationalError, "translate host", "no such host", f"check --database-url or {ENVIRONMENT}"),
    (psycopg.errors.DiskFull, "", "the disk of the server is full",
     "free some space and run the same command again: what was committed stays, the rest was rolled back"),
    (psycopg.errors.InsufficientPrivilege, "", "the role may not do this", "use the role that owns the schemas"),
    (psycopg.errors.UndefinedTable, "", "a table is missing", "run `mlb-etl db migrate`"),
    (psycopg.errors.UndefinedColumn, "", "a column is missing", "run `mlb-etl db migrate`"),
    (psycopg.ProgrammingError, "connection", "this is not a connection URL",
     "it looks like postgresql://user:password@host:5432/database"),
    (psycopg.ProgrammingError, "invalid", "this is not a connection URL",
     "it looks like postgresql://user:password@host:5432/database"),
)  # fmt: skip
