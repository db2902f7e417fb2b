"""A standalone cluster on loopback: what `mlb-etl` sends to it, and `spark-submit` with the files of a container."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.spark import package
from tests.spark.cluster import Bare, bare, mlb_etl, standalone, submit

pytestmark = pytest.mark.slow

TYPES = [{"id": "S", "description": "Spring Training"}, {"id": "R", "description": "Regular Season"}]
CAPTURE = {"endpoint": "config", "method": "gameTypes", "path_params": {}, "response": TYPES}
PROBE = """
import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow
from pyspark.sql import functions

from runtime.spark.session import running
from runtime.spark.settings import Settings


def found(batches: Iterator[pyarrow.Array]) -> Iterator[pyarrow.Array]:
    import importlib.util
    import sys

    import generated.jobs.local.config.game_types
    import runtime.transform

    said = json.dumps([sys.executable, runtime.__file__, importlib.util.find_spec("compiler") is None])
    for batch in batches:
        yield pyarrow.array([said] * len(batch))


with running(Settings(state=Path("state"))) as spark:
    on_workers = functions.arrow_udf(found, "string")
    for row in spark.range(2, numPartitions=1).select(on_workers("id").alias("said")).collect():
        print(row.said)
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Bare:
    return bare(tmp_path_factory.mktemp("bare"))


@pytest.fixture(scope="module")
def master(python: Bare, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with standalone(python, tmp_path_factory.mktemp("work")) as address:
        yield address


@pytest.fixture
def container(tmp_path: Path) -> Path:
    """What a container has: the zip and the script, and a response to work on. No compiler, no project."""
    package.write(tmp_path / package.NAME)
    package.write_main(tmp_path / package.MAIN)
    (tmp_path / "capture.json").write_text(json.dumps(CAPTURE), "utf-8")
    (tmp_path / "probe.py").write_text(PROBE, "utf-8")
    return tmp_path


def test_workers_get_what_spark_submit_ships(python: Bare, master: str, container: Path) -> None:
    done = submit(python, container, master, "probe.py")
    assert done.returncode == 0, done.stdout + done.stderr
    for line in done.stdout.splitlines():
        interpreter, ours, is_without_compiler = json.loads(line)
        assert interpreter == str(python.python)
        assert "mlb.zip" in ours
        assert is_without_compiler
    assert len(done.stdout.splitlines()) == 2


def test_spark_submit_runs_the_command(python: Bare, master: str, container: Path) -> None:
    command = ("transform", "config.gameTypes", "capture.json", "--engine", "spark", "--to", "out")
    done = submit(python, container, master, "main.py", *command)
    assert done.returncode == 0, done.stdout + done.stderr
    assert _ids(container / "out") == ["R", "S"]


def test_the_master_is_spark_submits(python: Bare, container: Path) -> None:
    command = ("transform", "config.gameTypes", "capture.json", "--engine", "spark", "--to", "out")
    done = submit(python, container, "local[1]", "main.py", *command, "--master", "local[2]")
    assert done.returncode == 2
    said = done.stdout  # `spark-submit` makes one stream of both
    assert "spark-submit was given the master `local[1]`, and --master is `local[2]`" in said


def test_a_cluster_needs_nothing_but_its_address(python: Bare, master: str, container: Path) -> None:
    """No PYTHONPATH, no files: driver and workers have another Python environment, and the package is sent."""
    done = mlb_etl(
        *("transform", "config.gameTypes", str(container / "capture.json"), "--engine", "spark"),
        *("--to", str(container / "out"), "--master", master, "--conf", "spark.executor.memory=768m"),
        PYSPARK_PYTHON=str(python.python),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert _ids(container / "out") == ["R", "S"]
    said = [line for line in done.stderr.splitlines() if not line.startswith(("spark: ", "Spark UI: "))]
    assert "spark" not in "".join(said).lower(), "nothing of Spark's log reaches the terminal"


def rows_in(folder: Path) -> list[str]:
    """Return the lines of the one table, whether it is a file or a folder of files."""
    files = (
        file for file in folder.rglob("*.ndjson") if "config.game_types" in str(file.relative_to(folder))
    )
    return sorted(line for file in files for line in file.read_text("utf-8").splitlines())


def _ids(folder: Path) -> list[str]:
    return sorted(json.loads(line)["game_type"] for line in rows_in(folder))
