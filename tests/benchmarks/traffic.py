"""Readers and writers that go on while something else happens, how long each waited, and which locks were held."""

import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

import psycopg

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
EXCLUSIVE = "AccessExclusiveLock"
_PAUSE = 0.001


@dataclass(slots=True)
class Seen:
    """Seconds: the longest that a reader and a writer took, and that locks in their way were held."""

    reads: int = 0
    writes: int = 0
    longest_read: float = 0.0
    longest_write: float = 0.0
    held: float = 0.0
    samples: int = 0
    failed: list[str] = field(default_factory=list[str])


@contextmanager
def traffic(url: str, pid: int) -> Generator[Seen]:
    """Read and write in two connections for the length of a block, and watch the locks of a process of the server."""
    seen, stop = Seen(), threading.Event()
    works = (_reading, _writing, partial(_watching, pid))
    threads = [threading.Thread(target=_until, args=(stop, work, url, seen)) for work in works]
    for thread in threads:
        thread.start()
    while not ((seen.reads and seen.writes and seen.samples) or seen.failed):
        time.sleep(_PAUSE)
    seen.reads, seen.writes, seen.longest_read, seen.longest_write = 0, 0, 0.0, 0.0  # they were cold
    try:
        yield seen
    finally:
        stop.set()
        for thread in threads:
            thread.join()


Work = Callable[[psycopg.Connection, threading.Event, Seen], None]


def _until(stop: threading.Event, work: Work, url: str, seen: Seen) -> None:
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            work(connection, stop, seen)
    except psycopg.Error as error:
        seen.failed.append(str(error).splitlines()[0])


def _reading(connection: psycopg.Connection, stop: threading.Event, seen: Seen) -> None:
    for spent in _each_game(connection, stop, _READ):
        seen.reads += 1
        seen.longest_read = max(seen.longest_read, spent)


def _writing(connection: psycopg.Connection, stop: threading.Event, seen: Seen) -> None:
    for spent in _each_game(connection, stop, _WRITE):
        seen.writes += 1
        seen.longest_write = max(seen.longest_write, spent)


def _each_game(connection: psycopg.Connection, stop: threading.Event, query: str) -> Generator[float]:
    (games,) = connection.execute(_GAMES.encode()).fetchone() or ([],)
    number = 0
    while not stop.is_set():
        begun = time.perf_counter()
        connection.execute(query.encode(), (games[number % len(games)],))
        yield time.perf_counter() - begun
        number += 1
        time.sleep(_PAUSE)


def _watching(pid: int, connection: psycopg.Connection, stop: threading.Event, seen: Seen) -> None:
    """Sample the locks; a lock is held from the first sample that shows it to the first that does not."""
    since: float | None = None
    while not stop.is_set():
        found = connection.execute(_HELD.encode(), (pid,)).fetchone()
        now = time.perf_counter()
        seen.samples += 1
        if found and since is None:
            since = now
        elif since is not None:
            seen.held = max(seen.held, now - since)
            since = since if found else None
        time.sleep(_PAUSE)
