"""What is remembered of a document, to know it again: per table the number of its rows and their digest.

Both engines call this, so that a document is the same whichever loaded it. Nothing here needs a database.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import TypeAlias, cast

import orjson

from runtime.conform import Rescued
from runtime.job import Check, Job, Json, Row, Rows, Table
from runtime.transform import Transformed

RESCUED, QUARANTINE, RESULTS = "metadata.rescued_values", "metadata.quarantine", "metadata.quality_results"
BESIDE = (RESCUED, QUARANTINE, RESULTS)
"""What is kept of a document beside its tables."""

Summaries: TypeAlias = Mapping[str, Mapping[str, Json]]
"""Table -> `rows`, how many there are, and `digest`, of their content and of what looks at it."""


def summaries(job: Job, transformed: Transformed, checks: Sequence[Check]) -> Summaries:
    """Return the summary of every table, and of what is kept beside the tables."""
    rules = [asdict(check) for check in checks]
    aside, doubted = transformed.quarantined, transformed.doubted
    return {
        **{table.name: of_table(table, transformed.rows.get(table.name, [])) for table in job.tables},
        RESCUED: _of_rescued(transformed.rescued),
        QUARANTINE: _summary(aside, [(one.table.name, one.rules, one.row) for one in aside]),
        RESULTS: _summary(doubted, [rules, [(one.rule.name, one.row) for one in doubted]]),
    }


def of_table(table: Table, rows: Sequence[Row]) -> dict[str, Json]:
    """Return how many rows there are, and the digest of their content and of the columns that hold it."""
    columns = [(column.name, column.type) for column in table.columns]
    try:
        content = orjson.dumps([columns, rows])
    except TypeError:
        content = repr((columns, rows)).encode()
    return {"rows": len(rows), "digest": _digest(content)}


def days(tables: Iterable[Table], rows: Rows) -> tuple[date, ...]:
    """Return the days that tell the partitions of a document's rows; none if no table has partitions."""
    return tuple(sorted({day for table in tables for day in days_of(table, rows.get(table.name, []))}))


def days_of(table: Table, rows: Iterable[Row]) -> set[date]:
    """Return the days that tell the partitions of a table's rows."""
    if table.partitioning is None:
        return set()
    place = [column.name for column in table.columns].index(table.partitioning.column)
    return {cast(date, row[place]) for row in rows}


def _of_rescued(rescued: Sequence[Rescued]) -> dict[str, Json]:
    return _summary(rescued, [(value.pointer, value.value, value.reason) for value in rescued])


def _summary(found: Sequence[object], content: object) -> dict[str, Json]:
    return {"rows": len(found), "digest": _digest(repr(content).encode())}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]
