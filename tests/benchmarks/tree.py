"""What a command takes with all that it starts (Java, its Python workers): processor time, and memory at its peak."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_PAUSE = 0.2
_KEEPER = """
import ctypes, json, os, resource, subprocess, sys
try:
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # what the command leaves behind becomes ours: its time counts, too
except AttributeError:
    pass
status = subprocess.run(sys.argv[2:]).returncode
while True:
    try:
        os.wait()
    except ChildProcessError:
        break
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
with open(sys.argv[1], "w") as file:
    json.dump([status, usage.ru_utime + usage.ru_stime], file)
"""


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds on the clock, seconds of processor time, megabytes of all processes at their peak.

    `first` is how many seconds passed until the first rows were there. `failed` says why the command came to nothing.
    """

    seconds: float
    cpu: float
    peak: float
    first: float | None = None
    failed: str = ""


def take(
    arguments: Sequence[str],
    *,
    cwd: Path,
    environment: Mapping[str, str],
    log: Path,
    limit: float,
    has_rows: Callable[[], bool] = lambda: True,
) -> Took:
    """Run a command to its end, or for `limit` seconds; `has_rows` says whether the first rows are there."""
    said = log.with_suffix(".json")
    said.unlink(missing_ok=True)
    begun = time.perf_counter()
    first, peak = None, 0.0
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-c", _KEEPER, str(said), *arguments],
            cwd=cwd,
            env=dict(environment),
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
        try:
            while process.poll() is None:
                time.sleep(_PAUSE if first is not None else _PAUSE / 4)
                peak = max(peak, memory(process.pid))
                if first is None and has_rows():
                    first = time.perf_counter() - begun
                if time.perf_counter() - begun > limit:
                    return Took(limit, 0, peak, first, f"not done after {limit:,.0f} s")
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
    seconds = time.perf_counter() - begun
    status, cpu = json.loads(said.read_text()) if said.exists() else (1, 0.0)
    return Took(seconds, cpu, peak, first, _reason(log) if status else "")


def _reason(log: Path) -> str:
    """Return the line of a log that says most."""
    lines = [line.strip() for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
    telling = [line for line in lines if "OutOfMemory" in line or "Error" in line or "Exception" in line]
    return (telling or lines or ["it said nothing"])[0][:160]


def memory(root: int) -> float:
    """Return the megabytes that a process and all below it hold; what they share counts once."""
    return sum(_held(pid) for pid in below(root)) / 1024


def below(root: int) -> list[int]:
    """Return a process and all that it started, as far as they run."""
    parents = {int(entry.name): _parent(entry) for entry in _PROC.iterdir() if entry.name.isdigit()}
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def _parent(entry: Path) -> int:
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, IndexError):
        return 0


def _held(pid: int) -> int:
    try:
        lines = (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
