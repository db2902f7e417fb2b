"""The releases of the package, one after the other: the whole project follows each, with a populated database."""

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from runtime import captures
from runtime.progress import Quiet
from runtime.project import Project
from tests.support.project import ROOT
from tests.upstream.loop import BEFORE, EMPTY, NewDatabase, breaks, responses
from tests.upstream.rehearsal import Rehearsal
from tests.upstream.releases import WHEELS, installed

COPIED = ("mappings", "schemas", "pyproject.toml")
LOADED = ("draft.draftPicks", "draft.draftProspects", "division.divisions", "season.seasons")
"""Of all that is compiled, what the database is populated with."""


@dataclass(frozen=True, kw_only=True)
class Update:
    """What the update to a release came to: what was told, and which files are others now."""

    release: str
    waiting: Sequence[str]
    told: Sequence[str]
    changed: Sequence[str]
    breaks: Sequence[str]
    migrated: str


def begun(root: Path, new: NewDatabase) -> Rehearsal:
    """Make a copy of the project that begins with the first release, and load captures."""
    captures.pull(Project(ROOT), Quiet())
    for name in (*COPIED, ".mlb/captures", ".mlb/cache"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, root / name)
        elif source.is_file():
            shutil.copy(source, root / name)
    first = next(iter(WHEELS))
    home = Rehearsal(root, database=new(EMPTY), package=installed(first))
    home.mlbc("upstream", "update")
    home.mlbc("generate")
    home.etl("db", "migrate")
    home.load(*responses(home, LOADED))
    return home


def update(home: Rehearsal, release: str) -> tuple[Rehearsal, Update]:
    """Install a release, accept it, compile, ask the gate, and migrate."""
    home = replace(home, package=installed(release))
    before = _tree(home.generated)
    shutil.rmtree(home.root / BEFORE, ignore_errors=True)
    shutil.copytree(home.generated, home.root / BEFORE)
    waiting = home.mlbc("upstream", "status", code=1).out.splitlines()
    assert "S110" in home.mlbc("generate", code=1).said
    told = home.mlbc("upstream", "update").out.splitlines()
    home.mlbc("generate")
    after = _tree(home.generated)
    changed = sorted(path for path in {*before, *after} if before.get(path) != after.get(path))
    is_same = changed == ["lock.json"]
    return home, Update(
        release=release,
        waiting=waiting,
        told=told,
        changed=changed,
        breaks=() if is_same else breaks(home),
        migrated=home.etl("db", "migrate").out,
    )


def _tree(folder: Path) -> Mapping[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
    }
