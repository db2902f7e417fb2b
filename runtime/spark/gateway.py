"""Start Java with Spark in it, and end it. What Java writes goes to a file, unless the user wants to see it."""

import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, BinaryIO

from runtime.errors import TerminalError
from runtime.spark.errors import not_started
from runtime.spark.given import refuse
from runtime.spark.settings import SQL, Settings, configuration, submitted

if TYPE_CHECKING:
    from pyspark import SparkConf
    from pyspark.sql import SparkSession

_LEVELS = ("warn", "warn", "info")
_PATIENCE = 10
"""Seconds that Java has to cancel jobs, or to end."""
_MOST_LOG = 4 << 20


def logging(verbose: int) -> str:
    """Return the configuration of Log4j."""
    return f"""rootLogger.level = {_LEVELS[min(verbose, 2)]}
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = spark %p %c{{1}}: %m%n%ex
"""


def start(settings: Settings) -> None:
    """Start Java and Spark; it becomes the context of this process."""
    from pyspark import SparkConf, SparkContext
    from pyspark.java_gateway import (
        launch_gateway,  # pyright: ignore[reportUnknownVariableType]  # it has no types
    )

    if submitted():
        with not_started(settings.where):
            java = launch_gateway()
            said = SparkConf(_jvm=java.jvm)
            SparkContext(conf=_as_submitted(said, settings), gateway=java)
        return
    conf = SparkConf(loadDefaults=False)
    conf.setMaster(settings.where).setAppName("mlb-etl")
    for name, value in configuration(settings).items():
        conf.set(name, value)
    journal = settings.scratch / "driver.log"
    with _opened(journal) as stream:
        begun = stream.tell()
        output = {} if settings.verbose else {"stdout": stream, "stderr": stream}
        with not_started(settings.where, lambda: _tail(journal, begun)):
            SparkContext(conf=conf, gateway=launch_gateway(conf, output))


def cancel(spark: "SparkSession") -> None:
    """Cancel every job. On a thread of its own: the connection of this one may wait for the answer of a job."""
    _in_time(spark.interruptAll)


def end_streams(spark: "SparkSession") -> None:
    """Give up the batches that streams are at, and end them."""
    _in_time(lambda: [query.stop() for query in spark.streams.active])


def stop(spark: "SparkSession") -> None:
    """End a session, and the Java that was started for it: nothing of it runs when this returns."""
    from pyspark import SparkContext

    _in_time(spark.stop)
    gateway = SparkContext._gateway  # pyright: ignore[reportPrivateUsage]  # there is no other way to the process
    java: subprocess.Popen[bytes] | None = getattr(gateway, "proc", None)
    if gateway is None or java is None:
        return
    SparkContext._gateway = SparkContext._jvm = None  # pyright: ignore[reportPrivateUsage]  # the next session starts another
    with suppress(OSError):
        gateway.shutdown()
    if java.stdin is not None:
        java.stdin.close()
    try:
        java.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        java.kill()
        java.wait()


def _in_time(act: Callable[[], object]) -> None:
    """Do something on another thread; after some seconds, go on without it. It may fail: Java may be gone."""

    def attempt() -> None:
        with suppress(Exception):
            act()

    thread = Thread(target=attempt, daemon=True)
    thread.start()
    thread.join(_PATIENCE)


def _as_submitted(conf: "SparkConf", settings: Settings) -> "SparkConf":
    """Add our settings to those of `spark-submit`, which stay as they are unless rows would mean something else."""
    said = dict(conf.getAll())
    refuse(said, "spark-submit")
    master = said.get("spark.master")
    if settings.master not in {None, master}:
        raise TerminalError(
            f"spark-submit was given the master `{master}`, and --master is `{settings.master}`"
        )
    for name, value in configuration(settings).items():
        if name in SQL or name in settings.conf or name not in said:
            conf.set(name, value)
    return conf


def _opened(journal: Path) -> BinaryIO:
    """Open the log of the drivers; several may write to it at once."""
    try:
        stream = journal.open("ab")
        if stream.tell() > _MOST_LOG:
            stream.truncate(0)
    except OSError as error:
        raise TerminalError(f"cannot write the log of Spark: {error.strerror}", where=str(journal)) from error
    return stream


def _tail(journal: Path, begun: int) -> str:
    with suppress(OSError), journal.open("rb") as stream:
        stream.seek(begun)
        return stream.read().decode("utf-8", "replace")
    return ""
