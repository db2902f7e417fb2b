"""Run every quality rule over what is loaded, whoever wrote it, and keep what they find.

The rules of a table are run over the whole table; those over several tables, for some hundreds of documents at a time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, cast

import psycopg
from psycopg import sql
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from runtime.database import Connection
from runtime.job import Check, Operation, Row
from runtime.quality import Finding, finding, found_by, write
from runtime.raw import table_of
from runtime.registry import Catalog, find, with_tables

_AT_ONCE = 500
"""Documents that a rule over several tables looks at in one statement."""
_TAIL = 2
"""Bookkeeping cells at the end of what the rule of a table returns."""

_LOADED = """
SELECT d.document_key, d.raw_id{keys}
FROM metadata.documents d JOIN {raw} r ON r.raw_id = d.raw_id AND r.captured_at = d.captured_at
WHERE d.operation = %s ORDER BY d.document_key
"""
_DOCUMENT_OF = "SELECT document_key FROM {raw} WHERE raw_id = %s AND captured_at = %s"
_IN_QUARANTINE = """
SELECT rule_table, rule, count(*) FROM metadata.quarantine WHERE operation = %s GROUP BY 1, 2
"""

Found: TypeAlias = tuple[str, str, int, Finding]
"""Operation, document, raw id, and what was found there."""


@dataclass(slots=True, kw_only=True)
class Checked:
    """What a rule found: how many rows or documents violate it, one of them, and how many rows it keeps out."""

    rule: str
    severity: str
    operation: str
    table: str | None
    doc: str
    violations: int = 0
    documents: int = 0
    quarantined: int = 0
    example: Finding | None = None
    seen: set[str] = field(default_factory=set[str])

    @property
    def is_broken(self) -> bool:
        """Whether an error was found: in quarantine, or in the table."""
        return self.severity == "error" and bool(self.violations or self.quarantined)

    def add(self, document: str, one: Finding) -> None:
        """Count a finding."""
        self.violations += 1
        self.seen.add(document)
        self.documents = len(self.seen)
        self.example = self.example or one

    def as_json(self) -> dict[str, object]:
        """Return the counts for tools."""
        example = self.example and {**self.example.row_key, **self.example.details}
        return {
            "rule": self.rule,
            "severity": self.severity,
            "operation": self.operation,
            "table": self.table,
            "doc": self.doc,
            "violations": self.violations,
            "documents": self.documents,
            "quarantined": self.quarantined,
            "example": example,
        }


def check(connection: Connection, catalog: Catalog, operations: Sequence[str]) -> list[Checked]:
    """Run the rules of some operations, or of all, and replace what was known of them; return counts per rule."""
    attempts = Retrying(
        retry=retry_if_exception_type((psycopg.errors.SerializationFailure, psycopg.errors.UniqueViolation)),
        wait=wait_random_exponential(multiplier=0.1, max=2),
        stop=stop_after_attempt(5),
        reraise=True,
    )
    names = operations or with_tables(catalog)
    ruled = [name for name in names if catalog.checks(name)]
    return [one for name in ruled for one in attempts(_check, connection, catalog, find(catalog, name))]


def _check(connection: Connection, catalog: Catalog, operation: Operation) -> list[Checked]:
    """Check one operation as of one instant; a load that comes between makes it begin again."""
    checks = catalog.checks(operation.name)
    counts = {
        (check.table, check.rule): Checked(
            rule=check.rule,
            severity=check.severity,
            operation=operation.name,
            table=check.table or None,
            doc=check.doc,
        )
        for check in checks
    }
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        found = [*_of_tables(connection, operation, checks), *_of_documents(connection, operation, checks)]
        connection.execute("DELETE FROM metadata.quality_results WHERE operation = %s", (operation.name,))
        write(connection, found)
        for _, document, _, one in found:
            counts[one.table or "", one.rule].add(document, one)
        for table, rule, rows in connection.execute(_IN_QUARANTINE, (operation.name,)):
            if (table, rule) in counts:
                counts[table, rule].quarantined = rows
    return [*counts.values()]


def _of_tables(connection: Connection, operation: Operation, checks: Sequence[Check]) -> Iterator[Found]:
    for check in checks:
        if check.table:
            cursor = connection.execute(check.sql.encode())
            names = [column.name for column in cursor.description or ()]
            for row in cursor.fetchall():
                document = _document_of(connection, operation, row)
                one = finding(check, names[:-_TAIL], row[:-_TAIL])
                yield operation.name, document, cast(int, row[-_TAIL]), one


def _document_of(connection: Connection, operation: Operation, row: Row) -> str:
    """Name the document of a row, as the raw tier does; "" for a row that no response brought."""
    if operation.document_key:
        return "/".join(map(str, row[: len(operation.document_key)]))
    query = sql.SQL(_DOCUMENT_OF).format(raw=table_of(operation))
    known = connection.execute(query, row[-_TAIL:]).fetchone()
    return str(known[0]) if known else ""


def _of_documents(connection: Connection, operation: Operation, checks: Sequence[Check]) -> Iterator[Found]:
    ours = [check for check in checks if not check.table]
    if not ours:
        return
    keys = sql.SQL("").join(sql.SQL(", r.{}").format(sql.Identifier(name)) for name in operation.document_key)
    query = sql.SQL(_LOADED).format(keys=keys, raw=table_of(operation))
    loaded = connection.execute(query, (operation.name,)).fetchall()
    raw_ids = {document: raw_id for document, raw_id, *_ in loaded}
    for start in range(0, len(loaded), _AT_ONCE):
        some = [tuple(key) for _, _, *key in loaded[start : start + _AT_ONCE]]
        for one in found_by(connection, ours, some):
            document = "/".join(map(str, one.row_key.values()))
            yield operation.name, document, raw_ids.get(document, 0), one
