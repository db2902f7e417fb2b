"""Write the tables of responses to files, without a database."""

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

import orjson

from runtime.document import Document, parse
from runtime.envelope import Defaults, read
from runtime.errors import DataError, TerminalError
from runtime.job import Job, Row, Rows, Table
from runtime.registry import Catalog
from runtime.transform import transform


@dataclass(frozen=True, slots=True)
class Format:
    """A file format: how names end, and how rows are written."""

    suffix: str
    write: Callable[[Table, Sequence[Row], Path], None]


def transform_files(
    catalog: Catalog, operation: str, files: Sequence[str], *, engine: str, to: Path, form: str
) -> dict[str, int]:
    """Transform files with an engine and write one file or folder per table; return rows per table."""
    job = catalog.job(operation)
    if job is None:
        raise DataError(f"operation `{operation}` has no tables", hint="it is kept raw only; add a mapping")
    if engine == "spark":
        return _spark()(operation, files, to, form)
    rows = _rows(job, operation, files)
    to.mkdir(parents=True, exist_ok=True)
    for table in job.tables:
        _write(FORMATS[form], table, rows[table.name], to)
    return {name: len(found) for name, found in rows.items()}


class _SparkEngine(Protocol):
    def __call__(self, operation: str, files: Sequence[str], to: Path, form: str, /) -> dict[str, int]: ...


def _spark() -> _SparkEngine:
    """Import Spark, which is large and optional, only when it is asked for."""
    try:
        return cast(_SparkEngine, vars(importlib.import_module("runtime.spark"))["transform_files"])
    except ModuleNotFoundError as error:
        raise TerminalError(
            f"the Spark engine needs `{error.name}`", hint="install the extra `spark`"
        ) from error


def _rows(job: Job, operation: str, files: Sequence[str]) -> Rows:
    rows: Rows = {table.name: [] for table in job.tables}
    for file in files:
        capture = read(file, Defaults(operation=operation))
        if capture.request.operation != operation:
            raise DataError(
                f"this is a response of {capture.request.operation}, not of {operation}", where=file
            )
        parsed = parse(capture.body)
        if not isinstance(parsed, Document):
            raise DataError(parsed.reason, where=file)
        for name, found in transform(job, parsed.value, capture.request.params).rows.items():
            rows[name] += found
    return rows


def _write(form: Format, table: Table, rows: Sequence[Row], folder: Path) -> None:
    """Write beside the final place, then rename: a file is whole or not there."""
    path = folder / f"{table.name}{form.suffix}"
    staging = path.with_name(f".{path.name}.new")
    form.write(table, rows, staging)
    staging.replace(path)


def _ndjson(table: Table, rows: Sequence[Row], path: Path) -> None:
    names = [column.name for column in table.columns]
    with path.open("wb") as stream:
        for row in rows:
            line = dict(zip(names, row, strict=True))
            stream.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z))


def _parquet(table: Table, rows: Sequence[Row], path: Path) -> None:
    try:
        from runtime.parquet import write  # pyarrow comes with the extra `spark`
    except ModuleNotFoundError as error:
        raise TerminalError(
            f"parquet needs `{error.name}`", hint="install the extra `spark`, or use --format ndjson"
        ) from error
    write(table, rows, path)


FORMATS = {"ndjson": Format(".ndjson", _ndjson), "parquet": Format(".parquet", _parquet)}
