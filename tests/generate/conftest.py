"""Projects that `mlbc generate` compiles as a command, in processes of their own."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENDPOINTS = ("division", "season", "standings")
MAPPINGS = {
    "division.yaml": """\
operation: division.divisions
tables:
  division.divisions_normalized:
    rows: $.divisions[*]
    key: [division_id]
    columns:
      division_id: .id
""",
    "season.yaml": """\
operation: season.seasons
tables:
  season.seasons_normalized:
    rows: $.seasons[*]
    doc: One row per season.
    key: [season_id]
    columns:
      season_id: .seasonId
""",
}


@dataclass(frozen=True, kw_only=True)
class Home:
    """A project folder, and the command in it."""

    root: Path
    options: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict[str, str])

    def start(
        self, *arguments: str, cwd: Path | None = None, before: Callable[[], None] | None = None
    ) -> subprocess.Popen[str]:
        """Start the command, in a session of its own; `before` runs in its process.

        Coverage is not told of it: what is measured there would be written under the limits that a test sets.
        """
        own = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
        return subprocess.Popen(
            [sys.executable, "-m", "compiler", *arguments, *self.options],
            cwd=cwd or self.root,
            preexec_fn=before,
            env={**own, "PYTHONPATH": str(ROOT), **self.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def mlbc(
        self,
        *arguments: str,
        code: int = 0,
        cwd: Path | None = None,
        before: Callable[[], None] | None = None,
    ) -> str:
        """Run the command; return what it said."""
        running = self.start(*arguments, cwd=cwd, before=before)
        out, err = running.communicate(timeout=300)
        assert running.returncode == code, f"{out}\n{err}"
        return out + err

    def tree(self) -> dict[str, str]:
        """Return the digest of every file in the output folder."""
        return {
            path: hashlib.sha256(content).hexdigest() for path, content in _contents(self.root / "generated")
        }


def _contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def changed(before: Mapping[str, object], after: Mapping[str, object]) -> set[str]:
    """Return the paths that are not in both, or not alike."""
    return {path for path in {*before, *after} if before.get(path) != after.get(path)}


def small(root: Path) -> Home:
    """Make a project of three endpoints and two mappings; its documents are accepted."""
    spec = find_spec("pymlb_statsapi")
    assert spec is not None
    assert spec.origin is not None
    documents = Path(spec.origin).parent / "resources" / "schemas" / "statsapi" / "stats_api_1_0"
    for folder in ("documents", "mappings"):
        (root / folder).mkdir(parents=True)
    for name, text in MAPPINGS.items():
        (root / "mappings" / name).write_text(text, "utf-8")
    for endpoint in ENDPOINTS:
        shutil.copy(documents / f"{endpoint}.json", root / "documents")
        shutil.copytree(ROOT / "schemas" / "observed" / endpoint, root / "schemas" / "observed" / endpoint)
    home = Home(root=root, options=("-C", str(root), "--schemas", str(root / "documents")))
    home.mlbc("upstream", "update")
    return home


def real(root: Path) -> Home:
    """Copy the inputs of the real project, without its history."""
    for name in ("mappings", "schemas"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "pyproject.toml", root)
    return Home(root=root, options=("-C", str(root)))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the quick tests in one worker: they start from one project."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent) and not item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.xdist_group("generate"))


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The small project, generated: what every other way must come to. Nobody changes it."""
    home = small(tmp_path_factory.mktemp("clean") / "project")
    home.mlbc("generate")
    return home


@pytest.fixture
def home(clean: Home, tmp_path: Path) -> Home:
    """A copy of the generated project, of one's own."""
    root = tmp_path / "project"
    shutil.copytree(clean.root, root)
    return Home(root=root, options=("-C", str(root), "--schemas", str(root / "documents")))
