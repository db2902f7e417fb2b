"""Write rows to Parquet with the types of the catalog."""
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false, reportUnknownVariableType=false

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from runtime.arrow import batch
from runtime.job import Column, Row


def write(columns: Sequence[Column], rows: Sequence[Row], path: Path) -> None:
    """Write rows of these columns; JSON columns hold JSON text."""
    pq.write_table(pa.Table.from_batches([batch(columns, rows)]), path, compression="zstd")
