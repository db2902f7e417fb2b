"""Where the embedded cluster lives and which user runs it.

PostgreSQL refuses to run as root, so root runs it as `nobody`; then its folder and its binaries must be
readable by that user, which they are not when a folder above them is private.
"""

import hashlib
import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from runtime.errors import TerminalError

SHARED = Path("/var/lib/mlb-etl")
"""Where root puts what its unprivileged server cannot reach elsewhere."""

_SOCKET_NAME = "/.s.PGSQL.65535"
_SOCKET_LIMIT = 103  # sun_path on the strictest system, less the final NUL


@dataclass(frozen=True, slots=True)
class Account:
    """The unprivileged user that runs the server on behalf of root."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Place:
    """One cluster on disk: its folder and the user that runs it (None: we do)."""

    base: Path
    account: Account | None

    @property
    def data(self) -> Path:
        """The data folder of the server (PGDATA)."""
        return self.base / "data"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.base / "server.log"

    @property
    def settings(self) -> Path:
        """Port and password; readable by its owner only."""
        return self.base / "server.json"

    @property
    def lock(self) -> Path:
        """Held while the server is started or stopped."""
        return self.base / "server.lock"

    @property
    def socket(self) -> Path | None:
        """The folder of the unix socket, or None when its path would be too long for one."""
        folder = self.base / "run"
        return folder if len(os.fsencode(f"{folder}{_SOCKET_NAME}")) <= _SOCKET_LIMIT else None

    def adopt(self, path: Path) -> None:
        """Give a file or folder to the user that runs the server."""
        if self.account is not None:
            os.chown(path, self.account.uid, self.account.gid)


def reachable_by_all(path: Path) -> bool:
    """Say whether any user can enter every folder down to `path`."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in [path, *path.parents] if folder.is_dir())


def choose(folder: Path) -> Place:
    """Return the place of a cluster that is wanted in `folder`."""
    folder = folder.absolute()
    if os.geteuid() != 0:
        return Place(folder, None)
    account = _owner_of(folder / "data") or _nobody()
    if reachable_by_all(_nearest(folder)):
        return Place(folder, account)
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:10]
    return Place(SHARED / digest, account)


def prepare(place: Place) -> None:
    """Create the folders around the data folder."""
    place.base.mkdir(mode=0o755, parents=True, exist_ok=True)
    if place.account is not None:
        place.base.chmod(0o755)
        _open_up(place.base)
    if place.socket is not None and not place.socket.is_dir():
        place.socket.mkdir(mode=0o755)
        place.adopt(place.socket)


def readable_copy(tree: Path, version: str) -> Path:
    """Return `tree`, or a copy that every user can read; copied once per version.

    Libraries that a wheel keeps beside its package are found by relative path, so the layout is kept.
    """
    if reachable_by_all(tree):
        return tree
    package = tree.parent
    target = SHARED / f"postgresql-{version}"
    if not target.is_dir():
        SHARED.mkdir(mode=0o755, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=SHARED) as staging:
            copy = Path(staging) / "copy"
            shutil.copytree(tree, copy / package.name / tree.name, symlinks=True)
            libraries = package.with_name(f"{package.name}.libs")
            if libraries.is_dir():
                shutil.copytree(libraries, copy / libraries.name, symlinks=True)
            _make_readable(copy)
            copy.replace(target)
    return target / package.name / tree.name


def _make_readable(tree: Path) -> None:
    for path in [tree, *tree.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)


def _nearest(folder: Path) -> Path:
    """Return the folder itself or its closest ancestor that exists."""
    return next(path for path in [folder, *folder.parents] if path.is_dir())


def _open_up(base: Path) -> None:
    """Let the server's user pass through folders below `.mlb` that a strict umask closed."""
    for folder in base.parents:
        if folder.name == ".mlb":
            folder.chmod(folder.stat().st_mode | stat.S_IXOTH)


def _owner_of(data: Path) -> Account | None:
    if not data.is_dir():
        return None
    found = data.stat()
    return Account(found.st_uid, found.st_gid) if found.st_uid != 0 else None


def _nobody() -> Account:
    try:
        found = pwd.getpwnam("nobody")
    except KeyError:
        raise TerminalError(
            "the embedded server cannot run as root and there is no user `nobody`",
            hint="run as an ordinary user, or name another server with --database-url",
        ) from None
    return Account(found.pw_uid, found.pw_gid)
