"""Migrations are applied once, whole, in turn, with bounded waits; history that was edited is refused."""

import threading
from pathlib import Path

import pytest

from runtime import migrations, migrator
from runtime.archive import Archive
from runtime.database import Connection, opened
from runtime.errors import TerminalError, TransientError
from runtime.ingest import Ingest, from_archive
from runtime.rebuild import absent, plan, reset
from tests.postgres.catalog import capture, ddl, game, write_migrations


def read(folder: Path, *texts: str) -> tuple[migrations.Migration, ...]:
    write_migrations(folder, *texts)
    return migrations.read(folder)


def test_pending_migrations_are_applied_in_order_and_once(connection: Connection, tmp_path: Path) -> None:
    files = read(tmp_path, ddl(), "CREATE TABLE demo.a (a int);", "ALTER TABLE demo.a ADD b int;")
    said: list[str] = []
    assert migrator.migrate(connection, files, said.append) == ("0002_step.sql", "0003_step.sql")
    assert said == ["applying 0002_step.sql", "applying 0003_step.sql"]
    assert migrator.migrate(connection, files) == ()
    assert migrator.generated_schemas(connection) == ("demo",)


def test_a_migration_that_fails_leaves_nothing(connection: Connection, tmp_path: Path) -> None:
    files = read(tmp_path, ddl(), "CREATE TABLE demo.a (a int); SELECT 1/0;")
    with pytest.raises(TerminalError, match="division by zero") as caught:
        migrator.migrate(connection, files)
    assert caught.value.where == "0002_step.sql"
    assert "nothing was changed" in (caught.value.hint or "")
    assert connection.execute("SELECT to_regclass('demo.a')").fetchone() == (None,)
    assert len(migrator.applied(connection)) == 1


def test_statements_that_cannot_run_in_a_transaction(connection: Connection, tmp_path: Path) -> None:
    text = "-- mlbc: no-transaction\nCREATE TABLE demo.a (a int);\nCREATE INDEX CONCURRENTLY a_idx ON demo.a (a);\n"
    assert migrator.migrate(connection, read(tmp_path, ddl(), text)) == ("0002_step.sql",)
    assert connection.execute("SELECT to_regclass('demo.a_idx') IS NOT NULL").fetchone() == (True,)


def test_an_edited_migration_says_how_to_go_on(connection: Connection, tmp_path: Path) -> None:
    with pytest.raises(TerminalError, match="the file differs now") as caught:
        migrator.migrate(connection, read(tmp_path, ddl() + "-- more"))
    assert "--reset" in (caught.value.hint or "")
    migrator.migrate(connection, read(tmp_path / "b", ddl(), "SELECT 1;"))
    with pytest.raises(
        TerminalError, match=r"0002_step\.sql was applied as .* the file differs now"
    ) as caught:
        migrator.migrate(connection, read(tmp_path / "c", ddl(), "SELECT 2;"))
    assert "append-only" in (caught.value.hint or "")


def test_a_history_that_begins_anew_is_reached_by_a_reset(ingest: Ingest, tmp_path: Path) -> None:
    connection = ingest.connection
    ingest.capture(capture("demo.game", game(7, "Live", [])))
    grown = "CREATE SCHEMA more; CREATE TABLE more.a (a int);"
    migrator.migrate(connection, read(tmp_path, ddl(), grown))
    squashed = read(tmp_path / "b", f"{ddl()}\n{grown}")
    with pytest.raises(TerminalError, match="the file differs now") as caught:
        migrator.migrate(connection, squashed)
    assert "--reset" in (caught.value.hint or "")
    reset(connection, squashed, ingest.archive, lambda _: None)
    assert [one.name for one in migrator.applied(connection)] == ["0001_step.sql"]
    assert migrator.generated_schemas(connection) == ("demo", "more")


def test_a_database_ahead_of_the_code(connection: Connection, tmp_path: Path) -> None:
    migrator.migrate(connection, read(tmp_path, ddl(), "SELECT 1;"))
    with pytest.raises(TerminalError, match="ahead of the code"):
        migrator.migrate(connection, read(tmp_path / "old", ddl()))


def test_two_at_once_take_turns(url: str, tmp_path: Path) -> None:
    files = read(tmp_path, ddl(), "SELECT pg_sleep(0.2); CREATE TABLE demo.a (a int);")
    applied: list[tuple[str, ...]] = []

    def work() -> None:
        with opened(url) as connection:
            applied.append(migrator.migrate(connection, files))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(applied) == [(), (), ("0002_step.sql",)]


def test_a_table_that_stays_locked(
    connection: Connection, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrator, "_ATTEMPTS", 2)
    text = "SET LOCAL lock_timeout = '50ms'; ALTER TABLE demo.games ADD more int;"
    files = read(tmp_path, ddl(), text)
    with opened(url) as other, other.transaction():
        other.execute("LOCK TABLE demo.games")
        with pytest.raises(TransientError, match="could not get its locks in 2 attempts"):
            migrator.migrate(connection, files)
    assert migrator.migrate(connection, files) == ("0002_step.sql",)


def test_reset_drops_and_the_archive_brings_everything_back(ingest: Ingest, tmp_path: Path) -> None:
    connection = ingest.connection
    connection.execute("CREATE SCHEMA mine; CREATE TABLE mine.kept (a int)")
    ingest.capture(capture("demo.game", game(7, "Live", [])))
    ingest.capture(capture("demo.game", b"{", 1))
    (tmp_path / "bad.json").write_bytes(b"{}")
    ingest.file(str(tmp_path / "bad.json"))
    before = contents(connection)
    files = read(tmp_path, ddl() + "CREATE TABLE demo.more (a int);")
    assert plan(connection, files)[:3] == ("drop schema demo", "drop schema metadata", "apply 0001_step.sql")
    reset(connection, files, ingest.archive, lambda _: None)
    assert contents(connection) == ([], [])
    from_archive(Ingest(connection, ingest.catalog, ingest.archive, ingest.progress))
    assert contents(connection) == before
    assert connection.execute("SELECT to_regclass('mine.kept') IS NOT NULL").fetchone() == (True,)


def contents(connection: Connection) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    raw = "SELECT captured_at, sha256, document_key, data::text FROM demo.game_v1 ORDER BY 1, 2"
    dead = "SELECT operation, reason, sha256, bytes FROM metadata.dead_letters ORDER BY sha256, reason"
    return connection.execute(raw).fetchall(), connection.execute(dead).fetchall()


def test_reset_is_refused_when_something_would_be_lost(ingest: Ingest, tmp_path: Path) -> None:
    ingest.capture(capture("demo.game", game(7, "Live", [])))
    elsewhere = Archive(tmp_path / "elsewhere")
    assert len(absent(ingest.connection, elsewhere)) == 1
    with pytest.raises(TerminalError, match="would be lost"):
        reset(ingest.connection, read(tmp_path, ddl()), elsewhere, lambda _: None)
    assert migrator.generated_schemas(ingest.connection) == ("demo",)
