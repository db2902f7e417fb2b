"""Follow the raw tier: a streaming query per operation, from raw responses to tables or files, safe to kill.

Spark writes down where a batch ends before it begins, and that it is done when it is: a batch that was cut off comes
again, with the same number and the same responses. Its sink makes that harmless (see `sinks`).
"""

import json
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import psycopg
from psycopg import sql

from runtime.database import opened, problem
from runtime.errors import MlbError, TransientError
from runtime.ledger import Run
from runtime.progress import Progress
from runtime.raw import table_of
from runtime.registry import Catalog, find
from runtime.spark.errors import explained
from runtime.spark.gateway import end_streams
from runtime.spark.offsets import waiting_for
from runtime.spark.sinks import Done, Sink
from runtime.spark.stream import NAME, RawStream, Streamed

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.streaming.query import StreamingQuery

INTERVAL = "1 second"
"""How often to look for responses when there are none."""

_POLL = 0.2
_NAMED_AFTER = 5.0
"""Seconds after which a transaction that streams wait for is named."""
_NAMED_AGAIN = 60.0
_PAUSES = (1, 2, 4, 8, 16, 30)
"""Seconds before a query that lost the database starts again; a batch that is done begins the row anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A stream: what it reads, where it leads to, where Spark keeps how far it is. `once`: end with what is there."""

    streamed: Streamed
    sink: Sink
    checkpoint: str
    once: bool

    @property
    def name(self) -> str:
        """The operation."""
        return self.streamed.operation


@dataclass(frozen=True, slots=True)
class Query:
    """A query that was started; `done` and `failed` come from its sink, of whose errors Spark keeps the text only."""

    running: "StreamingQuery"
    done: dict[int, Done]
    failed: list[Exception]

    def batches(self, after: int) -> Iterator[tuple[int, int, Done]]:
        """Yield the batches since one: number, raw id that it reaches to, what became of it."""
        for one in self.running.recentProgress:
            if one.batchId > after and one.numInputRows:
                end = cast("dict[str, int]", json.loads(one.sources[0].endOffset))
                yield one.batchId, end["raw_id"], self.done.pop(one.batchId, Done(one.numInputRows))

    def error(self) -> Exception | None:
        """Return why it ended; None if it ended as it should."""
        found = self.running.exception()
        if found is None:
            return None
        error = self.failed[-1] if self.failed else explained(found)
        return problem(error) if isinstance(error, psycopg.Error) else error


def start(spark: "SparkSession", followed: Followed) -> Query:
    """Begin with the first response, or go on after the last batch that was done."""
    done: dict[int, Done] = {}
    failed: list[Exception] = []

    def take(batch: "DataFrame", number: int) -> None:
        try:
            done[number] = followed.sink(batch, number)
        except Exception as error:
            failed.append(error)
            raise

    logging.getLogger("py4j").setLevel(
        logging.CRITICAL
    )  # it would show what the sink raises, with its traceback
    spark.dataSource.register(RawStream)
    captures = spark.readStream.format(NAME).options(**followed.streamed.options()).load()
    # A Connect server runs a copy of the sink, which cannot tell us anything
    each = cast("Callable[[DataFrame, int], None]", followed.sink) if _is_remote(spark) else take
    writer = captures.writeStream.queryName(followed.name).foreachBatch(each)
    writer = writer.option("checkpointLocation", followed.checkpoint)
    timed = writer.trigger(availableNow=True) if followed.once else writer.trigger(processingTime=INTERVAL)
    return Query(timed.start(), done, failed)


def _is_remote(spark: "SparkSession") -> bool:
    return "connect" in type(spark).__module__


@dataclass(slots=True)
class Report:
    """Says what streams do, and counts it."""

    url: str
    catalog: Catalog
    progress: Progress
    run: Run
    _look_at: float = field(default_factory=lambda: time.monotonic() + _NAMED_AFTER)

    def batch(self, name: str, number: int, raw_id: int, done: Done) -> None:
        """Say what a batch did, and how far behind the stream is."""
        self.run.loaded += done.outcome.loaded
        self.run.findings += done.outcome.failed
        for failed in done.outcome.failed:
            self.progress.finding(failed)
        behind = self._behind(name, raw_id)
        said = f"{done.documents} documents, {done.rows:,} rows, up to raw id {raw_id}"
        self.progress.note(f"{name}: batch {number}: {said}{behind}")

    def _behind(self, name: str, raw_id: int) -> str:
        query = sql.SQL("SELECT max(raw_id) FROM {}").format(table_of(find(self.catalog, name)))
        try:
            with opened(self.url) as connection:
                (last,) = connection.execute(query).fetchone() or (None,)
        except MlbError:
            return ""
        return f", {max(0, (last or 0) - raw_id)} behind"

    def waiting(self) -> None:
        """Now and then, name the transactions that streams wait for."""
        if time.monotonic() < self._look_at:
            return
        try:
            with opened(self.url) as connection:
                found = waiting_for(connection, _NAMED_AFTER)
        except MlbError:
            found = []
        self._look_at = time.monotonic() + (_NAMED_AGAIN if found else _NAMED_AFTER)
        if found:
            self.progress.note(
                f"responses that come now wait for {', '.join(found)}: it holds a raw id that it may use"
            )


@dataclass(slots=True)
class Following:
    """A stream that is followed. Its query starts again, from the checkpoint, when it loses the database."""

    spark: "SparkSession"
    followed: Followed
    report: Report
    query: Query | None = None
    last: int = -1
    attempts: int = 0
    wake: float = 0.0

    def goes_on(self) -> bool:
        """Look what has happened; say whether the stream goes on."""
        if self.query is None:
            if time.monotonic() >= self.wake:
                self.query = start(self.spark, self.followed)
            return True
        is_active = self.query.running.isActive
        for number, raw_id, done in self.query.batches(self.last):
            self.last, self.attempts = number, 0
            self.report.batch(self.followed.name, number, raw_id, done)
        return is_active or self._is_to_start_again(self.query.error())

    def _is_to_start_again(self, error: Exception | None) -> bool:
        if error is None:
            return False
        if not _may_pass(error) or self.attempts == len(_PAUSES):
            raise error
        pause = _PAUSES[self.attempts]
        self.attempts += 1
        self.query, self.wake = None, time.monotonic() + pause
        self.report.progress.note(
            f"{self.followed.name}: {str(error).splitlines()[0]}; trying again in {pause} s"
        )
        return True


def _may_pass(error: Exception) -> bool:
    """Say whether to try again: also where nobody listens, as that is what a server that restarts looks like."""
    return isinstance(error, TransientError) or "nobody listens there" in str(error)


def follow(spark: "SparkSession", streams: Sequence[Followed], report: Report) -> None:
    """Follow streams until each has ended, or until an interrupt."""
    following = [Following(spark, followed, report) for followed in streams]
    try:
        while following := [one for one in following if one.goes_on()]:
            report.waiting()
            time.sleep(_POLL)
    finally:
        end_streams(spark)
