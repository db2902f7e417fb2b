"""Locks between processes."""

import contextlib
from collections.abc import Generator
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows has none, and does without
    fcntl = None


@contextlib.contextmanager
def locked(path: Path) -> Generator[None]:
    """Hold an exclusive lock between processes; it goes with the process, however that ends."""
    with path.open("a", encoding="ascii") as stream:
        if fcntl is not None:
            fcntl.flock(stream, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def alone(path: Path) -> Generator[bool]:
    """Hold an exclusive lock between processes if nobody else does; yield whether it is ours."""
    with path.open("a", encoding="ascii") as stream:
        try:
            if fcntl is not None:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
