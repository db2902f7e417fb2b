"""What is loaded of documents, as `metadata.documents` has it, and the locks by which loads take turns."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

import orjson
from psycopg import sql
from psycopg.types.json import Jsonb

from runtime.database import Connection
from runtime.job import Json
from runtime.known import Summaries
from runtime.snapshot import Snapshot
from runtime.target import Target
from runtime.transform import Counts

_STANDING = """
SELECT document_key, version, captured_at, sha256, tables, partition_day FROM metadata.documents
WHERE operation = %s AND document_key = ANY (%s)
"""

_REMEMBER = """
INSERT INTO metadata.documents AS d
       (operation, document_key, raw_id, version, captured_at, sha256, transform_digest, tables, counts, partition_day)
VALUES (%(operation)s, %(document_key)s, %(raw_id)s, %(version)s, %(captured_at)s, %(sha256)s, %(transform_digest)s,
        %(tables)s, %(counts)s, %(partition_day)s)
ON CONFLICT ON CONSTRAINT documents_pkey DO UPDATE
SET raw_id = excluded.raw_id, version = excluded.version, captured_at = excluded.captured_at, sha256 = excluded.sha256,
    transform_digest = excluded.transform_digest, tables = excluded.tables, counts = excluded.counts,
    partition_day = excluded.partition_day, loaded_at = now()
"""

_ACCOUNT = """
UPDATE {} SET schema_digest = %(digest)s
WHERE raw_id = %(raw_id)s AND captured_at = %(captured_at)s AND schema_digest IS DISTINCT FROM %(digest)s
"""

_DETACHED = """
SELECT day FROM unnest(%s::date[]) AS day
WHERE EXISTS (SELECT FROM metadata.detached_partitions
              WHERE table_name = ANY (%s) AND day >= first_day AND day < end_day)
"""

DETACHING = "SELECT pg_advisory_xact_lock{}(hashtextextended('metadata.detached_partitions', 4))"
"""Loads share this lock; who says that a partition is detached holds it alone."""

_TURN = "SELECT pg_advisory_xact_lock(hashtextextended(name, 3)) FROM unnest(%s::text[]) AS name"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is loaded of a document: its place in time and, per table, rows and their digest."""

    version: str
    captured_at: datetime
    sha256: str
    tables: Summaries
    partition_day: date | None

    @property
    def position(self) -> tuple[str, datetime, str]:
        """Its place among the snapshots of the document."""
        return (self.version, self.captured_at, self.sha256)

    @property
    def days(self) -> set[date]:
        """The days that tell the partitions of its rows: one, or none."""
        return set() if self.partition_day is None else {self.partition_day}

    def has(self, table: str, summary: Mapping[str, Json]) -> bool:
        """Say whether a table holds exactly these rows of the document."""
        return self.tables.get(table) == summary


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A document to load: which response it is from, what is in it; its rows are elsewhere.

    `days` tell the partitions of its rows. `standing`: what is loaded of it, if that is known and to be trusted.
    """

    snapshot: Snapshot
    tables: Summaries
    counts: Counts
    days: tuple[date, ...] = ()
    standing: Standing | None = None

    @property
    def key(self) -> str:
        """The document's key."""
        return self.snapshot.document_key

    def rows(self, table: str) -> int:
        """How many rows it has for a table, or values to be kept beside them."""
        return cast(int, self.tables[table]["rows"])

    def brings(self, table: str) -> bool:
        """Say whether it is not known that a table holds its rows already."""
        return self.standing is None or not self.standing.has(table, self.tables[table])


def standing(connection: Connection, arrivals: Sequence[Arrival]) -> dict[str, Standing]:
    """Return what is loaded of documents of one operation, by their keys."""
    asked = (arrivals[0].snapshot.operation, [one.key for one in arrivals])
    return {key: Standing(*found) for key, *found in connection.execute(_STANDING, asked)}


def take_turns(connection: Connection, places: Sequence[Target], arrivals: Sequence[Arrival]) -> None:
    """Let loads take turns: those of one document, and, where documents share rows, those of one table."""
    owned = bool(places) and bool(places[0].document_key)
    names = (
        {f"{one.snapshot.operation} {one.key}" for one in arrivals}
        if owned
        else {place.table.name for place in places}
    )
    if any(place.partition_key for place in places):
        connection.execute(DETACHING.format("_shared").encode())
    connection.execute(_TURN, (sorted(names),))


def detached_days(
    connection: Connection, places: Sequence[Target], days: Collection[date]
) -> frozenset[date]:
    """Return the days among some whose rows belong, or lie, in a partition that was detached."""
    names = [place.table.name for place in places if place.partition_key]
    if not names:
        return frozenset()
    return frozenset(day for (day,) in connection.execute(_DETACHED, (sorted(days), names)))


def forget(connection: Connection, table: str, arrivals: Sequence[Arrival]) -> None:
    """Delete what a table beside those of the catalog holds of documents."""
    query = sql.SQL("DELETE FROM {} WHERE operation = %s AND document_key = ANY (%s)")
    place = sql.Identifier(*table.split("."))
    connection.execute(query.format(place), (arrivals[0].snapshot.operation, [one.key for one in arrivals]))


def remember(connection: Connection, arrivals: Sequence[Arrival]) -> None:
    """Note that documents are loaded, and in their responses under which definition that was."""
    with connection.cursor() as cursor:
        cursor.executemany(_REMEMBER, [_columns(one) for one in arrivals])
        if table := arrivals[0].snapshot.raw_table:
            place = sql.Identifier(*table.split("."))
            cursor.executemany(
                sql.SQL(_ACCOUNT).format(place), [_accounted(one.snapshot) for one in arrivals]
            )


def _accounted(snapshot: Snapshot) -> dict[str, object]:
    return {
        "raw_id": snapshot.raw_id,
        "captured_at": snapshot.captured_at,
        "digest": snapshot.schema_digest or None,
    }


def _columns(one: Arrival) -> dict[str, object]:
    snapshot = one.snapshot
    return {
        "operation": snapshot.operation,
        "document_key": snapshot.document_key,
        "raw_id": snapshot.raw_id,
        "version": snapshot.version,
        "captured_at": snapshot.captured_at,
        "sha256": snapshot.sha256,
        "transform_digest": snapshot.transform_digest,
        "tables": Jsonb({**one.tables}),
        "counts": Jsonb(cast(Json, orjson.loads(orjson.dumps(one.counts)))),
        "partition_day": max(one.days, default=None),
    }
