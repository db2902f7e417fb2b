"""Load raw responses with Spark: transformed in batches, staged by the tasks, merged once by the driver.

A batch is one transaction for each thousand documents: as long as it is not committed nothing of it can be seen, and
when it comes again nothing changes.
"""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Protocol, TypeVar

import psycopg

from runtime.bulk import Committed, Staged, staged_columns
from runtime.documents import Documents as Raw
from runtime.errors import DataError, MlbError, TerminalError
from runtime.job import Job
from runtime.known import QUARANTINE, RESCUED, RESULTS
from runtime.load import NOT_LOADED, Outcome, nameless
from runtime.loader import load_all
from runtime.progress import Progress, Quiet
from runtime.registry import checks_of, find, job_of, spark_job
from runtime.snapshot import Loaded, Snapshot
from runtime.spark.documents import Account, transformed
from runtime.spark.raw import pending_captures
from runtime.spark.session import parallelism
from runtime.spark.staging import register, stage
from runtime.staged import Stage, Staging, staging
from runtime.standing import Arrival

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

T = TypeVar("T")

BATCH = 512
"""Documents that are transformed, staged and merged together."""
_AT_ONCE = 1000
"""Documents in one transaction: each is locked, and the server has room for some thousand locks."""
_ROWS_PER_TASK = 20_000
"""Rows that are worth a task, which needs a connection of its own."""
_JOBS_AT_ONCE = 4
"""Tables that are staged at the same time."""


@dataclass(frozen=True, kw_only=True)
class Loading:
    """What loading with Spark needs: a session, the database (also that of the executors), where responses are.

    `batch`: documents that are transformed, staged and merged together. `partitions`: tasks that read and transform
    them; 0 stands for as many as Spark runs at once.
    """

    session: "SparkSession"
    url: str
    raw: Raw
    progress: Progress = field(default_factory=Quiet)
    batch: int = BATCH
    partitions: int = 0
    force: bool = False


class Batch(Protocol):
    """What loading needs of `runtime.spark.documents.Documents`."""

    @property
    def accounts(self) -> tuple[Account, ...]:
        """What became of each response."""
        ...

    def rows(self, table: str, /) -> int:
        """Return how many rows a table gets, or what is kept beside."""
        ...

    def table(self, name: str, /) -> "DataFrame":
        """Return the rows of a table."""
        ...

    def rescued(self) -> "DataFrame":
        """Return the values without a column."""
        ...

    def quarantined(self) -> "DataFrame":
        """Return the rows that rules keep out."""
        ...

    def doubted(self) -> "DataFrame":
        """Return the rows that warnings are about."""
        ...


def load_by_spark(loading: Loading, waiting: Sequence[Snapshot], loaded: Loaded | None = None) -> Outcome:
    """Load what is pending in batches, counting into `loaded`; those that are done stay, whatever happens next."""
    outcome = Outcome(loaded if loaded is not None else Loaded())
    snapshots = [snapshot for snapshot in waiting if not snapshot.is_detached]
    outcome.loaded += Loaded(detached=len(waiting) - len(snapshots))
    batches = {some[0].raw_id: some for some in _batches(snapshots, loading.batch)}
    for one in loading.progress.track("load", snapshots):
        if one.raw_id in batches:
            outcome += load_batch(loading, batches[one.raw_id])
    return outcome


def load_batch(loading: Loading, snapshots: Sequence[Snapshot]) -> Outcome:
    """Load some responses of one operation; of a document that is among them more than once, the newest.

    Idempotent: what is loaded already is left alone. A document that cannot be loaded is named in `failed`.
    """
    outcome = Outcome()
    operation = find(loading.raw.catalog, snapshots[0].operation)
    job = loading.raw.job(operation.name)
    known = _known(_newest(snapshots), loading, outcome)
    if not known:
        return outcome
    partitions = loading.partitions or parallelism(loading.session)
    captures = pending_captures(loading.session, loading.url, operation, known, partitions)
    with transformed(
        captures,
        partial(job_of, operation),
        spark_job(operation),
        checks=partial(checks_of, operation),
    ) as documents:
        outcome += load_documents(loading, job, documents, known)
    return outcome


def load_documents(loading: Loading, job: Job, documents: Batch, snapshots: Sequence[Snapshot]) -> Outcome:
    """Stage and merge a batch; `snapshots` say which responses its documents are."""
    outcome = Outcome()
    started = time.monotonic()
    with staging(loading.url) as made:
        arrivals = _arrivals(documents, snapshots, loading, outcome)
        staged = Staged(job, _staged(documents, job, made, loading))
        for some in chunks(arrivals, _AT_ONCE if job.document_key else 1):
            _load(loading, job, some, staged, outcome)
    loading.progress.note(_said(job, outcome.loaded, time.monotonic() - started))
    return outcome


