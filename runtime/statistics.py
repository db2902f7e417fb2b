"""Tell the planner how many rows tables have, after loads that change much.

Autovacuum analyses partitions and never the partitioned tables above them, and it comes a minute late for whoever asks
right after a load.
"""

from psycopg import sql

from runtime.database import Connection

MUCH = 10_000
"""Changed rows from which a load is worth the second that this takes."""

_PARTITIONED = """
SELECT n.nspname, c.relname
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'p' AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'raw_id')
  AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'data' AND NOT a.attisdropped)
ORDER BY 1, 2
"""


def analyze(connection: Connection, changed: int) -> int:
    """Analyse the partitioned tables of rows if `changed` rows are much; return how many tables that were."""
    if changed < MUCH:
        return 0
    found = connection.execute(_PARTITIONED).fetchall()
    for schema, name in found:
        connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(schema, name)))
    return len(found)
