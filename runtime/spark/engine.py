"""Run the generated Spark transforms: bodies in, each parsed once, and the rows of every table out.

Rows are those of the local engine: same cells, same Python values. What a document holds beyond its tables (rescued
values, leaf counts) is found by the same walk as there. What the walk takes out is taken out of the text before Spark
reads it: `from_json` would drop the whole array around it, or read a number as text, without a word. The few documents
that Spark still reads differently keep the rows of the local engine: those that do not fit the schema even then, and
those in which a row takes rows of other tables with it.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, Protocol, TypeAlias, cast

from pyspark.sql import functions
from pyspark.sql.types import (
    LongType,
    MapType,
    StringType,
    StructField,
    StructType,
    TimestampType,
)

from runtime.document import Document, parse
from runtime.engines import Result, Source
from runtime.errors import DataError
from runtime.job import Conformed, Job, Row, Rows, SparkJob, SparkTable
from runtime.quarantine import Violated, judge, put_back
from runtime.transform import Transformed
from runtime.transform import transform as transform_locally

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import DataType

    AnyJob: TypeAlias = SparkJob[DataFrame, DataType]
    AnyTable: TypeAlias = SparkTable[DataFrame]

SCHEMA = StructType(
    [
        StructField("raw_id", LongType()),
        StructField("captured_at", TimestampType()),
        StructField("params", MapType(StringType(), StringType())),
        StructField("body", StringType()),
    ]
)
"""Captures as Spark gets them: the body is text."""

_PARSING = {
    "columnNameOfCorruptRecord": "corrupt",
    "allowNonNumericNumbers": "false",  # the string "NaN" is no number
    "maxNestingDepth": "1000000",
}
_DOCUMENTS_IN_A_BATCH = 64
"""Documents that go to Spark at once when their rows come back to this process."""

_VIOLATED = "violated rules"
"""The column beside the rows of a table that names the rules which a row violates; no table has a name with a blank."""

_CONTAINERS = frozenset({dict, list})

_OF_TABLES = frozenset({"no-parent", "out-of-range"})
"""Reasons to rescue a row that Spark does not see in the row itself."""


def frame(session: "SparkSession", sources: Iterable[Source]) -> "DataFrame":
    """Hand captures to Spark, partitioned so that all rows of a document stay together."""
    rows = [(one.raw_id, one.captured_at, dict(one.params), one.body.decode()) for one in sources]
    captures = session.createDataFrame(rows, SCHEMA)  # pyright: ignore[reportUnknownMemberType]  # of pandas, too
    if len(rows) <= 1:
        return captures.coalesce(1)
    return captures.repartition("raw_id")


def documents(captures: "DataFrame", job: "AnyJob") -> "DataFrame":
    """Parse the bodies with the job's schema.

    A body may be any JSON value: it is parsed as the only member of an object. `is_partial` says that something in it
    did not fit the schema, or that it is no JSON at all.
    """
    wrapper = StructType([StructField("body", job.schema), StructField("corrupt", StringType())])
    text = functions.concat(functions.lit('{"body":'), functions.col("body"), functions.lit("}"))
    parsed = captures.select(
        "raw_id", "captured_at", "params", functions.from_json(text, wrapper, _PARSING).alias("parsed")
    )
    return parsed.select(
        "raw_id",
        "captured_at",
        "params",
        functions.col("parsed.body").alias("body"),
        functions.col("parsed.corrupt").isNotNull().alias("is_partial"),
    )


def read_documents(session: "SparkSession", job: "AnyJob", sources: Iterable[Source]) -> "DataFrame":
    """Hand captures to Spark and parse them once: the structs are kept for all tables. `unpersist` it."""
    return documents(frame(session, sources), job).persist()


def rows(read: "DataFrame", table: "AnyTable") -> list[Row]:
    """Return the rows of a table as Python values; `raw_id` and `captured_at` are the last two cells."""
    return _fetched(table.rows(read), table)


def ruled_rows(read: "DataFrame", table: "AnyTable") -> Iterator[tuple[int, Row, tuple[str, ...]]]:
    """Yield the raw id of each row, its cells, and the names of the rules that it violates."""
    selected = table.rows(read)
    if not table.rules:
        for *cells, raw_id, _ in _fetched(selected, table):
            yield cast(int, raw_id), tuple(cells), ()
        return
    names = (functions.when(~functions.expr(rule.holds), functions.lit(rule.name)) for rule in table.rules)
    judged = selected.withColumn(_VIOLATED, functions.array_compact(functions.array(*names)))
    for *cells, raw_id, _, violated in _fetched(judged, table):
        yield cast(int, raw_id), tuple(cells), tuple(cast("list[str]", violated))


def _fetched(selected: "DataFrame", table: "AnyTable") -> list[Row]:
    arrow = cast(ArrowTable, selected.toArrow())  # pyright: ignore[reportUnknownMemberType]  # pyarrow has no stubs
    columns = (_cells(arrow[one.name].to_pylist(), one, table) for one in selected.schema.fields)
    return list(zip(*columns, strict=True))


class ArrowColumn(Protocol):
    """What we need of `pyarrow.ChunkedArray`."""

    def to_pylist(self) -> list[object]:
        """Return the cells as Python values."""
        ...


class ArrowTable(Protocol):
    """What we need of `pyarrow.Table`."""

    def __getitem__(self, name: str) -> ArrowColumn:
        """Return a column."""
        ...


def _cells(cells: list[object], column: StructField, table: "AnyTable") -> list[object]:
    if column.name in table.json:
        return [json.loads(cell) if isinstance(cell, str) else cell for cell in cells]
    if "timestamp" in column.dataType.simpleString():
        return [_in_utc(cell) for cell in cells]
    return cells


def _in_utc(cell: object) -> object:
    """Return instants in UTC whatever zone the session has."""
    match cell:
        case datetime():
            return cell.astimezone(UTC)
        case list():
            return [_in_utc(item) for item in cast("list[object]", cell)]
        case _:
            return cell


def transform(
    session: "SparkSession", spark_job: "AnyJob", job: Job, sources: Iterable[Source]
) -> Iterator[Result]:
    """Transform responses, some at a time; yield for each, in their order, all that the local engine returns."""
    remaining = iter(sources)
    while batch := list(islice(remaining, _DOCUMENTS_IN_A_BATCH)):
        conformed = [conform(job, source) for source in batch]
        found = collect(session, spark_job, [source for source, _ in conformed if source is not None])
        for source, (_, local) in zip(batch, conformed, strict=True):
            if isinstance(local, Transformed) and source.raw_id in found:
                local = _by_spark(job, local, found[source.raw_id])
            yield local


def _by_spark(job: Job, local: Transformed, found: "Collected") -> Transformed:
    """Put Spark's rows in the place of ours, and hold them against what Spark says of the rules."""
    if not found.violated:
        return replace(local, rows=found.rows, quarantined=(), doubted=())
    rows = _as_ordered(job, found.rows, put_back(local.rows, local.quarantined))
    judged = judge(job, rows, _violated(job, rows, found))
    return replace(local, rows=judged.rows, quarantined=judged.quarantined, doubted=judged.doubted)


