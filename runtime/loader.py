"""Load one document's rows: only what differs is written, in one transaction; an older capture changes nothing.

A document that is known by its own key (a game) owns the rows with its key values: see `runtime.merge`. One that is
known by its request (a schedule of a date) may share rows with others: see `runtime.claims`. Partitions are made when a
row finds none, outside of the transaction, which is then tried again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import cast

import orjson
import psycopg
from psycopg.types.json import Jsonb

from runtime.claims import share
from runtime.conform import Rescued
from runtime.database import Connection
from runtime.job import Check, Job, Json, Rows
from runtime.known import QUARANTINE, RESCUED, RESULTS, Summaries, summaries
from runtime.known import days as days_of_rows
from runtime.merge import fill, held_days, merge
from runtime.partitions import create_for
from runtime.quality import doubts, found_by, remember, set_aside
from runtime.snapshot import Again, Loaded, Snapshot
from runtime.target import Target, target
from runtime.transform import Transformed

_KNOWN = (
    "SELECT version, captured_at, sha256, tables, partition_day FROM metadata.documents"
    " WHERE operation = %s AND document_key = %s"
)

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

_IN_DETACHED = """
SELECT FROM metadata.detached_partitions
WHERE table_name = ANY (%s) AND EXISTS (SELECT FROM unnest(%s::date[]) AS day WHERE day >= first_day AND day < end_day)
LIMIT 1
"""

DETACHING = "SELECT pg_advisory_xact_lock{}(hashtextextended('metadata.detached_partitions', 4))"
"""Loads share this lock; who says that a partition is detached holds it alone."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is loaded of a document: its place in time and, per table, rows and their digest."""

    version: str
    captured_at: datetime
    sha256: str
    tables: Mapping[str, Mapping[str, Json]]
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


def load(
    connection: Connection,
    job: Job,
    transformed: Transformed,
    snapshot: Snapshot,
    *,
    again: Again,
    checks: Sequence[Check] = (),
    force: bool = False,
) -> Loaded:
    """Make the tables hold a document, and run the rules over several tables on it.

    What is in the tables is known by digest, as long as nobody else writes to them; `force` compares them all the same.
    """
    once = partial(_load, connection, job, transformed, snapshot, again=again, checks=checks, force=force)
    try:
        return once()
    except psycopg.errors.CheckViolation:  # a row without a partition
        create_for(connection, job.tables, days_of_rows(job.tables, transformed.rows))
        return once()


def _load(
    connection: Connection,
    job: Job,
    transformed: Transformed,
    snapshot: Snapshot,
    *,
    again: Again,
    checks: Sequence[Check],
    force: bool,
) -> Loaded:
    places = [target(table, job.document_key) for table in job.tables]
    rows: Rows = {place.table.name: transformed.rows.get(place.table.name, []) for place in places}
    days = set(days_of_rows(job.tables, rows))
    tables = summaries(job, transformed, checks)
    with connection.transaction():
        _lock(connection, places, snapshot)
        known = _known(connection, snapshot)
        if known and known.position > snapshot.position:
            return Loaded(documents=1, outdated=1)
        if _is_detached(connection, places, days, known):
            return Loaded(documents=1, detached=1)
        trusted = known if known and not force else None
        changed = _changed(places, tables, trusted, snapshot)
        if not job.document_key:
            loaded = share(connection, changed, rows, snapshot, again)
        elif known and not force:
            loaded = merge(connection, changed, rows, snapshot, days | known.days)
        else:
            loaded = _write_all(connection, changed, rows, snapshot, days, force)
        _keep_the_rest(connection, transformed, snapshot, tables, trusted)
        if changed or trusted is None or not trusted.has(RESULTS, tables[RESULTS]):
            loaded.findings = _check(connection, transformed, checks, snapshot)
        _remember(connection, transformed, tables, snapshot, days)
    loaded.documents, loaded.rescued = 1, len(transformed.rescued)
    loaded.quarantined = len(transformed.quarantined)
    loaded.unchanged += sum(len(rows[place.table.name]) for place in places if place not in changed)
    return loaded


def _write_all(
    connection: Connection,
    places: Sequence[Target],
    rows: Rows,
    snapshot: Snapshot,
    days: set[date],
    force: bool,
) -> Loaded:
    """Write a document of which nothing is known; `force`: of which nothing is believed.

    Rows that are there nevertheless may lie in any partition, where no unique index would find them.
    """
    if force or held_days(connection, places[:1], snapshot):
        return merge(connection, places, rows, snapshot, days | held_days(connection, places, snapshot))
    return fill(connection, places, rows, snapshot, days)


