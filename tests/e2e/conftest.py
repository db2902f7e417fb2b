"""A copy of the project in a folder of its own, with its own server, where the two commands run."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import orjson
import psycopg
import pytest

from runtime import captures
from runtime.errors import MlbError
from runtime.progress import Quiet
from runtime.project import Project

ROOT = Path(__file__).parents[2]
COPIED = ("generated", "mappings", "schemas", "pyproject.toml", "README.md")
HIDDEN = ("MLB_DATABASE_URL", "JAVA_HOME")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep these tests in one worker: they share a database."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent) and not item.get_closest_marker("spark"):
            item.add_marker(pytest.mark.xdist_group("e2e"))


@dataclass(frozen=True)
class Place:
    """A project folder."""

    root: Path

    @cached_property
    def url(self) -> str:
        """The database that the commands use."""
        return self.sh("mlb-etl db url").stdout.strip()

    @property
    def environment(self) -> dict[str, str]:
        """An environment whose PATH finds the commands first."""
        own = {name: value for name, value in os.environ.items() if name not in HIDDEN}
        return {**own, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}

    def sh(self, command: str, code: int | None = 0) -> subprocess.CompletedProcess[str]:
        """Run a shell command here; without an input, as in a script."""
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=self.root,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert code is None or done.returncode == code, (
            f"{command}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
        )
        return done

    def objects(self, command: str) -> list:
        """Run a command that prints one JSON object per line."""
        return [orjson.loads(line) for line in self.sh(command).stdout.splitlines()]

    def rows(self, query: str) -> list[tuple]:
        """Ask the database."""
        with psycopg.connect(self.url) as connection:
            return connection.execute(query.encode()).fetchall()


def make_place(folder: Path) -> Place:
    """Copy the project, compile it, and lay the captures ready."""
    for name in COPIED:
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, folder / name)
    try:
        captures.pull(Project(ROOT), Quiet())
    except MlbError as error:
        pytest.skip(f"no captures: {error}")
    shutil.copytree(ROOT / ".mlb" / "captures", folder / ".mlb" / "captures")
    if (ROOT / ".mlb" / "cache").is_dir():
        shutil.copytree(ROOT / ".mlb" / "cache", folder / ".mlb" / "cache")
    place = Place(folder)
    place.sh("mlbc generate --squash")
    return place


@contextmanager
def new_place() -> Generator[Place]:
    """Make a place whose server stops at the end; its user can enter the folder: pytest's own are private."""
    folder = Path(tempfile.mkdtemp(prefix="mlb-e2e-"))
    folder.chmod(0o755)
    try:
        place = make_place(folder)
        yield place
        if (folder / ".mlb" / "postgres").exists():
            place.sh("mlb-etl db stop", code=None)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def place() -> Generator[Place]:
    """The project whose database the tests of a module share."""
    with new_place() as made:
        yield made
