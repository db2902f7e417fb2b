"""Parquet files with the types of the catalog; JSON is text."""
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false, reportUnknownVariableType=false
# pyright: reportUnknownParameterType=false
# (pyarrow has no types)

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from runtime import arrow
from runtime.formats import Batch, Encoded
from runtime.job import Column, Row, Table

_ROW_GROUP = 16 * 2**20
"""Bytes in memory of rows that are written at once."""


def write(columns: Sequence[Column], rows: Sequence[Row], path: Path) -> None:
    """Write rows of these columns to a file."""
    pq.write_table(pa.Table.from_batches([arrow.batch(columns, rows)]), path, compression="zstd")


class Parquet:
    """Parquet, compressed with zstd."""

    name = "parquet"
    suffix = ".parquet"

    def encode(self, table: Table, rows: Sequence[Row]) -> Batch:
        """Turn rows into a batch of Arrow."""
        return arrow.batch(table.columns, rows)

    def recode(self, table: Table, batch: Batch) -> Batch:
        """Make the types those of the catalog."""
        return arrow.fitted(batch, table.columns)

    def writer(self, table: Table, stream: BinaryIO) -> "_RowGroups":
        """Begin a file."""
        return _RowGroups(arrow.schema(table.columns), stream)


class _RowGroups:
    """Collects rows until they make a row group."""

    def __init__(self, schema: pa.Schema, stream: BinaryIO) -> None:
        self.schema = schema
        self.writer = pq.ParquetWriter(stream, schema, compression="zstd")
        self.waiting: list[Batch] = []
        self.bytes = 0

    def add(self, rows: Encoded) -> None:
        assert not isinstance(rows, bytes)
        self.waiting.append(rows)
        self.bytes += rows.nbytes
        if self.bytes > _ROW_GROUP:
            self.flush()

    def flush(self) -> None:
        if self.waiting:
            table = pa.Table.from_batches(self.waiting, schema=self.schema)
            self.writer.write_table(table, row_group_size=max(table.num_rows, 1))
        self.waiting = []
        self.bytes = 0

    def close(self) -> None:
        try:
            self.flush()
        finally:
            self.writer.close()
