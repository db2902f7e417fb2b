"""What a run says of its responses, as tables: where each is from and its leaves, what no table took, what is none."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from runtime.conform import Rescued
from runtime.job import Column, Row, Table
from runtime.quarantine import Quarantined, named
from runtime.transform import Counts

SOURCE, LINE, SHA256, UNREADABLE = "$source", "$line", "$sha256", "$unreadable"
"""Parameters of a capture that are not of its request: where it is from, and why there is no body."""

CLASSES = ("leaves", "typed", "json", "null", "sentinel", "empty", "ignored", "rescued", "lost")
"""The number of leaves, and the classes of which each leaf is in one."""


def _table(name: str, key: tuple[str, ...], **columns: str) -> Table:
    made = tuple(Column(column, kind) for column, kind in columns.items())
    return Table(name=f"metadata.{name}", scan=(), key=key, columns=made)


DOCUMENTS = _table(
    "documents",
    ("raw_id",),
    raw_id="bigint",
    source_name="text",
    line="integer",
    operation="text",
    request="text",
    captured_at="timestamptz",
    sha256="text",
    **dict.fromkeys(CLASSES, "bigint"),
    tables="jsonb",
)
RESCUED = _table(
    "rescued_values",
    ("raw_id", "ordinal"),
    raw_id="bigint",
    ordinal="integer",
    operation="text",
    pointer="text",
    value="jsonb",
    reason="text",
)
QUARANTINE = _table(
    "quarantine",
    ("raw_id", "table_name", "position"),
    raw_id="bigint",
    operation="text",
    table_name="text",
    position="integer",
    rules="text[]",
    rules_of="text",
    row="jsonb",
)
DEAD_LETTERS = _table(
    "dead_letters",
    ("raw_id",),
    raw_id="bigint",
    source_name="text",
    line="integer",
    operation="text",
    sha256="text",
    reason="text",
)
TABLES = (DOCUMENTS, RESCUED, QUARANTINE, DEAD_LETTERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a response is from: its number in the run, the file, the line (0: the file is the response)."""

    raw_id: int
    file: str
    line: int
    operation: str
    sha256: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


def document(
    origin: Origin, request: str, captured_at: datetime, counts: Counts, rows: Mapping[str, int]
) -> Row:
    """Return the row of a document; `rows` says how many it has for each table."""
    return (
        origin.raw_id,
        origin.file,
        origin.line or None,
        origin.operation,
        request,
        captured_at,
        origin.sha256,
        *(getattr(counts, name) for name in CLASSES),
        dict(rows),
    )


def rescued(origin: Origin, values: Iterable[Rescued]) -> list[Row]:
    """Return the rows of the values of a document that no column holds."""
    return [
        (origin.raw_id, ordinal, origin.operation, one.pointer, one.value, one.reason)
        for ordinal, one in enumerate(values)
    ]


def quarantined(origin: Origin, rows: Iterable[Quarantined]) -> list[Row]:
    """Return the rows of the rows of a document that rules keep out of their tables."""
    found: list[Row] = []
    for one in rows:
        cells = named((column.name for column in one.table.columns), one.row)
        found.append(
            (
                origin.raw_id,
                origin.operation,
                one.table.name,
                one.position,
                [*one.rules],
                one.rules_of,
                cells,
            )
        )
    return found


def dead_letter(origin: Origin, reason: str) -> Row:
    """Return the row of a response that is no document."""
    return (origin.raw_id, origin.file, origin.line or None, origin.operation, origin.sha256, reason)
