"""Record every run in `metadata.job_executions`, however it ends."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import psycopg
from psycopg.types.json import Jsonb

from runtime.database import Connection, opened
from runtime.errors import interrupted, redact
from runtime.ingest import Tally
from runtime.job import Json
from runtime.snapshot import Loaded

_START = """
INSERT INTO metadata.job_executions (verb, job, operation, arguments)
VALUES (%s, %s, %s, %s) RETURNING execution_id
"""

_FINISH = """
UPDATE metadata.job_executions
SET status = %(status)s, finished_at = clock_timestamp(), error = %(error)s, captures = %(captures)s,
    rows_inserted = %(inserted)s, rows_updated = %(updated)s, rows_deleted = %(deleted)s,
    rows_unchanged = %(unchanged)s, rescued = %(rescued)s, quarantined = %(quarantined)s,
    dead_letters = %(dead_letters)s
WHERE execution_id = %(execution_id)s
"""

# Whose server process is gone, or is another session now.
_ABANDON = """
UPDATE metadata.job_executions e
SET status = 'abandoned', finished_at = clock_timestamp()
WHERE status = 'running'
  AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = e.backend_pid AND backend_start <= e.started_at)
"""

_RECENT = """
SELECT execution_id, verb, job, operation, status, started_at, finished_at, captures,
       rows_inserted, rows_updated, rows_deleted, rows_unchanged, rescued, quarantined,
       dead_letters, error
FROM metadata.job_executions
WHERE %(execution_id)s::bigint IS NULL OR execution_id = %(execution_id)s
ORDER BY execution_id DESC LIMIT %(limit)s
"""


@dataclass(slots=True)
class Run:
    """A run in progress: what it did so far."""

    execution_id: int
    tally: Tally = field(default_factory=Tally)
    loaded: Loaded = field(default_factory=Loaded)
    findings: list[str] = field(default_factory=list[str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """A run as the database remembers it."""

    execution_id: int
    verb: str
    job: str | None
    operation: str | None
    status: str
    started_at: datetime
    finished_at: datetime | None
    captures: int
    rows_inserted: int
    rows_updated: int
    rows_deleted: int
    rows_unchanged: int
    rescued: int
    quarantined: int
    dead_letters: int
    error: str | None


@contextmanager
def recorded(
    url: str,
    verb: str,
    *,
    job: str | None = None,
    operation: str | None = None,
    arguments: Mapping[str, Json] | None = None,
) -> Generator[Run]:
    """Record what happens in a block, on a connection of its own: that of the work may be what fails."""
    with opened(url) as connection:
        connection.execute(_ABANDON)
        shown: Json = {
            name: redact(value) if isinstance(value, str) else value
            for name, value in (arguments or {}).items()
        }
        started = connection.execute(_START, (verb, job, operation, Jsonb(shown))).fetchone()
        run = Run(started[0] if started else 0)
        try:
            yield run
        except BaseException as error:
            _finish(
                url,
                connection,
                run,
                "interrupted" if interrupted(error) else "failed",
                redact(str(error)) or type(error).__name__,
            )
            raise
        _finish(
            url, connection, run, "failed" if run.findings else "succeeded", "; ".join(run.findings) or None
        )


def recent(connection: Connection, limit: int = 10, execution_id: int | None = None) -> list[Execution]:
    """Return the latest runs, or one."""
    cursor = connection.execute(_RECENT, {"limit": limit, "execution_id": execution_id})
    names = [column.name for column in cursor.description or ()]
    return [Execution(**dict(zip(names, row, strict=True))) for row in cursor]


def _finish(url: str, connection: Connection, run: Run, status: str, error: str | None) -> None:
    """Write down how a run ended, over another connection if the server went away meanwhile."""
    said = {
        "execution_id": run.execution_id,
        "status": status,
        "error": error,
        "captures": run.tally.responses or run.loaded.documents,
        "inserted": run.loaded.inserted,
        "updated": run.loaded.updated,
        "deleted": run.loaded.deleted,
        "unchanged": run.loaded.unchanged,
        "rescued": run.loaded.rescued,
        "quarantined": run.loaded.quarantined,
        "dead_letters": run.tally.dead_letters,
    }
    try:
        connection.execute(_FINISH, said)
    except psycopg.OperationalError:
        with opened(url) as another:
            another.execute(_FINISH, said)
