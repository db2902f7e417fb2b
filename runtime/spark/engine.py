"""Read tables back into this process, with the Python values that the local engine has."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol, cast

from runtime.job import Row, Rows
from runtime.spark.documents import Documents

if TYPE_CHECKING:
    from pyspark.sql import DataFrame
    from pyspark.sql.types import StructField


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
