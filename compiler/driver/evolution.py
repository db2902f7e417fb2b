"""The history of the database: read from the project, and followed by a compilation."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from compiler.diagnostics import Sink, did_you_mean
from compiler.driver.session import Session
from compiler.ir.catalog import Catalog
from compiler.ir.settle import Before
from compiler.migrate import CATALOG, FOLDER, NOTHING, SUM, History, extend, squash, verify
from compiler.rules import NOT_GIVEN_UP
from compiler.source import Origin, SourceFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """The history that a compilation follows: appends to, or (`anew`) begins anew.

    `slug` names what is appended; `dropped` what was given up, `TABLE` or `TABLE.COLUMN`, and is to go.
    """

    history: History = NOTHING
    anew: bool = False
    slug: str = ""
    dropped: tuple[str, ...] = ()

    @property
    def before(self) -> Before:
        """What databases have, which a new catalog follows."""
        state = Catalog() if self.anew else self.history.state
        return Before(catalog=state, number=self.history.next_number, dropped=frozenset(self.dropped))

    def followed(self, files: Mapping[str, str], sink: Sink) -> Mapping[str, str]:
        """Return the history that leads to the catalog of `files`, as it lies below the output folder."""
        grown = squash(files) if self.anew else extend(self.history, files, sink, self.slug)
        return grown.files

    def forgotten(self, files: Mapping[str, str]) -> tuple[str, ...]:
        """Return the files of the history that are no more."""
        return tuple(path for path in self.history.files if path not in files)


NO_PAST = Past()
"""What a compilation follows that begins a history, or leaves it alone."""


def has_history(files: Mapping[str, str]) -> bool:
    """Say whether the database is among the outputs: the catalog and its history move together."""
    return CATALOG in files


def read_past(
    session: Session, *, squash: bool = False, slug: str = "", dropped: tuple[str, ...] = ()
) -> Past:
    """Read what is committed; report it where it is broken, unless it is to begin anew."""
    history = read_history(session)
    if not squash:
        verify(history, session.sink)
    _check_dropped(session, history.state, dropped)
    return Past(history=history, anew=squash, slug=slug, dropped=dropped)


def _check_dropped(session: Session, state: Catalog, dropped: tuple[str, ...]) -> None:
    """Report what is to go and was not given up."""
    tables = {table.name for table in state.tables if table.given_up}
    columns = {f"{table.name}.{one.name}" for table in state.tables for one in table.columns if one.given_up}
    for name in dropped:
        if name not in tables | columns:
            advice = _what_could_go(name, sorted(tables | columns))
            message = f"`{name}` was not given up"
            session.sink.report(NOT_GIVEN_UP.at(Origin("--drop"), message, advice=advice))


def _what_could_go(name: str, given_up: list[str]) -> str:
    if not given_up:
        return "nothing is given up: what leaves the mappings is, with the migration that tells it"
    return did_you_mean(name, given_up) or f"given up are {', '.join(f'`{one}`' for one in given_up[:5])}" + (
        f" and {len(given_up) - 5} more" if len(given_up) > 5 else ""
    )


def read_history(session: Session) -> History:
    """Read the catalog, the migrations and their hash chain."""
    project = session.project
    folder = f"{project.generated}/"
    with session.during("history"):
        catalog = project.read(f"{folder}{CATALOG}", session.sink)
        chain = project.read(f"{folder}{SUM}", session.sink)
        files = migrations(session)
    return History(
        folder=folder,
        catalog=catalog.text if catalog else None,
        migrations={PurePosixPath(file.path).name: file.text for file in files},
        chain=chain.text if chain else None,
    )


def migrations(session: Session) -> tuple[SourceFile, ...]:
    """Read the committed migrations, in order."""
    return session.project.migration_files(f"{session.project.generated}/{FOLDER}", session.sink)


def unlisted(session: Session, outputs: Collection[str]) -> bool:
    """Say whether there is a migration that is no output: somebody, or a merge, put it there."""
    folder = f"{session.project.generated}/"
    return any(file.path.removeprefix(folder) not in outputs for file in migrations(session))
