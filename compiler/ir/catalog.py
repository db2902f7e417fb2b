"""The Catalog: tables, columns, keys, partitions, indexes, as Postgres will have them. Canonical JSON and back."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import cast

import orjson

_CANONICAL = (
    orjson.OPT_APPEND_NEWLINE
    | orjson.OPT_INDENT_2
    | orjson.OPT_PASSTHROUGH_DATACLASS  # it sorts the keys of objects, not the fields of dataclasses
    | orjson.OPT_SORT_KEYS
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A physical column. `comment` holds the API path and the doc; `was` its former names, the newest first.

    `given_up` is the number of the migration since which nothing fills it, "" while it is in use.
    """

    name: str
    type: str
    nullable: bool
    default: str = ""
    comment: str = ""
    was: tuple[str, ...] = ()
    given_up: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """A secondary index."""

    name: str
    columns: tuple[str, ...]
    unique: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Partitioning:
    """Range partitions of `column`, one for every `every` (`month` or `year`)."""

    column: str
    every: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A physical table; `kind` is `raw` or `normalized`; `operation` names where its rows come from.

    `key` is the natural key: no two rows have the same. A database can only promise `primary_key`. `was` and `given_up`
    are as those of a column.
    """

    name: str
    kind: str
    operation: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    key_name: str
    indexes: tuple[Index, ...] = ()
    partitioning: Partitioning | None = None
    comment: str = ""
    was: tuple[str, ...] = ()
    given_up: str = ""

    @property
    def primary_key(self) -> tuple[str, ...]:
        """The key, and the partition key, which PostgreSQL wants in every unique index of a partitioned table."""
        by = self.partitioning.column if self.partitioning else ""
        return (*self.key, by) if by and by not in self.key else self.key

    @property
    def schema(self) -> str:
        """The schema that it lies in."""
        return self.name.partition(".")[0]

    @property
    def short_name(self) -> str:
        """The name without its schema."""
        return self.name.partition(".")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """All tables, sorted by kind (raw first) and then in the order of the plan."""

    tables: tuple[Table, ...] = ()

    def to_json(self) -> str:
        """Return canonical JSON: sorted keys, two spaces, one line break at the end."""
        return orjson.dumps(self, _members, _CANONICAL).decode()

    @staticmethod
    def from_json(text: str) -> "Catalog":
        """Read what `to_json` wrote.

        Raises:
            ValueError: it is no JSON, or not the JSON of a catalog that this compiler knows.
        """
        try:
            return Catalog(tables=tuple(map(_table, _list(orjson.loads(text), "tables"))))
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not a catalog: {error}") from error

    @property
    def by_name(self) -> Mapping[str, Table]:
        """The tables by their names."""
        return {table.name: table for table in self.tables}

    @property
    def schemas(self) -> frozenset[str]:
        """The schemas that hold the tables."""
        return frozenset(table.schema for table in self.tables)

    @property
    def unordered(self) -> "Catalog":
        """The catalog with tables and indexes by name, as a database knows no order of theirs."""
        tables = (replace(table, indexes=_by_name(table.indexes)) for table in self.tables)
        return Catalog(tables=tuple(sorted(tables, key=lambda table: table.name)))

    @property
    def physical(self) -> "Catalog":
        """The catalog without what no database knows: former names."""
        return Catalog(tables=tuple(map(_physical, self.tables)))

    @property
    def digest(self) -> str:
        """First 12 hex digits of the sha256 of the canonical JSON, whatever the order of tables and indexes."""
        return hashlib.sha256(self.physical.unordered.to_json().encode()).hexdigest()[:12]


def _physical(table: Table) -> Table:
    return replace(table, was=(), columns=tuple(replace(column, was=()) for column in table.columns))


def _by_name(indexes: tuple[Index, ...]) -> tuple[Index, ...]:
    return tuple(sorted(indexes, key=lambda index: index.name))


_RARE = ("was", "given_up")
"""Members that are written only where they say something."""


def _members(part: object) -> dict[str, object]:
    """Return a part of the catalog as an object of JSON."""
    assert isinstance(part, Catalog | Table | Column | Index | Partitioning)
    members = {field.name: getattr(part, field.name) for field in fields(part)}
    return {name: value for name, value in members.items() if value or name not in _RARE}


# ------------------------------------------------------------------------------------------------- from JSON


def _table(members: dict[str, object]) -> Table:
    partitioning = cast("dict[str, str] | None", members["partitioning"])
    made = {
        **_named(members),
        "columns": tuple(Column(**_named(column)) for column in _list(members, "columns")),  # pyright: ignore[reportArgumentType]  # as written
        "key": tuple(cast("list[str]", members["key"])),
        "indexes": tuple(map(_index, _list(members, "indexes"))),
        "partitioning": None if partitioning is None else Partitioning(**partitioning),
    }
    return Table(**made)  # pyright: ignore[reportArgumentType]  # as written; an unknown key is a TypeError


def _named(members: dict[str, object]) -> dict[str, object]:
    """Return members with the former names, if there are any, as a tuple."""
    return {**members, "was": tuple(cast("list[str]", members["was"]))} if "was" in members else members


def _index(members: dict[str, object]) -> Index:
    columns = tuple(cast("list[str]", members["columns"]))
    return Index(**{**members, "columns": columns})  # pyright: ignore[reportArgumentType]  # as written


def _list(members: dict[str, object], name: str) -> list[dict[str, object]]:
    return cast("list[dict[str, object]]", members[name])
