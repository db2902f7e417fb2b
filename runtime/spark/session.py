"""The Spark session: start one, or connect to one, and end it with nothing left behind."""

import atexit
import importlib
import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from runtime.errors import TerminalError
from runtime.spark import gateway, package
from runtime.spark.errors import not_started, translated
from runtime.spark.java import java_home
from runtime.spark.reach import reach
from runtime.spark.settings import (
    SQL,
    Settings,
    configuration,
    session_configuration,
    submitted,
)
from runtime.spark.watch import watched

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["SQL", "Settings", "configuration", "kept", "running", "session"]

_OLDEST, _NEXT = (4, 2), (5, 0)


def _silent(_text: str) -> None:
    """Say nothing."""


@contextmanager
def running(settings: Settings, say: Callable[[str], None] = _silent) -> "Generator[SparkSession]":
    """Run Spark for a while: what it raises becomes one error of ours; what was started is stopped.

    `say` gets the address of the Spark UI, if there is one. Ctrl-C cancels the jobs that run.
    """
    ours = not _is_running()
    spark = session(settings)
    try:
        with translated(verbose=settings.verbose > 0), _reported(spark, settings, say if ours else _silent):
            yield spark
    except BaseException:
        gateway.cancel(spark)
        raise
    finally:
        if ours:
            gateway.stop(spark)


@contextmanager
def _reported(spark: "SparkSession", settings: Settings, say: Callable[[str], None]) -> Generator[None]:
    """Say where the Spark UI is, and how far the tasks are; a Spark Connect server does not tell."""
    if settings.remote is not None or say is _silent:
        yield
        return
    if address := spark.sparkContext.uiWebUrl:
        say(f"Spark UI: {address}")
    with watched(spark, say):
        yield


def kept(settings: Settings) -> "SparkSession":
    """Return a session that runs until this process ends, and then is stopped."""
    spark = session(settings)
    atexit.register(gateway.stop, spark)
    return spark


def session(settings: Settings) -> "SparkSession":
    """Return a running session; one that runs already is taken as it is, with our SQL settings."""
    _check_pyspark()
    if settings.remote is not None:
        return _connected(settings, settings.remote)
    from pyspark.sql import SparkSession

    if not _is_running():
        _prepare(settings)
        gateway.start(settings)
    builder = SparkSession.builder.appName("mlb-etl")
    for name, value in session_configuration(settings).items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    if not settings.is_local:
        package.ship(spark, settings.scratch)
        _spread(spark, settings)
    return spark


def parallelism(spark: "SparkSession") -> int:
    """Return how many tasks Spark runs at once, also where it is far away."""
    from pyspark.sql import functions

    spread = spark.range(0, 10_000).select(functions.spark_partition_id().alias("part"))
    return spread.distinct().count()


def _spread(spark: "SparkSession", settings: Settings) -> None:
    """Have as many partitions as tasks at once: each of a table's tasks costs CPU before its first row."""
    if _PARTITIONS not in settings.conf:
        spark.conf.set(_PARTITIONS, "1")
        spark.range(1).count()  # executors that come late are there now
        spark.conf.set(_PARTITIONS, str(parallelism(spark)))


_PARTITIONS = "spark.sql.shuffle.partitions"


def _is_running() -> bool:
    try:
        from pyspark.sql import SparkSession
    except ModuleNotFoundError:
        return False
    return SparkSession.getActiveSession() is not None


def _check_pyspark() -> None:
    try:
        import pyspark
    except ModuleNotFoundError as error:
        hint = "install the extra: pip install 'mlb-stats-compiler[spark]'"
        raise TerminalError("the package `pyspark` is not installed", hint=hint) from error
    if not _OLDEST <= _numbers(pyspark.__version__) < _NEXT:
        raise TerminalError(
            f"pyspark {pyspark.__version__} is installed; {_shown(_OLDEST)} or newer is needed, before {_shown(_NEXT)}",
            where=str(Path(pyspark.__file__).parent),
            hint="pip install 'mlb-stats-compiler[spark]'",
        )


def _prepare(settings: Settings) -> None:
    """Set what Spark reads from the environment and from files."""
    scratch = settings.scratch
    try:
        (scratch / "local").mkdir(parents=True, exist_ok=True)
        settings.log.write_text(gateway.logging(settings.verbose), "utf-8")
    except OSError as error:
        raise TerminalError(f"cannot write for Spark: {error.strerror}", where=str(scratch)) from error
    if not settings.is_local:
        reach(settings.where)
    if not submitted():
        os.environ["JAVA_HOME"] = str(java_home(settings.state.absolute()))
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("PYSPARK_DRIVER_PYTHON", sys.executable)
    if settings.is_local:
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        package.find_by_workers(os.environ)


def _connected(settings: Settings, remote: str) -> "SparkSession":
    """Connect to a Spark Connect server."""
    try:
        from pyspark.sql import SparkSession

        importlib.import_module("pyspark.sql.connect.session")  # it says what is missing
    except ImportError as error:
        hint = "install the extra: pip install 'mlb-stats-compiler[connect]'"
        raise TerminalError(f"Spark Connect needs more packages: {error}", hint=hint) from error
    reach(remote)
    builder = SparkSession.builder.remote(remote).appName("mlb-etl")
    for name, value in session_configuration(settings).items():
        builder = builder.config(name, value)
    with not_started(remote):
        connected = builder.getOrCreate()
        _same_version(connected.version, remote)
        package.ship(connected, settings.scratch)
        _spread(connected, settings)
    return connected


def _same_version(server: str, remote: str) -> None:
    """Stop where the server is of another version: Spark promises only that newer servers take older clients."""
    import pyspark

    if _numbers(server) != _numbers(pyspark.__version__):
        raise TerminalError(
            f"the server runs Spark {server}, pyspark here is {pyspark.__version__}",
            where=remote,
            hint=f"pip install 'pyspark~={_shown(_numbers(server))}.0'",
        )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdigit())


def _shown(numbers: tuple[int, ...]) -> str:
    return ".".join(map(str, numbers))
