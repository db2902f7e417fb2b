"""Rows as Arrow has them, with the types of the catalog; JSON is text."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false
# (pyarrow has no types)

import json
from collections.abc import Sequence
from typing import cast

import pyarrow as pa

from runtime.errors import TerminalError
from runtime.formats import json_text
from runtime.job import Column, Row

_TYPES = {
    "bigint": pa.int64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "double precision": pa.float64(),
    "integer": pa.int32(),
    "jsonb": pa.string(),
    "smallint": pa.int16(),
    "text": pa.string(),
    "timestamptz": pa.timestamp("us", tz="UTC"),
}


def schema(columns: Sequence[Column]) -> pa.Schema:
    """Return the schema of rows of these columns."""
    return pa.schema([(column.name, type_of(column.type)) for column in columns])


def batch(columns: Sequence[Column], rows: Sequence[Row]) -> pa.RecordBatch:
    """Return rows of these columns as one batch."""
    cells = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    arrays = [array(column.type, found) for column, found in zip(columns, cells, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema(columns))


def array(kind: str, cells: Sequence[object]) -> pa.Array:
    """Return cells of a type of the catalog; what JSON holds is written as text, with sorted keys."""
    if kind == "jsonb":
        cells = [None if cell is None else json_text(cell) for cell in cells]
    try:
        return pa.array(cells, type=type_of(kind))
    except pa.ArrowInvalid:
        if not kind.startswith("double precision"):
            raise
        return pa.array([_double(cell) for cell in cells], type=type_of(kind))


def _double(cell: object) -> object:
    """Return a number as a double: Arrow makes none of an integer beyond 2 ** 53."""
    match cell:
        case int():
            return float(cell)
        case list():
            return [_double(item) for item in cast("list[object]", cell)]
        case _:
            return cell


def type_of(kind: str) -> pa.DataType:
    """Return the type of a type of the catalog."""
    if kind.endswith("[]"):
        return pa.list_(type_of(kind.removesuffix("[]")))
    if kind not in _TYPES:
        raise TerminalError(f"no Arrow type for `{kind}`")
    return _TYPES[kind]


def fitted(found: pa.RecordBatch, columns: Sequence[Column]) -> pa.RecordBatch:
    """Return a batch with these columns of it, and the types of the catalog: instants in UTC, and so on."""
    arrays = [_fitted(found.column(column.name), column.type) for column in columns]
    return pa.RecordBatch.from_arrays(arrays, schema=schema(columns))


def _fitted(cells: pa.Array, kind: str) -> pa.Array:
    if kind != "jsonb":
        return cells.cast(type_of(kind))
    return array(kind, [None if text is None else json.loads(text) for text in cells.to_pylist()])
