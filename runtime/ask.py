"""Run a query that was found by name, and write what it returns: table, CSV, JSON lines or Parquet."""

import csv
import io
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import orjson
import psycopg

from runtime.database import Connection
from runtime.errors import DataError, TerminalError
from runtime.job import Column, Row
from runtime.queries import Entry

_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Answer:
    """Names and types of the columns, and the rows as they come from the database."""

    names: tuple[str, ...]
    types: tuple[str, ...]
    rows: Iterator[Row]


@contextmanager
def asked(
    connection: Connection, entry: Entry, values: Mapping[str, object], limit: int | None = None
) -> Generator[Answer]:
    """Run a query for the length of a block, in a transaction that cannot write; rows are fetched as they are read."""
    with connection.transaction():
        connection.execute("SET TRANSACTION READ ONLY")
        connection.execute("SET LOCAL intervalstyle = 'postgres'")  # psycopg reads no other
        with connection.cursor(name="mlb_etl_query") as cursor:
            try:
                cursor.execute(entry["statement"].encode(), values)
            except (psycopg.DataError, psycopg.errors.SyntaxError) as error:
                said = error.diag.message_primary or str(error)
                raise DataError(f"`{entry['name']}` cannot be answered: {said}") from error
            except psycopg.errors.UndefinedTable as error:
                raise TerminalError(
                    f"`{entry['name']}` is not in the database", hint="run `mlb-etl db migrate`"
                ) from error
            described = cursor.description or ()
            names = tuple(column.name for column in described)
            types = tuple(_type(column.type_display) for column in described)
            yield Answer(names, types, _rows(cursor, limit))


def _rows(cursor: psycopg.ServerCursor[Row], limit: int | None) -> Iterator[Row]:
    left = limit
    while left is None or left > 0:
        batch = cursor.fetchmany(_BATCH if left is None else min(_BATCH, left))
        if not batch:
            return
        yield from batch
        left = None if left is None else left - len(batch)


_SPELLED = {
    "int8": "bigint",
    "int4": "integer",
    "int2": "integer",
    "float8": "double precision",
    "bool": "boolean",
}


def _type(shown: str) -> str:
    """Return a type as the catalog calls it."""
    element = shown.removesuffix("[]")
    return _SPELLED.get(element, element) + ("[]" if shown.endswith("[]") else "")


# ------------------------------------------------------------------------------------------------- formats


def csv_lines(answer: Answer) -> Iterator[bytes]:
    """Yield a line of names, then one per row; NULL is an empty field, and so is an empty text."""
    yield _csv(answer.names)
    for row in answer.rows:
        yield _csv([_csv_cell(cell) for cell in row])


def json_lines(answer: Answer) -> Iterator[bytes]:
    """Yield one object per row, on a line of its own."""
    for row in answer.rows:
        found = dict(zip(answer.names, row, strict=True))
        yield orjson.dumps(found, default=_plain, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE)


def write_parquet(answer: Answer, path: Path) -> None:
    """Write a Parquet file with the types of the columns."""
    try:
        from runtime import parquet
    except ModuleNotFoundError as error:
        raise TerminalError(
            "Parquet needs pyarrow, which is not installed",
            hint="install the extra `spark`, or use csv or json",
        ) from error
    columns = tuple(
        Column(name, _PARQUET.get(kind, kind)) for name, kind in zip(answer.names, answer.types, strict=True)
    )
    rows = [tuple(map(_parquet_cell, row, answer.types)) for row in answer.rows]
    parquet.write(columns, rows, path)


_PARQUET = {
    "numeric": "double precision",
    "interval": "double precision",
    "name": "text",
    "timestamp": "text",
}
"""What Parquet, as we write it, has no type for: a numeric is a double, an interval its seconds."""


def _parquet_cell(cell: object, kind: str) -> object:
    if cell is None:
        return None
    match kind:
        case "numeric":
            return float(str(cell))
        case "interval":
            return getattr(cell, "total_seconds", lambda: None)()
        case "timestamp":
            return str(cell)
        case _:
            return cell


def _csv(cells: Sequence[object]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().encode()


def _csv_cell(cell: object) -> object:
    if isinstance(cell, dict | list):
        return orjson.dumps(cell, default=_plain).decode()
    return str(cell).lower() if isinstance(cell, bool) else cell


def _plain(value: object) -> object:
    """Return what JSON has for a value: a numeric is a number."""
    return float(value) if isinstance(value, Decimal) else str(value)
