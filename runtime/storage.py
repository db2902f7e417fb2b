"""Places that hold files: a folder, or a prefix of a bucket in object storage (`s3://bucket/prefix`).

A bucket is reached with `obstore`, by the settings of the environment: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
AWS_SESSION_TOKEN, AWS_REGION, AWS_ENDPOINT_URL and so on. They go along when a place is sent to another process.
"""

import shutil
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from runtime.errors import TerminalError

SCHEME = "s3://"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A file or an object: its path below the place, its size in bytes, and when it was written."""

    name: str
    size: int
    modified: datetime


class Place(Protocol):
    """Where files are. Names are paths below it, with `/`. What cannot be read or written is a `TerminalError`."""

    @property
    def url(self) -> str:
        """The place, as a user writes it."""
        ...

    def shown(self, name: str) -> str:
        """Return a file as a user writes it."""
        ...

    def find(self, name: str) -> Item | None:
        """Return one file; None if there is none of this name."""
        ...

    def items(self, below: str = "") -> list[Item]:
        """Return every file below a folder, sorted by name; nothing if there is no such folder."""
        ...

    def open(self, name: str, start: int = 0) -> BinaryIO:
        """Open a file to be read from an offset on; it is fetched as it is read."""
        ...

    def create(self, name: str) -> BinaryIO:
        """Open a new file to be written; it is whole once it is closed."""
        ...

    def prepare(self) -> None:
        """Make sure that files can be written here."""
        ...

    def publish(self, moves: Mapping[str, str], replaced: Iterable[str], aside: str) -> None:
        """Give files their final names, and remove what else is at some names: files, or folders with all they hold.

        In a folder each of these names changes as a whole, by way of the folder `aside`. Object storage has no such
        step: there files of both are to be seen until it is done.
        """
        ...

    def remove(self, below: str) -> None:
        """Remove a folder, if it is there."""
        ...


def place(given: str) -> Place:
    """Return a place by its path or URL; it need not exist yet."""
    if not given.startswith(SCHEME):
        return Folder(given, str(Path(given).absolute()))
    try:
        from runtime.bucket import Bucket  # `obstore` comes with an extra
    except ModuleNotFoundError as error:
        hint = "install the extra: pip install 'mlb-stats-compiler[s3]'"
        raise TerminalError(
            f"object storage needs the package `{error.name}`", where=given, hint=hint
        ) from error
    return Bucket.named(given)


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of this machine, or of a file system that machines share.

    `at` is its absolute path, for a process that works elsewhere.
    """

    path: str
    at: str

    @property
    def url(self) -> str:
        """The folder, as the user wrote it."""
        return self.path

    def shown(self, name: str) -> str:
        """Return the path of a file."""
        return str(Path(self.path) / name)

    def find(self, name: str) -> Item | None:
        """Return a file."""
        path = Path(self.at) / name
        with _explained("read", path):
            return _item(path, name) if path.is_file() else None

    def items(self, below: str = "") -> list[Item]:
        """Return the files below a folder."""
        root = Path(self.at)
        with _explained("list", root / below):
            found = sorted(path for path in (root / below).rglob("*") if path.is_file())
            return [_item(path, path.relative_to(root).as_posix()) for path in found]

    def open(self, name: str, start: int = 0) -> BinaryIO:
        """Open a file."""
        path = Path(self.at) / name
        with _explained("read", path):
            stream = path.open("rb")
            stream.seek(start)
            return stream

    def create(self, name: str) -> BinaryIO:
        """Open a new file; folders are made."""
        path = Path(self.at) / name
        with _explained("write", path):
            path.parent.mkdir(parents=True, exist_ok=True)
            return path.open("xb")

    def prepare(self) -> None:
        """Make the folder."""
        path = Path(self.at)
        if path.exists() and not path.is_dir():
            raise TerminalError("cannot write: it is a file, not a folder", where=self.path)
        with _explained("write", path):
            path.mkdir(parents=True, exist_ok=True)

    def publish(self, moves: Mapping[str, str], replaced: Iterable[str], aside: str) -> None:
        """Rename: a file at once; a folder once all its files lie beside it."""
        root, new, old = (Path(self.at, *below) for below in ((), (aside, "new"), (aside, "old")))
        there = [*dict.fromkeys(replaced)]
        folders = {name for name in there if any(final.startswith(f"{name}/") for final in moves.values())}
        kept = {*moves.values()}
        with _explained("write", root):
            for staged, final in moves.items():
                _rename(root / staged, (new if final.partition("/")[0] in folders else root) / final)
            for name in there:
                if (root / name).exists() and name not in kept:
                    _rename(root / name, old / name)
                if name in folders:
                    _rename(new / name, root / name)

    def remove(self, below: str) -> None:
        """Remove a folder."""
        path = Path(self.at) / below
        with _explained("remove", path):
            if path.exists():
                shutil.rmtree(path)
        with suppress(OSError):  # others may be in it
            path.parent.rmdir()


def _rename(path: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    path.replace(to)


def _item(path: Path, name: str) -> Item:
    found = path.stat()
    return Item(name=name, size=found.st_size, modified=datetime.fromtimestamp(found.st_mtime, tz=UTC))


@contextmanager
def _explained(what: str, path: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        where = str(error.filename or path)
        raise TerminalError(f"cannot {what}: {error.strerror}", where=where) from error
