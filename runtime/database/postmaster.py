"""Read `postmaster.pid`: is a server of this data folder alive, where does it listen, is the file stale?"""

import contextlib
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Postmaster:
    """A running server, as its lock file describes it."""

    pid: int
    port: int
    ready: bool


def read(data: Path) -> Postmaster | None:
    """Return the server that runs on the data folder, or None."""
    lines = _lines(data)
    if len(lines) < 4 or not lines[0].strip().isdigit() or not lines[3].strip().isdigit():
        return None
    pid = int(lines[0])
    if not is_alive(pid) or not _is_postgres(pid):
        return None
    return Postmaster(pid, int(lines[3]), len(lines) > 7 and lines[7].strip() == "ready")


def disarm_stale(data: Path) -> None:
    """Make a lock file harmless whose process id now belongs to something that is not a server.

    After a reboot the number may be in use again, and PostgreSQL would refuse to start. The file is not removed: its
    shared memory key is how PostgreSQL finds orphaned backends of the dead server. Only the number is replaced, by
    one that no process has.
    """
    lines = _lines(data)
    if not lines or not lines[0].strip().isdigit():
        return
    pid = int(lines[0])
    if is_alive(pid) and not _is_postgres(pid):
        lines[0] = str(_unused_pid())
        (data / "postmaster.pid").write_text("\n".join(lines) + "\n", encoding="utf-8")


def is_alive(pid: int) -> bool:
    """Say whether a process exists; collects it first if it was ours and ended."""
    with contextlib.suppress(ChildProcessError):
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _lines(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def _is_postgres(pid: int) -> bool:
    command = Path(f"/proc/{pid}/cmdline")
    if command.exists():
        with contextlib.suppress(OSError):
            return b"postgres" in command.read_bytes().split(b"\0")[0]
        return True
    done = subprocess.run(
        ["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return "postgres" in done.stdout


def _unused_pid() -> int:
    return next(pid for pid in range(2**22 - 1, 1, -1) if not is_alive(pid))
