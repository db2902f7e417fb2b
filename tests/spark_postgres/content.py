"""What is in a database, as digests of the rows of every table, whenever they were written."""

from collections.abc import Sequence

from psycopg import sql

from runtime.database import opened

_CLOCKS = ("ingested_at", "loaded_at", "quarantined_at", "checked_at")
"""Columns that say when a row was written."""

_BESIDE = ("documents", "rescued_values", "quarantine", "quality_results", "row_claims")

_COLUMNS = """
SELECT table_schema, table_name, array_agg(column_name::text ORDER BY ordinal_position)
FROM information_schema.columns JOIN pg_class c ON c.oid = format('%%I.%%I', table_schema, table_name)::regclass
WHERE (table_schema <> ALL ('{metadata,staging,pg_catalog,information_schema}') AND relkind IN ('r', 'p')
       OR table_schema = 'metadata' AND table_name = ANY (%s))
  AND NOT relispartition AND column_name <> ALL (%s)
GROUP BY 1, 2 ORDER BY 1, 2
"""
_DIGEST = """
SELECT count(*), md5(string_agg(t::text, E'\\n' ORDER BY t::text COLLATE "C")) FROM (SELECT {} FROM {}) AS t
"""


def content(url: str, *left_out: str) -> dict[str, tuple[int, str]]:
    """Return number and digest of the rows of every table that has some, but for columns that are left out."""
    found: dict[str, tuple[int, str]] = {}
    with opened(url) as connection:
        asked: tuple[Sequence[str], ...] = ([*_BESIDE], [*_CLOCKS, *left_out])
        for schema, table, columns in connection.execute(_COLUMNS, asked).fetchall():
            names = sql.SQL(", ").join(map(sql.Identifier, columns))
            query = sql.SQL(_DIGEST).format(names, sql.Identifier(schema, table))
            for rows, digest in connection.execute(query):
                found[f"{schema}.{table}"] = (rows, digest)
    return {table: said for table, said in found.items() if said[0]}


def staged(url: str) -> list[str]:
    """Return the staging tables that are there."""
    with opened(url) as connection:
        query = (
            "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace('staging') AND relkind = 'r'"
        )
        return [name for (name,) in connection.execute(query)]