def _is_detached(
    connection: Connection, places: Sequence[Target], days: set[date], known: Known | None
) -> bool:
    """Say whether rows of the document belong, or lie, in a partition that was detached."""
    names = [place.table.name for place in places if place.partition_key]
    days = days | known.days if known else days
    return bool(names) and connection.execute(_IN_DETACHED, (names, sorted(days))).fetchone() is not None


def _changed(
    places: Sequence[Target],
    tables: Mapping[str, Mapping[str, Json]],
    known: Known | None,
    snapshot: Snapshot,
) -> list[Target]:
    """Return the tables to look at: a newer claim on a shared row may win it although the document is the same."""
    if known is None or (places and not places[0].document_key and known.position != snapshot.position):
        return list(places)
    return [place for place in places if not known.has(place.table.name, tables[place.table.name])]


def _lock(connection: Connection, places: Sequence[Target], snapshot: Snapshot) -> None:
    """Let loads take turns: those of one document, and, where documents share rows, those of one table."""
    owned = bool(places) and bool(places[0].document_key)
    names = (
        [f"{snapshot.operation} {snapshot.document_key}"] if owned else sorted(p.table.name for p in places)
    )
    if any(place.partition_key for place in places):
        connection.execute(DETACHING.format("_shared").encode())
    for name in names:
        connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 3))", (name,))


def _known(connection: Connection, snapshot: Snapshot) -> Known | None:
    found = connection.execute(_KNOWN, (snapshot.operation, snapshot.document_key)).fetchone()
    return Known(*found) if found else None


def _rescue(connection: Connection, rescued: Sequence[Rescued], snapshot: Snapshot) -> None:
    """Replace what is kept of the document beyond its tables."""
    document = (snapshot.operation, snapshot.document_key)
    connection.execute(
        "DELETE FROM metadata.rescued_values WHERE operation = %s AND document_key = %s", document
    )
    if not rescued:
        return
    columns = "raw_id, ordinal, captured_at, operation, document_key, pointer, value, reason, schema_digest"
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY metadata.rescued_values ({columns}) FROM STDIN (FORMAT binary)") as copy,
    ):
        copy.set_types(("bigint", "integer", "timestamptz", "text", "text", "text", "jsonb", "text", "text"))
        for ordinal, one in enumerate(rescued):
            place = (snapshot.raw_id, ordinal, snapshot.captured_at, *document)
            copy.write_row((*place, one.pointer, Jsonb(one.value), one.reason, snapshot.transform_digest))


def _keep_the_rest(
    connection: Connection,
    transformed: Transformed,
    snapshot: Snapshot,
    tables: Mapping[str, Mapping[str, Json]],
    known: Known | None,
) -> None:
    """Keep what a document holds beyond its tables, unless that is known already."""
    if known is None or not known.has(RESCUED, tables[RESCUED]):
        _rescue(connection, transformed.rescued, snapshot)
    if known is None or not known.has(QUARANTINE, tables[QUARANTINE]):
        set_aside(connection, transformed.quarantined, snapshot)


def _check(
    connection: Connection, transformed: Transformed, checks: Sequence[Check], snapshot: Snapshot
) -> int:
    """Replace what the rules find in the document; return how much that is."""
    of_document = [check for check in checks if not check.table]
    found = [*doubts(transformed.doubted), *found_by(connection, of_document, [snapshot.keys])]
    remember(connection, found, snapshot)
    return len(found)


def _remember(
    connection: Connection,
    transformed: Transformed,
    tables: Summaries,
    snapshot: Snapshot,
    days: set[date],
) -> None:
    connection.execute(
        _REMEMBER,
        {
            "operation": snapshot.operation,
            "document_key": snapshot.document_key,
            "raw_id": snapshot.raw_id,
            "version": snapshot.version,
            "captured_at": snapshot.captured_at,
            "sha256": snapshot.sha256,
            "transform_digest": snapshot.transform_digest,
            "tables": Jsonb({**tables}),
            "counts": Jsonb(cast(Json, orjson.loads(orjson.dumps(transformed.counts)))),
            "partition_day": max(days, default=None),
        },
    )
