"""Start and stop the embedded server; safe to do twice, and from two processes at once."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
from psycopg import sql

from runtime.database import binaries as programs
from runtime.database import cluster, place, postmaster, settings
from runtime.errors import TerminalError
from runtime.locks import locked

_POLL = 0.02
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to run a server. The defaults are for keeping data; tests trade safety for speed."""

    port: int | None = None
    durable: bool = True
    dies_with_us: bool = False
    patience: float = 120.0


@dataclass(frozen=True, slots=True)
class Status:
    """What is known of the embedded server without asking it."""

    base: Path
    pid: int | None
    settings: settings.Settings | None

    @property
    def running(self) -> bool:
        """Say whether a server runs on the data folder."""
        return self.pid is not None

    def url(self) -> str:
        """Return the connection URL, password included."""
        if self.settings is None:
            raise TerminalError("there is no embedded server yet", hint="run `mlb-etl db start`")
        return self.settings.url()


def status(folder: Path) -> Status:
    """Look at the cluster that belongs to a folder."""
    where = place.choose(folder)
    found = postmaster.read(where.data)
    stored = settings.load(where.settings) if where.settings.exists() else None
    if found and stored:
        stored = replace(stored, port=found.port)
    return Status(where.base, found.pid if found else None, stored)


def start(folder: Path, options: Options = Options()) -> Status:  # frozen
    """Start the server of a folder, creating it the first time; a running one is left alone."""
    where = place.choose(folder)
    place.prepare(where)
    with locked(where.lock):
        stored = _settings(where, options)
        found = postmaster.read(where.data)
        if found is None:
            _launch(where, stored, options)
        elif not found.ready:
            _wait(where, lambda: None, options.patience)
        _ensure_database(status(folder))
    return status(folder)


def stop(folder: Path, patience: float = 60.0) -> bool:
    """Stop the server in order; say whether one was running."""
    where = place.choose(folder)
    if not where.base.is_dir():
        return False
    with locked(where.lock):
        found = postmaster.read(where.data)
        if found is None:
            return False
        os.kill(found.pid, signal.SIGINT)  # PostgreSQL's "fast" shutdown
        deadline = time.monotonic() + patience
        while postmaster.is_alive(found.pid):
            if time.monotonic() > deadline:
                raise TerminalError(f"process {found.pid} does not stop", hint=f"see {where.log}")
            time.sleep(_POLL)
    return True


def _settings(where: place.Place, options: Options) -> settings.Settings:
    stored = settings.load(where.settings)
    if stored is None and cluster.major_of(where.data) is not None:
        raise TerminalError(
            "the password of the data folder is lost",
            where=str(where.settings),
            hint="move the folder away and run `mlb-etl db start` and `mlb-etl db migrate --reset`, "
            "which rebuilds the database from the archive",
        )
    chosen = stored or settings.create(where.base)
    if options.port is not None:
        chosen = replace(chosen, port=options.port)
    if chosen != stored:
        settings.save(where.settings, chosen)
    return chosen


def _launch(where: place.Place, stored: settings.Settings, options: Options) -> None:
    binaries = programs.find(for_everyone=where.account is not None)
    cluster.ensure(where, binaries, stored, durable=options.durable)
    if not settings.is_free(stored.port):
        raise TerminalError(
            f"port {stored.port} is in use by another program",
            where=str(where.base),
            hint="stop it, or choose another port: mlb-etl db start --port N",
        )
    postmaster.disarm_stale(where.data)
    log_start = where.log.stat().st_size if where.log.exists() else 0
    process = _spawn(where, binaries, stored, options)

    def refuse_if_ended() -> None:
        if process.poll() is not None:
            said = where.log.read_bytes()[log_start:].decode("utf-8", "replace")
            raise cluster.explain(said, "the server does not start", where)

    _wait(where, refuse_if_ended, options.patience)


def _spawn(
    where: place.Place, binaries: programs.Binaries, stored: settings.Settings, options: Options
) -> subprocess.Popen[bytes]:
    with where.log.open("ab") as log:
        return subprocess.Popen(
            [binaries.program("postgres"), "-D", str(where.data), *_flags(where, stored, options)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=where.data,
            env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
            start_new_session=True,
            preexec_fn=_die_with_parent if options.dies_with_us else None,  # tests only
            **cluster.run_as(where),
        )


def _flags(where: place.Place, stored: settings.Settings, options: Options) -> list[str]:
    values = {
        "listen_addresses": settings.HOST,
        "port": str(stored.port),
        "unix_socket_directories": str(where.socket or ""),
        "timezone": "UTC",
        "log_timezone": "UTC",
        "shared_buffers": "256MB" if options.durable else "64MB",
        "work_mem": "32MB",  # a sort of a season's pitches stays in memory
        "jit": "off",  # a view of many joins is compiled for 15 s and runs for 6
        "max_wal_size": "2GB",
        "max_locks_per_transaction": "256",  # many partitions in one transaction
        "log_checkpoints": "off",
    }
    if not options.durable:
        values |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    return [word for name, value in values.items() for word in ("-c", f"{name}={value}")]


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)


def _wait(where: place.Place, check: Callable[[], None], patience: float) -> None:
    """Wait until the server accepts connections; recovery after a crash takes its time."""
    deadline = time.monotonic() + patience
    while True:
        found = postmaster.read(where.data)
        if found is not None and found.ready:
            return
        check()
        if time.monotonic() > deadline:
            raise TerminalError(
                f"the server is not ready after {patience:.0f} s",
                where=str(where.base),
                hint=f"it may still be recovering: see {where.log}, then try again",
            )
        time.sleep(_POLL)


def _ensure_database(found: Status) -> None:
    stored = found.settings
    if stored is None:
        return
    try:
        psycopg.connect(stored.url(), connect_timeout=10).close()
    except psycopg.OperationalError as error:
        if f'database "{settings.DATABASE}" does not exist' not in str(error):
            raise _refused(error, found) from error
        with psycopg.connect(stored.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(settings.DATABASE)))


def _refused(error: psycopg.OperationalError, found: Status) -> TerminalError:
    if "password authentication failed" in str(error):
        return TerminalError(
            "the server refuses the remembered password",
            where=str(found.base / "server.json"),
            hint="somebody changed it: put the right password there",
        )
    return TerminalError(f"the server is up but refuses connections: {error}", where=str(found.base))
