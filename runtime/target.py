"""The SQL of one normalized table: how rows are staged, compared and merged.

Everything is made once per table. Bookkeeping columns never take part in a comparison: a row that did not change
keeps the `raw_id` and `captured_at` of the response that brought it.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import LiteralString, cast

import orjson
from psycopg import sql

from runtime.database import Connection
from runtime.job import Row, Table

BOOKKEEPING = (("raw_id", "bigint"), ("captured_at", "timestamptz"))


@dataclass(frozen=True, eq=False)
class Target:
    """A table to load into, seen from SQL.

    `document_key` names the columns that tell a document's rows; without them several documents may hold the same
    row, and staged rows carry their key as text, by which documents claim them.
    """

    table: Table
    document_key: tuple[str, ...]

    @cached_property
    def name(self) -> sql.Identifier:
        """The table."""
        return sql.Identifier(*self.table.name.split("."))

    @cached_property
    def stage(self) -> sql.Identifier:
        """The temporary table that rows are copied into first."""
        return sql.Identifier(f"stage_{hashlib.sha256(self.table.name.encode()).hexdigest()[:12]}")

    @cached_property
    def create_stage(self) -> bytes:
        """Create the staging table unless this session has it."""
        row_key = sql.SQL("" if self.document_key else ", row_key text NOT NULL")
        return _made(
            sql.SQL("CREATE TEMPORARY TABLE IF NOT EXISTS {} (LIKE {}{}) ON COMMIT DELETE ROWS").format(
                self.stage, self.name, row_key
            )
        )

    @cached_property
    def clear_stage(self) -> bytes:
        """Empty the staging table."""
        return _made(sql.SQL("DELETE FROM {}").format(self.stage))

    def over_stage(self, statement: LiteralString) -> bytes:
        """Fill the staging table's name into a statement."""
        return _made(sql.SQL(statement).format(stage=self.stage))

    @property
    def partition_key(self) -> str:
        """The column that the table is partitioned by, or ""."""
        return self.table.partitioning.column if self.table.partitioning else ""

    @cached_property
    def held_days(self) -> bytes:
        """Select the days that rows of documents lie on; the parameters are an array per column of their key."""
        return _made(
            sql.SQL("SELECT DISTINCT t.{} FROM {} t WHERE {}").format(
                sql.Identifier(self.partition_key), self.name, self._documents
            )
        )

    @cached_property
    def delete_vanished(self) -> bytes:
        """Delete rows of documents that are not staged.

        The parameters are an array per column of the documents' key. Here, in `update_changed` and in `insert_new`
        the last parameter of a partitioned table is the days that its rows may lie on, so that other partitions are
        not looked at.
        """
        return _made(
            sql.SQL("DELETE FROM {} t WHERE {}{} AND NOT EXISTS (SELECT FROM {} s WHERE {})").format(
                self.name, self._documents, self._on_days, self.stage, self._same_key
            )
        )

    @cached_property
    def has_payload(self) -> bool:
        """Say whether a row is more than its key."""
        return len(self.table.columns) > self.table.required

    @cached_property
    def update_changed(self) -> bytes:
        """Update rows that differ from what is staged."""
        payload = [column.name for column in self.table.columns[self.table.required :]]
        kept = [*payload, *(name for name, _ in BOOKKEEPING)]
        assignments = (sql.SQL("{0} = s.{0}").format(sql.Identifier(name)) for name in kept)
        return _made(
            sql.SQL("UPDATE {} t SET {} FROM {} s WHERE {}{} AND ({}) IS DISTINCT FROM ({})").format(
                self.name,
                sql.SQL(", ").join(assignments),
                self.stage,
                self._same_key,
                self._on_days,
                _names("t", payload),
                _names("s", payload),
            )
        )

    @cached_property
    def insert_new(self) -> bytes:
        """Insert staged rows whose key the table lacks."""
        return _made(
            sql.SQL(
                "INSERT INTO {} ({}) SELECT {} FROM {} s WHERE NOT EXISTS (SELECT FROM {} t WHERE {}{})"
            ).format(
                self.name,
                sql.SQL(", ").join(map(sql.Identifier, self.columns)),
                _names("s", self.columns),
                self.stage,
                self.name,
                self._same_key,
                self._on_days,
            )
        )

    @cached_property
    def delete_keys(self) -> bytes:
        """Delete the rows whose keys are given, one array per key column."""
        types = {column.name: column.type for column in self.table.columns}
        arrays = sql.SQL(", ").join(
            sql.SQL("%s::text[]::{}[]").format(type_name(types[name])) for name in self.table.key
        )
        return _made(
            sql.SQL("DELETE FROM {} t USING unnest({}) AS s ({}) WHERE {}").format(
                self.name, arrays, sql.SQL(", ").join(map(sql.Identifier, self.table.key)), self._same_key
            )
        )

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """All columns, bookkeeping included."""
        return (*(column.name for column in self.table.columns), *(name for name, _ in BOOKKEEPING))

    @cached_property
    def types(self) -> tuple[str, ...]:
        """The types of all columns."""
        return (*(column.type for column in self.table.columns), *(kind for _, kind in BOOKKEEPING))

    @cached_property
    def _same_key(self) -> sql.Composed:
        return sql.SQL(" AND ").join(
            sql.SQL("t.{0} = s.{0}").format(sql.Identifier(column.name))
            for column in self.table.columns[: self.table.required]
        )

    @cached_property
    def _on_days(self) -> sql.Composable:
        if not self.partition_key:
            return sql.SQL("")
        return sql.SQL(" AND t.{} = ANY (%s)").format(sql.Identifier(self.partition_key))

    @cached_property
    def _documents(self) -> sql.Composed:
        """Whether a row is one of some documents: an array per column of their key tells them."""
        types = {column.name: column.type for column in self.table.columns}
        columns = [sql.Identifier("t", name) for name in self.document_key]
        arrays = [sql.SQL("%s::{}[]").format(type_name(types[name])) for name in self.document_key]
        if len(columns) == 1:  # which an index can look for
            return sql.SQL("{} = ANY ({})").format(columns[0], arrays[0])
        listed = sql.SQL(", ").join
        return sql.SQL("({}) IN (SELECT * FROM unnest({}))").format(listed(columns), listed(arrays))

    @cached_property
    def _key_places(self) -> tuple[int, ...]:
        names = [column.name for column in self.table.columns]
        return tuple(names.index(name) for name in self.table.key)

    def row_key(self, row: Row) -> str:
        """Render a row's key as a JSON array, equal for equal keys."""
        cells = [row[place] for place in self._key_places]
        plain = [cell.astimezone(UTC) if isinstance(cell, datetime) else cell for cell in cells]
        return orjson.dumps(plain).decode()

    @cached_property
    def _into_table(self) -> bytes:
        return _copy_into(self.name, self.columns)

    @cached_property
    def _into_stage(self) -> bytes:
        return _copy_into(self.stage, self.columns if self.document_key else (*self.columns, "row_key"))

    def copy(self, connection: Connection, rows: Iterable[Row], tail: Row) -> None:
        """Copy rows straight into the table, each with the bookkeeping cells behind it."""
        _copy(connection, self._into_table, self.types, (row + tail for row in rows))

    def copy_to_stage(self, connection: Connection, rows: Iterable[Row], tail: Row) -> None:
        """Copy rows into the staging table."""
        if self.document_key:
            _copy(connection, self._into_stage, self.types, (row + tail for row in rows))
        else:
            keyed = ((*row, *tail, self.row_key(row)) for row in rows)
            _copy(connection, self._into_stage, (*self.types, "text"), keyed)


_TARGETS: dict[int, Target] = {}


def target(table: Table, document_key: tuple[str, ...]) -> Target:
    """Return the SQL of a table, made once; found by identity, as hashing all columns would cost more than it saves."""
    found = _TARGETS.get(id(table))
    if found is None or found.table is not table or found.document_key != document_key:
        found = _TARGETS[id(table)] = Target(table, document_key)
    return found


def _copy(connection: Connection, statement: bytes, types: Sequence[str], rows: Iterable[Row]) -> None:
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)


def _copy_into(place: sql.Identifier, columns: Sequence[str]) -> bytes:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return _made(sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(place, names))


def _made(statement: sql.Composed) -> bytes:
    """Put a statement together once; doing it for every document costs as much as parsing one."""
    return statement.as_bytes(None)


def type_name(name: str) -> sql.SQL:
    """Return a type's name as SQL; it comes from generated code, never from input."""
    return sql.SQL(cast(LiteralString, name))


def _names(alias: str, names: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(alias, name) for name in names)
