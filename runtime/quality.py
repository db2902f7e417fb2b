"""Keep what the quality rules find: rows in `metadata.quarantine`, findings in `metadata.quality_results`.

Both are replaced with every load of their document, in its transaction. Rules over several tables of a document are SQL
that is run once its rows are there.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import psycopg
from psycopg.types.json import Jsonb

from runtime.database import Connection
from runtime.job import Check, Json, Row
from runtime.known import QUARANTINE, RESULTS
from runtime.quarantine import Doubted, Quarantined, named, plain
from runtime.snapshot import Snapshot

_QUARANTINE_COLUMNS = (
    ("operation", "text"),
    ("document_key", "text"),
    ("table_name", "text"),
    ("position", "integer"),
    ("rule", "text"),
    ("rule_table", "text"),
    ("raw_id", "bigint"),
    ("captured_at", "timestamptz"),
    ("row_key", "jsonb"),
    ("row", "jsonb"),
)
_RESULT_COLUMNS = (
    ("operation", "text"),
    ("document_key", "text"),
    ("rule", "text"),
    ("ordinal", "integer"),
    ("severity", "text"),
    ("table_name", "text"),
    ("raw_id", "bigint"),
    ("row_key", "jsonb"),
    ("details", "jsonb"),
)
_BROKEN = (psycopg.DataError, psycopg.ProgrammingError)
"""What a rule that is wrong raises, such as a division by zero; a server that is gone is another matter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a rule found: the key of the row (or of the document), and the cells that say why."""

    rule: str
    severity: str
    table: str | None
    row_key: Mapping[str, Json]
    details: Mapping[str, Json] = field(default_factory=dict[str, Json])


def set_aside(connection: Connection, rows: Sequence[Quarantined], snapshot: Snapshot) -> None:
    """Put rows of a document into quarantine; one has an entry for each rule that it violates."""
    lines = (line for one in rows for line in _lines(one, snapshot))
    _copy(connection, QUARANTINE, _QUARANTINE_COLUMNS, lines)


def _lines(one: Quarantined, snapshot: Snapshot) -> Iterator[Row]:
    key = named(one.table.key, one.row)
    cells = named((column.name for column in one.table.columns), one.row)
    place = (snapshot.operation, snapshot.document_key, one.table.name, one.position)
    for rule in one.rules:
        yield (*place, rule, one.rules_of, *snapshot.tail, Jsonb(key), Jsonb(cells))


def write(connection: Connection, findings: Iterable[tuple[str, str, int, Finding]]) -> None:
    """Add findings, each with operation, document and raw id."""
    _copy(connection, RESULTS, _RESULT_COLUMNS, _numbered(findings))


def _numbered(findings: Iterable[tuple[str, str, int, Finding]]) -> Iterator[Row]:
    numbers: dict[tuple[str, str, str], int] = {}
    for operation, document, raw_id, one in findings:
        place = (operation, document, one.rule)
        numbers[place] = numbers.get(place, -1) + 1
        cells = (raw_id, Jsonb(one.row_key), Jsonb(one.details))
        yield (*place, numbers[place], one.severity, one.table, *cells)


def doubts(doubted: Iterable[Doubted]) -> Iterator[Finding]:
    """Return what warnings about rows say."""
    for one in doubted:
        names = [column.name for column in one.table.columns]
        cells = dict(zip(names, one.row, strict=True))
        yield Finding(
            rule=one.rule.name,
            severity="warning",
            table=one.table.name,
            row_key=named(one.table.key, one.row),
            details={name: plain(cells[name]) for name in one.rule.columns},
        )


def found_by(connection: Connection, checks: Sequence[Check], documents: Sequence[Row]) -> list[Finding]:
    """Run rules over several tables for some documents, known by their keys.

    A rule that fails is a finding itself: it must not keep a document from its tables.
    """
    if not checks:
        return []
    try:
        with connection.transaction():
            return [*_run(connection, checks, documents)]
    except _BROKEN:
        return [one for check in checks for one in _alone(connection, check, documents)]


def _alone(connection: Connection, check: Check, documents: Sequence[Row]) -> list[Finding]:
    """Run one rule; where it fails, for every document by itself."""
    try:
        with connection.transaction():
            return [*_run(connection, (check,), documents)]
    except _BROKEN as error:
        if len(documents) > 1:
            return [found for document in documents for found in _alone(connection, check, [document])]
        said: Json = str(error).splitlines()[0]
        key = named(check.key, documents[0])
        return [
            Finding(
                rule=check.rule, severity=check.severity, table=None, row_key=key, details={"failed": said}
            )
        ]


def _run(connection: Connection, checks: Sequence[Check], documents: Sequence[Row]) -> Iterator[Finding]:
    columns = [*zip(*documents, strict=True)]
    with connection.pipeline():
        made = [
            connection.execute(
                check.sql.encode(), {name: [*cells] for name, cells in zip(check.key, columns, strict=True)}
            )
            for check in checks
        ]
    for check, cursor in zip(checks, made, strict=True):
        names = [column.name for column in cursor.description or ()]
        for row in sorted(cursor, key=repr):  # a rule need not order them, and their numbers are kept
            yield finding(check, names, row)


def finding(check: Check, names: Sequence[str], row: Row) -> Finding:
    """Return what a row of a rule's SQL says: the key first, then why."""
    width = len(check.key)
    return Finding(
        rule=check.rule,
        severity=check.severity,
        table=check.table or None,
        row_key=named(names[:width], row),
        details=named(names[width:], row[width:]),
    )


def _copy(
    connection: Connection, table: str, columns: Sequence[tuple[str, str]], rows: Iterable[Row]
) -> None:
    rows = [*rows]
    if not rows:
        return
    names = ", ".join(name for name, _ in columns)
    statement = f"COPY {table} ({names}) FROM STDIN (FORMAT binary)".encode()
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types([kind for _, kind in columns])
        for row in rows:
            copy.write_row(row)
