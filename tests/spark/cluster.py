"""A real Spark cluster and a real Spark Connect server, from the wheel, on loopback; each dies with the test."""

import os
import re
import subprocess
import sys
import time
import venv
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

import pyspark

from runtime.spark.java import java_home

SPARK_HOME = Path(pyspark.__file__).parent
_FAST = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"


@dataclass(frozen=True, slots=True)
class Bare:
    """A Python that has the packages of this one, but nothing of ours: no compiler, no runtime, no generated code."""

    python: Path
    state: Path

    def environment(self, **more: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        return {
            **kept,
            "JAVA_HOME": str(java_home(self.state)),
            "SPARK_HOME": str(SPARK_HOME),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_DAEMON_MEMORY": "256m",
            "SPARK_DAEMON_JAVA_OPTS": _FAST,
            "SPARK_NO_DAEMONIZE": "1",
            "PYSPARK_PYTHON": str(self.python),
            "PYSPARK_DRIVER_PYTHON": str(self.python),
            **more,
        }


def bare(folder: Path) -> Bare:
    """Make a virtual environment that borrows our packages; what is installed to be edited is not among them."""
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    python = folder / "venv" / "bin" / "python"
    (site,) = (folder / "venv" / "lib").glob("python*/site-packages")
    (site / "borrowed.pth").write_text(f"{SPARK_HOME.parent}\n", "utf-8")
    return Bare(python, folder / "state")


@contextmanager
def daemon(
    command: list[str], environment: dict[str, str], announces: str, patience: float = 90
) -> Generator[str]:
    """Run a server until the end of the block; give what it announces."""
    with TemporaryFile() as log:
        running = subprocess.Popen(
            command,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            yield _announced(running, log, announces, patience)
        finally:
            running.terminate()
            try:
                running.wait(20)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()


def _announced(running: subprocess.Popen, log, announces: str, patience: float) -> str:
    text, end = "", time.monotonic() + patience
    while time.monotonic() < end:
        log.seek(0)
        text = log.read().decode("utf-8", "replace")
        if found := re.search(announces, text):
            return found[1]
        assert running.poll() is None, f"the server ended:\n{text}"
        time.sleep(0.1)
    raise AssertionError(f"no `{announces}` in {patience} s:\n{text}")


@contextmanager
def standalone(python: Bare, work: Path) -> Generator[str]:
    """Run a master and a worker with two cores; give the address of the master."""
    spark_class = str(SPARK_HOME / "bin" / "spark-class")
    deploy = "org.apache.spark.deploy"
    loopback = ["--host", "127.0.0.1", "--port", "0", "--webui-port", "0"]
    environment = python.environment()
    master = [spark_class, f"{deploy}.master.Master", *loopback]
    with daemon(master, environment, r"Starting Spark master at (spark://\S+)") as address:
        worker = [spark_class, f"{deploy}.worker.Worker", *loopback, "--cores", "2", "--memory", "2g"]
        with daemon(
            [*worker, "--work-dir", str(work), address], environment, r"(Successfully registered) with master"
        ):
            yield address


@contextmanager
def connect(python: Bare, master: str = "local[2]") -> Generator[str]:
    """Run a Spark Connect server; give its address."""
    command = [
        str(SPARK_HOME / "bin" / "spark-submit"),
        *("--master", master),
        *(
            "--conf",
            "spark.connect.grpc.binding.port=0",
            "--conf",
            "spark.connect.grpc.binding.address=127.0.0.1",
        ),
        *("--conf", "spark.ui.enabled=false"),
        *("--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal"),
    ]
    environment = python.environment(SPARK_DAEMON_MEMORY="1g")
    with daemon(command, environment, r"Spark Connect server started at: \S*?:(\d+)") as port:
        yield f"sc://127.0.0.1:{port}"


def submit(
    python: Bare, folder: Path, master: str, script: str, *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Run `spark-submit` in a folder that holds what a container has."""
    command = [
        str(SPARK_HOME / "bin" / "spark-submit"),
        *("--master", master, "--py-files", "mlb.zip"),
        *("--conf", "spark.executor.memory=768m", "--conf", f"spark.executor.extraJavaOptions={_FAST}"),
        *("--conf", "spark.ui.enabled=false", "--driver-java-options", _FAST),
        *(script, *arguments),
    ]
    return subprocess.run(
        command,
        cwd=folder,
        env=python.environment(),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def mlb_etl(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command of this project."""
    return subprocess.run(
        [str(Path(sys.executable).with_name("mlb-etl")), *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
