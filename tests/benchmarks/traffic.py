"""A reader and a writer of the pitches of games, and a look at the locks of the process that changes their table."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from runtime.database import Connection
from tests.support.traffic import Traffic, Work, traffic

PLAYS, PITCHES = "game.live_game_plays", "game.live_game_pitch_events"
_GAMES = f"SELECT array_agg(DISTINCT game_pk) FROM {PLAYS}"
_READ = f"SELECT count(*), max(captured_at) FROM {PITCHES} WHERE game_pk = %s"
_WRITE = f"UPDATE {PITCHES} SET captured_at = captured_at WHERE game_pk = %s AND at_bat_index = 1"
_HELD = """
SELECT mode FROM pg_locks
WHERE pid = %s AND granted AND locktype = 'relation' AND relation >= 16384
  AND mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
"""
"""What stands in the way of writers; the last of them in the way of readers, too."""


@dataclass(slots=True)
class Locks:
    """The longest that a process of the server held a lock in the way of writers, in seconds, as samples tell.

    It is held from the first sample that shows it to the first that does not.
    """

    pid: int
    held: float = 0.0
    since: float | None = None

    def sample(self, connection: Connection, _: int) -> None:
        """Look once."""
        found = connection.execute(_HELD.encode(), (self.pid,)).fetchone()
        now = time.perf_counter()
        if found and self.since is None:
            self.since = now
        elif self.since is not None:
            self.held = max(self.held, now - self.since)
            self.since = self.since if found else None


@dataclass(frozen=True, slots=True)
class Seen:
    """What the reader and the writer saw, and the locks in their way."""

    traffic: Traffic
    locks: Locks

    @property
    def turns(self) -> tuple[int, int]:
        """How many reads and writes there were."""
        reader, writer, _ = self.traffic.workers
        return reader.done, writer.done

    @property
    def took(self) -> tuple[float, float, float]:
        """Seconds: the longest that a lock was held, that a read took and that a write took."""
        reader, writer, _ = self.traffic.workers
        return self.locks.held, reader.longest, writer.longest


@contextmanager
def watched(url: str, pid: int) -> Generator[Seen]:
    """Read and write for the length of a block, and watch the locks of a process of the server."""
    with psycopg.connect(url) as connection:
        (games,) = connection.execute(_GAMES.encode()).fetchone() or ([],)
    locks = Locks(pid)
    with traffic(url, (_of_each(_READ, games), _of_each(_WRITE, games), locks.sample)) as going:
        yield Seen(going, locks)


def _of_each(query: str, games: list[int]) -> Work:
    def work(connection: Connection, turn: int) -> None:
        connection.execute(query.encode(), (games[turn % len(games)],))

    return work
