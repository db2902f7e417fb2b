"""Print a Catalog as SQL: aligned columns, named constraints, the API path beside each column."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from compiler.backends.base import render
from compiler.backends.postgres.metadata import metadata_script
from compiler.ir.catalog import Catalog, Column, Index, Table
from compiler.ir.names import bounded
from compiler.ir.settle import GRAVE

Notes = Mapping[tuple[str, str], str]
"""Table and column -> what the script says beside the column; else it says the column's comment."""

_NO_NOTES: Notes = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class TableText:
    """What the template of a table needs, decided and aligned."""

    grain: str
    name: str
    lines: tuple[str, ...]
    constraint: str
    partitioning: str
    comment: str
    indexes: tuple[str, ...]
    column_comments: tuple[str, ...]


def script(catalog: Catalog, notes: Notes = _NO_NOTES) -> str:
    """Return the statements that make an empty database hold the catalog, `metadata` first."""
    return render(
        "postgres/schema.sql.jinja",
        metadata=metadata_script(),
        schemas=tuple(create_schema(name) for name in sorted(catalog.schemas - {"metadata"})),
        raw=tuple(table_text(table, notes) for table in catalog.tables if table.kind == "raw"),
        normalized=tuple(table_text(table, notes) for table in catalog.tables if table.kind != "raw"),
    )


def table_text(table: Table, notes: Notes = _NO_NOTES) -> TableText:
    """Return the template model of one table."""
    name = qualified(table.name)
    every = table.partitioning
    return TableText(
        grain=_one_line(table.comment),
        name=name,
        lines=_aligned(table, notes),
        constraint=_primary_key(table),
        partitioning=f" PARTITION BY RANGE ({quoted(every.column)})" if every else "",
        comment=literal(table.comment),
        indexes=tuple(_create_index(index, name) for index in table.indexes),
        column_comments=tuple(
            comment_on_column(table.name, column) for column in table.columns if column.comment
        ),
    )


def create_table(table: Table) -> str:
    """Return the statements that make a table with its indexes and all comments."""
    text = table_text(table)
    return "\n".join((render("postgres/table.sql.jinja", table=text).rstrip("\n"), *text.column_comments))


def create_schema(name: str, clause: str = "") -> str:
    """Return the statements that make the schema of an endpoint; `clause` is `IF NOT EXISTS`, as views may have it."""
    comment = literal(
        f"Tables that others took the place of, with migration {name[len(GRAVE) :].partition('_')[0]}."
        if name.startswith(GRAVE)
        else f"Responses and tables of the endpoint {name}."
    )
    create = " ".join(filter(None, ("CREATE SCHEMA", clause, quoted(name))))
    return f"{create};\nCOMMENT ON SCHEMA {quoted(name)} IS {comment};"


def add_column(table: str, column: Column) -> str:
    """Return the statements that add a column, behind all others."""
    words = " ".join((quoted(column.name), column.type, _rest(column))).rstrip()
    added = f"ALTER TABLE {qualified(table)} ADD COLUMN {words};"
    return "\n".join((added, comment_on_column(table, column))) if column.comment else added


def create_index(table: str, index: Index, *, clause: str = "", only: bool = False) -> str:
    """Return the statement that makes an index; `clause` is `CONCURRENTLY` or `IF NOT EXISTS`; `only`: no partition."""
    return _create_index(index, f"ONLY {qualified(table)}" if only else qualified(table), clause)


def drop_index(table: str, index: str, *, concurrently: bool = False) -> str:
    """Return the statement that drops an index, if it is there."""
    schema = table.partition(".")[0]
    how = "CONCURRENTLY " if concurrently else ""
    return f"DROP INDEX {how}IF EXISTS {quoted(schema)}.{quoted(index)};"


def rename_index(table: str, before: str, after: str) -> str:
    """Return the statement that gives an index, or the key of a table, another name."""
    return f"ALTER INDEX {quoted(table.partition('.')[0])}.{quoted(before)} RENAME TO {quoted(after)};"


def drop_column(table: str, column: str) -> str:
    """Return the statement that drops a column with its values."""
    return f"ALTER TABLE {qualified(table)} DROP COLUMN {quoted(column)};"


def drop_table(table: str) -> str:
    """Return the statement that drops a table with its rows."""
    return f"DROP TABLE {qualified(table)};"


def drop_schema(name: str) -> str:
    """Return the statement that drops a schema that holds nothing."""
    return f"DROP SCHEMA {quoted(name)};"


def drop_view(name: str, kind: str) -> str:
    """Return the statement that drops a view, if it is there; `kind` is `view` or `materialized view`."""
    return f"DROP {kind.upper()} IF EXISTS {qualified(name)};"


