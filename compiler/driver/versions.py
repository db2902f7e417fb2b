"""Versions to compare: the present one, a folder, a git ref, and every release."""

import io
import shutil
import subprocess
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from compiler.breaking import ArtefactError, Surfaces, read, releases
from compiler.diagnostics import Sink
from compiler.driver.session import Session
from compiler.frontends.evolution import RESERVED, read_reserved
from compiler.project import ProjectError
from compiler.rules import RELEASE_EDITED, VERSION_UNREADABLE, Rule
from compiler.source import Origin, SourceFile

PRESENT = "present"
_TEXTS = (".avsc", ".json", ".md", ".py", ".sql", ".sum", ".yaml")
"""How the names of outputs, and of what lies beside them, end."""


def present(session: Session) -> tuple[Surfaces, Mapping[str, str]]:
    """Return the surfaces of what is generated now, and its files."""
    project = session.project
    file = project.read(f"{project.schemas}/{RESERVED}", session.sink)
    files = _folder(project.output)
    return _read(files, PRESENT, f"{project.generated}/", file, session.sink), files


def other(session: Session, against: str) -> tuple[Surfaces, Mapping[str, str]]:
    """Return the surfaces of a folder or of a git ref, and its files below `generated/`."""
    files, reserved = _other(session, against)
    file = None if reserved is None else SourceFile(f"{against}:{RESERVED}", reserved)
    return _read(files, against, f"{against}:", file, Sink()), files


def texts(session: Session, against: str) -> Mapping[str, str]:
    """Return the files that a folder or a git ref has below `generated/`; raise `ProjectError` if there are none."""
    files, _ = _other(session, against)
    if not files:
        raise _unreadable(against, "no generated artefacts here")
    return files


def _other(session: Session, against: str) -> tuple[Mapping[str, str], str | None]:
    """Return what is generated, and the tombstones."""
    folder = Path(against)
    if folder.is_dir():
        home = folder / session.project.generated
        files = _folder(home if home.is_dir() else folder)
        return files, _text(folder / session.project.schemas / RESERVED)
    tree = _at_ref(session.project.root, against, (session.project.generated, session.project.schemas))
    prefix = f"{session.project.generated}/"
    files = {path.removeprefix(prefix): text for path, text in tree.items() if path.startswith(prefix)}
    return files, tree.get(f"{session.project.schemas}/{RESERVED}")


def released(session: Session) -> tuple[Surfaces, ...]:
    """Return every release, the first one first; raise `ProjectError` where one is not as it was written."""
    project = session.project
    chain = project.read_packed(f"{project.releases}/{releases.SUM}") or b""
    home = project.root / project.releases
    found = sorted(path.name for path in home.iterdir() if path.is_dir()) if home.is_dir() else []
    contents = {
        version: project.read_packed(f"{project.releases}/{releases.file_of(version)}") for version in found
    }
    try:
        kept = {version: content for version, content in contents.items() if content is not None}
        return releases.verified(chain.decode("utf-8", "replace"), kept)
    except releases.BrokenReleaseError as error:
        raise ProjectError(
            RELEASE_EDITED.at(
                Origin(f"{project.releases}/{error.path}"),
                f"this release {error.reason}",
                advice="restore it from git",
            )
        ) from error


def _read(
    files: Mapping[str, str], version: str, place: str, reserved: SourceFile | None, sink: Sink
) -> Surfaces:
    try:
        found = read(files, version, read_reserved(reserved, sink))
    except ArtefactError as error:
        raise _unreadable(f"{place}{error.path}", error.reason) from error
    if found.is_empty:
        raise _unreadable(place.rstrip("/:"), "no generated artefacts here")
    return found


def _unreadable(place: str, reason: str, rule: Rule = VERSION_UNREADABLE) -> ProjectError:
    advice = "name a git ref or a folder that holds what `mlbc generate` wrote"
    return ProjectError(rule.at(Origin(place), reason, advice=advice))


# ------------------------------------------------------------------------------------------------- files


def _folder(home: Path) -> Mapping[str, str]:
    found = (path for path in home.rglob("*") if path.is_file())
    named = ((path.relative_to(home).as_posix(), path) for path in found)
    return {
        name: _decoded(path.as_posix(), path.read_bytes())
        for name, path in sorted(named)
        if name.endswith(_TEXTS)
    }


def _decoded(place: str, content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _unreadable(place, f"not UTF-8 at byte {error.start}") from error


def _text(path: Path) -> str | None:
    return _decoded(path.as_posix(), path.read_bytes()) if path.is_file() else None


def _at_ref(root: Path, ref: str, folders: Iterable[str]) -> Mapping[str, str]:
    """Return the texts of folders of the project as a commit has them."""
    git = shutil.which("git")
    if git is None:
        raise _unreadable(ref, "no folder of that name, and git is not installed")
    if ref.startswith("-"):
        raise _unreadable(ref, "this is no git ref")
    tree: dict[str, str] = {}
    for folder in folders:
        listed = subprocess.run(
            [git, "archive", "--format=tar", ref, "--", folder], cwd=root, capture_output=True, check=False
        )
        if listed.returncode and not tree:
            said = listed.stderr.decode(errors="replace").strip().splitlines()
            raise _unreadable(ref, said[-1].removeprefix("fatal: ") if said else "git cannot read it")
        tree |= _untarred(listed.stdout)
    return tree


def _untarred(content: bytes) -> Mapping[str, str]:
    if not content:
        return {}
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        opened = ((member.name, archive.extractfile(member)) for member in archive if member.isfile())
        wanted = ((name, file) for name, file in opened if file and name.endswith(_TEXTS))
        return {name: _decoded(name, file.read()) for name, file in wanted}
