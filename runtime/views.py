"""Make the views of a database those of the files: dropped and made again, in one transaction, when the text changed.

Views are no part of the history of migrations: a database remembers which it has, and the digest of the text that made
them, in `metadata.views`.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from runtime import queries
from runtime.database import Connection
from runtime.errors import TerminalError

SCRIPT = "views.sql"
STEP = "views"
"""What the step is called where migrations are listed."""

BOOTSTRAP = """
CREATE TABLE IF NOT EXISTS metadata.views (
    name      text     NOT NULL,
    kind      text     NOT NULL,
    ordinal   integer  NOT NULL,
    digest    text     NOT NULL,
    made_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT views_pkey PRIMARY KEY (name, kind)
);
COMMENT ON TABLE metadata.views IS 'What was made from views.sql: views, functions, schemas, in order; its digest.';
"""
STANDS_IN = "Stands in for the table that had this name, until the views are made."
"""What the view says of itself that a migration leaves where a table had another name."""

_OWN = (("metadata.analyze_for_views", "function"), ("metadata.refresh_all_views", "function"))
_SCHEMA = "schema"

# A schema of ours goes only when nothing else lies in it.
_IS_EMPTY = """
SELECT NOT EXISTS (SELECT FROM pg_class WHERE relnamespace = n.oid)
   AND NOT EXISTS (SELECT FROM pg_proc WHERE pronamespace = n.oid)
   AND NOT EXISTS (SELECT FROM pg_type WHERE typnamespace = n.oid)
FROM pg_namespace n WHERE nspname = %s
"""
_STAND_INS = """
SELECT nspname, relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE relkind = 'v' AND obj_description(c.oid, 'pg_class') = %s
"""
# A migration may have given the name of a view to a table.
_IS_TABLE = """
SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
               WHERE nspname = %s AND relname = %s AND relkind IN ('r', 'p'))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Views:
    """The script that makes the views, and what it makes: name and kind, in order. Empty: there are none."""

    text: bytes = b""
    schemas: tuple[str, ...] = ()
    made: tuple[tuple[str, str], ...] = ()

    @property
    def digest(self) -> str:
        """The sha256 of the script; "" if there are no views."""
        return hashlib.sha256(self.text).hexdigest() if self.text else ""


NONE = Views()


def read(folder: Path) -> Views:
    """Read `postgres/views.sql` and the list of what it makes below `generated/`."""
    script = folder / "postgres" / SCRIPT
    if not script.exists():
        return NONE
    index = queries.read(folder / "queries")
    listed = ((entry["name"], entry["kind"]) for entry in index.views)
    return Views(text=script.read_bytes(), schemas=index.schemas, made=(*listed, *_OWN))


def installed(connection: Connection) -> tuple[str, int]:
    """Return the digest of the script that made the views of a database ("" if it has none), and how many there are."""
    if not _is_known(connection):
        return "", 0
    row = connection.execute(
        "SELECT coalesce(max(digest), ''), count(*) FILTER (WHERE kind LIKE '%view') FROM metadata.views"
    ).fetchone()
    return row or ("", 0)


def differs(connection: Connection, views: Views) -> bool:
    """Say whether a database has other views than the files, or such as only stand in for one."""
    return installed(connection)[0] != views.digest or bool(_stand_ins(connection))


def forget(connection: Connection) -> None:
    """Have the views made anew although their text is the same: what they read has moved."""
    if _is_known(connection):
        connection.execute("UPDATE metadata.views SET digest = 'outdated'")


def drop(connection: Connection) -> None:
    """Drop the views that were made from a script; what a user built on one of them keeps it, and is named."""
    if not _is_known(connection):
        return
    rows = connection.execute("SELECT name, kind FROM metadata.views ORDER BY ordinal DESC").fetchall()
    _drop_all(connection, rows)
    connection.execute("DELETE FROM metadata.views")


def drop_stand_ins(connection: Connection) -> bool:
    """Drop what only stands in for views that are still to be made; return whether there was any."""
    found = [(name, "view") for name in _stand_ins(connection)]
    _drop_all(connection, found)
    return bool(found)


def _drop_all(connection: Connection, made: Iterable[tuple[str, str]]) -> None:
    try:
        for name, kind in made:
            _drop(connection, name, kind)
    except psycopg.errors.DependentObjectsStillExist as error:
        detail = (error.diag.message_detail or "").splitlines()[:1]
        raise TerminalError(
            f"a view cannot be replaced: {''.join(detail) or error.diag.message_primary}",
            hint="drop what depends on it, migrate, and make it again; nothing was changed",
        ) from error


def make(connection: Connection, views: Views) -> None:
    """Make the views of a script in place of those that stand in for them, and remember them."""
    connection.execute(BOOTSTRAP)
    drop_stand_ins(connection)
    if not views.text:
        return
    connection.execute("SET LOCAL enable_nestloop = off")  # as in refresh_all_views
    connection.execute("SET LOCAL jit = off")
    before = {name for (name,) in connection.execute("SELECT nspname FROM pg_namespace")}
    try:
        connection.execute(views.text)
    except psycopg.errors.DuplicateTable as error:
        raise TerminalError(
            f"a view cannot be made: {error.diag.message_primary}",
            hint="something that `mlb-etl` did not make has its name: rename or drop it; nothing was changed",
        ) from error
    schemas = [(name, _SCHEMA) for name in views.schemas if name not in before]
    _remember(connection, (*schemas, *views.made), views.digest)


def replace(connection: Connection, views: Views) -> bool:
    """Make a database have these views and no others of ours, in one transaction; return whether anything changed."""
    if not differs(connection, views):
        return False
    with connection.transaction():
        connection.execute("SET LOCAL lock_timeout = '5s'")
        drop(connection)
        make(connection, views)
    return True


def refresh(connection: Connection) -> int:
    """Refresh what is materialized, without blocking readers; return how many views there were."""
    found = connection.execute("SELECT to_regproc('metadata.refresh_all_views') IS NOT NULL").fetchone()
    if found != (True,):
        return 0
    return len(connection.execute("SELECT view_name FROM metadata.refresh_all_views()").fetchall())


def _is_known(connection: Connection) -> bool:
    return connection.execute("SELECT to_regclass('metadata.views') IS NOT NULL").fetchone() == (True,)


def _stand_ins(connection: Connection) -> list[str]:
    rows = connection.execute(_STAND_INS, (STANDS_IN,)).fetchall()
    return [f"{schema}.{name}" for schema, name in rows]


def _remember(connection: Connection, made: Iterable[tuple[str, str]], digest: str) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO metadata.views (name, kind, ordinal, digest) VALUES (%s, %s, %s, %s)",
            [(name, kind, ordinal, digest) for ordinal, (name, kind) in enumerate(made)],
        )


def _drop(connection: Connection, name: str, kind: str) -> None:
    if kind == _SCHEMA:
        if connection.execute(_IS_EMPTY, (name,)).fetchone() == (True,):
            connection.execute(sql.SQL("DROP SCHEMA {}").format(sql.Identifier(name)))
        return
    schema, _, short = name.partition(".")
    if connection.execute(_IS_TABLE, (schema, short)).fetchone() != (True,) or kind == "function":
        connection.execute(_DROPS[kind].format(sql.Identifier(schema, short)))


_DROPS = {
    "view": sql.SQL("DROP VIEW IF EXISTS {}"),
    "materialized view": sql.SQL("DROP MATERIALIZED VIEW IF EXISTS {}"),
    "function": sql.SQL("DROP FUNCTION IF EXISTS {}"),
}
