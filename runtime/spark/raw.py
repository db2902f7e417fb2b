"""A Spark data source, `mlb_raw`: the raw responses of an operation as captures, read in partitions.

Every task reads a range of raw ids over a connection of its own; all ranges hold about as many responses. What a query
asks of `raw_id`, `captured_at` and `document_key` becomes SQL. Only responses that can be transformed are read.
"""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false
# (pyarrow has no types)

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, cast

import pyarrow as pa
from psycopg import sql
from pyspark.sql import functions
from pyspark.sql.datasource import (
    DataSource,
    DataSourceReader,
    EqualTo,
    Filter,
    GreaterThan,
    GreaterThanOrEqual,
    In,
    InputPartition,
    IsNotNull,
    LessThan,
    LessThanOrEqual,
)
from pyspark.sql.types import StringType, StructType

from runtime.database import Connection, opened
from runtime.documents import USABLE
from runtime.job import REQUEST, Operation
from runtime.snapshot import Snapshot
from runtime.spark.captures import SCHEMA

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

NAME = "mlb_raw"

_ROWS_AT_ONCE = 16
"""Responses that a task holds in memory; a live feed has about a megabyte."""

_RANGES = """
SELECT min(raw_id), max(raw_id), min(captured_at), max(captured_at)
FROM (SELECT raw_id, captured_at, ntile(%s) OVER (ORDER BY raw_id) AS part FROM {raw} WHERE {where}) t
GROUP BY part ORDER BY part
"""
_READ = """
SELECT raw_id, captured_at, query_params || path_params || jsonb_build_object({request}::text, document_key),
       data::text, document_key
FROM {raw}
WHERE {where} AND raw_id BETWEEN %s AND %s AND captured_at BETWEEN %s AND %s ORDER BY raw_id
"""

_ARROW = pa.schema(
    [
        ("raw_id", pa.int64()),
        ("captured_at", pa.timestamp("us", tz="UTC")),
        ("params", pa.map_(pa.string(), pa.string())),
        ("body", pa.string()),
        ("document_key", pa.string()),
    ]
)

_COMPARISONS: Mapping[type[Filter], str] = {
    EqualTo: "{} = {}",
    GreaterThan: "{} > {}",
    GreaterThanOrEqual: "{} >= {}",
    LessThan: "{} < {}",
    LessThanOrEqual: "{} <= {}",
    In: "{} = ANY ({})",
}
_COLUMNS = {
    "raw_id": sql.SQL("raw_id"),
    "captured_at": sql.SQL("captured_at"),
    "document_key": sql.SQL('document_key COLLATE "C"'),  # the order that Spark's strings have
}

Compared: TypeAlias = EqualTo | GreaterThan | GreaterThanOrEqual | LessThan | LessThanOrEqual | In


@dataclass
class Range(InputPartition):
    """The responses of a task: `bounds` are the first and the last raw id, and the first and the last instant."""

    bounds: tuple[object, ...]


class RawResponses(DataSource):
    """Raw responses as captures, with the document's key behind. Options: `url`, `table` (raw), `partitions`."""

    @classmethod
    def name(cls) -> str:
        """Return the name for `spark.read.format`."""
        return NAME

    def schema(self) -> StructType:
        """Return the columns of captures, and the document's key."""
        return StructType([*SCHEMA.fields]).add("document_key", StringType())

    def reader(self, schema: StructType) -> "RawReader":  # noqa: ARG002  # it is ours
        """Return what reads."""
        return RawReader(self.options["url"], self.options["table"], int(self.options.get("partitions", "8")))


class RawReader(DataSourceReader):
    """Plans partitions and reads them; it goes from the driver to the tasks, conditions and all."""

    def __init__(self, url: str, table: str, partitions: int) -> None:
        self.url = url
        self.table = sql.Identifier(*table.split("."))
        self.size = partitions
        self.conditions: list[sql.Composable] = [USABLE]

    def pushFilters(self, filters: list[Filter]) -> Iterator[Filter]:  # noqa: N802  # Spark's
        """Take over the conditions that SQL can check; return the others."""
        for one in filters:
            condition = _condition(one)
            if condition is None:
                yield one
            else:
                self.conditions.append(condition)

    def partitions(self) -> Sequence[Range]:
        """Cut the responses into ranges."""
        with opened(self.url, f"mlb-etl {NAME}") as connection:
            query = sql.SQL(_RANGES).format(raw=self.table, where=self.where)
            return [Range(tuple(bounds)) for bounds in connection.execute(query, (self.size,))] or [Range(())]

    def read(self, partition: InputPartition) -> Iterator[pa.RecordBatch]:
        """Read a range through a cursor of the server: few responses are in memory at a time."""
        bounds = cast(Range, partition).bounds
        if not bounds:
            return
        with opened(self.url, f"mlb-etl {NAME}") as connection:
            yield from self._read(connection, bounds)

    def _read(self, connection: Connection, bounds: tuple[object, ...]) -> Iterator[pa.RecordBatch]:
        request = sql.Literal(REQUEST)
        query = sql.SQL(_READ).format(raw=self.table, where=self.where, request=request)
        with connection.transaction(), connection.cursor(name=NAME) as cursor:
            cursor.execute(query, bounds)
            while rows := cursor.fetchmany(_ROWS_AT_ONCE):
                yield _batch(rows)

    @property
    def where(self) -> sql.Composed:
        """What responses must fulfil."""
        return sql.SQL(" AND ").join(self.conditions)


def _batch(rows: Sequence[tuple[object, ...]]) -> pa.RecordBatch:
    raw_ids, instants, params, bodies, keys = zip(*rows, strict=True)
    entries = [list(cast("dict[str, str]", one).items()) for one in params]
    return pa.RecordBatch.from_arrays(
        [
            pa.array(cells, type=field.type)
            for cells, field in zip((raw_ids, instants, entries, bodies, keys), _ARROW, strict=True)
        ],
        schema=_ARROW,
    )


def _condition(one: Filter) -> sql.Composable | None:
    """Return a filter as SQL; None if that is not for SQL to check."""
    if isinstance(one, IsNotNull):
        return sql.SQL("true") if one.attribute[0] in _COLUMNS else None
    template = _COMPARISONS.get(type(one))
    if template is None:
        return None
    compared = cast(Compared, one)
    column = _COLUMNS.get(compared.attribute[0])
    if column is None:
        return None
    value = list(compared.value) if isinstance(compared, In) else compared.value
    return sql.SQL(template).format(column, sql.Literal(value))  # pyright: ignore[reportArgumentType]  # of ours


def raw_captures(session: "SparkSession", url: str, operation: Operation, partitions: int) -> "DataFrame":
    """Return all responses of an operation that can be transformed, with their documents' keys."""
    session.dataSource.register(RawResponses)
    options = {"url": url, "table": operation.raw_table, "partitions": str(partitions)}
    return session.read.format(NAME).options(**options).load()


def pending_captures(
    session: "SparkSession", url: str, operation: Operation, snapshots: Sequence[Snapshot], partitions: int
) -> "DataFrame":
    """Return the responses of some snapshots as captures."""
    instants = [one.captured_at for one in snapshots]
    captures = raw_captures(session, url, operation, min(partitions, len(snapshots)))
    wanted = functions.col("raw_id").isin([one.raw_id for one in snapshots])
    within = functions.col("captured_at").between(
        functions.lit(min(instants)), functions.lit(max(instants))
    )  # leaves partitions of the raw table alone
    return captures.where(wanted & within).select(*SCHEMA.fieldNames())