def _said(job: Job, done: Loaded, seconds: float) -> str:
    rows = done.changed + done.unchanged
    return f"{job.operation}: {done.documents:,} documents, {rows:,} rows, {done.changed:,} changed ({seconds:.1f} s)"


def _newest(snapshots: Sequence[Snapshot]) -> list[Snapshot]:
    """Return the newest snapshot of each document."""
    ordered = sorted(snapshots, key=lambda one: one.position)
    return [*{one.document_key: one for one in ordered}.values()]


def _known(snapshots: Sequence[Snapshot], loading: Loading, outcome: Outcome) -> list[Snapshot]:
    """Return the documents that say what they are about."""
    for one in snapshots:
        if None in one.keys:
            _fail(loading, outcome, one, nameless())
    return [one for one in snapshots if None not in one.keys]


def _arrivals(
    documents: Batch, snapshots: Sequence[Snapshot], loading: Loading, outcome: Outcome
) -> list[Arrival]:
    """Return what arrived, in the order of the snapshots; what is no document, or is gone, is named."""
    accounts = {account.raw_id: account for account in documents.accounts}
    arrivals: list[Arrival] = []
    for one in snapshots:
        account = accounts.get(one.raw_id)
        if account is None:
            _fail(loading, outcome, one, DataError("the response is not in the raw tier any more"))
        elif account.unusable is not None:
            _fail(loading, outcome, one, DataError(f"the response is {account.unusable}"))
        else:
            arrivals.append(_arrival(one, account))
    return arrivals


def _arrival(snapshot: Snapshot, account: Account) -> Arrival:
    return Arrival(snapshot=snapshot, tables=account.summaries, counts=account.counts, days=account.days)


def _staged(documents: Batch, job: Job, made: Staging, loading: Loading) -> dict[str, Committed]:
    """Stage the rows of every table, and what is kept beside; return where they are."""
    columns = staged_columns(job)
    stages = {name: made.create(of) for name, of in columns.items() if documents.rows(name)}
    register(loading.session)
    with ThreadPoolExecutor(_JOBS_AT_ONCE, initializer=partial(_make_active, loading.session)) as pool:
        jobs = [
            pool.submit(stage, _frame(documents, name), loading.url, place, made.application)
            for name, place in stages.items()
        ]
        for done in jobs:
            done.result()
    return {name: _committed(made, place, name, documents.rows(name)) for name, place in stages.items()}


def _make_active(session: "SparkSession") -> None:
    """Make the session that of a new thread, which finds no data source of ours otherwise."""
    session.createDataFrame([], "nothing int")  # pyright: ignore[reportUnknownMemberType]  # of pandas, too


def _frame(documents: Batch, name: str) -> "DataFrame":
    """Return the rows of a table, or what is kept beside, in as few tasks as they are worth."""
    beside = {RESCUED: documents.rescued, QUARANTINE: documents.quarantined, RESULTS: documents.doubted}
    rows = beside[name]() if name in beside else documents.table(name)
    return rows.coalesce(1 + documents.rows(name) // _ROWS_PER_TASK)


def _committed(made: Staging, place: Stage, table: str, expected: int) -> Committed:
    """Return what was staged.

    Raises:
        TerminalError: these are not as many rows as the documents have.
    """
    attempts = place.attempts(made.connection)
    if sum(attempts.values()) != expected:
        raise TerminalError(
            f"Spark made {sum(attempts.values()):,} rows for {table}, the documents have {expected:,}",
            hint="nothing of this batch was loaded; `--engine local` loads it; please report it",
        )
    return Committed(place, [*attempts])


def _load(loading: Loading, job: Job, arrivals: Sequence[Arrival], staged: Staged, outcome: Outcome) -> None:
    """Load documents in one transaction; if one of them is in the way of the others, one by one."""
    try:
        outcome.loaded += load_all(
            loading.raw.connection,
            job,
            arrivals,
            staged,
            again=loading.raw.again,
            checks=loading.raw.catalog.checks(job.operation),
            force=loading.force,
        )
    except NOT_LOADED as error:
        if len(arrivals) == 1:
            _fail(loading, outcome, arrivals[0].snapshot, error)
            return
        for one in arrivals:
            _load(loading, job, [one], staged, outcome)
    else:
        for one in arrivals:
            outcome.count(job.operation, one.counts)


def _fail(loading: Loading, outcome: Outcome, snapshot: Snapshot, error: MlbError | psycopg.Error) -> None:
    outcome.fail(snapshot, error)
    loading.progress.finding(outcome.failed[-1])


def _batches(snapshots: Sequence[Snapshot], size: int) -> Iterator[Sequence[Snapshot]]:
    for _, of_operation in groupby(snapshots, key=lambda one: one.operation):
        yield from chunks([*of_operation], size)


def chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Cut a sequence into pieces of so many items."""
    return (items[start : start + size] for start in range(0, len(items), size))
