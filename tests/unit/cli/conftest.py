"""A small project, and the command on it."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from compiler.cli import run

ROOT = Path(__file__).parents[3]

MAPPING = """\
operation: season.seasons
tables:
  season.seasons_normalized:
    rows: $.seasons[*]
    doc: One row per season.
    key: [season_id]
    columns:
      season_id: .seasonId
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run of the command left."""

    code: int
    out: str
    err: str


Mlbc = Callable[..., Outcome]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one operation of one document, as the real one has it."""
    return _written(tmp_path)


def _written(root: Path) -> Path:
    (root / "mappings").mkdir()
    (root / "mappings" / "seasons.yaml").write_text(MAPPING, "utf-8")
    shutil.copytree(ROOT / "schemas" / "observed" / "season", root / "schemas" / "observed" / "season")
    documents = root / "documents"
    documents.mkdir()
    shutil.copy(_installed() / "season.json", documents)
    return root


def _installed() -> Path:
    from importlib.util import find_spec

    spec = find_spec("pymlb_statsapi")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "resources" / "schemas" / "statsapi" / "stats_api_1_0"


@pytest.fixture(scope="session")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a project has that was compiled once, but for what was generated: its lock and its caches."""
    root = _written(tmp_path_factory.mktemp("begun"))
    assert run(["upstream", "update", "-C", str(root), "--schemas", str(root / "documents")]) == 0
    assert run(["generate", "-C", str(root), "--schemas", str(root / "documents")]) == 0
    return root


@pytest.fixture
def mlbc(
    project: Path, begun: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Mlbc:
    """Run the command in the project; the documents in `documents` are accepted, the caches are full."""
    shutil.copy(begun / "schemas" / "upstream.lock", project / "schemas")
    shutil.copytree(begun / ".mlb" / "cache", project / ".mlb" / "cache")
    monkeypatch.chdir(project)
    monkeypatch.delenv("MLBC_TRACEBACK", raising=False)

    def call(*arguments: str) -> Outcome:
        code = run([*arguments, *_documents(arguments)])
        printed = capsys.readouterr()
        return Outcome(code, printed.out, printed.err)

    return call


def _documents(arguments: tuple[str, ...]) -> tuple[str, ...]:
    return () if arguments[0] == "upstream" else ("--schemas", "documents")
