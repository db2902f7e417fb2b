"""Views are made again when their text changed, whole or not at all; a migration may change what they read."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import orjson
import psycopg
import pytest

from runtime import migrations, migrator, views
from runtime.database import Connection, opened
from runtime.errors import TerminalError
from runtime.migrations import Migration
from runtime.views import NONE, Views
from tests.postgres.catalog import ddl, write_migrations
from tests.postgres.test_evolution import dump

COUNTS = (
    "CREATE MATERIALIZED VIEW mart.counts AS SELECT game_pk, count(*) AS plays FROM demo.plays GROUP BY 1;"
)
KEY = "CREATE UNIQUE INDEX counts_key ON mart.counts (game_pk);"
FAST = "CREATE VIEW mart.fast AS SELECT * FROM demo.plays WHERE speed > 95;"
REFRESH = """
CREATE FUNCTION metadata.refresh_all_views() RETURNS TABLE (view_name text, seconds double precision)
LANGUAGE plpgsql AS $$ BEGIN
    REFRESH MATERIALIZED VIEW CONCURRENTLY mart.counts;
    RETURN QUERY SELECT 'mart.counts', 0::double precision;
END $$;
"""
SCHEMA = "CREATE SCHEMA IF NOT EXISTS mart;"


def made(*statements: str, names: tuple[tuple[str, str], ...] = (("mart.fast", "view"),)) -> Views:
    text = "\n".join((SCHEMA, *statements, REFRESH)).encode()
    return Views(text=text, schemas=("mart",), made=(*names, ("metadata.refresh_all_views", "function")))


BOTH = made(COUNTS, KEY, FAST, names=(("mart.counts", "materialized view"), ("mart.fast", "view")))


def read(folder: Path, *texts: str) -> tuple[Migration, ...]:
    write_migrations(folder, *texts)
    return migrations.read(folder)


def relations(connection: Connection) -> list[str]:
    rows = connection.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE nspname = 'mart' AND relkind IN ('v', 'm') ORDER BY 1"
    )
    return [name for (name,) in rows]


def has_schema(connection: Connection) -> bool:
    return connection.execute("SELECT to_regnamespace('mart') IS NOT NULL").fetchone() == (True,)


def test_views_are_made_once_and_again_when_their_text_changed(
    connection: Connection, tmp_path: Path
) -> None:
    files = read(tmp_path, ddl())
    assert migrator.migrate(connection, files, views=BOTH) == ("views",)
    assert relations(connection) == ["counts", "fast"]
    assert views.installed(connection) == (BOTH.digest, 2)
    assert migrator.migrate(connection, files, views=BOTH) == ()
    other = made(FAST)
    assert migrator.migrate(connection, files, views=other) == ("views",)
    assert relations(connection) == ["fast"]


def test_views_that_are_gone_are_dropped_with_their_schema(connection: Connection, tmp_path: Path) -> None:
    files = read(tmp_path, ddl())
    migrator.migrate(connection, files, views=BOTH)
    assert migrator.migrate(connection, files, views=NONE) == ("views",)
    assert not has_schema(connection)
    assert connection.execute("SELECT to_regproc('metadata.refresh_all_views')").fetchone() == (None,)
    assert migrator.migrate(connection, files, views=NONE) == ()


def test_a_schema_that_holds_something_else_stays(connection: Connection, tmp_path: Path) -> None:
    files = read(tmp_path, ddl())
    migrator.migrate(connection, files, views=BOTH)
    connection.execute("CREATE TABLE mart.mine (a int)")
    migrator.migrate(connection, files, views=NONE)
    assert has_schema(connection)
    assert relations(connection) == []


def test_a_failure_leaves_the_old_views(connection: Connection, tmp_path: Path) -> None:
    files = read(tmp_path, ddl())
    migrator.migrate(connection, files, views=BOTH)
    broken = made(FAST, "CREATE VIEW mart.broken AS SELECT 1 / 0 AS a, nothing FROM demo.plays;")
    with pytest.raises(psycopg.errors.UndefinedColumn):
        migrator.migrate(connection, files, views=broken)
    assert relations(connection) == ["counts", "fast"]
    assert views.installed(connection) == (BOTH.digest, 2)
    assert views.differs(connection, broken)


def test_what_a_user_built_on_a_view_is_named_and_stays(connection: Connection, tmp_path: Path) -> None:
    files = read(tmp_path, ddl())
    migrator.migrate(connection, files, views=BOTH)
    connection.execute("CREATE VIEW public.mine AS SELECT * FROM mart.fast")
    with pytest.raises(TerminalError, match=r"mine depends on view mart\.fast"):
        migrator.migrate(connection, files, views=made(FAST, "SELECT 1;"))
    assert connection.execute("SELECT count(*) FROM public.mine").fetchone() == (0,)
    assert views.installed(connection) == (BOTH.digest, 2)


def test_a_view_of_somebody_else_is_not_replaced(connection: Connection, tmp_path: Path) -> None:
    connection.execute("CREATE SCHEMA mart; CREATE VIEW mart.fast AS SELECT 1 AS a")
    with pytest.raises(TerminalError, match=r'relation "fast" already exists'):
        migrator.migrate(connection, read(tmp_path, ddl()), views=BOTH)
    assert relations(connection) == ["fast"]


def test_a_migration_may_change_what_a_view_reads(connection: Connection, tmp_path: Path) -> None:
    """In one transaction with the views of the same release."""
    migrator.migrate(connection, read(tmp_path / "a", ddl()), views=BOTH)
    changed = (ddl(), "ALTER TABLE demo.plays ADD a int;", "ALTER TABLE demo.plays DROP COLUMN speed;")
    files = read(tmp_path / "b", *changed)
    new = made(FAST.replace("speed > 95", "inning > 9"))
    done = migrator.migrate(connection, files, views=new)
    assert done == ("0002_step.sql", "0003_step.sql", "views")
    assert views.installed(connection) == (new.digest, 1)
    assert migrator.migrate(connection, files, views=new) == ()


def test_a_migration_that_fails_under_a_view_leaves_both(connection: Connection, tmp_path: Path) -> None:
    migrator.migrate(connection, read(tmp_path / "a", ddl()), views=BOTH)
    files = read(tmp_path / "b", ddl(), "ALTER TABLE demo.plays DROP COLUMN speed;")
    with pytest.raises(psycopg.errors.UndefinedColumn):
        migrator.migrate(connection, files, views=made(FAST, "SELECT 1;"))
    assert len(migrator.applied(connection)) == 1
    assert views.installed(connection) == (BOTH.digest, 2)


def test_refreshing_shows_what_was_loaded(connection: Connection, tmp_path: Path) -> None:
    assert views.refresh(connection) == 0, "there is nothing to refresh"
    migrator.migrate(connection, read(tmp_path, ddl()), views=BOTH)
    connection.execute(
        "INSERT INTO demo.plays (game_pk, play_index, raw_id, captured_at) VALUES (1, 1, 1, now()), (1, 2, 1, now())"
    )
    assert views.refresh(connection) == 1
    assert connection.execute("SELECT game_pk, plays FROM mart.counts").fetchall() == [(1, 2)]


def test_dropping_everything_drops_the_views(connection: Connection, tmp_path: Path) -> None:
    files = read(tmp_path, ddl())
    migrator.migrate(connection, files, views=BOTH)
    migrator.drop_generated(connection)
    assert not has_schema(connection)
    assert migrator.migrate(connection, files, views=BOTH) == ("0001_step.sql", "views")


def test_views_are_read_from_what_was_generated(tmp_path: Path) -> None:
    assert views.read(tmp_path) == NONE
    (tmp_path / "postgres").mkdir()
    (tmp_path / "queries").mkdir()
    (tmp_path / "postgres" / "views.sql").write_text("SELECT 1;")
    entry = {
        "name": "mart.a",
        "kind": "view",
        "params": [],
        "columns": [],
        "doc": "",
        "question": "",
        "statement": "",
    }
    index = {"schemas": ["mart"], "views": [entry], "queries": []}
    (tmp_path / "queries" / "index.json").write_bytes(orjson.dumps(index))
    found = views.read(tmp_path)
    assert found.schemas == ("mart",)
    assert [name for name, _ in found.made] == [
        "mart.a",
        "metadata.analyze_for_views",
        "metadata.refresh_all_views",
    ]


def test_however_views_came_to_be_the_database_is_the_same(
    new_database: Callable[..., AbstractContextManager[str]], tmp_path: Path
) -> None:
    """From other views, from none, and after a migration under them."""
    before = (ddl(), "CREATE TABLE demo.a (a int);")
    after = (*before, "ALTER TABLE demo.plays DROP COLUMN speed;")
    new = made(COUNTS, KEY, names=(("mart.counts", "materialized view"),))
    dumps: list[str] = []
    for steps in ([(before, BOTH), (after, new)], [(after, NONE), (after, new)], [(after, new)]):
        with new_database() as url:
            with opened(url) as connection:
                for number, (texts, wanted) in enumerate(steps):
                    folder = tmp_path / f"{len(dumps)}_{number}"
                    migrator.migrate(connection, read(folder, *texts), views=wanted)
            dumps.append(dump(url))
    assert dumps[0] == dumps[1] == dumps[2]
    assert "mart.counts" in dumps[0]
