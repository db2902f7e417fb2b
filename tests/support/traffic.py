"""Work that goes on in connections of its own, turn after turn, while something else happens to a database."""

import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

import psycopg

from runtime.database import Connection, connect

LIMIT = 5.0
"""Seconds: what the migrator waits at most for a lock, and others behind it."""

Work = Callable[[Connection, int], None]
"""One turn; turns are counted from 1000, a range that no fixture writes to."""
_PAUSE = 0.001


@dataclass(slots=True)
class Worker:
    """What one connection saw: turns done, the seconds that the longest took, and what failed, which ended it."""

    work: Work
    done: int = 0
    longest: float = 0.0
    failed: list[str] = field(default_factory=list[str])

    def run(self, url: str, stop: threading.Event) -> None:
        """Work until told to stop."""
        with connect(url, "traffic") as connection:
            connection.execute("SELECT set_config('statement_timeout', %s, false)", (f"{LIMIT}s",))
            for turn in count(1000):
                if stop.is_set():
                    return
                started = time.perf_counter()
                try:
                    self.work(connection, turn)
                except psycopg.Error as error:
                    self.failed.append(f"{type(error).__name__}: {error}")
                    return
                self.longest = max(self.longest, time.perf_counter() - started)
                self.done += 1
                time.sleep(_PAUSE)


@dataclass(frozen=True, slots=True)
class Traffic:
    """The workers that go on."""

    workers: tuple[Worker, ...]

    @property
    def failed(self) -> list[str]:
        """What failed, of all."""
        return [text for worker in self.workers for text in worker.failed]

    @property
    def longest(self) -> float:
        """Seconds of the longest turn of all."""
        return max(worker.longest for worker in self.workers)

    def rest(self) -> None:
        """Wait until each did something more, or one failed."""
        before, ends = [worker.done for worker in self.workers], time.monotonic() + 2 * LIMIT
        while not self.failed and any(
            worker.done <= then for worker, then in zip(self.workers, before, strict=True)
        ):
            assert time.monotonic() < ends, before
            time.sleep(_PAUSE)


@contextmanager
def traffic(url: str, works: Sequence[Work]) -> Generator[Traffic]:
    """Have each work go on for the length of a block; before it begins and after it ends each did something."""
    seen, stop = Traffic(tuple(map(Worker, works))), threading.Event()
    threads = [threading.Thread(target=worker.run, args=(url, stop)) for worker in seen.workers]
    for thread in threads:
        thread.start()
    try:
        seen.rest()
        for worker in seen.workers:
            worker.done, worker.longest = 0, 0.0  # it was cold
        yield seen
        seen.rest()
    finally:
        stop.set()
        for thread in threads:
            thread.join()
