"""The Catalog: tables, columns, keys, partitions, indexes, views, as Postgres will have them. Canonical JSON and back.

What a database does not hold is listed too, because who reads it has to know when it changes: how strings become the
values of a column, and which of them mean NULL.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TypeVar, cast

import orjson

_CANONICAL = (
    orjson.OPT_APPEND_NEWLINE
    | orjson.OPT_INDENT_2
    | orjson.OPT_PASSTHROUGH_DATACLASS  # it sorts the keys of objects, not the fields of dataclasses
    | orjson.OPT_SORT_KEYS
)
FORMAT = 2
"""The form of the JSON. The first, which had no number, told nothing of views, of formats and of sentinels."""

_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'")
_REFERENCES = re.compile(r" \(references [\w.]+\)$")
_ROWS = re.compile(r"(?s)(?:One row per|.* From) (?P<rows>\$.*)")


class NewerCatalogError(ValueError):
    """The JSON has a form that only a newer compiler knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A physical column. `comment` holds the API path and the doc; `was` its former names, the newest first.

    `given_up` is the number of the migration since which nothing fills it, "" while it is in use. `format` is that of
    the strings that hold its values, as a mapping writes it; `sentinels` are those that mean NULL.
    """

    name: str
    type: str
    nullable: bool
    default: str = ""
    comment: str = ""
    was: tuple[str, ...] = ()
    given_up: str = ""
    format: str = ""
    sentinels: tuple[str, ...] = ()


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

    @property
    def rows(self) -> str:
        """What one row is: the path of the rows, with fold and conditions; "" where the comment does not say it."""
        found = _ROWS.fullmatch(self.comment.removesuffix(f" of {self.operation}."))
        return found["rows"] if found else ""

    def source(self, column: Column) -> str:
        """Return where the cells of a column come from; "" if its comment begins with something else."""
        return "" if self.kind == "dimension" else source_of(column.comment)


def source_of(comment: str) -> str:
    r"""Return the source that a comment begins with, without what it means.

    >>> source_of("$.plays[*].rbi: After the play.")
    '$.plays[*].rbi'
    >>> source_of("$['a: b'].id (references person.person)")
    "$['a: b'].id"
    """
    masked = _QUOTED.sub(lambda found: "x" * len(found.group()), comment)
    end = masked.find(": ")
    return comment[:end] if end >= 0 else _REFERENCES.sub("", comment)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A view, a materialized view or a function: `name type` of what it returns.

    `digest` is that of the statements that make it, indexes and comments included.
    """

    name: str
    kind: str
    columns: tuple[str, ...]
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """All tables, sorted by kind (raw first) and then in the order of the plan; views behind what they read.

    `tells_meaning`: whether views, formats and sentinels are listed; JSON of the first form does not.
    """

    tables: tuple[Table, ...] = ()
    views: tuple[View, ...] = ()
    tells_meaning: bool = field(default=True, compare=False)

    def to_json(self) -> str:
        """Return canonical JSON: sorted keys, two spaces, one line break at the end."""
        return _json({"format": FORMAT, "tables": self.tables, "views": self.views})

    @staticmethod
    def from_json(text: str) -> "Catalog":
        """Read what `to_json` wrote, now or in an earlier version.

        Raises:
            NewerCatalogError: a newer compiler wrote it.
            ValueError: it is no JSON, or not the JSON of a catalog that this compiler knows.
        """
        try:
            return _catalog(orjson.loads(text))
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
        return replace(self, tables=_by_name(tables), views=_by_name(self.views))

    @property
    def current(self) -> "Catalog":
        """The catalog without former names, which say only how one came from another."""
        return replace(self, tables=tuple(map(_current, self.tables)))

    @property
    def bare(self) -> "Catalog":
        """The catalog without views and without what values mean: all that the first form of the JSON tells."""
        return replace(self, tables=tuple(map(_bare, self.tables)), views=())

    @property
    def physical(self) -> "Catalog":
        """What migrations make: no former names, nothing of what values mean, no views, which are made anew."""
        return self.current.bare

    @property
    def digest(self) -> str:
        """First 12 hex digits of the sha256 of what is physical, whatever the order of tables and indexes."""
        physical = {"tables": self.physical.unordered.tables}
        return hashlib.sha256(_json(physical).encode()).hexdigest()[:12]


def _current(table: Table) -> Table:
    if not table.was and not any(column.was for column in table.columns):
        return table
    return replace(table, was=(), columns=tuple(replace(column, was=()) for column in table.columns))


def _bare(table: Table) -> Table:
    if not any(column.format or column.sentinels for column in table.columns):
        return table
    columns = (replace(column, format="", sentinels=()) for column in table.columns)
    return replace(table, columns=tuple(columns))


_Named = TypeVar("_Named", Table, Index, View)


def _by_name(things: Iterable[_Named]) -> tuple[_Named, ...]:
    return tuple(sorted(things, key=lambda thing: thing.name))


def _json(members: Mapping[str, object]) -> str:
    return orjson.dumps(members, _members, _CANONICAL).decode()


_RARE = ("was", "given_up", "format", "sentinels")
"""Members that are written only where they say something."""


def _members(part: object) -> dict[str, object]:
    """Return a part of the catalog as an object of JSON."""
    assert isinstance(part, Table | Column | Index | Partitioning | View)
    members = {field.name: getattr(part, field.name) for field in fields(part)}
    return {name: value for name, value in members.items() if value or name not in _RARE}


# ------------------------------------------------------------------------------------------------- from JSON


def _catalog(members: dict[str, object]) -> Catalog:
    form = members.pop("format", 1)
    if not isinstance(form, int) or form > FORMAT:
        raise NewerCatalogError(f"a newer compiler wrote it: its form is {form}, this one knows {FORMAT}")
    tells_meaning = form > 1
    views = _list(members, "views") if tells_meaning else []
    return Catalog(
        tables=tuple(map(_table, _list(members, "tables"))),
        views=tuple(View(**_tupled(view)) for view in views),  # pyright: ignore[reportArgumentType]  # as written
        tells_meaning=tells_meaning,
    )


def _table(members: dict[str, object]) -> Table:
    partitioning = cast("dict[str, str] | None", members["partitioning"])
    made = {
        **_tupled(members),
        "columns": tuple(Column(**_tupled(column)) for column in _list(members, "columns")),  # pyright: ignore[reportArgumentType]  # as written
        "indexes": tuple(Index(**_tupled(index)) for index in _list(members, "indexes")),  # pyright: ignore[reportArgumentType]  # as written
        "partitioning": None if partitioning is None else Partitioning(**partitioning),
    }
    return Table(**made)  # pyright: ignore[reportArgumentType]  # as written; an unknown key is a TypeError


def _tupled(members: dict[str, object]) -> dict[str, object]:
    """Return members with tuples in place of lists."""
    return {
        name: tuple(cast("list[object]", value)) if isinstance(value, list) else value
        for name, value in members.items()
    }


def _list(members: dict[str, object], name: str) -> list[dict[str, object]]:
    return cast("list[dict[str, object]]", members[name])
