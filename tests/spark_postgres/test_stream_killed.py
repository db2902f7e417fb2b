"""A stream that is killed at the worst moments, and started again until it is done, gives what a batch gives."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from runtime.job import Conformed
from tests.spark_postgres.content import content
from tests.spark_postgres.killed import MOMENTS
from tests.spark_postgres.snapshots import LINESCORE, ROOT, ingest, linescores, load_at_once

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


@pytest.fixture(scope="module")
def url(new_database: Callable[..., AbstractContextManager[str]], project_template: str) -> Iterator[str]:
    with new_database(project_template) as made:
        yield made


def run(url: str, checkpoint: Path, *moment: str) -> subprocess.CompletedProcess[str]:
    """Run the stream in a process group of its own, up to the moment that it dies."""
    program = (
        (sys.executable, "-m", "tests.spark_postgres.killed", *moment)
        if moment
        else (str(Path(sys.executable).with_name("mlb-etl")),)
    )
    return subprocess.run(
        [*program, *_ARGUMENTS, "--database-url", url, "--checkpoint", str(checkpoint)],
        cwd=ROOT,
        env={**os.environ, "JAVA_TOOL_OPTIONS": ""},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        start_new_session=True,
    )


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
        load_at_once(other, archive, LINESCORE)
        assert content(url) == content(other)
