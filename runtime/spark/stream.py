"""A Spark data source for streams, `mlb_raw_stream`: raw responses as captures, as they are ingested.

Offsets are raw ids (see `offsets`). A stream into tables takes what `load` would take of a range of ids: of several
responses of a document the newest, and none that is loaded. A stream into files takes every response.
"""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false
# (pyarrow has no types)

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import cast

import psycopg
import pyarrow as pa
from psycopg import sql
from pyspark.sql.datasource import DataSource, DataSourceStreamReader, InputPartition
from pyspark.sql.streaming.datasource import ReadLimit, ReadMaxRows, SupportsTriggerAvailableNow
from pyspark.sql.types import StructType

from runtime.archive import Archive
from runtime.database import Connection, connect, opened, problem
from runtime.documents import USABLE, Documents, RawIds
from runtime.job import REQUEST, Operation
from runtime.raw import table_of
from runtime.registry import Catalog, find, generated
from runtime.spark.captures import SCHEMA
from runtime.spark.offsets import Offset, Origin, Settled, end_of_batch, origin

NAME = "mlb_raw_stream"
TABLES = "tables"
"""Where a stream leads to, unless that is a folder."""

_PATIENCE = 1.0
"""Seconds that a batch waits for open transactions; the next one goes on waiting."""
_LAST_PATIENCE = 10.0
"""The same for a stream that ends with what is there."""
_RESPONSES_PER_DOCUMENT = 64
"""Of a document that is captured again and again a batch takes one response, but passes no more than so many."""
_ROWS_AT_ONCE = 16
"""Responses that a task holds in memory; a live feed has about a megabyte."""
_NO_LIMIT = 2**31 - 1

_READ = """
SELECT raw_id, captured_at, query_params || path_params || jsonb_build_object({request}::text, document_key), data::text
FROM {raw} WHERE raw_id = ANY (%s) AND data IS NOT NULL ORDER BY raw_id
"""
_ALL = "SELECT raw_id FROM {raw} WHERE raw_id > %s AND raw_id <= %s AND {usable} ORDER BY raw_id"

_ARROW = pa.schema(
    [
        ("raw_id", pa.int64()),
        ("captured_at", pa.timestamp("us", tz="UTC")),
        ("params", pa.map_(pa.string(), pa.string())),
        ("body", pa.string()),
    ]
)


@dataclass(frozen=True, kw_only=True)
class Streamed:
    """What a stream reads, and for whom.

    `root` is the folder with `generated/`, where that is not on the path; `batch` the documents that a batch has at
    most, `tasks` its partitions.
    """

    url: str
    operation: str
    into: str = TABLES
    root: str = "."
    batch: int = 256
    tasks: int = 2

    def options(self) -> dict[str, str]:
        """Return it as options of the data source, which are text."""
        return {name: str(value) for name, value in asdict(self).items()}

    @classmethod
    def of(cls, options: Mapping[str, str]) -> "Streamed":
        """Read it from options."""
        text = {name: options[name] for name in ("url", "operation", "into", "root")}
        return cls(**text, batch=int(options["batch"]), tasks=int(options["tasks"]))


class RawStream(DataSource):
    """Raw responses as captures. Options: see `Streamed`."""

    @classmethod
    def name(cls) -> str:
        """Return the name for `spark.readStream.format`."""
        return NAME

    def schema(self) -> StructType:
        """Return the columns of captures."""
        return SCHEMA

    def streamReader(self, schema: StructType) -> "Reader":  # noqa: ARG002, N802  # Spark's
        """Return what plans and reads."""
        return Reader(Streamed.of(self.options))


@dataclass
class Responses(InputPartition):
    """The responses of a task, by their ids."""

    table: sql.Identifier
    raw_ids: list[int]


