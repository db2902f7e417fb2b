"""The Spark session: every setting in one place."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from runtime.errors import TerminalError
from runtime.spark.java import java_home

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_SMALL_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
_SMALL = {
    # To compile a class for every table takes longer than to interpret its few rows
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    # To plan twice costs more than it finds
    "spark.sql.adaptive.enabled": "false",
}
"""For jobs of seconds: what makes large ones fast makes them slow."""

_JAVA = (
    "-XX:+IgnoreUnrecognizedVMOptions --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"
    " -Duser.timezone=UTC"
)

SQL = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    # `strikeOuts` and `strikeouts` are two fields
    "spark.sql.caseSensitive": "true",
    # Parse a document once: this rule would copy `from_json` into a filter, twice
    "spark.sql.optimizer.excludedRules": "org.apache.spark.sql.catalyst.optimizer.InferFiltersFromGenerate",
    # Facts about every pair of a value and its column's name: exponential in the columns of a filter
    "spark.sql.constraintPropagation.enabled": "false",
    # A wrong value is NULL; the rest of the document stays
    "spark.sql.json.enablePartialResults": "true",
    "spark.sql.variant.allowDuplicateKeys": "true",
}
"""What the rows depend on, or that makes them fast. A session of your own needs these."""

_QUIET = """logger.gateway.name = org.apache.spark.api.python.PythonGatewayServer
logger.gateway.level = error
rootLogger.level = error
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = spark %p %c{1}: %m%n%ex
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How to run Spark. `state` is a folder for what Spark and Java need on disk; `conf` has the last word.

    `small` is for some hundred documents: it starts fast, and does without the compilers of Java and Spark.
    """

    state: Path
    master: str = "local[*]"
    cores: int = field(default_factory=lambda: os.cpu_count() or 1)
    small: bool = True
    ui: bool = False
    conf: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def scratch(self) -> Path:
        """Where Spark may write."""
        return self.state.absolute() / "spark"

    @property
    def is_local(self) -> bool:
        """Whether driver and executors are one process."""
        return self.master.startswith("local")


def session(settings: Settings) -> "SparkSession":
    """Return a running session; one that runs already is taken as it is, with our SQL settings."""
    try:
        from pyspark.errors import PySparkRuntimeError
        from pyspark.sql import SparkSession
    except ModuleNotFoundError as error:
        hint = "install the extra: pip install 'mlb-stats-compiler[spark]'"
        raise TerminalError("the package `pyspark` is not installed", hint=hint) from error
    if SparkSession.getActiveSession() is None:
        _prepare(settings)
    builder = SparkSession.builder.appName("mlb-etl").master(settings.master)
    try:
        for name, value in configuration(settings).items():
            builder = builder.config(name, value)
        return builder.getOrCreate()
    except PySparkRuntimeError as error:
        home = os.environ.get("JAVA_HOME", "")
        raise TerminalError(
            f"Spark did not start: {error}", where=home, hint="see the lines above"
        ) from error


def configuration(settings: Settings) -> dict[str, str]:
    """Return every setting of the session."""
    scratch = settings.scratch
    log = f"-Dlog4j2.configurationFile={(scratch / 'log4j2.properties').as_uri()}"
    local = {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.shuffle.partitions": str(settings.cores),
    }
    return {
        **SQL,
        "spark.driver.extraJavaOptions": " ".join((_JAVA, _SMALL_JAVA if settings.small else "", log)),
        # The place in Python that made an expression, asked for at each of thousands
        "spark.python.sql.dataFrameDebugging.enabled": "false",
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.warehouse.dir": (scratch / "warehouse").as_uri(),
        "spark.ui.enabled": str(settings.ui).lower(),
        "spark.ui.showConsoleProgress": "false",
        **(_SMALL if settings.small else {}),
        **(local if settings.is_local else {}),
        **settings.conf,
    }


def _prepare(settings: Settings) -> None:
    """Set what Spark reads from the environment and from files."""
    scratch = settings.scratch
    try:
        scratch.mkdir(parents=True, exist_ok=True)
        (scratch / "log4j2.properties").write_text(_QUIET, "utf-8")
    except OSError as error:
        raise TerminalError(
            f"cannot write below the state folder: {error.strerror}", where=str(scratch)
        ) from error
    os.environ["JAVA_HOME"] = str(java_home(settings.state.absolute()))
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("PYSPARK_DRIVER_PYTHON", sys.executable)
    if settings.is_local:
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
