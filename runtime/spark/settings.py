"""What Spark is told: every setting in one place, as values, without starting it."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from runtime.spark import machine

SMALL_DOCUMENTS = 300
"""Up to so many documents, what makes large jobs fast makes a job slow."""

DOCUMENTS_PER_CORE = 256
"""In a batch, unless `--batch` says otherwise."""

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
    # Filters on raw rows become part of the query that reads them
    "spark.sql.python.filterPushdown.enabled": "true",
}
"""What the rows depend on, or that makes them fast. A session of your own needs these."""

_PLAIN = {
    # A class for every stage of every table: Java compiles them for longer than they run
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    # To plan twice costs more than it finds
    "spark.sql.adaptive.enabled": "false",
    # What is compiled all the same is compiled once
    "spark.sql.codegen.cache.maxEntries": "5000",
}

SMALL = {**_PLAIN, "spark.ui.enabled": "false", "spark.driver.memory": "1g"}
"""For jobs of seconds: Java does without its own large compiler, too."""

LARGE = {**_PLAIN, "spark.ui.enabled": "true"}
"""For jobs of minutes and more."""

_SMALL_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
_LARGE_JAVA = "-XX:+UseParallelGC"
_JAVA = (
    "-XX:+IgnoreUnrecognizedVMOptions --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"
    " -Duser.timezone=UTC"
)
_LOCAL_MASTER = re.compile(r"local(?:\[(?P<cores>\d+|\*)(?:,\d+)?\])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How to run Spark. `state` is a folder for what Spark and Java need on disk; `conf` has the last word.

    `master` is None for this machine, or for what `spark-submit` said; `remote` is a Spark Connect server. `small` is
    for some hundred documents: it starts fast, and does without the compilers of Java and Spark. `batch` is how many
    documents go through Spark at once. `verbose` shows the log of Spark.
    """

    state: Path = Path(".mlb")
    master: str | None = None
    remote: str | None = None
    conf: Mapping[str, str] = field(default_factory=dict[str, str])
    batch: int | None = None
    cores: int = field(default_factory=machine.cores)
    small: bool = True
    verbose: int = 0

    @property
    def scratch(self) -> Path:
        """Where Spark may write."""
        return self.state.absolute() / "spark"

    @property
    def log(self) -> Path:
        """What says how much Spark logs; a file for each level, as several processes may run."""
        return self.scratch / f"log4j2-{('error', 'warn', 'info')[min(self.verbose, 2)]}.properties"

    @property
    def where(self) -> str:
        """The master or the server, as a user names it."""
        return self.remote or self.master or f"local[{self.cores}]"

    @property
    def is_local(self) -> bool:
        """Whether driver and executors are one process."""
        return self.remote is None and bool(_LOCAL_MASTER.fullmatch(self.where))

    @property
    def parallelism(self) -> int:
        """How many tasks run at once here; on a cluster, a guess."""
        said = _LOCAL_MASTER.fullmatch(self.where)
        return int(said["cores"]) if said and (said["cores"] or "").isdigit() else self.cores

    @property
    def documents_per_batch(self) -> int:
        """How many documents go through Spark at once."""
        return self.batch or DOCUMENTS_PER_CORE * self.parallelism

    def sized(self, documents: int) -> "Settings":
        """Choose the profile for a number of documents. A cluster has the large one always."""
        return replace(self, small=self.is_local and documents <= SMALL_DOCUMENTS)


def configuration(settings: Settings) -> dict[str, str]:
    """Return every setting of a session whose driver is this process."""
    local = {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": f"{machine.heap_mib()}m",
        "spark.local.dir": str(settings.scratch / "local"),
        "spark.sql.shuffle.partitions": str(settings.parallelism),
    }
    return {
        **SQL,
        # The place in Python that made an expression, asked for at each of thousands
        "spark.python.sql.dataFrameDebugging.enabled": "false",
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.warehouse.dir": (settings.scratch / "warehouse").as_uri(),
        "spark.ui.showConsoleProgress": "false",
        **(local if settings.is_local else {}),
        **(SMALL if settings.small else LARGE),
        **settings.conf,
        "spark.driver.extraJavaOptions": java_options(settings),
    }


def session_configuration(settings: Settings) -> dict[str, str]:
    """Return the settings that a session on a Spark Connect server can have; the server has the rest."""
    return {**SQL, **settings.conf}


def java_options(settings: Settings) -> str:
    """Return the arguments of the driver's Java; what the user adds comes last."""
    sized = _SMALL_JAVA if settings.small else _LARGE_JAVA
    log = f"-Dlog4j2.configurationFile={settings.log.as_uri()}"
    return " ".join((_JAVA, sized, log, settings.conf.get("spark.driver.extraJavaOptions", ""))).rstrip()


def submitted() -> bool:
    """Whether `spark-submit` started this process, and with it Java."""
    return "PYSPARK_GATEWAY_PORT" in os.environ