def _as_ordered(job: Job, rows: Rows, like: Rows) -> Rows:
    """Put rows in the order of the document, which Spark does not keep."""
    ordered: Rows = {}
    for table in job.tables:
        width = len(table.key)
        places = {row[:width]: place for place, row in enumerate(like[table.name])}
        found = ((places.get(row[:width], len(places)), row) for row in rows[table.name])
        ordered[table.name] = [row for _, row in sorted(found, key=itemgetter(0))]
    return ordered


def _violated(job: Job, rows: Rows, found: "Collected") -> Violated:
    rules = {(item.table.name, rule.name): rule for item in job.extractions for rule in item.rules}
    return {
        table.name: {
            number: tuple(rules[table.name, name] for name in names)
            for number, row in enumerate(rows[table.name])
            if (names := found.violated.get((table.name, row[: len(table.key)])))
        }
        for table in job.tables
    }


@dataclass(frozen=True, slots=True)
class Collected:
    """What Spark makes of a response: rows by table, and by table and key of a row the rules that it violates."""

    rows: Rows
    violated: dict[tuple[str, Row], tuple[str, ...]]


def collect(session: "SparkSession", job: "AnyJob", sources: Sequence[Source]) -> dict[int, Collected]:
    """Return the rows of responses by their raw id, but for responses that do not fit the schema."""
    read = read_documents(session, job, sources)
    try:
        fitting = read.where("NOT is_partial")
        ids = [cast(int, found["raw_id"]) for found in fitting.select("raw_id").collect()]
        found = {one: Collected({table.name: [] for table in job.tables}, {}) for one in ids}
        for table in job.tables:
            for raw_id, row, violated in ruled_rows(fitting, table):
                found[raw_id].rows[table.name].append(row)
                if violated:
                    found[raw_id].violated[table.name, row[: len(table.key)]] = violated
    finally:
        read.unpersist()
    return found


def conform(job: Job, source: Source) -> tuple[Source | None, Result]:
    """Return a response without the values that no column holds, and what the local engine finds in it.

    None stands for a response that Spark is not given: it is no document, it is rescued whole, or its rows
    depend on those of other tables.
    """
    parsed = parse(source.body)
    if not isinstance(parsed, Document):
        return None, DataError(f"the response is {parsed.reason}", where=f"raw_id {source.raw_id}")
    found = transform_locally(job, parsed.value, source.params)
    if any(rescued.reason in _OF_TABLES or not rescued.pointer for rescued in found.rescued):
        return None, found
    document: Conformed = json.loads(source.body)
    if _fit(document, parsed.value):
        source = replace(source, body=json.dumps(document).encode())
    return source, found


def _fit(document: Conformed, conformed: Conformed) -> bool:
    """Put null where the walk left nothing; return whether there was such a place."""
    changed = False
    pairs: list[tuple[Conformed, Conformed]] = [(document, conformed)]
    while pairs:
        one, other = pairs.pop()
        for key, value in _items(one):
            kept = _at(other, key)
            if kept is None and value is not None:
                one[key] = None
                changed = True
            elif type(value) in _CONTAINERS:
                pairs.append((value, kept))
    return changed


def _at(value: Conformed, key: str | int) -> Conformed:
    match value:
        case dict():
            return cast("dict[str | int, Conformed]", value).get(key)
        case _:
            return value[key]


def _items(value: Conformed) -> list[tuple[str | int, Conformed]]:
    match value:
        case dict():
            return list(cast("dict[str | int, Conformed]", value).items())
        case list():
            return list(enumerate(cast("list[Conformed]", value)))
        case _:
            return []
