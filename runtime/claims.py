"""Write rows that several documents may hold: the newest document that holds a row gives its content.

A schedule by date, by team and by range may all list one game. Each document *claims* the rows of its newest snapshot
(`metadata.row_claims`); a row is that of its newest claim. When a claim goes, the row is that of the next one, whose
response is transformed again; with the last claim the row goes. So the tables depend on which responses there are,
never on the order in which they came.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import orjson

from runtime.database import Connection
from runtime.job import Row, Rows
from runtime.merge import counted
from runtime.snapshot import Again, Loaded, Snapshot
from runtime.target import Target

_CLAIM = """
INSERT INTO metadata.row_claims AS c
       (table_name, row_key, document_key, operation, raw_id, captured_at, sha256)
SELECT %(table)s, row_key, %(document)s, %(operation)s, %(raw_id)s, %(captured_at)s, %(sha256)s
FROM {stage}
ON CONFLICT ON CONSTRAINT row_claims_pkey DO UPDATE
SET raw_id = excluded.raw_id, captured_at = excluded.captured_at, sha256 = excluded.sha256
"""

_RELEASE = """
DELETE FROM metadata.row_claims c
WHERE table_name = %(table)s AND document_key = %(document)s
  AND NOT EXISTS (SELECT FROM {stage} s WHERE s.row_key = c.row_key)
RETURNING row_key
"""

# Of the staged rows, those that a newer document holds are not ours to write.
_YIELD = """
DELETE FROM {stage} s
USING metadata.row_claims c
WHERE c.table_name = %(table)s AND c.row_key = s.row_key AND c.document_key <> %(document)s
  AND (c.captured_at, c.sha256 COLLATE "C", c.document_key COLLATE "C")
    > (%(captured_at)s, %(sha256)s, %(document)s)
"""

_NEXT = """
SELECT DISTINCT ON (row_key) row_key, operation, document_key, raw_id, captured_at
FROM metadata.row_claims
WHERE table_name = %s AND row_key = ANY (%s)
ORDER BY row_key, captured_at DESC, sha256 COLLATE "C" DESC, document_key COLLATE "C" DESC
"""

_DROP = """
DELETE FROM metadata.row_claims
WHERE table_name = %s AND row_key = ANY (%s) AND document_key = %s
"""


@dataclass(frozen=True, slots=True)
class Heir:
    """The document that gives a row its content once a newer claim is gone."""

    operation: str
    document_key: str
    raw_id: int
    captured_at: datetime


def share(
    connection: Connection, places: Sequence[Target], rows: Rows, snapshot: Snapshot, again: Again
) -> Loaded:
    """Write a document's rows where its claim is the newest, and settle the rows that it no longer holds."""
    loaded = Loaded()
    for place in places:
        loaded += _share_table(connection, place, rows[place.table.name], snapshot, again)
    return loaded


def _share_table(
    connection: Connection, place: Target, rows: list[Row], snapshot: Snapshot, again: Again
) -> Loaded:
    claim = {
        "table": place.table.name,
        "document": snapshot.document_key,
        "operation": snapshot.operation,
        "raw_id": snapshot.raw_id,
        "captured_at": snapshot.captured_at,
        "sha256": snapshot.sha256,
    }
    connection.execute(place.create_stage)
    place.copy_to_stage(connection, rows, snapshot.tail)
    with connection.pipeline():
        connection.execute(place.over_stage(_CLAIM), claim)
        released = connection.execute(place.over_stage(_RELEASE), claim)
        connection.execute(place.over_stage(_YIELD), claim)
    loaded = _write_staged(connection, place, len(rows))
    loaded += settle(connection, place, [key for (key,) in released], again)
    return loaded


def _write_staged(connection: Connection, place: Target, staged: int) -> Loaded:
    with connection.pipeline():
        updated = [connection.execute(place.update_changed)] if place.has_payload else []
        inserted = [connection.execute(place.insert_new)]
    return counted(staged, [], updated, inserted)


def settle(connection: Connection, place: Target, released: list[str], again: Again) -> Loaded:
    """Give released rows the content of their next claim; delete those that nobody claims."""
    loaded = Loaded()
    while released:
        heirs = _heirs(connection, place, released)
        orphans = sorted(set(released).difference(*heirs.values()))
        loaded += _delete(connection, place, orphans)
        released = []
        for heir, keys in heirs.items():
            held = again(heir.operation, heir.raw_id, heir.captured_at).get(place.table.name, [])
            kept = [row for row in held if place.row_key(row) in keys]
            loaded += _rewrite(connection, place, kept, heir)
            # A newer transform may no longer make a row that an older one claimed.
            stale = keys.difference(map(place.row_key, kept))
            connection.execute(_DROP, (place.table.name, sorted(stale), heir.document_key))
            released += stale
    return loaded


def _heirs(connection: Connection, place: Target, keys: list[str]) -> dict[Heir, set[str]]:
    heirs: defaultdict[Heir, set[str]] = defaultdict(set)
    for key, *claim in connection.execute(_NEXT, (place.table.name, keys)):
        heirs[Heir(*claim)].add(key)
    return heirs


def _rewrite(connection: Connection, place: Target, rows: list[Row], heir: Heir) -> Loaded:
    if not rows:
        return Loaded()
    connection.execute(place.clear_stage)
    place.copy_to_stage(connection, rows, (heir.raw_id, heir.captured_at))
    changed = _write_staged(connection, place, len(rows))
    changed.unchanged = 0  # they are not this document's rows
    return changed


def _delete(connection: Connection, place: Target, keys: list[str]) -> Loaded:
    if not keys:
        return Loaded()
    cells = [cast("list[object]", orjson.loads(key)) for key in keys]
    columns = [[_text(cell) for cell in column] for column in zip(*cells, strict=True)]
    return Loaded(deleted=connection.execute(place.delete_keys, columns).rowcount)


def _text(cell: object) -> str:
    return cell if isinstance(cell, str) else orjson.dumps(cell).decode()
