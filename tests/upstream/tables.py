"""What a database holds, and whether it still holds it under the names that a later catalog has for it."""

from collections.abc import Iterator, Mapping, Sequence

import psycopg
from psycopg import sql

Catalog = Mapping[str, dict]
Rows = Mapping[str, Sequence[Mapping[str, object]]]
"""Per table its rows, in the order of the key; a value as the text of its JSON."""
BOOKKEEPING = frozenset({"raw_id", "captured_at"})


def rows(url: str, catalog: Catalog) -> Rows:
    """Return the rows of the tables that transforms fill, or filled."""
    with psycopg.connect(url) as connection:
        return {
            name: list(_rows(connection, table))
            for name, table in catalog.items()
            if table["kind"] == "normalized"
        }


def _rows(connection: psycopg.Connection, table: dict) -> Iterator[dict[str, object]]:
    names = [column["name"] for column in table["columns"] if column["name"] not in BOOKKEEPING]
    query = sql.SQL("SELECT {} FROM {} ORDER BY {}").format(
        sql.SQL(", ").join(sql.SQL("to_jsonb({})::text").format(sql.Identifier(name)) for name in names),
        sql.Identifier(*table["name"].split(".")),
        sql.SQL(", ").join(map(sql.Identifier, table["key"])),
    )
    for values in connection.execute(query):
        yield dict(zip(names, values, strict=True))


def current(found: Rows, catalog: Catalog) -> Rows:
    """Return the rows without what was given up."""
    return {
        name: [{key: value for key, value in row.items() if key in _in_use(catalog[name])} for row in listed]
        for name, listed in found.items()
        if not catalog[name].get("given_up")
    }


def _in_use(table: dict) -> set[str]:
    return {column["name"] for column in table["columns"] if not column.get("given_up")}


def renamed(found: Rows, after: Catalog) -> Rows:
    """Return rows under the names that a later catalog has for their tables and columns."""
    made: dict[str, Sequence[Mapping[str, object]]] = {}
    for name, listed in found.items():
        table = _successor(name, after)
        columns = {column["name"]: column for column in table["columns"]}
        made[table["name"]] = [
            {_successor(key, columns)["name"]: value for key, value in row.items()} for row in listed
        ]
    return made


def only(found: Rows, wanted: Rows) -> Rows:
    """Return the tables and columns that others have, too."""
    return {
        name: [
            {key: value for key, value in row.items() if not listed or key in listed[0]}
            for row in found[name]
        ]
        for name, listed in wanted.items()
    }


def _successor(name: str, things: Mapping[str, dict]) -> dict:
    """Return what has the values of a table or column: what was moved away from under its name goes first."""
    former = [thing for thing in things.values() if name in thing.get("was", ())]
    buried = [thing for thing in former if thing.get("given_up")]
    return (buried or ([things[name]] if name in things else former))[0]
