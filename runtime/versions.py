"""The versions of definitions that a database has had: kept in `metadata.schema_versions`, one per difference."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version as version_of

from psycopg import sql
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from runtime.database import Connection
from runtime.definitions import Definition, Difference, Kind, differences
from runtime.errors import TerminalError
from runtime.job import Operation
from runtime.raw import table_of

STEP = "schema versions"
"""What the step is called where migrations are listed."""
NONE = 0
"""The number of no version."""
_DISTRIBUTION = "mlb-stats-compiler"

_VERSIONS = """
SELECT endpoint || '.' || method AS operation, version, digest, definition, added, deprecated, breaking, notes,
       first_seen_at, released_as
FROM metadata.schema_versions
"""
_IS_NEWEST = """
WHERE (endpoint, method, version)
   IN (SELECT endpoint, method, max(version) FROM metadata.schema_versions GROUP BY endpoint, method)
ORDER BY endpoint, method
"""
_DIGESTS = """
SELECT DISTINCT ON (endpoint, method) endpoint || '.' || method, digest FROM metadata.schema_versions
ORDER BY endpoint, method, version DESC
"""
_ADD = """
INSERT INTO metadata.schema_versions
       (endpoint, method, version, digest, definition, added, deprecated, breaking, notes, released_as)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_RESPONSES = """
SELECT schema_digest, count(*) FROM {} WHERE data IS NOT NULL GROUP BY schema_digest
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A definition of an operation, and what it has otherwise than the version before it; the first has no such."""

    operation: str
    version: int
    digest: str
    definition: Definition
    added: list[str]
    deprecated: list[str]
    breaking: list[str]
    notes: str
    first_seen_at: datetime
    released_as: str

    @property
    def tables(self) -> int:
        """How many tables it fills."""
        return sum("given_up" not in table for table in self.definition["tables"])

    @property
    def columns(self) -> int:
        """How many columns of them it fills."""
        tables = (table for table in self.definition["tables"] if "given_up" not in table)
        return sum("given_up" not in column for table in tables for column in table["columns"])

    def as_json(self) -> dict[str, object]:
        """Return it as JSON has it, without the definition."""
        return {
            "operation": self.operation,
            "version": self.version,
            "digest": self.digest,
            "tables": self.tables,
            "columns": self.columns,
            "added": self.added,
            "deprecated": self.deprecated,
            "breaking": self.breaking,
            "notes": self.notes,
            "first_seen_at": self.first_seen_at.isoformat(),
            "released_as": self.released_as,
        }


def newest(connection: Connection) -> dict[str, Version]:
    """Return the newest version of each operation."""
    return {one.operation: one for one in _read(connection, _IS_NEWEST)}


def versions(connection: Connection, operation: str | None = None) -> list[Version]:
    """Return the versions of an operation, or of all, the first one first."""
    if operation is None:
        return _read(connection, "ORDER BY operation, version")
    found = _read(connection, "WHERE endpoint || '.' || method = %s ORDER BY version", (operation,))
    if not found:
        raise TerminalError(
            f"this database knows no version of `{operation}`",
            hint="`mlb-etl schema list` lists what it knows; `mlb-etl db migrate` records what is generated",
        )
    return found


def pending(connection: Connection, definitions: Mapping[str, Definition]) -> list[str]:
    """Return the operations whose definition the database does not have as the newest."""
    known = dict(connection.execute(_DIGESTS).fetchall()) if _is_known(connection) else {}
    return [name for name, one in definitions.items() if known.get(name) != one.get("digest")]


def record(connection: Connection, definitions: Mapping[str, Definition]) -> list[str]:
    """Add a version for each operation whose newest is another; return these operations."""
    names = pending(connection, definitions)
    if not names:
        return []
    before = newest(connection)
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(_ADD, [_row(name, before.get(name), definitions[name]) for name in names])
    return names


def responses(
    connection: Connection, operation: Operation | None, known: Sequence[Version]
) -> dict[int, int]:
    """Count the documents in the raw tier by the version that they were accounted under; `NONE`: under no known one."""
    if operation is None:
        return {}
    numbers = {one.digest: one.version for one in known}
    counts: Counter[int] = Counter()
    for digest, count in connection.execute(sql.SQL(_RESPONSES).format(table_of(operation))):
        counts[numbers.get(digest, NONE)] += count
    return counts


def _is_known(connection: Connection) -> bool:
    found = connection.execute("SELECT to_regclass('metadata.schema_versions') IS NOT NULL").fetchone()
    return found == (True,)


def _read(connection: Connection, rest: str, asked: Sequence[object] = ()) -> list[Version]:
    if not _is_known(connection):
        raise TerminalError(
            "the database has no `metadata.schema_versions` yet", hint="run `mlb-etl db migrate`"
        )
    with connection.cursor(row_factory=class_row(Version)) as cursor:
        return cursor.execute(f"{_VERSIONS} {rest}".encode(), asked).fetchall()


def _row(name: str, before: Version | None, definition: Definition) -> tuple[object, ...]:
    endpoint, _, method = name.partition(".")
    found = () if before is None else differences(before.definition, definition)
    return (
        endpoint,
        method,
        1 if before is None else before.version + 1,
        definition.get("digest"),
        Jsonb({key: value for key, value in definition.items() if key != "digest"}),
        *(
            [one.field for one in found if one.kind is kind]
            for kind in (Kind.ADDED, Kind.DEPRECATED, Kind.BREAKING)
        ),
        _notes(found),
        version_of(_DISTRIBUTION),
    )


def _notes(found: Iterable[Difference]) -> str:
    """Say what the names of fields alone do not: a line each."""
    return "\n".join(f"{one.kind} {one}" for one in found if one.said)
