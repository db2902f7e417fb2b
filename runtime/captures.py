"""Pull real responses into the git-ignored capture folder, and list what is there.

The responses are MLB Advanced Media's, for individual, non-commercial, non-bulk use: the project never contains them.
"""

import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TypeAlias

from runtime.envelope import read
from runtime.errors import MlbError, TerminalError
from runtime.progress import Progress
from runtime.project import Project
from runtime.sources import SOURCES, CaptureSource

Fetch: TypeAlias = Callable[[CaptureSource, Path], datetime | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One capture that is here."""

    file: str
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
    """Make every source's files be there; return the folders. What is there already is left alone."""
    return tuple(_pull(source, project, progress, fetch) for source in SOURCES)


def files(project: Project) -> tuple[str, ...]:
    """Return every capture that is here, in a stable order."""
    found = sorted(path for path in project.captures.glob("*/**/*.json*") if path.is_file())
    return tuple(project.shown(path) if Path.cwd() == project.root else str(path) for path in found)


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
                operation=request.operation,
                request=request.canonical(),
                status_code=request.status_code,
                captured_at=request.captured_at,
                body_bytes=len(capture.body),
            )
        )
    return found


def _pull(source: CaptureSource, project: Project, progress: Progress, fetch: Fetch) -> Path:
    folder = project.captures / source.folder
    if sum(1 for path in folder.rglob("*") if path.is_file()) >= source.count:
        return folder
    project.captures.mkdir(parents=True, exist_ok=True)
    archive = project.captures / source.filename
    if not source.is_in(archive):
        progress.note(f"fetching {source.filename}")
        uploaded = fetch(source, archive)
        if uploaded is not None:
            os.utime(archive, (uploaded.timestamp(), uploaded.timestamp()))
    _extract(source, archive, folder)
    progress.note(f"pulled {source.count} captures from {source.filename}")
    return folder


def _extract(source: CaptureSource, archive: Path, folder: Path) -> None:
    """Unpack the bodies beside their final place, dated like the release, then rename: all of them or none."""
    modified = archive.stat().st_mtime
    with (
        tempfile.TemporaryDirectory(dir=archive.parent, prefix=".new-") as staging,
        tarfile.open(archive) as tar,
    ):
        wanted = [member for member in tar if member.isfile() and source.holds(_below_top(member.name))]
        if len(wanted) != source.count:
            raise TerminalError(
                f"{len(wanted)} captures where {source.count} are expected", where=str(archive)
            )
        for member in wanted:
            tarfile.data_filter(member, staging)  # raises for a name that leads elsewhere
            place = _below_top(member.name).relative_to(source.root)
            _unpack(tar, member, Path(staging) / "bodies" / place, modified)
        if folder.is_dir():
            shutil.rmtree(folder)
        Path(staging).joinpath("bodies").replace(folder)


def _unpack(tar: tarfile.TarFile, member: tarfile.TarInfo, path: Path, modified: float) -> None:
    content = tar.extractfile(member)
    if content is None:
        raise TerminalError(f"`{member.name}` is not a file")
    path.parent.mkdir(parents=True, exist_ok=True)
    with content, path.open("wb") as stream:
        shutil.copyfileobj(content, stream)
    os.utime(path, (modified, modified))


def _below_top(name: str) -> PurePosixPath:
    """Leave out the release's own top folder."""
    return PurePosixPath(*PurePosixPath(name).parts[1:])
