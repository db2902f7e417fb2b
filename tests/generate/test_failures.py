"""A `generate` that fails writes nothing; one that is killed leaves what the next one completes."""

import random
import resource
import shutil
import time
from pathlib import Path

import pytest

from compiler.backends import postgres
from compiler.bundle import disk
from compiler.cli import run
from tests.generate.conftest import Home, real
from tests.generate.test_increment import SEASON, edit

BEFORE, AFTER = "season_id: .seasonId", "the_season: .seasonId"
"""A column under another name: it reaches every target."""


@pytest.fixture
def edited(home: Home) -> Home:
    """A generated project with a mapping that was edited since."""
    text = (home.root / SEASON).read_text("utf-8")
    (home.root / SEASON).write_text(
        text.replace("[season_id]", "[the_season]").replace(BEFORE, AFTER), "utf-8"
    )
    return home


@pytest.fixture(scope="session")
def wanted(clean: Home, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the edited project generates."""
    root = tmp_path_factory.mktemp("wanted") / "project"
    shutil.copytree(clean.root, root)
    home = Home(root=root, options=("-C", str(root), "--schemas", str(root / "documents")))
    edit(root / SEASON, "[season_id]", "[the_season]")
    edit(root / SEASON, BEFORE, AFTER)
    home.mlbc("generate", "--squash")
    return home.tree()


def test_an_error_in_one_mapping(edited: Home) -> None:
    before = edited.tree()
    edit(edited.root / "mappings" / "division.yaml", "division_id: .id", "division_id: .idd")
    assert "error[M" in edited.mlbc("generate", code=1)
    assert edited.tree() == before


def test_a_backend_that_raises(
    edited: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = edited.tree()

    def broken(*_: object) -> str:
        raise RuntimeError("boom")

    monkeypatch.setattr(postgres, "script", broken)
    assert run(["generate", "--squash", *edited.options]) == 2
    assert "bug in mlbc in stage `backend postgres`: RuntimeError: boom" in capsys.readouterr().err
    assert edited.tree() == before


@pytest.mark.slow
def test_a_disk_that_is_full(edited: Home, wanted: dict[str, str]) -> None:
    before = edited.tree()
    largest = max((edited.root / "generated" / path).stat().st_size for path in before)

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest // 2, largest // 2))

    said = edited.mlbc("generate", "--squash", code=2, before=limited)
    assert said.startswith("error: ")
    assert "Traceback" not in said
    assert edited.tree() == before
    edited.mlbc("generate", "--squash")
    assert edited.tree() == wanted


@pytest.mark.slow
@pytest.mark.parametrize("moved", [0, 5])
def test_a_file_that_cannot_be_replaced_is_replaced_by_the_next(
    edited: Home, wanted: dict[str, str], moved: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    move, done = disk._move, []

    def failing(source: Path, target: Path) -> None:
        if len(done) == moved:
            raise PermissionError(13, "Permission denied", str(target))
        done.append(target)
        move(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(disk, "_move", failing)
        assert run(["generate", "--squash", *edited.options]) == 2
    assert len(done) == moved
    edited.mlbc("generate")
    assert edited.tree() == wanted


@pytest.mark.slow
@pytest.mark.parametrize("number", range(20))
def test_a_killed_run_is_completed_by_the_next(edited: Home, wanted: dict[str, str], number: int) -> None:
    """Killed at any moment, or (every other time) when the writing has begun."""
    before = edited.tree()
    chance = random.Random(number)
    running = edited.start("generate", "--squash")
    if number % 2:
        time.sleep(chance.uniform(0, 1.5))
    else:
        _await_the_writing(edited, running.poll)
        time.sleep(chance.uniform(0, 0.02))
    running.kill()
    running.wait(30)
    found = {path: digest for path, digest in edited.tree().items() if not path.startswith(".")}
    assert all(digest in {before.get(path), wanted.get(path)} for path, digest in found.items())
    edited.mlbc("generate", "--squash")
    assert edited.tree() == wanted


def _await_the_writing(home: Home, ended) -> None:
    folder = home.root / "generated"
    while ended() is None and not any(folder.glob(".*")):
        pass


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes of a session are looked up in /proc")
def test_no_process_outlives_a_killed_run(tmp_path: Path) -> None:
    home = real(tmp_path / "project")
    running = home.start("generate", "-vv")
    assert running.stderr is not None
    while not running.stderr.readline().startswith("backend avro"):
        assert running.poll() is None
    _until(lambda: len(_processes(running.pid)) > 3, 30)  # the server of processes, and what works
    running.kill()
    running.wait(30)
    _until(lambda: not _processes(running.pid), 30)
    home.mlbc("generate")


def _until(happens, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end
        time.sleep(0.05)


def _processes(session: int) -> list[str]:
    """Return the processes of a session that are alive."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, of = stat.read_text("utf-8", "replace").rpartition(")")[2].split()[:4]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(of) == session and state != "Z":
            found.append(stat.parent.name)
    return found
