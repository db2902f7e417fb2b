"""Print a Catalog as SQL: aligned columns, named constraints, the API path beside each column."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from compiler.backends.base import render
from compiler.backends.postgres.metadata import metadata_script
from compiler.ir.catalog import Catalog, Column, Index, Table
from compiler.ir.names import bounded, digest
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


def rename_column(table: str, before: str, after: str) -> str:
    """Return the statement that gives a column another name."""
    return f"ALTER TABLE {qualified(table)} RENAME COLUMN {quoted(before)} TO {quoted(after)};"


def drop_column(table: str, column: str) -> str:
    """Return the statement that drops a column with its values."""
    return f"ALTER TABLE {qualified(table)} DROP COLUMN {quoted(column)};"


def drop_table(table: str) -> str:
    """Return the statement that drops a table with its rows."""
    return f"DROP TABLE {qualified(table)};"


def drop_schema(name: str) -> str:
    """Return the statement that drops a schema that holds nothing."""
    return f"DROP SCHEMA {quoted(name)};"


def move_table(table: str, schema: str) -> str:
    """Return the statements that put a table into another schema, with its partitions, keys and indexes."""
    return render(
        "postgres/move_table.sql.jinja",
        table=qualified(table),
        name=literal(qualified(table)),
        schema=quoted(schema),
    ).rstrip("\n")


def rename_table(table: Table, after: str) -> str:
    """Return the statements that give a table another name, with its partitions, and where the runtime names it."""
    schema, _, short = after.partition(".")
    is_moved, is_renamed = schema != table.schema, short != table.short_name
    here = f"{table.schema}.{short}"
    return render(
        "postgres/rename_table.sql.jinja",
        old=literal(table.name),
        new=literal(after),
        name=literal(qualified(table.name)),
        prefix=literal(_partition_prefix(short, table.partitioning.every)) if table.partitioning else "",
        suffix=literal(r"_y[0-9]{4}(?:m[0-9]{2})?$"),
        is_renamed=is_renamed,
        schema=quoted(schema) if is_moved else "",
        renamed=literal(qualified(after)),
        constraints=", ".join(_not_null_names(table, short)) if is_renamed else "",
        statements=(
            *(f"ALTER TABLE {qualified(table.name)} RENAME TO {quoted(short)};" for _ in range(is_renamed)),
            *(f"ALTER TABLE {qualified(here)} SET SCHEMA {quoted(schema)};" for _ in range(is_moved)),
        ),
    ).rstrip("\n")


def _not_null_names(table: Table, after: str) -> Iterator[str]:
    """Yield pairs of the names that PostgreSQL 18 gives to NOT NULL constraints, of a table and of its new name."""
    for column in table.columns:
        if not column.nullable:
            before, now = (not_null_name(name, column.name) for name in (table.short_name, after))
            if before != now:  # long names are cut, perhaps to the same
                yield f"({literal(before)}, {literal(now)})"


def not_null_name(table: str, column: str) -> str:
    """Return the name that PostgreSQL chooses for a NOT NULL constraint: the longer part is cut until all fits.

    >>> not_null_name("plays", "day")
    'plays_day_not_null'
    """
    parts = [table.encode(), column.encode()]
    sizes = [len(part) for part in parts]
    while sum(sizes) > 63 - len("__not_null"):
        sizes[0 if sizes[0] > sizes[1] else 1] -= 1
    cut = (part[:size].decode(errors="ignore") for part, size in zip(parts, sizes, strict=True))
    return f"{'_'.join(cut)}_not_null"


def _partition_prefix(table: str, every: str) -> str:
    """Return how the names of partitions begin, as the runtime makes them: `_y2024` or `_y2024m07` follows."""
    most = 63 - len("_y2024m07" if every == "month" else "_y2024")
    cut = table.encode()[: most - 9].decode(errors="ignore")
    return table if len(table.encode()) <= most else f"{cut}_{digest(table)}"


STANDS_IN = "Stands in for the table that had this name, until the views are made."
"""What a stand-in says of itself; the runtime, which makes the views, knows it by that."""


def stand_in(name: str, table: str, columns: Iterable[str]) -> str:
    """Return the statements that have a view stand where a table was, until the views are made."""
    query = f"SELECT {_names(tuple(columns))} FROM {qualified(table)}"  # nosec B608
    comment = f"COMMENT ON VIEW {qualified(name)} IS {literal(STANDS_IN)};"
    return f"{_stand_in(name)}{query};\n{comment}"


def has_stand_in(name: str, text: str) -> bool:
    """Say whether statements have a view stand where a table of that name was."""
    return _stand_in(name) in text


def _stand_in(name: str) -> str:
    return f"CREATE VIEW {qualified(name)} AS "


def drop_view(name: str, kind: str) -> str:
    """Return the statement that drops a view, if it is there; `kind` is `view` or `materialized view`."""
    return f"DROP {kind.upper()} IF EXISTS {qualified(name)};"


def forget_rows(table: str) -> tuple[str, str]:
    """Return the statements that make the loader believe nothing about the rows of a table."""
    name = literal(table)
    return (
        f"UPDATE metadata.documents SET tables = tables - {name} WHERE tables ? {name};",  # nosec B608
        f"DELETE FROM metadata.row_claims WHERE table_name = {name};",  # nosec B608
    )


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
        f"CONSTRAINT {quoted(table.key_name)} PRIMARY KEY ({_names(table.primary_key)})" if table.key else ""
    )


def _create_index(index: Index, table: str, clause: str = "") -> str:
    words = ("CREATE", "UNIQUE" if index.unique else "", "INDEX", clause, quoted(index.name), "ON", table)
    return f"{' '.join(filter(None, words))} ({_names(index.columns)});"


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(quoted(name) for name in names)


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
