"""Load what is in the raw tier: transform the newest response of each document and make the tables hold it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

import psycopg

from runtime.database import problem
from runtime.documents import Documents
from runtime.engines import Result, locally
from runtime.errors import DataError, MlbError
from runtime.ingest import Ingest, Received
from runtime.job import Job
from runtime.loader import load
from runtime.progress import Progress
from runtime.registry import with_tables
from runtime.snapshot import Loaded, Snapshot
from runtime.transform import Counts, transform

NOT_LOADED = (DataError, psycopg.DataError, psycopg.IntegrityError)
"""What is wrong with one document, and does not stop the others."""


@dataclass(slots=True)
class Outcome:
    """What loading did, over all documents. `failed` names the documents that could not be loaded."""

    loaded: Loaded = field(default_factory=Loaded)
    leaves: dict[str, Counter[str]] = field(default_factory=dict[str, Counter[str]])
    failed: list[str] = field(default_factory=list[str])

    def count(self, operation: str, counts: Counts) -> None:
        """Add the leaves of a document."""
        classes = {name: value for name, value in asdict(counts).items() if isinstance(value, int)}
        self.leaves.setdefault(operation, Counter()).update(classes)

    def fail(self, snapshot: Snapshot, error: MlbError | psycopg.Error) -> None:
        """Name a document that could not be loaded."""
        said = error.what if isinstance(error, MlbError) else problem(error).what
        place = f"{snapshot.operation} {snapshot.document_key} (raw_id {snapshot.raw_id})"
        self.failed.append(f"{place}: {said}")

    def __iadd__(self, other: "Outcome") -> "Outcome":
        self.loaded += other.loaded
        self.failed += other.failed
        for operation, counts in other.leaves.items():
            self.leaves.setdefault(operation, Counter()).update(counts)
        return self


def pending(documents: Documents, operations: Sequence[str], *, force: bool = False) -> list[Snapshot]:
    """Return what is to be loaded of some operations, or of all that have tables; detached documents are among it."""
    names = operations or with_tables(documents.catalog)
    return [snapshot for name in names for snapshot in documents.pending(name, force=force)]


def load_pending(
    documents: Documents,
    operations: Sequence[str],
    progress: Progress,
    *,
    force: bool = False,
    loaded: Loaded | None = None,
) -> Outcome:
    """Load what is pending, counting into `loaded`; a document that cannot be loaded does not stop the others."""
    outcome = Outcome(loaded if loaded is not None else Loaded())
    waiting = pending(documents, operations, force=force)
    snapshots = [snapshot for snapshot in waiting if not snapshot.is_detached]
    outcome.loaded += Loaded(detached=len(waiting) - len(snapshots))
    results = documents.transformed(snapshots, locally)
    for snapshot, (job, result) in zip(progress.track("load", snapshots), results, strict=False):
        try:
            load_snapshot(documents, snapshot, job, result, outcome, force=force)
        except NOT_LOADED as error:
            outcome.fail(snapshot, error)
            progress.finding(outcome.failed[-1])
    return outcome


def load_snapshot(
    documents: Documents,
    snapshot: Snapshot,
    job: Job,
    result: Result,
    outcome: Outcome,
    *,
    force: bool = False,
) -> None:
    """Load one document."""
    if isinstance(result, DataError):
        raise result
    if None in snapshot.keys:
        raise nameless()
    checks = documents.catalog.checks(snapshot.operation)
    outcome.loaded += load(
        documents.connection, job, result, snapshot, again=documents.again, checks=checks, force=force
    )
    outcome.count(snapshot.operation, result.counts)


def receive(ingest: Ingest, documents: Documents, source: Received) -> Loaded:
    """Load a response that was just taken in, without reading it again: the live path."""
    name = source.capture.request.operation
    job = documents.catalog.job(name)
    if source.document is None or job is None or source.capture.request.is_pruned:
        return Loaded()
    own = {"document_key": source.row.document_key, **source.row.keys}  # the raw table has that column, too
    keys = tuple(own.get(key) for key in job.document_key)
    if None in keys:
        raise nameless()
    snapshot = Snapshot(
        operation=name,
        document_key=source.row.document_key,
        keys=keys,
        raw_id=source.row.raw_id,
        version=str(source.row.keys.get(documents.catalog.operations[name].version) or ""),
        captured_at=source.capture.request.captured_at,
        sha256=source.capture.sha256,
        transform_digest=documents.catalog.digest(name),
        raw_table=documents.catalog.operations[name].raw_table,
        schema_digest=documents.catalog.schema_digest(name),
    )
    transformed = transform(job, source.document.value, source.capture.request.params)
    checks = documents.catalog.checks(name)
    return load(ingest.connection, job, transformed, snapshot, again=documents.again, checks=checks)


def nameless() -> DataError:
    """Return the error of a document without its key."""
    return DataError("the document does not say what it is about: its key is missing")
