"""Where a stream leads to. A sink gets a batch and its number, perhaps more than once: that must not show."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from runtime.archive import Archive
from runtime.database import opened
from runtime.documents import Documents, RawIds
from runtime.engines import Source
from runtime.load import Outcome, load_snapshot
from runtime.registry import find, generated, job_of, spark_job
from runtime.spark.engine import transform
from runtime.spark.stream import Streamed

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a batch."""

    documents: int
    rows: int = 0
    outcome: Outcome = field(default_factory=Outcome)


Sink: TypeAlias = "Callable[[DataFrame, int], Done]"


@dataclass(frozen=True)
class IntoTables:
    """Loads what is newer than what the tables hold. It is a value: a Connect server runs a copy of it."""

    streamed: Streamed

    def __call__(self, batch: "DataFrame", number: int) -> Done:  # noqa: ARG002  # tables know what they hold
        """Load a batch."""
        name = self.streamed.operation
        catalog = generated(Path(self.streamed.root))
        rows = {row["raw_id"]: row for row in batch.collect()}
        if not rows:
            return Done(0)
        outcome = Outcome()
        with opened(self.streamed.url) as connection:
            documents = Documents(connection, catalog, Archive(Path()))
            pending = documents.pending(name, within=RawIds(min(rows) - 1, max(rows)))
            snapshots = [one for one in pending if one.raw_id in rows]
            sources = [
                Source(
                    raw_id=one.raw_id,
                    captured_at=one.captured_at,
                    params=rows[one.raw_id]["params"],
                    body=rows[one.raw_id]["body"].encode(),
                )
                for one in snapshots
            ]
            job, operation = documents.job(name), find(catalog, name)
            results = transform(batch.sparkSession, spark_job(operation), partial(job_of, operation), sources)
            for snapshot, result in zip(snapshots, results, strict=True):
                load_snapshot(documents, snapshot, job, result, outcome)
        loaded = outcome.loaded
        return Done(len(snapshots), loaded.changed + loaded.unchanged, outcome)


def sink(streamed: Streamed) -> Sink:
    """Return what takes the batches of a stream."""
    return IntoTables(streamed)
