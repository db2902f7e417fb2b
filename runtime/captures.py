"""Pull real responses into the git-ignored capture folder, and list what is there.

The responses are MLB Advanced Media's, for individual, non-commercial, non-bulk use: the project never contains them.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from runtime.envelope import read
from runtime.errors import MlbError
from runtime.locks import locked
from runtime.progress import Progress
from runtime.project import Project
from runtime.release import is_whole, unpack
from runtime.sources import SOURCES, CaptureSource

Fetch: TypeAlias = Callable[[CaptureSource, Path], datetime | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One capture that is here; `source` is the folder that it came in."""

    file: str
    source: str
    operation: str
    request: str
    status_code: int
    captured_at: datetime
    body_bytes: int


def from_index(source: CaptureSource, into: Path) -> datetime | None:
    """Fetch a release from the package index; its client is imported only when it is needed."""
    from runtime.index import fetch

    return fetch(source, into)


def pull(project: Project, progress: Progress, fetch: Fetch = from_index) -> tuple[Path, ...]:
    """Make every source's captures be there; return the folders. What is there, and whole, is left alone.

    Raises:
        MlbError: a source cannot be had; it is named, and the others were pulled.
    """
    folders: list[Path] = []
    failed: list[MlbError] = []
    for source in SOURCES:
        try:
            folders.append(_pull(source, project, progress, fetch))
        except MlbError as error:
            error.what = f"{source.package} {source.version}: {error.what}"
            failed.append(error)
    for error in failed[1:]:
        progress.finding(error.what)
    if failed:
        raise failed[0]
    return tuple(folders)


def files(project: Project) -> tuple[str, ...]:
    """Return every capture that is here, in a stable order."""
    found = sorted(path for folder in project.captures.glob("[!.]*/") for path in in_folder(folder))
    return tuple(project.shown(path) if Path.cwd() == project.root else str(path) for path in found)


def in_folder(folder: Path) -> tuple[Path, ...]:
    """Return the captures below a folder."""
    return tuple(path for path in folder.rglob("*.json*") if path.is_file())


def listing(project: Project, progress: Progress) -> list[Listed]:
    """Describe every capture that is here."""
    found: list[Listed] = []
    for file in files(project):
        try:
            capture = read(file)
        except MlbError as error:
            progress.finding(f"{file}: {error.what}")
            continue
        request = capture.request
        found.append(
            Listed(
                file=file,
                source=_source(project, file),
                operation=request.operation,
                request=request.canonical(),
                status_code=request.status_code,
                captured_at=request.captured_at,
                body_bytes=len(capture.body),
            )
        )
    return found


def _source(project: Project, file: str) -> str:
    return (project.root / file).relative_to(project.captures).parts[0]


def _pull(source: CaptureSource, project: Project, progress: Progress, fetch: Fetch) -> Path:
    folder = project.captures / source.folder
    if is_whole(folder):
        return folder
    project.captures.mkdir(parents=True, exist_ok=True)
    with locked(project.captures / ".lock"):
        if is_whole(folder):  # by another process, meanwhile
            return folder
        archive = project.captures / source.filename
        if not source.is_in(archive):
            progress.note(f"fetching {source.filename}")
            uploaded = fetch(source, archive)
            if uploaded is not None:
                os.utime(archive, (uploaded.timestamp(), uploaded.timestamp()))
        unpack(source, archive, folder)
        progress.note(f"pulled {source.contents.count} captures from {source.filename}")
    return folder
