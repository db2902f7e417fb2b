"""`check --watch` checks again when an input changes, and ends when it is told to."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from compiler.cli import run

ROOT = Path(__file__).parents[3]
CASE = ROOT / "tests/golden/fold"
PATIENCE = 60.0


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project without errors."""
    (tmp_path / "documents").mkdir()
    (tmp_path / "mappings").mkdir()
    shutil.copyfile(CASE / "schema.json", tmp_path / "documents/game.json")
    (tmp_path / "mappings/lines.yaml").write_text("operation: game.lines\n", "utf-8")
    assert (
        run(["upstream", "update", "-C", str(tmp_path), "--schemas", str(tmp_path / "documents"), "-q"]) == 0
    )
    return tmp_path


@pytest.fixture
def watching(project: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """`mlbc check --watch` on the project; what it prints goes to `log`."""
    arguments = ["check", "--watch", "-C", str(project), "--schemas", str(project / "documents")]
    with (project / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "compiler", *arguments],
            cwd=ROOT,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        yield process
        process.kill()
        process.wait()


def wait_for(log: Path, text: str) -> None:
    """Wait until the log holds a text."""
    end = time.monotonic() + PATIENCE
    while text not in log.read_text("utf-8"):
        assert time.monotonic() < end, log.read_text("utf-8")
        time.sleep(0.05)


@pytest.mark.slow
def test_a_change_is_checked_at_once(project: Path, watching: "subprocess.Popen[bytes]") -> None:
    log, mapping = project / "log", project / "mappings/lines.yaml"
    wait_for(log, "no errors")
    time.sleep(0.5)  # until the folders are watched: a change before that is not seen
    mapping.write_text("operation: game.lins\n", "utf-8")
    wait_for(log, "no operation `game.lins`")
    mapping.write_text("operation: game.lines\ntables: {}\n", "utf-8")
    wait_for(log, "1 operations, 0 tables")
    watching.send_signal(signal.SIGINT)
    assert watching.wait(PATIENCE) == 130
