"""A batch of documents whose rows are in staging tables, on its way into the database.

The loader does with it what it does with one document in memory; here is where its rows come from: statements that move
them inside the server.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import LiteralString, cast

from psycopg import sql

from runtime.database import Connection
from runtime.job import Job, Json, Row
from runtime.known import QUARANTINE, RESCUED, RESULTS
from runtime.quality import Finding
from runtime.staged import Stage
from runtime.standing import Arrival
from runtime.target import BOOKKEEPING, Target

_STAGED: Mapping[str, tuple[tuple[str, str], ...]] = {
    RESCUED: (
        ("raw_id", "bigint"),
        ("ordinal", "integer"),
        ("pointer", "text"),
        ("value", "jsonb"),
        ("reason", "text"),
    ),
    QUARANTINE: (
        ("raw_id", "bigint"),
        ("table_name", "text"),
        ("position", "integer"),
        ("rules", "text[]"),
        ("rules_of", "text"),
        ("row", "jsonb"),
    ),
    RESULTS: (
        ("raw_id", "bigint"),
        ("ordinal", "integer"),
        ("table_name", "text"),
        ("rule", "text"),
        ("row", "jsonb"),
    ),
}
"""Columns of what is staged beside the tables: rescued values, rows in quarantine, rows that are doubted."""

_RESCUE = """
INSERT INTO metadata.rescued_values
       (raw_id, ordinal, captured_at, operation, document_key, pointer, value, reason, schema_digest)
SELECT s.raw_id, s.ordinal, d.captured_at, d.operation, d.document_key, s.pointer, s.value::jsonb, s.reason, d.digest
FROM {stage} s JOIN {documents} ON d.raw_id = s.raw_id WHERE s.attempt = ANY (%(attempts)s)
"""
_SET_ASIDE = """
INSERT INTO metadata.quarantine
       (operation, document_key, table_name, position, rule, rule_table, raw_id, captured_at, row_key, row)
SELECT d.operation, d.document_key, s.table_name, s.position, rule, s.rules_of, s.raw_id, d.captured_at,
       (SELECT jsonb_object_agg(k.name, s.row::jsonb -> k.name)
        FROM unnest(%(tables)s::text[], %(names)s::text[]) AS k (table_name, name) WHERE k.table_name = s.table_name),
       s.row::jsonb
