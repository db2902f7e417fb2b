"""What this machine, or the container on it, gives to a process."""

import os
from pathlib import Path

_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
_MIB = 1 << 20
_LEAST, _MOST = 1024, 30 * 1024
"""MiB of heap; with 32 GiB and more, every reference takes twice the room."""


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def memory_mib(limits: tuple[Path, ...] = _LIMITS) -> int | None:
    """Return the memory of the container or the machine, whichever is less; None if the system does not say."""
    found = [int(text) for text in map(_text, limits) if text.isdigit()]
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        found.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    return min(found) // _MIB if found else None


def heap_mib(memory: int | None = None) -> int:
    """Return the heap of a driver that does all the work: half of the memory; the rest is for the Python workers.

    >>> heap_mib(1024), heap_mib(16 * 1024), heap_mib(256 * 1024)
    (1024, 8192, 30720)
    """
    return max(_LEAST, min(_MOST, (memory or memory_mib() or 0) // 2))


def _text(path: Path) -> str:
    try:
        return path.read_text("ascii").strip()
    except OSError:
        return ""
