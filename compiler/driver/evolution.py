"""The history of the database: read from the project, and followed by a compilation."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from compiler.diagnostics import Sink
from compiler.driver.session import Session
from compiler.ir.catalog import Catalog
from compiler.migrate import CATALOG, FOLDER, NOTHING, SUM, History, extend, squash, verify


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """The history that a compilation follows: appends to, or (`anew`) begins anew. `slug` names what is appended."""

    history: History = NOTHING
    anew: bool = False
    slug: str = ""

    @property
    def state(self) -> Catalog:
        """The catalog whose columns keep their places."""
        return Catalog() if self.anew else self.history.state

    def followed(self, files: Mapping[str, str], sink: Sink) -> Mapping[str, str]:
        """Return the history that leads to the catalog of `files`, as it lies below the output folder."""
        grown = squash(files) if self.anew else extend(self.history, files, sink, self.slug)
        return grown.files

    def dropped(self, files: Mapping[str, str]) -> tuple[str, ...]:
        """Return the migrations that are given up."""
        return tuple(path for path in self.history.files if path not in files)


NO_PAST = Past()
"""What a compilation follows that begins a history, or leaves it alone."""


def has_history(files: Mapping[str, str]) -> bool:
    """Say whether the database is among the outputs: the catalog and its history move together."""
    return CATALOG in files


def read_past(session: Session, *, squash: bool = False, slug: str = "") -> Past:
    """Read what is committed; report it where it is broken, unless it is to begin anew."""
    history = read_history(session)
    if not squash:
        verify(history, session.sink)
    return Past(history=history, anew=squash, slug=slug)


def read_history(session: Session) -> History:
    """Read the catalog, the migrations and their hash chain."""
    project = session.project
    folder = f"{project.generated}/"
    with session.during("history"):
        catalog = project.read(f"{folder}{CATALOG}", session.sink)
        chain = project.read(f"{folder}{SUM}", session.sink)
        files = project.migration_files(f"{folder}{FOLDER}", session.sink)
    return History(
        folder=folder,
        catalog=catalog.text if catalog else None,
        migrations={PurePosixPath(file.path).name: file.text for file in files},
        chain=chain.text if chain else None,
    )


def unlisted(session: Session, outputs: Collection[str]) -> bool:
    """Say whether there is a migration that is no output: somebody, or a merge, put it there."""
    folder = f"{session.project.generated}/"
    files = session.project.migration_files(f"{folder}{FOLDER}", session.sink)
    return any(file.path.removeprefix(folder) not in outputs for file in files)
