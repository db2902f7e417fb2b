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
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings" / "seasons.yaml").write_text(MAPPING, "utf-8")
    shutil.copytree(ROOT / "schemas" / "observed" / "season", tmp_path / "schemas" / "observed" / "season")
    documents = tmp_path / "documents"
    documents.mkdir()
    shutil.copy(_installed() / "season.json", documents)
    return tmp_path


def _installed() -> Path:
    from importlib.util import find_spec

    spec = find_spec("pymlb_statsapi")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "resources" / "schemas" / "statsapi" / "stats_api_1_0"


@pytest.fixture
def mlbc(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Mlbc:
    """Run the command in the project; the documents in `documents` are accepted first."""
    monkeypatch.chdir(project)
    monkeypatch.delenv("MLBC_TRACEBACK", raising=False)

    def call(*arguments: str) -> Outcome:
        code = run([*arguments, *_documents(arguments)])
        printed = capsys.readouterr()
        return Outcome(code, printed.out, printed.err)

    assert run(["upstream", "update", "--schemas", "documents"]) == 0
    capsys.readouterr()
    return call


def _documents(arguments: tuple[str, ...]) -> tuple[str, ...]:
    return () if arguments[0] == "upstream" else ("--schemas", "documents")