class Planner:
    """Decides what batches hold: in a process of the driver that lives as long as the stream."""

    def __init__(self, streamed: Streamed, catalog: Catalog) -> None:
        self.streamed = streamed
        self.catalog = catalog
        self.operation: Operation = find(catalog, streamed.operation)
        self.connection: Connection = connect(streamed.url, "mlb-etl stream")
        self.settled = Settled(self.connection)
        digest = catalog.digest(streamed.operation)
        self.origin: Origin = origin(self.connection, streamed.operation, streamed.into, digest)
        self.last: int | None = None
        """With which id the stream ends, if it does."""

    def end(self, after: int, documents: int) -> int:
        """Return the id of the last response of the next batch; `after` if nothing is there that is safe to read."""
        settled = self.settled.advance(_PATIENCE) if self.last is None else self.last
        responses = documents * (_RESPONSES_PER_DOCUMENT if self.streamed.into == TABLES else 1)
        return end_of_batch(
            self.connection, self.operation, after, settled, documents=documents, responses=responses
        )

    def chosen(self, within: RawIds) -> list[int]:
        """Return the responses of a batch."""
        if self.streamed.into == TABLES:
            documents = Documents(self.connection, self.catalog, Archive(Path()))
            found = documents.pending(self.streamed.operation, within=within)
            return sorted(one.raw_id for one in found if not one.is_detached)
        query = sql.SQL(_ALL).format(raw=table_of(self.operation), usable=USABLE)
        return [raw_id for (raw_id,) in self.connection.execute(query, (within.after, within.up_to))]


class Reader(DataSourceStreamReader, SupportsTriggerAvailableNow):
    """What Spark calls. It goes to the tasks without the planner."""

    def __init__(self, streamed: Streamed) -> None:
        self.streamed = streamed

    def __getstate__(self) -> dict[str, object]:
        """Leave the connection behind."""
        return {"streamed": self.streamed}

    @cached_property
    def planner(self) -> Planner:
        """What decides; made when it is first asked."""
        return Planner(self.streamed, generated(Path(self.streamed.root)))

    @contextmanager
    def _asked(self) -> Generator[Planner]:
        try:
            yield self.planner
        except psycopg.Error as error:
            raise problem(error, self.streamed.url) from error

    def initialOffset(self) -> Offset:  # noqa: N802  # Spark's
        """Begin with the first response."""
        with self._asked() as planner:
            return planner.origin.at(0)

    def getDefaultReadLimit(self) -> ReadLimit:  # noqa: N802  # Spark's
        """Take so many documents at a time."""
        return ReadMaxRows(self.streamed.batch)

    def prepareForTriggerAvailableNow(self) -> None:  # noqa: N802  # Spark's
        """End with what is there now."""
        with self._asked() as planner:
            planner.last = planner.settled.advance(_LAST_PATIENCE)

    def latestOffset(self, start: Offset, limit: ReadLimit) -> Offset:  # noqa: N802  # Spark's
        """Return where the next batch ends; `start` if there is none."""
        documents = limit.max_rows if isinstance(limit, ReadMaxRows) else _NO_LIMIT
        with self._asked() as planner:
            after = planner.origin.place(start, planner.connection)
            end = planner.end(after, documents)
            return start if end == after else planner.origin.at(end)

    def partitions(self, start: Offset, end: Offset) -> Sequence[Responses]:
        """Deal the responses of a batch out to tasks."""
        with self._asked() as planner:
            within = RawIds(*(planner.origin.place(one, planner.connection) for one in (start, end)))
            found = planner.chosen(within)
            table = table_of(planner.operation)
        size = max(1, -(-len(found) // self.streamed.tasks))
        return [Responses(table, found[at : at + size]) for at in range(0, len(found), size)]

    def read(self, partition: InputPartition) -> Iterator[pa.RecordBatch]:
        """Read the responses of a task through a cursor of the server: few of them are in memory at a time."""
        given = cast(Responses, partition)
        query = sql.SQL(_READ).format(raw=given.table, request=sql.Literal(REQUEST))
        with (
            opened(self.streamed.url, "mlb-etl stream") as connection,
            connection.transaction(),
            connection.cursor(name=NAME) as cursor,
        ):
            cursor.execute(query, (given.raw_ids,))
            while rows := cursor.fetchmany(_ROWS_AT_ONCE):
                yield _batch(rows)

    def stop(self) -> None:
        """Leave the database."""
        if "planner" in vars(self):
            self.planner.connection.close()


def _batch(rows: Sequence[tuple[object, ...]]) -> pa.RecordBatch:
    raw_ids, instants, params, bodies = zip(*rows, strict=True)
    entries = [list(cast("dict[str, str]", one).items()) for one in params]
    cells = (raw_ids, instants, entries, bodies)
    arrays = [pa.array(one, type=field.type) for one, field in zip(cells, _ARROW, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=_ARROW)
