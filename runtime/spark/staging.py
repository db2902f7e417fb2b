"""Rows from Spark to staging tables of Postgres: a binary COPY of every task, over a connection of its own.

Every row is tagged with the attempt of the task that wrote it. A task may write its rows more than once (it is tried
again, or ran twice at the same time), and may write them late. Which attempts count is what Spark says when all tasks
are done: it stands in the comment of the staging table. Rows of other attempts are never read.

A run's staging tables live as long as the run, which holds a lock of its name: what a dead run left behind is removed
by the next one.
"""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false
# (pyarrow has no types)

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import pyarrow as pa
from pgpq import ArrowToPostgresBinaryEncoder
from psycopg import sql
from pyspark import TaskContext
from pyspark.sql.datasource import DataSource, DataSourceArrowWriter, WriterCommitMessage
from pyspark.sql.types import StructType

from runtime.database import Connection, opened
from runtime.staged import ATTEMPT, Stage

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

NAME = "mlb_stage"


@dataclass
class Copied(WriterCommitMessage):
    """What one attempt of a task copied."""

    attempt: int
    rows: int


class StageSource(DataSource):
    """Staging tables. Options: `url`, `table` (which is there, with the columns of the rows), `application`."""

    @classmethod
    def name(cls) -> str:
        """Return the name for `write.format`."""
        return NAME

    def writer(self, schema: StructType, overwrite: bool) -> "StageWriter":  # noqa: ARG002  # Spark's
        """Return what writes."""
        return StageWriter(self.options["url"], self.options["table"], self.options["application"])


class StageWriter(DataSourceArrowWriter):
    """Copies rows in the tasks, and says in the driver which attempts count."""

    def __init__(self, url: str, table: str, application: str) -> None:
        self.url = url
        self.table = table
        self.application = application

    def write(self, iterator: Iterator[pa.RecordBatch]) -> Copied:
        """Copy the rows of a task in one transaction."""
        context = TaskContext.get()
        attempt = context.taskAttemptId() if context else 0
        first = next(iterator, None)
        if first is None:
            return Copied(attempt, 0)
        with opened(self.url, self.application) as connection:
            rows = self._copy(connection, attempt, first, iterator)
        return Copied(attempt, rows)

    def _copy(
        self, connection: Connection, attempt: int, first: pa.RecordBatch, rest: Iterator[pa.RecordBatch]
    ) -> int:
        tagged = _tagged(first, attempt)
        encoder = ArrowToPostgresBinaryEncoder(tagged.schema)
        names = sql.SQL(", ").join(map(sql.Identifier, tagged.schema.names))
        place = sql.Identifier(*self.table.split("."))
        statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(place, names)
        rows = 0
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(encoder.write_header())
            while tagged is not None:
                copy.write(encoder.write_batch(tagged))
                rows += tagged.num_rows
                batch = next(rest, None)
                tagged = None if batch is None else _tagged(batch, attempt)
            copy.write(encoder.finish())
        return rows

    def commit(self, messages: list[WriterCommitMessage | None]) -> None:
        """Note the attempts that count."""
        copied = {one.attempt: one.rows for one in cast("list[Copied]", messages) if one}
        with opened(self.url, self.application) as connection:
            Stage(self.table).commit(connection, copied)

    def abort(self, messages: list[WriterCommitMessage | None]) -> None:  # noqa: ARG002  # Spark's
        """Drop what was written; what tasks that still run hold is left to the end of the run."""
        with opened(self.url, self.application) as connection:
            Stage(self.table).drop(connection)


def _tagged(batch: pa.RecordBatch, attempt: int) -> pa.RecordBatch:
    """Add the attempt to rows."""
    return batch.append_column(ATTEMPT, pa.array([attempt] * batch.num_rows, pa.int64()))


def register(session: "SparkSession") -> None:
    """Make a session know staging tables; not while rows are staged."""
    session.dataSource.register(StageSource)


def stage(rows: "DataFrame", url: str, place: Stage, application: str) -> None:
    """Copy rows into a staging table: all of them once, whatever happens to tasks."""
    options = {"url": url, "table": place.name, "application": application}
    rows.write.format(NAME).mode("append").options(**options).save()
