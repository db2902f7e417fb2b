"""`generated/` -> the relations that a database should have, with types and defaults as the server would print them.

What is printed by the server is asked of the server: in temporary tables, within a transaction that is rolled back.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from runtime import migrator, views
from runtime.database import Connection
from runtime.errors import TerminalError
from runtime.migrations import statements
from runtime.schema_drift.facts import Column, Constraint, Index, Relation, relations

_OTHER_SCHEMA = re.compile(r"^CREATE SCHEMA (?!IF NOT EXISTS metadata;)", re.MULTILINE)
_OF_SCHEMA = re.compile(r"^(CREATE|COMMENT ON) SCHEMA ", re.MULTILINE)
_METADATA = re.compile(r"(?<![\w.\"])metadata\.")
_TEMPORARY = "pg_temp."


class _Column(msgspec.Struct):
    name: str
    type: str
    nullable: bool
    default: str = ""
    comment: str = ""


class _Index(msgspec.Struct):
    name: str
    columns: tuple[str, ...]
    unique: bool = False


class _Partitioning(msgspec.Struct):
    column: str
    every: str


class _Table(msgspec.Struct):
    name: str
    columns: tuple[_Column, ...]
    key: tuple[str, ...]
    key_name: str
    indexes: tuple[_Index, ...] = ()
    partitioning: _Partitioning | None = None
    comment: str = ""

    @property
    def primary_key(self) -> tuple[str, ...]:
        by = self.partitioning.column if self.partitioning else ""
        return (*self.key, by) if by and by not in self.key else self.key


class _Catalog(msgspec.Struct):
    tables: tuple[_Table, ...]


@dataclass(frozen=True, slots=True)
class Expected:
    """Relations by name, and `month` or `year` by the name of a partitioned table."""

    relations: Mapping[str, Relation]
    every: Mapping[str, str]

    @property
    def schemas(self) -> frozenset[str]:
        """The schemas that hold them."""
        return frozenset(name.partition(".")[0] for name in self.relations)


def expected(connection: Connection, generated: Path) -> Expected:
    """Return what `catalog.json` and the scripts of schema `metadata` make. Call it in a transaction to roll back."""
    tables = _read(generated / "catalog.json").tables
    types = _types(connection, {column.type for table in tables for column in table.columns})
    made = {table.name: _relation(table, types) for table in tables}
    defaults = _defaults(connection, made.values())
    every = {table.name: table.partitioning.every for table in tables if table.partitioning}
    said = {name: replace(one, columns=_said(one, defaults)) for name, one in made.items()}
    return Expected({**_metadata(connection, generated), **said}, every)


def _read(file: Path) -> _Catalog:
    try:
        return msgspec.json.decode(file.read_bytes(), type=_Catalog)
    except FileNotFoundError:
        raise TerminalError("there is no catalog", where=str(file), hint="run `make generate`") from None
    except msgspec.MsgspecError as error:
        raise TerminalError(
            f"the catalog cannot be read: {error}", where=str(file), hint="run `make generate`"
        ) from error


def _relation(table: _Table, types: Mapping[str, str]) -> Relation:
    key = table.primary_key
    named = f"PRIMARY KEY ({', '.join(key)})"
    return Relation(
        name=table.name,
        kind="table",
        columns=tuple(
            Column(
                name=one.name,
                type=types[one.type],
                nullable=one.nullable and one.name not in key,
                default=one.default,
                comment=one_line(one.comment),
            )
            for one in table.columns
        ),
        constraints=(Constraint(name=table.key_name, definition=named),) if key else (),
        indexes=tuple(Index(name=one.name, columns=one.columns, unique=one.unique) for one in table.indexes),
        partitioned=f"RANGE ({table.partitioning.column})" if table.partitioning else "",
        comment=one_line(table.comment),
    )


def one_line(text: str) -> str:
    """Return a comment as it is written to a database: in one line of what can be printed."""
    return " ".join("".join(mark if mark.isprintable() else " " for mark in text).split())


def _types(connection: Connection, names: Iterable[str]) -> Mapping[str, str]:
    rows = connection.execute(
        "SELECT name, format_type(to_regtype(name), NULL) FROM unnest(%s::text[]) name", (sorted(names),)
    )
    return dict(rows.fetchall())


def _defaults(connection: Connection, tables: Iterable[Relation]) -> Mapping[tuple[str, str], str]:
    """Return (type, default) -> the default as the server prints it."""
    wanted = sorted({(one.type, one.default) for table in tables for one in table.columns if one.default})
    lines = (f"c{place} {type_} DEFAULT {default}" for place, (type_, default) in enumerate(wanted))
    connection.execute(
        f"CREATE TEMPORARY TABLE mlb_defaults ({', '.join(lines)})".encode()
    )  # our own catalog
    rows = connection.execute(
        "SELECT coalesce(pg_get_expr(adbin, adrelid), '') FROM pg_attribute"
        " LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum"
        " WHERE attrelid = 'pg_temp.mlb_defaults'::regclass AND attnum > 0 ORDER BY attnum"
    ).fetchall()
    connection.execute("DROP TABLE pg_temp.mlb_defaults")
    return {pair: printed for pair, (printed,) in zip(wanted, rows, strict=True)}


def _said(table: Relation, defaults: Mapping[tuple[str, str], str]) -> tuple[Column, ...]:
    return tuple(replace(one, default=defaults.get((one.type, one.default), "")) for one in table.columns)


def _metadata(connection: Connection, generated: Path) -> Mapping[str, Relation]:
    """Make the tables of schema `metadata` as temporary ones, and read them."""
    schema = (generated / "postgres" / "schema.sql").read_text("utf-8")
    first = _OTHER_SCHEMA.search(schema)
    for script in (schema[: first.start()] if first else schema, migrator.BOOTSTRAP, views.BOOTSTRAP):
        for statement in statements(script):
            if not _OF_SCHEMA.search(statement):
                connection.execute(_METADATA.sub(_TEMPORARY, statement).encode())
    place = connection.execute(
        "SELECT nspname FROM pg_namespace WHERE oid = pg_my_temp_schema()"
    ).fetchone() or ("",)
    return dict(_renamed(one, place[0]) for one in relations(connection, place).values())


def _renamed(made: Relation, place: str) -> tuple[str, Relation]:
    name = made.name.replace(f"{place}.", "metadata.", 1)
    columns = (replace(one, comment=_back(one.comment)) for one in made.columns)
    return name, replace(made, name=name, columns=tuple(columns), comment=_back(made.comment))


def _back(comment: str) -> str:
    return comment.replace(_TEMPORARY, "metadata.")
