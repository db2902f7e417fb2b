"""Refresh what many responses mention: people, teams, venues.

A dimension is a function of the tables that mention its rows, computed anew as a whole. So neither the order of loads
nor what an earlier response said can be seen in it, and what nobody mentions any more is gone.
"""

from dataclasses import dataclass
from pathlib import Path

from runtime.database import Connection
from runtime.errors import TerminalError

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('dimensions', 3))"


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A dimension, and how many of its rows changed or are new."""

    name: str
    rows: int


def refresh(connection: Connection, folder: Path) -> tuple[Refreshed, ...]:
    """Make every dimension hold what the tables say; `folder` has a statement for each (`postgres/dimensions`)."""
    return tuple(_refresh(connection, file) for file in sorted(folder.glob("*.sql")))


def _refresh(connection: Connection, file: Path) -> Refreshed:
    try:
        statement = file.read_bytes()
    except OSError as error:
        raise TerminalError(f"it cannot be read: {error.strerror}", where=str(file)) from error
    with connection.transaction():
        connection.execute(_LOCK)
        connection.execute("SET LOCAL jit = off")  # it compiles longer than the statement runs
        return Refreshed(file.stem, connection.execute(statement).rowcount)
