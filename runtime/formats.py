"""Formats of the files that tables are written to: how rows are encoded, and how what was encoded becomes a file.

To encode is the work, and may be done in another process; to write is to put it into the file in order.
"""

import json
from collections.abc import Mapping, Sequence
from typing import BinaryIO, Protocol, TypeAlias

import orjson

from runtime.errors import TerminalError
from runtime.job import Row, Table


class Batch(Protocol):
    """What we need of `pyarrow.RecordBatch`."""

    @property
    def nbytes(self) -> int:
        """How much memory it takes."""
        ...

    @property
    def num_rows(self) -> int:
        """How many rows it has."""
        ...

    def to_pylist(self) -> list[dict[str, object]]:
        """Return the rows as Python values."""
        ...


Encoded: TypeAlias = bytes | Batch
"""Rows on their way into a file."""


class Writer(Protocol):
    """A file that is being written."""

    def add(self, rows: Encoded) -> None:
        """Write rows behind the others."""
        ...

    def close(self) -> None:
        """Write what is left; the stream stays open."""
        ...


class Format(Protocol):
    """A file format."""

    @property
    def name(self) -> str:
        """What users call it."""
        ...

    @property
    def suffix(self) -> str:
        """How names end."""
        ...

    def encode(self, table: Table, rows: Sequence[Row]) -> Encoded:
        """Turn rows into what a writer takes."""
        ...

    def recode(self, table: Table, batch: Batch) -> Encoded:
        """Turn rows of Arrow, in which JSON is text, into what a writer takes."""
        ...

    def writer(self, table: Table, stream: BinaryIO) -> Writer:
        """Begin a file of rows of a table."""
        ...


class Ndjson:
    """One JSON object per line."""

    name = "ndjson"
    suffix = ".ndjson"

    def encode(self, table: Table, rows: Sequence[Row]) -> bytes:
        """Turn rows into lines."""
        names = [column.name for column in table.columns]
        try:
            return b"".join(_line(dict(zip(names, row, strict=True))) for row in rows)
        except TypeError:  # an integer beyond 64 bits, which only JSON holds
            return self._slowly(table, rows)

    def _slowly(self, table: Table, rows: Sequence[Row]) -> bytes:
        lines: list[bytes] = []
        for row in rows:
            cells = zip(table.columns, row, strict=True)
            line = {column.name: _folded(cell) if column.type == "jsonb" else cell for column, cell in cells}
            lines.append(_line(line))
        return b"".join(lines)

    def recode(self, table: Table, batch: Batch) -> bytes:
        """Turn rows of Arrow into lines."""
        names = [column.name for column in table.columns if column.type == "jsonb"]
        return b"".join(_line(_unfolded(row, names)) for row in batch.to_pylist())

    def writer(self, table: Table, stream: BinaryIO) -> "_Lines":  # noqa: ARG002  # the protocol's
        """Begin a file."""
        return _Lines(stream)


class _Lines:
    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream

    def add(self, rows: Encoded) -> None:
        assert isinstance(rows, bytes)
        self.stream.write(rows)

    def close(self) -> None:
        pass


def _line(row: Mapping[str, object]) -> bytes:
    return orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z)


def json_text(value: object) -> str:
    """Return a JSON value as text with sorted keys: equal values are equal texts."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError:  # an integer beyond 64 bits
        return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _folded(value: object) -> object:
    return None if value is None else orjson.Fragment(json_text(value))


def _unfolded(row: dict[str, object], names: Sequence[str]) -> dict[str, object]:
    """Put JSON where its text is."""
    for name in names:
        text = row[name]
        row[name] = orjson.Fragment(text) if isinstance(text, str) else None
    return row


NAMES = ("ndjson", "parquet")


def form(name: str) -> Format:
    """Return a format by its name; what it needs is imported only then."""
    if name == "ndjson":
        return Ndjson()
    try:
        from runtime.parquet import Parquet  # pyarrow comes with the extra `spark`
    except ModuleNotFoundError as error:
        hint = "install the extra `spark`, or use --format ndjson"
        raise TerminalError(f"parquet needs `{error.name}`", hint=hint) from error
    return Parquet()
