"""Write the tables of responses to files, without a database."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from runtime.engines import Chosen, Source
from runtime.engines import engine as engine_named
from runtime.envelope import Defaults, read
from runtime.errors import DataError, TerminalError
from runtime.job import Row, Rows, Table
from runtime.known import QUARANTINE
from runtime.quarantine import Quarantined
from runtime.registry import Catalog, find


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
    engine: Chosen,
    to: Path,
    form: str,
) -> dict[str, int]:
    """Transform files with an engine and write one file per table; return rows per table."""
    found = find(catalog, operation)
    job = catalog.job(operation)
    if job is None:
        raise DataError(f"operation `{operation}` has no tables", hint="it is kept raw only; add a mapping")
    rows: Rows = {table.name: [] for table in job.tables}
    sources = (_read(number, file, operation) for number, file in enumerate(files))
    set_aside: list[Quarantined] = []
    for file, result in zip(files, engine_named(engine)(found, job, sources), strict=True):
        if isinstance(result, DataError):
            raise DataError(result.what, where=file)
        for name, added in result.rows.items():
            rows[name] += added
        set_aside += result.quarantined
    to.mkdir(parents=True, exist_ok=True)
    for table in job.tables:
        _write(FORMATS[form], table, rows[table.name], to)
    kept = {QUARANTINE: len(set_aside)} if _write_quarantine(set_aside, to) else {}
    return {name: len(added) for name, added in rows.items()} | kept


def _write_quarantine(rows: Sequence[Quarantined], folder: Path) -> bool:
    """Write the rows that rules keep out of their tables, as the database has them; say whether there are any."""
    path = folder / f"{QUARANTINE}.ndjson"
    path.unlink(missing_ok=True)
    if rows:
        path.write_bytes(b"".join(map(_quarantined, rows)))
    return bool(rows)


def _quarantined(one: Quarantined) -> bytes:
    cells = dict(zip((column.name for column in one.table.columns), one.row, strict=True))
    line = {
        "table_name": one.table.name,
        "position": one.position,
        "rules": one.rules,
        "rules_of": one.rules_of,
        "row": cells,
    }
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z)


def _read(number: int, file: str, operation: str) -> Source:
    capture = read(file, Defaults(operation=operation))
    request = capture.request
    if request.operation != operation:
        raise DataError(f"this is a response of {request.operation}, not of {operation}", where=file)
    return Source(raw_id=number, captured_at=request.captured_at, params=request.params, body=capture.body)


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
    write(table.columns, rows, path)


FORMATS = {"ndjson": Format(".ndjson", _ndjson), "parquet": Format(".parquet", _parquet)}
