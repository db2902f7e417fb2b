"""Tables and columns that go on under another name, or in another schema: they, and where the runtime names them.

What the runtime knows of a table is written before the table is locked: it takes as long as there are documents.
"""

from collections.abc import Iterable, Iterator

from compiler.backends.base import render
from compiler.backends.postgres.ddl import literal, names_of, qualified, quoted
from compiler.ir.catalog import Table
from compiler.ir.names import digest


def relocate(table: Table, after: str, *, with_detached: bool) -> str:
    """Return the statements that give a table another name or schema, with its partitions, keys and indexes.

    `with_detached`: also with the partitions that were detached, and will be attached again.
    """
    schema, _, short = after.partition(".")
    is_moved, is_renamed = schema != table.schema, short != table.short_name
    every = table.partitioning.every if table.partitioning else ""
    return render(
        "postgres/relocate_table.sql.jinja",
        table=qualified(table.name),
        name=literal(qualified(table.name)),
        old=literal(table.name),
        new=literal(after),
        here=qualified(f"{table.schema}.{short}"),
        renamed=literal(qualified(after)),
        short=quoted(short) if is_renamed else "",
        schema=quoted(schema) if is_moved else "",
        prefix=literal(_partition_prefix(short, every)) if every else "",
        suffix=literal(r"_y[0-9]{4}(?:m[0-9]{2})?$"),
        with_detached=with_detached,
        constraints=", ".join(filter(None, _not_null_names(table, short))),
    ).rstrip("\n")


def rename_column(table: str, before: str, after: str, *, required: bool = False) -> str:
    """Return the statements that give a column another name; `required`: it is NOT NULL, and that has a name, too."""
    renamed = f"ALTER TABLE {qualified(table)} RENAME COLUMN {quoted(before)} TO {quoted(after)};"
    short = table.partition(".")[2]
    names = _pair(not_null_name(short, before), not_null_name(short, after)) if required else ""
    if not names:
        return renamed
    named = render("postgres/rename_not_null.sql.jinja", constraints=names, renamed=literal(qualified(table)))
    return f"{renamed}\n{named.rstrip()}"


def follow_rows(before: str, after: str) -> str:
    """Return the statements that make the runtime know the rows of a table under another name."""
    return render("postgres/follow_rows.sql.jinja", old=literal(before), new=literal(after)).rstrip("\n")


def forget_rows(tables: Iterable[str]) -> str:
    """Return the statements that make the loader believe nothing about the rows of tables."""
    names = f"ARRAY[{', '.join(map(literal, tables))}]"
    return "\n".join(
        (
            f"UPDATE metadata.documents SET tables = tables - {names} WHERE tables ?| {names};",  # nosec B608
            f"DELETE FROM metadata.row_claims WHERE table_name = ANY ({names});",  # nosec B608
        )
    )


STANDS_IN = "Stands in for the table that had this name, until the views are made."
"""What a stand-in says of itself; the runtime, which makes the views, knows it by that."""


def stand_in(name: str, table: str, columns: Iterable[str]) -> str:
    """Return the statements that have a view stand where a table was, until the views are made."""
    query = f"SELECT {names_of(columns)} FROM {qualified(table)}"  # nosec B608
    comment = f"COMMENT ON VIEW {qualified(name)} IS {literal(STANDS_IN)};"
    return f"{_stand_in(name)}{query};\n{comment}"


def has_stand_in(name: str, text: str) -> bool:
    """Say whether statements have a view stand where a table of that name was."""
    return _stand_in(name) in text


def _stand_in(name: str) -> str:
    return f"CREATE VIEW {qualified(name)} AS "


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


def _not_null_names(table: Table, after: str) -> Iterator[str]:
    """Yield pairs of the names that PostgreSQL 18 gives to NOT NULL constraints, of a table and of its new name."""
    for column in table.columns:
        if not column.nullable:
            yield _pair(*(not_null_name(name, column.name) for name in (table.short_name, after)))


def _pair(before: str, after: str) -> str:
    """Return both names as a row; "" if they are one, as long names may be cut."""
    return f"({literal(before)}, {literal(after)})" if before != after else ""


def _partition_prefix(table: str, every: str) -> str:
    """Return how the names of partitions begin, as the runtime makes them: `_y2024` or `_y2024m07` follows."""
    most = 63 - len("_y2024m07" if every == "month" else "_y2024")
    cut = table.encode()[: most - 9].decode(errors="ignore")
    return table if len(table.encode()) <= most else f"{cut}_{digest(table)}"