FROM {stage} s JOIN {documents} ON d.raw_id = s.raw_id CROSS JOIN unnest(s.rules) AS rule
WHERE s.attempt = ANY (%(attempts)s)
"""
_DOUBTED = """
SELECT d.document_key, s.table_name, s.rule, s.row::jsonb FROM {stage} s JOIN {documents} ON d.raw_id = s.raw_id
WHERE s.attempt = ANY (%(attempts)s) ORDER BY s.raw_id, s.ordinal
"""
_DOCUMENTS = sql.SQL(
    "unnest(%(raw_ids)s::bigint[], %(instants)s::timestamptz[], %(operations)s::text[], %(keys)s::text[],"
    " %(digests)s::text[]) AS d (raw_id, captured_at, operation, document_key, digest)"
)


@dataclass(frozen=True, slots=True)
class Committed:
    """A staging table that is complete, and the attempts whose rows count."""

    stage: Stage
    attempts: list[int]


@dataclass(frozen=True, slots=True)
class Staged:
    """A batch. `tables`: where the rows of each table are, and what is kept beside; what has no rows is not there."""

    job: Job
    tables: Mapping[str, Committed]

    def rows(self, connection: Connection, place: Target, arrival: Arrival) -> list[Row]:
        """Return the rows of one document for a table."""
        if not arrival.rows(place.table.name):
            return []
        select = self._select(place, len(place.table.columns))
        return connection.execute(select, self._asked(place.table.name, [arrival])).fetchall()

    def copy(self, connection: Connection, place: Target, arrivals: Sequence[Arrival]) -> None:
        """Move rows into the table."""
        self._move(connection, place, arrivals, place.name)

    def stage(self, connection: Connection, place: Target, arrivals: Sequence[Arrival]) -> None:
        """Move rows into the staging table of the session."""
        self._move(connection, place, arrivals, place.stage)

    def rescue(self, connection: Connection, arrivals: Sequence[Arrival]) -> None:
        """Move what no column could take."""
        self._beside(connection, RESCUED, _RESCUE, arrivals)

    def set_aside(self, connection: Connection, arrivals: Sequence[Arrival]) -> None:
        """Move rows into quarantine."""
        keys = [(table.name, name) for table in self.job.tables for name in table.key]
        asked = {"tables": [table for table, _ in keys], "names": [name for _, name in keys]}
        self._beside(connection, QUARANTINE, _SET_ASIDE, arrivals, asked)

    def doubts(self, connection: Connection, arrivals: Sequence[Arrival]) -> Iterable[tuple[str, Finding]]:
        """Return what warnings say about rows."""
        keys = {table.name: table.key for table in self.job.tables}
        read = {
            (item.table.name, rule.name): rule.columns for item in self.job.extractions for rule in item.rules
        }
        for key, table, rule, cells in self._beside(connection, RESULTS, _DOUBTED, arrivals):
            row = cast("dict[str, Json]", cells)
            yield (
                cast(str, key),
                Finding(
                    rule=cast(str, rule),
                    severity="warning",
                    table=cast(str, table),
                    row_key={name: row[name] for name in keys[cast(str, table)]},
                    details={name: row[name] for name in read[cast(str, table), cast(str, rule)]},
                ),
            )

    def _move(
        self, connection: Connection, place: Target, arrivals: Sequence[Arrival], to: sql.Identifier
    ) -> None:
        if place.table.name not in self.tables:
            return
        columns = sql.SQL(", ").join(map(sql.Identifier, place.columns))
        select = self._select(place, len(place.columns))
        insert = sql.SQL("INSERT INTO {} ({}) {}").format(to, columns, select)
        connection.execute(insert, self._asked(place.table.name, arrivals))

    def _select(self, place: Target, width: int) -> sql.Composed:
        """Select the first columns of staged rows."""
        types = [*((column.name, column.type) for column in place.table.columns), *BOOKKEEPING][:width]
        cells = (
            sql.SQL("s.{}::jsonb" if kind == "jsonb" else "s.{}").format(sql.Identifier(name))
            for name, kind in types
        )
        return sql.SQL(
            "SELECT {} FROM {} s WHERE s.attempt = ANY (%(attempts)s) AND s.raw_id = ANY (%(raw_ids)s)"
        ).format(sql.SQL(", ").join(cells), self.tables[place.table.name].stage.place)

    def _asked(self, table: str, arrivals: Sequence[Arrival]) -> dict[str, object]:
        return {
            "attempts": self.tables[table].attempts,
            "raw_ids": [one.snapshot.raw_id for one in arrivals],
        }

    def _beside(
        self,
        connection: Connection,
        table: str,
        statement: LiteralString,
        arrivals: Sequence[Arrival],
        asked: Mapping[str, object] | None = None,
    ) -> list[Row]:
        """Run a statement on what is kept beside the tables; return what it returns."""
        if table not in self.tables or not arrivals:
            return []
        snapshots = [one.snapshot for one in arrivals]
        documents = {
            "instants": [one.captured_at for one in snapshots],
            "operations": [one.operation for one in snapshots],
            "keys": [one.document_key for one in snapshots],
            "digests": [one.transform_digest for one in snapshots],
        }
        query = sql.SQL(statement).format(stage=self.tables[table].stage.place, documents=_DOCUMENTS)
        done = connection.execute(query, {**self._asked(table, arrivals), **documents, **(asked or {})})
        return done.fetchall() if done.description else []


def staged_columns(job: Job) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return the columns of the staging table of every table, and of what is kept beside."""
    return {
        **{
            table.name: (*((column.name, column.type) for column in table.columns), *BOOKKEEPING)
            for table in job.tables
        },
        **_STAGED,
    }
