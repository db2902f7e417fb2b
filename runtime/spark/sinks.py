"""Where a stream leads to. A sink gets a batch and its number, perhaps more than once: that must not show."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from runtime.archive import Archive
from runtime.database import opened
from runtime.documents import Documents as Raw
from runtime.documents import RawIds
from runtime.job import Operation
from runtime.load import Outcome, nameless
from runtime.registry import checks_of, find, generated, job_of, spark_job
from runtime.snapshot import Snapshot
from runtime.spark.documents import Documents, transformed
from runtime.spark.load import Loading, load_documents
from runtime.spark.stream import TABLES, Streamed

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a batch."""

    documents: int
    rows: int = 0
    outcome: Outcome = field(default_factory=Outcome)


Sink: TypeAlias = "Callable[[DataFrame, int], Done]"


def sink(streamed: Streamed) -> Sink:
    """Return what takes the batches of a stream."""
    return IntoTables(streamed) if streamed.into == TABLES else IntoFiles(streamed)


@dataclass(frozen=True)
class IntoTables:
    """Loads what is newer than what the tables hold. It is a value: a Connect server runs a copy of it."""

    streamed: Streamed

    def __call__(self, batch: "DataFrame", number: int) -> Done:  # noqa: ARG002  # tables know what they hold
        """Load a batch, in one transaction."""
        catalog = generated(Path(self.streamed.root))
        operation = find(catalog, self.streamed.operation)
        with (
            _transformed(batch, operation) as documents,
            opened(self.streamed.url) as connection,
        ):
            raw = Raw(connection, catalog, Archive(Path()))
            outcome = Outcome()
            snapshots = _named(_pending(raw, operation, documents), outcome)
            if snapshots:
                loading = Loading(session=batch.sparkSession, url=self.streamed.url, raw=raw)
                outcome += load_documents(loading, raw.job(operation.name), documents, snapshots)
        loaded = outcome.loaded
        return Done(len(snapshots), loaded.changed + loaded.unchanged, outcome)


def _pending(raw: Raw, operation: Operation, documents: Documents) -> list[Snapshot]:
    """Return which responses of a batch are still to be loaded."""
    ids = {account.raw_id for account in documents.accounts}
    within = RawIds(min(ids, default=0) - 1, max(ids, default=0))
    return [one for one in raw.pending(operation.name, within=within) if one.raw_id in ids]


def _named(snapshots: Sequence[Snapshot], outcome: Outcome) -> list[Snapshot]:
    """Return the documents that say what they are about."""
    for one in snapshots:
        if None in one.keys:
            outcome.fail(one, nameless())
    return [one for one in snapshots if None not in one.keys]


@dataclass(frozen=True)
class IntoFiles:
    """Writes the rows of every response to Parquet. Files carry their batch's number: a repeat replaces its own."""

    streamed: Streamed

    def __call__(self, batch: "DataFrame", number: int) -> Done:
        """Write a batch."""
        from runtime.export import wanted
        from runtime.spark.export import write_batch

        catalog = generated(Path(self.streamed.root))
        operation = find(catalog, self.streamed.operation)
        export = wanted(catalog, operation.name, (), "parquet")
        with _transformed(batch, operation) as documents:
            done = write_batch(export, documents, self.streamed.into, f"batch-{number:09}")
        return Done(done.documents, sum(done.tables.values()), Outcome(failed=done.dead_letters))


def _transformed(batch: "DataFrame", operation: Operation) -> "AbstractContextManager[Documents]":
    job, checks = partial(job_of, operation), partial(checks_of, operation)
    return transformed(batch, job, spark_job(operation), checks=checks)
