"""A disk that is full where a stream keeps its checkpoint: one error, nothing half-written, and the stream goes on."""

import shlex
import shutil
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from runtime.job import Conformed
from tests.conftest import IN_CI
from tests.spark_postgres.content import staged
from tests.spark_postgres.snapshots import LINESCORE, ROOT, ingest, linescores, load_at_once, same
from tests.spark_postgres.test_stream_killed import command_of, run

pytestmark = [pytest.mark.spark, pytest.mark.postgres]

_SMALL = """
set -e
mount -t tmpfs -o size=256k small {disk}
dd if=/dev/zero of={disk}/other bs=1k count=224 2>/dev/null
exec {command}
"""
"""A disk of its own for the command and what it starts, almost taken by another file."""
_NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount")


def test_a_full_disk(
    new_database: Callable[..., AbstractContextManager[str]],
    project_template: str,
    season_games: tuple[Conformed, ...],
    tmp_path: Path,
) -> None:
    if not shutil.which("unshare") or subprocess.run([*_NAMESPACE, "true"], check=False).returncode:
        assert not IN_CI, "no disk can be made here"
        pytest.skip("no disk can be made here: unshare does not work")
    games = linescores(season_games[:8])
    with new_database(project_template) as url, new_database(project_template) as other:
        ingest(url, games, tmp_path / "archive")
        disk = tmp_path / "disk"
        disk.mkdir()
        script = _SMALL.format(disk=disk, command=shlex.join(command_of(url, disk / "checkpoint")))
        ended = subprocess.run(
            [*_NAMESPACE, "sh", "-c", script],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert ended.returncode not in {0, -9}, ended.stderr
        assert "full" in ended.stderr
        assert "--checkpoint DIR" in ended.stderr
        assert "Traceback" not in ended.stderr
        assert "\tat " not in ended.stderr
        assert staged(url) == []
        last = run(url, tmp_path / "checkpoint")
        assert last.returncode == 0, last.stderr
        ingest(other, games, tmp_path / "archive")
        load_at_once(other, tmp_path / "none", LINESCORE)
        assert same(url, other)
