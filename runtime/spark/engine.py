"""Read the tables of a few responses back into this process, as the local engine returns them."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Protocol, cast

from runtime.engines import Result, Source, transform_one
from runtime.errors import DataError
from runtime.job import Job, Row, Rows
from runtime.spark.captures import frame
from runtime.spark.documents import Documents, transformed

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructField

    from runtime.spark.prune import AnyJob

_DOCUMENTS_IN_A_BATCH = 64


def transform(
    session: "SparkSession", spark_job: "AnyJob", job: Callable[[], Job], sources: Iterable[Source]
) -> Iterator[Result]:
    """Transform responses, some at a time; yield for each, in their order, all that the local engine returns.

    Rows are Spark's, in any order; the rest is what the local engine finds.
    """
    remaining = iter(sources)
    local = job()
    while batch := list(islice(remaining, _DOCUMENTS_IN_A_BATCH)):
        with transformed(frame(session, batch), job, spark_job) as documents:
            found = rows_of(documents)
        for source in batch:
            result = transform_one(local, source)
            yield result if isinstance(result, DataError) else replace(result, rows=found[source.raw_id])


def rows_of(documents: Documents) -> dict[int, Rows]:
    """Return the rows of each response by its raw id, as Python values."""
    found: dict[int, Rows] = {
        account.raw_id: {name: [] for name in documents.tables} for account in documents.accounts
    }
    for name, table in documents.tables.items():
        for *cells, raw_id, _ in rows(documents.table(name), table.json):
            found[cast(int, raw_id)][name].append(tuple(cells))
    return found


def rows(selected: "DataFrame", json_columns: Iterable[str] = ()) -> list[Row]:
    """Return the rows of a frame as Python values; instants are in UTC whatever zone the session has."""
    arrow = cast(ArrowTable, selected.toArrow())  # pyright: ignore[reportUnknownMemberType]  # pyarrow has no stubs
    of_json = frozenset(json_columns)
    columns = (
        _cells(arrow[field.name].to_pylist(), field, field.name in of_json)
        for field in selected.schema.fields
    )
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


def _cells(cells: list[object], column: "StructField", is_json: bool) -> list[object]:
    if is_json:
        return [json.loads(cell) if isinstance(cell, str) else cell for cell in cells]
    if "timestamp" in column.dataType.simpleString():
        return [_in_utc(cell) for cell in cells]
    return cells


def _in_utc(cell: object) -> object:
    match cell:
        case datetime():
            return cell.astimezone(UTC)
        case list():
            return [_in_utc(item) for item in cast("list[object]", cell)]
        case _:
            return cell
