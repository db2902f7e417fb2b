"""Drop what the migrations made and build it again from the archive, which holds every response."""

from collections.abc import Callable, Mapping

from psycopg import sql

from runtime import migrator
from runtime.archive import Archive
from runtime.database import Connection
from runtime.definitions import NONE as NO_DEFINITIONS
from runtime.definitions import Definition
from runtime.errors import TerminalError
from runtime.migrations import Migration
from runtime.views import NONE, Views

# Raw tables, and detached partitions of them, are recognised by their columns: the code that made them may be older.
_RAW_TABLES = """
SELECT n.nspname, c.relname
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname = ANY (%s)
  AND 4 = (SELECT count(*) FROM pg_attribute a
           WHERE a.attrelid = c.oid AND a.attname IN ('raw_id', 'sha256', 'path_params', 'data') AND NOT attisdropped)
ORDER BY 1, 2
"""


def plan(connection: Connection, migrations: tuple[Migration, ...]) -> tuple[str, ...]:
    """Say what `reset` would do."""
    drops = [f"drop schema {name}" for name in (*migrator.generated_schemas(connection), "metadata")]
    applies = [f"apply {migration.name}" for migration in migrations]
    return (*drops, *applies, "ingest the archive", "load what has tables")


def reset(
    connection: Connection,
    migrations: tuple[Migration, ...],
    archive: Archive,
    report: Callable[[str], None],
    views: Views = NONE,
    definitions: Mapping[str, Definition] = NO_DEFINITIONS,
) -> None:
    """Drop and create again. Refused when a response in the database is not in the archive."""
    missing = absent(connection, archive)
    if missing:
        raise TerminalError(
            f"{len(missing)} responses are in the database but not in the archive: they would be lost",
            where=str(archive.root),
            hint="run this in the project folder that ingested them",
        )
    migrator.drop_generated(connection, report)
    migrator.migrate(connection, migrations, report, views, definitions)


def absent(connection: Connection, archive: Archive) -> set[str]:
    """Return the digests of responses that the database has and the archive lacks."""
    missing: set[str] = set()
    for schema, table in connection.execute(
        _RAW_TABLES, (list(migrator.generated_schemas(connection)),)
    ).fetchall():
        query = sql.SQL("SELECT DISTINCT sha256 FROM {}").format(sql.Identifier(schema, table))
        missing |= {sha256 for (sha256,) in connection.execute(query) if not archive.holds(sha256)}
    return missing
