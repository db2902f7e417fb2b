"""Unpack the captures of a release into a folder, and say whether they are all there, unchanged."""

import hashlib
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from runtime.envelope import wrap
from runtime.errors import TerminalError
from runtime.job import Json
from runtime.sources import Bare, CaptureSource, Enveloped

_SUMS = "SHA256SUMS"


def is_whole(folder: Path) -> bool:
    """Say whether a folder holds every capture that was unpacked into it, byte for byte."""
    try:
        lines = (folder / _SUMS).read_text(encoding="utf-8").splitlines()
        return bool(lines) and all(_sum(folder / line[66:]) == line[:64] for line in lines)
    except (OSError, UnicodeDecodeError):
        return False


def unpack(source: CaptureSource, archive: Path, folder: Path) -> None:
    """Unpack the captures beside their final place, dated like the release, then rename: all of them or none.

    Raises:
        TerminalError: the release does not hold what the table of sources says.
    """
    modified = archive.stat().st_mtime
    with tempfile.TemporaryDirectory(dir=archive.parent, prefix=".new-") as staging:
        bodies = Path(staging) / "bodies"
        with tarfile.open(archive) as tar:
            for place, content in _captures(source, tar, staging):
                _write(bodies / place, content, modified)
        _check_count(source, bodies)
        _write_sums(bodies)
        if folder.is_dir():
            shutil.rmtree(folder)
        bodies.replace(folder)


def _captures(
    source: CaptureSource, tar: tarfile.TarFile, staging: str
) -> Iterator[tuple[PurePosixPath, bytes]]:
    """Yield where each capture goes, and its content."""
    for member in tar:
        name = PurePosixPath(*PurePosixPath(member.name).parts[1:])  # without the release's own top folder
        content = tar.extractfile(member) if member.isfile() and source.holds(name) else None
        if content is None:
            continue
        tarfile.data_filter(member, staging)  # raises for a name that leads elsewhere
        place = name.relative_to(source.root)
        match source.contents:
            case Enveloped():
                yield place, content.read()
            case Bare() as bare if str(place) in bare.answers:
                yield _enveloped(bare, place, content.read())
            case Bare():
                pass


def _enveloped(bare: Bare, place: PurePosixPath, content: bytes) -> tuple[PurePosixPath, bytes]:
    asked = bare.answers[str(place)]
    endpoint, _, method = asked.operation.partition(".")
    members: dict[str, Json] = {
        "endpoint": endpoint,
        "method": method,
        "path_params": dict(asked.path_params),
        "query_params": dict(asked.query_params),
        "status_code": 200,
    }
    try:
        return PurePosixPath(endpoint, method, f"{place.name}.gz"), wrap(members, content)
    except ValueError as error:
        raise TerminalError(f"{place} is not JSON: {error}") from error


def _write(path: Path, content: bytes, modified: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (modified, modified))


def _check_count(source: CaptureSource, folder: Path) -> None:
    found, wanted = sum(1 for path in folder.rglob("*") if path.is_file()), source.contents.count
    if found != wanted:
        raise TerminalError(f"{found} captures where {wanted} are expected", where=source.filename)


def _write_sums(folder: Path) -> None:
    """List every file with its digest, as `sha256sum --check` reads it."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = (f"{_sum(path)}  {path.relative_to(folder).as_posix()}\n" for path in files)
    (folder / _SUMS).write_text("".join(lines), encoding="utf-8")


def _sum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
