"""Write the rows of documents that own them: copy those of new ones, else change only what differs.

The rows of a document that moves to another day vanish from the one partition and are new in the other.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import psycopg

from runtime.database import Connection
from runtime.incoming import Incoming
from runtime.snapshot import Loaded
from runtime.standing import Arrival
from runtime.target import Target


@dataclass(frozen=True, slots=True)
class Change:
    """A table to change, and the documents whose rows are to be compared."""

    place: Target
    arrivals: Sequence[Arrival]

    @property
    def rows(self) -> int:
        """How many rows the documents have for the table."""
        return rows_of(self.place, self.arrivals)


def changes(places: Sequence[Target], arrivals: Sequence[Arrival]) -> list[Change]:
    """Return the tables to look at: all but those that are known to hold the rows."""
    found = (Change(place, [one for one in arrivals if one.brings(place.table.name)]) for place in places)
    return [change for change in found if change.arrivals]


def fill(
    connection: Connection, places: Sequence[Target], incoming: Incoming, arrivals: Sequence[Arrival]
) -> Loaded:
    """Copy the rows of documents that were never loaded.

    Raises:
        UniqueViolation: some are there all the same; nothing was copied.
    """
    filled = [place for place in places if rows_of(place, arrivals)]
    if filled:
        with connection.transaction():
            for place in filled:
                incoming.copy(connection, place, arrivals)
    return Loaded(inserted=sum(rows_of(place, arrivals) for place in filled))


def merge(
    connection: Connection, changes: Sequence[Change], incoming: Incoming, days: Collection[date]
) -> Loaded:
    """Insert, update and delete what differs: children vanish before parents, parents come before children.

    `days`: those of which the documents have, or had, rows.
    """
    if not changes:
        return Loaded()
    for change in changes:
        connection.execute(change.place.create_stage)
        incoming.stage(connection, change.place, change.arrivals)
    with connection.pipeline():
        deleted = [
            connection.execute(one.place.delete_vanished, (*_keys(one.arrivals), *_days(one.place, days)))
            for one in reversed(changes)
        ]
        updated = [
            connection.execute(one.place.update_changed, _days(one.place, days))
            for one in changes
            if one.place.has_payload
        ]
        inserted = [connection.execute(one.place.insert_new, _days(one.place, days)) for one in changes]
    return counted(sum(one.rows for one in changes), deleted, updated, inserted)


def held_days(connection: Connection, places: Sequence[Target], arrivals: Sequence[Arrival]) -> set[date]:
    """Return the days on which tables hold rows of documents."""
    partitioned = [place for place in places if place.partition_key]
    keys = _keys(arrivals)
    return {day for place in partitioned for (day,) in connection.execute(place.held_days, keys)}


def rows_of(place: Target, arrivals: Sequence[Arrival]) -> int:
    """Return how many rows documents have for a table."""
    return sum(one.rows(place.table.name) for one in arrivals)


def _keys(arrivals: Sequence[Arrival]) -> list[list[object]]:
    """Return the parameters that a statement takes for documents: an array per column of their key."""
    return [[*cells] for cells in zip(*(one.snapshot.keys for one in arrivals), strict=True)]


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
