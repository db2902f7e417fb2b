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
