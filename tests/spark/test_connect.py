"""Spark Connect: a real server from the wheel, and the command that uses it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.spark.cluster import Bare, bare, connect, mlb_etl
from tests.spark.test_cluster import CAPTURE, rows_in

pytest.importorskip("grpc", reason="the extra `connect` is not installed")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Bare:
    return bare(tmp_path_factory.mktemp("bare"))


@pytest.fixture(scope="module")
def server(python: Bare) -> Iterator[str]:
    with connect(python) as address:
        yield address


@pytest.fixture
def capture(tmp_path: Path) -> str:
    (tmp_path / "capture.json").write_text(json.dumps(CAPTURE), "utf-8")
    return str(tmp_path / "capture.json")


def test_a_server_transforms_as_this_process_does(server: str, capture: str, tmp_path: Path) -> None:
    command = ("transform", "config.gameTypes", capture, "--to")
    remote = mlb_etl(*command, str(tmp_path / "remote"), "--engine", "spark", "--remote", server)
    assert remote.returncode == 0, remote.stderr
    assert "spark" not in remote.stderr.lower(), "nothing of Spark's log reaches the terminal"
    assert mlb_etl(*command, str(tmp_path / "local")).returncode == 0
    assert rows_in(tmp_path / "remote") == rows_in(tmp_path / "local")
    assert len(rows_in(tmp_path / "local")) == 2


def test_the_address_may_come_from_the_environment(capture: str, tmp_path: Path) -> None:
    command = ("transform", "config.gameTypes", capture, "--engine", "spark", "--to", str(tmp_path / "out"))
    done = mlb_etl(*command, MLB_SPARK_REMOTE="sc://127.0.0.1:1")
    assert done.returncode == 2
    assert "a Spark Connect server does not answer: 127.0.0.1:1: Connection refused" in done.stderr