def alter_column(table: str, column: str, action: str) -> str:
    """Return the statement that changes a column; `action` as in `DROP NOT NULL`."""
    return f"ALTER TABLE {qualified(table)} ALTER COLUMN {quoted(column)} {action};"


def require(table: str, column: str) -> str:
    """Return the statements that make a column NOT NULL without a scan under a lock: each may run again."""
    name, check = qualified(table), quoted(bounded(f"{column}_is_there"))
    drop = f"ALTER TABLE {name} DROP CONSTRAINT IF EXISTS {check};"
    steps = (
        drop,
        f"ALTER TABLE {name} ADD CONSTRAINT {check} CHECK ({quoted(column)} IS NOT NULL) NOT VALID;",
        f"ALTER TABLE {name} VALIDATE CONSTRAINT {check};",
        alter_column(table, column, "SET NOT NULL"),
        drop,
    )
    return "\n".join(steps)


def comment_on_table(table: str, comment: str) -> str:
    """Return the statement that says what a table holds; an empty comment takes it away."""
    return f"COMMENT ON TABLE {qualified(table)} IS {_comment(comment)};"


def comment_on_column(table: str, column: Column) -> str:
    """Return the statement that says what a column holds; an empty comment takes it away."""
    return f"COMMENT ON COLUMN {qualified(table)}.{quoted(column.name)} IS {_comment(column.comment)};"


def _comment(text: str) -> str:
    return literal(text) if text else "NULL"


def quoted(name: str) -> str:
    """Return an identifier, in quotes only where Postgres needs them.

    >>> quoted("game_pk"), quoted("end"), quoted("gamePk"), quoted('a"b')
    ('game_pk', '"end"', '"gamePk"', '"a""b"')
    """
    plain = name.isascii() and name.isidentifier() and name == name.lower() and name not in _keywords()
    return name if plain else '"' + name.replace('"', '""') + '"'


def qualified(name: str) -> str:
    """Return `schema.table` with each part quoted where it needs to be."""
    schema, _, table = name.partition(".")
    return f"{quoted(schema)}.{quoted(table)}"


def names_of(names: Iterable[str]) -> str:
    """Return names of columns as a list."""
    return ", ".join(quoted(name) for name in names)


def literal(text: str) -> str:
    r"""Return a string literal that means the same whatever `standard_conforming_strings` says.

    >>> print(literal("it's"), literal("a\\b"))
    'it''s' E'a\\b'
    """
    doubled = _one_line(text).replace("'", "''")
    return "E'" + doubled.replace("\\", "\\\\") + "'" if "\\" in doubled else f"'{doubled}'"


@cache
def _keywords() -> frozenset[str]:
    """Return the words that name no column without quotes."""
    from pglast.keywords import RESERVED_KEYWORDS, TYPE_FUNC_NAME_KEYWORDS  # slow; only emitting needs it

    return frozenset(RESERVED_KEYWORDS) | frozenset(TYPE_FUNC_NAME_KEYWORDS)


def _primary_key(table: Table) -> str:
    return (
        f"CONSTRAINT {quoted(table.key_name)} PRIMARY KEY ({names_of(table.primary_key)})"
        if table.key
        else ""
    )


def _create_index(index: Index, table: str, clause: str = "") -> str:
    words = ("CREATE", "UNIQUE" if index.unique else "", "INDEX", clause, quoted(index.name), "ON", table)
    return f"{' '.join(filter(None, words))} ({names_of(index.columns)});"


def _aligned(table: Table, notes: Notes) -> tuple[str, ...]:
    """Return one line per column: name, type, the rest, and where it comes from as a comment."""
    names = [quoted(column.name) for column in table.columns]
    name_width = max(map(len, names))
    type_width = max(len(column.type) for column in table.columns)
    left = [
        f"{name:{name_width}}  {column.type:{type_width}}  {_rest(column)}".rstrip() + comma
        for name, column, comma in zip(names, table.columns, _commas(table), strict=True)
    ]
    right = [_one_line(notes.get((table.name, column.name), column.comment)) for column in table.columns]
    width = max((len(line) for line, note in zip(left, right, strict=True) if note), default=0)
    return tuple(
        f"{line:{width}}  -- {note}" if note else line for line, note in zip(left, right, strict=True)
    )


def _commas(table: Table) -> tuple[str, ...]:
    return (*("," for _ in table.columns[1:]), "," if table.key else "")


def _rest(column: Column) -> str:
    null = "" if column.nullable else "NOT NULL"
    default = f"DEFAULT {column.default}" if column.default else ""
    return " ".join(part for part in (null, default) if part)


def _one_line(text: str) -> str:
    printable = text if text.isprintable() else "".join(mark if mark.isprintable() else " " for mark in text)
    return " ".join(printable.split())
