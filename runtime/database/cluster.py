"""Make a data folder: `initdb` beside its final place, then one rename, so that a crash leaves nothing half."""

import os
import secrets
import shutil
import subprocess
from pathlib import Path
from typing import TypedDict

from runtime.database.binaries import Binaries
from runtime.database.place import Place
from runtime.database.settings import USER, Settings
from runtime.errors import TerminalError


class RunAs(TypedDict, total=False):
    """Arguments of `subprocess` that drop root's rights."""

    user: int
    group: int
    extra_groups: list[int]


def run_as(place: Place) -> RunAs:
    """Return the arguments that make a subprocess run as the server's user."""
    if place.account is None:
        return {}
    return {"user": place.account.uid, "group": place.account.gid, "extra_groups": []}


def major_of(data: Path) -> int | None:
    """Return the major version that made a data folder, or None when there is no folder."""
    try:
        return int((data / "PG_VERSION").read_text(encoding="ascii").split(".")[0])
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise TerminalError(
            "the data folder belongs to another user",
            where=str(data),
            hint="run as the user that made it, or name another server with --database-url",
        ) from error


def ensure(place: Place, binaries: Binaries, settings: Settings, *, durable: bool) -> None:
    """Create the data folder if it is not there; refuse one that these binaries cannot serve."""
    major = major_of(place.data)
    if major is None:
        _refuse_foreign(place.data)
        _create(place, binaries, settings, durable=durable)
    elif major != binaries.major:
        raise TerminalError(
            f"the data folder was made by PostgreSQL {major}, the server here is {binaries.version}",
            where=str(place.data),
            hint=f"install PostgreSQL {major} to keep using it; or move the folder away and run "
            "`mlb-etl db start` and `mlb-etl db migrate --reset`, which rebuilds it from the archive",
        )


def _refuse_foreign(data: Path) -> None:
    if data.is_dir() and any(data.iterdir()):
        raise TerminalError(
            "the data folder is not empty and not PostgreSQL's",
            where=str(data),
            hint="move it away and try again",
        )


def _create(place: Place, binaries: Binaries, settings: Settings, *, durable: bool) -> None:
    staging = place.base / f"data.{secrets.token_hex(4)}"
    staging.mkdir(mode=0o700)
    place.adopt(staging)
    try:
        _initdb(staging, place, binaries, settings, durable=durable)
        if place.data.is_dir():
            place.data.rmdir()
        staging.rename(place.data)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _initdb(staging: Path, place: Place, binaries: Binaries, settings: Settings, *, durable: bool) -> None:
    secret = staging.with_suffix(".secret")
    secret.touch(mode=0o600)
    place.adopt(secret)
    try:
        secret.write_text(settings.password, encoding="ascii")
        done = subprocess.run(
            _command(staging, secret, binaries, durable=durable),
            capture_output=True,
            text=True,
            cwd=place.base,
            env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
            check=False,
            **run_as(place),
        )
    finally:
        secret.unlink()
    if done.returncode != 0:
        raise explain(done.stderr or done.stdout, "cannot create the data folder", place)


def _command(staging: Path, secret: Path, binaries: Binaries, *, durable: bool) -> list[str]:
    locale = ["--locale-provider=builtin", "--locale=C.UTF-8"] if binaries.major >= 17 else ["--locale=C"]
    return [
        binaries.program("initdb"),
        f"--pgdata={staging}",
        f"--username={USER}",
        f"--pwfile={secret}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        *locale,
        *([] if durable else ["--no-sync"]),
    ]


def explain(said: str, what: str, place: Place) -> TerminalError:
    """Turn what a server program said into an error that says what to do."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    for pattern, meaning, hint in _MEANINGS:
        found = next((line for line in lines if pattern in line), None)
        if found:
            return TerminalError(f"{what}: {meaning} ({found})", where=str(place.base), hint=hint)
    return TerminalError(
        f"{what}: {'; '.join(lines[-3:]) or 'it said nothing'}",
        where=str(place.base),
        hint=f"see {place.log}",
    )


_MEANINGS = (
    ("No space left on device", "the disk is full", "free some space and try again; nothing was lost"),
    ("Disk quota exceeded", "the disk quota is used up", "free some space and try again; nothing was lost"),
    ("Address already in use", "the port is in use", "stop what uses it, or choose another: mlb-etl db start --port N"),
    ("already exists", "the data folder is in use by another server", "stop that server, then try again"),
    ("pre-existing shared memory block", "a server that died is still busy with the data folder",
     "wait for its processes to end, then try again"),
    ("incompatible with server", "another PostgreSQL made the data folder", "install that version"),
    ("ermission denied", "a folder may not be read by the server's user", "check the modes of the folders above it"),
)  # fmt: skip
