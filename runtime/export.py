"""Write the tables of responses to files, without a database."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from runtime.capture import Capture
from runtime.document import Document, parse
from runtime.envelope import Defaults, read
from runtime.errors import DataError, TerminalError
from runtime.job import Job, Operation, Row, Rows, Table
from runtime.registry import Catalog, find, spark_job
from runtime.transform import transform


@dataclass(frozen=True, slots=True)
class Format:
    """A file format: how names end, and how rows are written."""

    suffix: str
    write: Callable[[Table, Sequence[Row], Path], None]


def transform_files(
    catalog: Catalog,
    operation: str,
    files: Sequence[str],
    *,
    engine: str,
    to: Path,
    form: str,
    state: Path = Path(".mlb"),
) -> dict[str, int]:
    """Transform files with an engine and write one file per table; return rows per table.

    `state` is a folder for what Spark and Java need on disk.
    """
    found = find(catalog, operation)
    job = catalog.job(operation)
    if job is None:
        raise DataError(f"operation `{operation}` has no tables", hint="it is kept raw only; add a mapping")
    captures = (_read(file, operation) for file in files)
    rows: Rows = {table.name: [] for table in job.tables}
    for one in _by_spark(found, job, captures, state) if engine == "spark" else _locally(job, captures):
        for name, added in one.items():
            rows[name] += added
    to.mkdir(parents=True, exist_ok=True)
    for table in job.tables:
        _write(FORMATS[form], table, rows[table.name], to)
    return {name: len(added) for name, added in rows.items()}


def _read(file: str, operation: str) -> tuple[Capture, Document]:
    capture = read(file, Defaults(operation=operation))
    if capture.request.operation != operation:
        raise DataError(f"this is a response of {capture.request.operation}, not of {operation}", where=file)
    parsed = parse(capture.body)
    if not isinstance(parsed, Document):
        raise DataError(parsed.reason, where=file)
    return capture, parsed


def _locally(job: Job, captures: Iterable[tuple[Capture, Document]]) -> Iterator[Rows]:
    for capture, document in captures:
        yield transform(job, document.value, capture.request.params).rows


def _by_spark(
    operation: Operation, job: Job, captures: Iterable[tuple[Capture, Document]], state: Path
) -> Iterator[Rows]:
    """Start Spark, which is large and optional, only when it is asked for."""
    try:
        from runtime.session import Settings, session
        from runtime.spark import Source
        from runtime.spark import transform as transform_by_spark
    except ModuleNotFoundError as error:
        raise TerminalError(
            f"the Spark engine needs `{error.name}`", hint="install the extra `spark`"
        ) from error
    sources = [
        Source(
            raw_id=number,
            captured_at=capture.request.captured_at,
            params=capture.request.params,
            body=capture.body,
        )
        for number, (capture, _) in enumerate(captures)
    ]
    running = session(Settings(state=state))
    for _, transformed in transform_by_spark(running, spark_job(operation), job, sources):
        yield transformed.rows


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
