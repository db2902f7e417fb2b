"""Write the rows of a document that owns them: copy if it is new, else change only what differs.

The rows of a document that moves to another day vanish from the one partition and are new in the other.
"""

from collections.abc import Collection, Sequence
from datetime import date

import psycopg

from runtime.database import Connection
from runtime.job import Rows
from runtime.snapshot import Loaded, Snapshot
from runtime.target import Target


def fill(
    connection: Connection, places: Sequence[Target], rows: Rows, snapshot: Snapshot, days: Collection[date]
) -> Loaded:
    """Copy the rows of a document that was never loaded; should some be there all the same, merge."""
    try:
        with connection.transaction():
            for place in places:
                if rows[place.table.name]:
                    place.copy(connection, rows[place.table.name], snapshot.tail)
    except psycopg.errors.UniqueViolation:
        held = held_days(connection, places, snapshot)
        return merge(connection, places, rows, snapshot, held.union(days))
    return Loaded(inserted=sum(len(rows[place.table.name]) for place in places))


def merge(
    connection: Connection, places: Sequence[Target], rows: Rows, snapshot: Snapshot, days: Collection[date]
) -> Loaded:
    """Insert, update and delete what differs: children vanish before parents, parents come before children.

    `days`: those of which the document has, or had, rows.
    """
    for place in places:
        connection.execute(place.create_stage)
        place.copy_to_stage(connection, rows[place.table.name], snapshot.tail)
    with connection.pipeline():
        deleted = [
            connection.execute(place.delete_vanished, (*snapshot.keys, *_days(place, days)))
            for place in reversed(places)
        ]
        updated = [
            connection.execute(place.update_changed, _days(place, days))
            for place in places
            if place.has_payload
        ]
        inserted = [connection.execute(place.insert_new, _days(place, days)) for place in places]
    return counted(sum(len(rows[place.table.name]) for place in places), deleted, updated, inserted)


def held_days(connection: Connection, places: Sequence[Target], snapshot: Snapshot) -> set[date]:
    """Return the days on which tables hold rows of a document."""
    partitioned = [place for place in places if place.partition_key]
    return {day for place in partitioned for (day,) in connection.execute(place.held_days, snapshot.keys)}


def _days(place: Target, days: Collection[date]) -> tuple[list[date], ...]:
    """Return the parameters that a statement of a table takes for the days."""
    return (sorted(days),) if place.partition_key else ()


def counted(
    staged: int,
    deleted: Sequence["psycopg.Cursor[tuple[object, ...]]"],
    updated: Sequence["psycopg.Cursor[tuple[object, ...]]"],
    inserted: Sequence["psycopg.Cursor[tuple[object, ...]]"],
) -> Loaded:
    """Add up what statements did."""
    changed, new = _rows(updated), _rows(inserted)
    return Loaded(deleted=_rows(deleted), updated=changed, inserted=new, unchanged=staged - changed - new)


def _rows(cursors: Sequence["psycopg.Cursor[tuple[object, ...]]"]) -> int:
    return sum(cursor.rowcount for cursor in cursors)
