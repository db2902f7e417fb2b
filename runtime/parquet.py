"""Write rows to Parquet with the types of the catalog."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false
# (pyarrow has no types)

from collections.abc import Sequence
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from runtime.errors import TerminalError
from runtime.job import Column

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


def write(columns: Sequence[Column], rows: Sequence[Sequence[object]], path: Path) -> None:
    """Write rows of these columns; JSON columns hold JSON text."""
    cells = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    arrays = [_array(column.type, found) for column, found in zip(columns, cells, strict=True)]
    pq.write_table(pa.table(arrays, names=[column.name for column in columns]), path, compression="zstd")


def _array(kind: str, cells: Sequence[object]) -> pa.Array:
    if kind == "jsonb":
        cells = [None if cell is None else orjson.dumps(cell).decode() for cell in cells]
    return pa.array(cells, type=_type(kind))


def _type(kind: str) -> pa.DataType:
    if kind.endswith("[]"):
        return pa.list_(_type(kind.removesuffix("[]")))
    if kind not in _TYPES:
        raise TerminalError(f"no Parquet type for `{kind}`")
    return _TYPES[kind]
