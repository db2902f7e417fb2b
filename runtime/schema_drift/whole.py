"""Compare all of a database with all of `generated/`, part by part.

The database is only read, but for temporary tables in a transaction that is rolled back: the server itself prints what
the files say and what it has, so that nothing is reported that does not differ.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg

from runtime import migrator, views
from runtime.database import Connection
from runtime.errors import TerminalError
from runtime.schema_drift import views as view_drift
from runtime.schema_drift.compare import compare, missing, unknown
from runtime.schema_drift.difference import Difference
from runtime.schema_drift.expected import Expected, expected
from runtime.schema_drift.facts import Relation, partitions, relations
from runtime.schema_drift.partitions import compare as compare_partitions

_LIST = "metadata.views"
_DETACHED = """
SELECT split_part(table_name, '.', 1) || '.' || partition_name FROM metadata.detached_partitions
"""


def schema_drift(connection: Connection, generated: Path) -> tuple[Difference, ...]:
    """Return what differs, by object; `generated` is the folder with the catalog that the database was migrated to."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute("SET LOCAL lock_timeout = '5s'")
            return tuple(_differences(connection, generated))
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction) as error:
        raise TerminalError(
            f"temporary tables cannot be made, which the files are compared by: {error.diag.message_primary}",
            hint="use a role with the privilege TEMPORARY on the database, and no standby",
        ) from error


def _differences(connection: Connection, generated: Path) -> Iterator[Difference]:
    wanted = expected(connection, generated)
    listed = views.read(generated)
    known = wanted.schemas | {name.partition(".")[0] for name, _ in listed.made}
    left = set(migrator.generated_schemas(connection)) - known
    yield from (unknown(Relation(name=name, kind="schema")) for name in sorted(left))
    schemas = known | left
    found = relations(connection, schemas)
    for name, relation in sorted(wanted.relations.items()):
        there = found.get(name)
        if name == _LIST and there is None and not listed.text:
            continue  # the list of views comes with the first view
        if there is None or there.kind != relation.kind:
            yield missing(relation)
        elif relation != there:
            yield from compare(relation, there)
    yield from compare_partitions(partitions(connection, schemas), wanted.every)
    yield from view_drift.compare(connection, listed, found)
    yield from _unknown(connection, wanted, found, view_drift.names(listed))


def _unknown(
    connection: Connection, wanted: Expected, found: Mapping[str, Relation], made: frozenset[str]
) -> Iterator[Difference]:
    """Yield what stands in our schemas and is not ours: not wanted, no view, no partition that was detached."""
    detached = {name for (name,) in connection.execute(_DETACHED)} if _has_partitions(found) else set[str]()
    known = wanted.relations.keys() | made | detached
    yield from (unknown(one) for name, one in sorted(found.items()) if name not in known)


def _has_partitions(found: Mapping[str, Relation]) -> bool:
    return "metadata.detached_partitions" in found
