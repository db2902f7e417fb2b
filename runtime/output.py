"""What a run writes: files in a hidden folder of the place, which get their names once all of them are complete.

Until then nothing in the place looks like data: the folder is hidden and the files in it have no suffix. A run that
fails removes it; what a killed one leaves is removed by a run that starts a day later.
"""

import uuid
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

from runtime.errors import MlbError, TerminalError
from runtime.formats import Encoded, Format, Writer
from runtime.job import Table
from runtime.storage import Place

_HIDDEN = ".mlb-etl"
_ABANDONED = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Staging:
    """The hidden folder of a run."""

    place: Place
    folder: str

    def create(self, name: str) -> BinaryIO:
        """Open a new file in it."""
        return self.place.create(f"{self.folder}/{name}")

    def publish(self, names: Mapping[str, str], replaced: Iterable[str]) -> None:
        """Give its files their final names, in place of what is there."""
        moves = {f"{self.folder}/{staged}": final for staged, final in names.items()}
        self.place.publish(moves, [*replaced], f"{self.folder}/aside")


@contextmanager
def staging(to: Place) -> Generator[Staging]:
    """Make the hidden folder of a run, and remove it at the end."""
    to.prepare()
    _remove_abandoned(to)
    made = Staging(to, f"{_HIDDEN}/{uuid.uuid4().hex}")
    try:
        yield made
    finally:
        with suppress(MlbError):  # the failure that brought us here says more
            to.remove(made.folder)


def _remove_abandoned(to: Place) -> None:
    newest: dict[str, datetime] = {}
    for item in to.items(_HIDDEN):
        folder = "/".join(item.name.split("/")[:2])
        newest[folder] = max(newest.get(folder, item.modified), item.modified)
    for folder, modified in newest.items():
        if datetime.now(tz=UTC) - modified > _ABANDONED:
            to.remove(folder)


@contextmanager
def written(where: str) -> Generator[None]:
    """Explain that something could not be written."""
    try:
        yield
    except OSError as error:
        hint = "nothing was published; free some space or check the folder's mode, then run the same command again"
        raise TerminalError(f"cannot write: {error.strerror or error}", where=where, hint=hint) from error


@dataclass(slots=True)
class TableFiles:
    """One file per table of a run. Rows are written in the order in which they come."""

    staging: Staging
    form: Format
    tables: tuple[Table, ...]
    _open: dict[str, tuple[Writer, BinaryIO]] = field(
        default_factory=dict[str, tuple[Writer, BinaryIO]], init=False
    )

    def __post_init__(self) -> None:
        for table in self.tables:
            with written(self.staging.place.url):
                stream = self.staging.create(table.name)
                self._open[table.name] = (self.form.writer(table, stream), stream)

    def __enter__(self) -> "TableFiles":
        return self

    def __exit__(self, *_: object) -> None:
        for writer, stream in self._open.values():
            with suppress(OSError, ValueError, MlbError):  # most are closed, the others are not wanted
                writer.close()
            with suppress(OSError, MlbError):
                stream.close()

    def add(self, rows: Mapping[str, Encoded]) -> None:
        """Write rows of some tables."""
        for name, encoded in rows.items():
            with written(self.staging.place.shown(name)):
                self._open[name][0].add(encoded)

    def close(self) -> None:
        """Complete the files."""
        for name, (writer, stream) in self._open.items():
            with written(self.staging.place.shown(name)):
                writer.close()
                stream.close()

    def publish(self) -> None:
        """Complete the files, and give them the names of their tables; each replaces what is there of its table."""
        self.close()
        names = {table.name: f"{table.name}{self.form.suffix}" for table in self.tables}
        self.staging.publish(names, [*names.values(), *names])
