"""Ctrl-C ends Spark with all that it started."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.project import ROOT

pytestmark = pytest.mark.slow

LONG = """
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow
from pyspark.sql import functions

from runtime.spark.session import running
from runtime.spark.settings import Settings


def slow(batches: Iterator[pyarrow.Array]) -> Iterator[pyarrow.Array]:
    for batch in batches:
        Path("begun").touch()
        time.sleep(300)
        yield batch


with running(Settings(state=Path("state"), master="local[1]")) as spark:
    spark.range(1).select(functions.arrow_udf(slow, "long")("id")).collect()
"""


def test_an_interrupt_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "long.py").write_text(LONG, "utf-8")
    running = subprocess.Popen(
        [sys.executable, "long.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        _wait_for(tmp_path / "begun", running)
        os.killpg(running.pid, signal.SIGINT)
        _, said = running.communicate(timeout=60)
        assert running.returncode == -signal.SIGINT
        assert "KeyboardInterrupt" in said
        assert "Java" not in said
        assert "\tat " not in said
        assert _left(running.pid) == []
    finally:
        for process in _of_session(running.pid):
            os.kill(process, signal.SIGKILL)


def _wait_for(file: Path, running: subprocess.Popen[str], patience: float = 180) -> None:
    end = time.monotonic() + patience
    while not file.exists():
        assert running.poll() is None, running.stderr and running.stderr.read()
        assert time.monotonic() < end, "the job did not begin"
        time.sleep(0.1)


def _left(leader: int, patience: float = 20) -> list[int]:
    """Return what stays of a session; workers of Python end a moment after the JVM whose end they see."""
    end = time.monotonic() + patience
    while (left := _of_session(leader)) and time.monotonic() < end:
        time.sleep(0.1)
    return left


def _of_session(leader: int) -> list[int]:
    """Return the processes of a session: Java, Python workers and their daemon have groups of their own."""
    listed = subprocess.run(
        ["ps", "-o", "pid=", "-s", str(leader)], capture_output=True, text=True, check=False
    )
    return [int(pid) for pid in listed.stdout.split()]
