"""Documents on their way into the database: their rows, and what is kept beside the tables.

The loader does the same with every kind of them: one document in memory (`InMemory`), or a batch whose rows are in
staging tables (`runtime.bulk`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from psycopg.types.json import Jsonb

from runtime.conform import Rescued
from runtime.database import Connection
from runtime.job import Row
from runtime.quality import Finding, doubts, set_aside
from runtime.snapshot import Snapshot
from runtime.standing import Arrival
from runtime.target import Target
from runtime.transform import Transformed


class Incoming(Protocol):
    """Where the rows of documents are; every method is about some of the documents."""

    def rows(self, connection: Connection, place: Target, arrival: Arrival) -> list[Row]:
        """Return the rows of one document for a table."""
        ...

    def copy(self, connection: Connection, place: Target, arrivals: Sequence[Arrival]) -> None:
        """Add rows to their table."""
        ...

    def stage(self, connection: Connection, place: Target, arrivals: Sequence[Arrival]) -> None:
        """Add rows to the staging table of their table."""
        ...

    def rescue(self, connection: Connection, arrivals: Sequence[Arrival]) -> None:
        """Keep what no column could take."""
        ...

    def set_aside(self, connection: Connection, arrivals: Sequence[Arrival]) -> None:
        """Put the rows that violate a rule into quarantine."""
        ...

    def doubts(self, connection: Connection, arrivals: Sequence[Arrival]) -> Iterable[tuple[str, Finding]]:
        """Return what warnings say about rows, each with its document's key."""
        ...


@dataclass(frozen=True, slots=True)
class InMemory:
    """One document, transformed by this process."""

    transformed: Transformed
    snapshot: Snapshot

    def rows(self, connection: Connection, place: Target, arrival: Arrival) -> list[Row]:  # noqa: ARG002
        """Return the rows of a table."""
        return self._rows(place)

    def copy(self, connection: Connection, place: Target, arrivals: Sequence[Arrival]) -> None:  # noqa: ARG002
        """Copy rows straight into the table."""
        place.copy(connection, self._rows(place), self.snapshot.tail)

    def stage(self, connection: Connection, place: Target, arrivals: Sequence[Arrival]) -> None:  # noqa: ARG002
        """Copy rows into the staging table."""
        place.copy_to_stage(connection, self._rows(place), self.snapshot.tail)

    def rescue(self, connection: Connection, arrivals: Sequence[Arrival]) -> None:  # noqa: ARG002
        """Copy what no column could take."""
        if self.transformed.rescued:
            _rescue(connection, self.transformed.rescued, self.snapshot)

    def set_aside(self, connection: Connection, arrivals: Sequence[Arrival]) -> None:  # noqa: ARG002
        """Copy rows into quarantine."""
        set_aside(connection, self.transformed.quarantined, self.snapshot)

    def doubts(
        self,
        connection: Connection,  # noqa: ARG002
        arrivals: Sequence[Arrival],  # noqa: ARG002
    ) -> Iterable[tuple[str, Finding]]:
        """Return what warnings say."""
        return ((self.snapshot.document_key, one) for one in doubts(self.transformed.doubted))

    def _rows(self, place: Target) -> list[Row]:
        return self.transformed.rows.get(place.table.name, [])


def _rescue(connection: Connection, rescued: Sequence[Rescued], snapshot: Snapshot) -> None:
    columns = "raw_id, ordinal, captured_at, operation, document_key, pointer, value, reason, schema_digest"
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY metadata.rescued_values ({columns}) FROM STDIN (FORMAT binary)") as copy,
    ):
        copy.set_types(("bigint", "integer", "timestamptz", "text", "text", "text", "jsonb", "text", "text"))
        document = (snapshot.captured_at, snapshot.operation, snapshot.document_key)
        for ordinal, one in enumerate(rescued):
            content = (one.pointer, Jsonb(one.value), one.reason)
            copy.write_row((snapshot.raw_id, ordinal, *document, *content, snapshot.transform_digest))
