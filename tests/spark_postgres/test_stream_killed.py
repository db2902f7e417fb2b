"""A stream that is killed at the worst moments, and started again until it is done, gives what a batch gives."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from runtime.job import Conformed
from tests.spark_postgres.killed import MOMENTS
from tests.spark_postgres.snapshots import LINESCORE, ROOT, ingest, linescores, load_at_once, same

pytestmark = [pytest.mark.spark, pytest.mark.postgres]

_ARGUMENTS = (
    "-C",
    str(ROOT),
    "transform",
    LINESCORE,
    "--stream",
    "--once",
    "--batch",
    "3",
    "--master",
    "local[2]",
)


@pytest.fixture
def url(new_database: Callable[..., AbstractContextManager[str]], project_template: str) -> Iterator[str]:
    with new_database(project_template) as made:
        yield made


def command_of(url: str, checkpoint: Path, *moment: str) -> list[str]:
    """Return the command, or the one that dies at a moment."""
    program = (str(Path(sys.executable).with_name("mlb-etl")),)
    if moment:
        program = (sys.executable, "-m", "tests.spark_postgres.killed", *moment)
    return [*program, *_ARGUMENTS, "--database-url", url, "--checkpoint", str(checkpoint)]


def run(url: str, checkpoint: Path, *moment: str) -> subprocess.CompletedProcess[str]:
    """Run the stream in a process group of its own, up to the moment that it dies."""
    return subprocess.run(
        command_of(url, checkpoint, *moment),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        start_new_session=True,
    )


def alive(session: int) -> list[str]:
    """Return the processes of a session."""
    found: list[str] = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            words = stat.read_text().rpartition(")")[2].split()
            if int(words[3]) == session and words[0] != "Z":
                found.append((stat.parent / "cmdline").read_text().replace("\0", " ")[:80])
    return found


def test_ctrl_c_ends_a_stream(url: str, season_games: tuple[Conformed, ...], tmp_path: Path) -> None:
    """Everybody gets the signal, as at a terminal: nothing stays, nothing is said but one line."""
    ingest(url, linescores(season_games[16:18]), tmp_path / "archive")
    command = [arg for arg in command_of(url, tmp_path / "checkpoint") if arg != "--once"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as running:
        assert running.stderr is not None
        said = [next(line for line in running.stderr if "batch 0" in line)]
        os.killpg(running.pid, signal.SIGINT)
        said += running.stderr.readlines()
        assert running.wait(60) == 130, said
    assert said[-1].startswith("interrupted; what was committed stays"), said
    assert not any("Traceback" in line for line in said), said
    deadline = time.monotonic() + 20
    while (left := alive(running.pid)) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert left == []


def test_killed_again_and_again(
    url: str,
    project_template: str,
    new_database: Callable[..., AbstractContextManager[str]],
    season_games: tuple[Conformed, ...],
    tmp_path: Path,
) -> None:
    archive, checkpoint = tmp_path / "archive", tmp_path / "checkpoint"
    ingest(url, linescores(season_games[:16]), archive)
    for moment in (*MOMENTS, str(random.uniform(8, 20))):
        ended = run(url, checkpoint, moment)
        assert ended.returncode in {-signal.SIGKILL, 0}, ended.stderr
        done = sorted(int(one.name) for one in (checkpoint / LINESCORE / "commits").glob("[0-9]*"))
        begun = sorted(int(one.name) for one in (checkpoint / LINESCORE / "offsets").glob("[0-9]*"))
        if moment in MOMENTS:
            assert begun[-1] == (done[-1] if done else -1) + 1, "it died within a batch"
    last = run(url, checkpoint)
    assert last.returncode == 0, last.stderr
    assert "Traceback" not in last.stderr
    with new_database(project_template) as other:
        ingest(other, linescores(season_games[:16]), archive)
        load_at_once(other, tmp_path / "none", LINESCORE)
        assert same(url, other)
