"""What goes wrong with migrations: each failure says where, what and what to do, and the next run goes on."""

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from runtime import migrations, migrator
from runtime.database import Connection, opened
from runtime.errors import MlbError, TerminalError, TransientError
from tests.postgres.catalog import ddl, write_migrations

IN_A_TRANSACTION = "SET LOCAL lock_timeout = '300ms';\n"
ONLINE = "-- mlbc: no-transaction\nSET lock_timeout = '300ms';\nSET statement_timeout = '12h';\n"


def steps(head: str, *statements: str) -> str:
    """A migration as the compiler writes one."""
    total = len(statements)
    said = (f"\n-- {number}/{total}  step {number}\n{sql}\n" for number, sql in enumerate(statements, 1))
    return f"-- 0002_step    catalog a -> b\n{head}{''.join(said)}"


def read(folder: Path, text: str) -> tuple[migrations.Migration, ...]:
    write_migrations(folder, ddl(), text)
    return migrations.read(folder)


def columns(connection: Connection) -> set[str]:
    query = "SELECT attname FROM pg_attribute WHERE attrelid = 'demo.games'::regclass AND attnum > 0"
    return {name for (name,) in connection.execute(query)}


ADDS = tuple(f"ALTER TABLE demo.games ADD COLUMN {name} integer;" for name in "abc")


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_column_that_somebody_added_by_hand(connection: Connection, tmp_path: Path, number: int) -> None:
    files = read(tmp_path, steps(IN_A_TRANSACTION, *ADDS))
    name = "abc"[number - 1]
    connection.execute(ADDS[number - 1].encode())
    with pytest.raises(TerminalError, match=f'column "{name}" of relation "games" already exists') as caught:
        migrator.migrate(connection, files)
    assert caught.value.where == f"0002_step.sql, {number}/3  step {number}"
    assert "changed the database by hand: `mlb-etl db drift` says what" in (caught.value.hint or "")
    assert "nothing was changed" in (caught.value.hint or "")
    assert columns(connection) & set("abc") == {name}
    connection.execute(f"ALTER TABLE demo.games DROP COLUMN {name}".encode())
    assert migrator.migrate(connection, files) == ("0002_step.sql",)
    assert columns(connection) >= set("abc")


def test_a_column_that_somebody_dropped_by_hand(connection: Connection, tmp_path: Path) -> None:
    files = read(tmp_path, steps(IN_A_TRANSACTION, ADDS[0], "ALTER TABLE demo.games DROP COLUMN weather;"))
    connection.execute("ALTER TABLE demo.games RENAME COLUMN weather TO rain")
    with pytest.raises(TerminalError, match='"weather" of relation "games" does not exist') as caught:
        migrator.migrate(connection, files)
    assert caught.value.where == "0002_step.sql, 2/2  step 2"
    assert "a" not in columns(connection)
    connection.execute("ALTER TABLE demo.games RENAME COLUMN rain TO weather")
    assert migrator.migrate(connection, files) == ("0002_step.sql",)


INDEXES = tuple(
    f"DROP INDEX CONCURRENTLY IF EXISTS demo.{name};\nCREATE {unique}INDEX CONCURRENTLY {name} ON demo.games (state);"
    for name, unique in (("i1", ""), ("i2", "UNIQUE "), ("i3", ""))
)


@pytest.mark.parametrize("order", [(1, 0, 2), (0, 1, 2), (0, 2, 1)])
def test_rows_that_do_not_allow_a_unique_index(
    connection: Connection, tmp_path: Path, order: tuple[int, ...]
) -> None:
    files = read(tmp_path, steps(ONLINE, *(INDEXES[index] for index in order)))
    two_alike(connection)
    number = order.index(1) + 1
    with pytest.raises(TerminalError, match="could not create unique index") as caught:
        migrator.migrate(connection, files)
    assert caught.value.where == f"0002_step.sql, {number}/3  step {number}"
    assert "rows do not allow it: correct them" in (caught.value.hint or "")
    assert "what came before in this file stays, and the next run goes on" in (caught.value.hint or "")
    assert settings(connection) == ("0", "0")
    connection.execute("DELETE FROM demo.games WHERE game_pk = 2")
    assert migrator.migrate(connection, files) == ("0002_step.sql",)
    assert indexes(connection) == {"i1": True, "i2": True, "i3": True}


def two_alike(connection: Connection) -> None:
    connection.execute(
        "INSERT INTO demo.games (game_pk, state, raw_id, captured_at) VALUES (1, 'x', 1, now()), (2, 'x', 1, now())"
    )


def indexes(connection: Connection) -> dict[str, bool]:
    query = "SELECT relname, indisvalid FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE relname ~ '^i[0-9]$'"
    return dict(connection.execute(query).fetchall())


def settings(connection: Connection) -> tuple[str, ...]:
    return (
        connection.execute(
            "SELECT current_setting('lock_timeout'), current_setting('statement_timeout')"
        ).fetchone()
        or ()
    )


# ------------------------------------------------------------------------------------------------- killed


KILLED = """
import os, signal, sys
from pathlib import Path
from runtime import migrations, migrator
from runtime.database import connect

run, number = migrator.run_alone, int(sys.argv[3])

def killed(connection, statement):
    global number
    number -= 1
    if number == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    run(connection, statement)

migrator.run_alone = killed
connection = connect(sys.argv[1])
if number == 0:
    record = migrator._record
    migrator._record = lambda *given: os.kill(os.getpid(), signal.SIGKILL)
migrator.migrate(connection, migrations.read(Path(sys.argv[2])))
"""


@pytest.mark.parametrize("number", [0, 1, 3, 4, 5])
def test_a_killed_run_is_finished_by_the_next(
    connection: Connection, url: str, tmp_path: Path, number: int
) -> None:
    files = read(tmp_path, steps(ONLINE, INDEXES[0], INDEXES[2]))
    command = [sys.executable, "-c", KILLED, url, str(tmp_path), str(number)]
    assert subprocess.run(command, check=False, cwd=Path(__file__).parents[2]).returncode == -9
    assert len(migrator.applied(connection)) == 1
    assert migrator.migrate(connection, files) == ("0002_step.sql",)
    assert indexes(connection) == {"i1": True, "i3": True}


def test_a_run_killed_in_a_transaction_leaves_nothing(
    connection: Connection, url: str, tmp_path: Path
) -> None:
    files = read(tmp_path, steps(IN_A_TRANSACTION, *ADDS))
    command = [sys.executable, "-c", KILLED, url, str(tmp_path), "0"]
    assert subprocess.run(command, check=False, cwd=Path(__file__).parents[2]).returncode == -9
    assert not columns(connection) & set("abc")
    assert migrator.migrate(connection, files) == ("0002_step.sql",)


def test_a_server_process_killed_in_the_middle_of_an_index(
    connection: Connection, url: str, tmp_path: Path
) -> None:
    files = read(tmp_path, steps(ONLINE.replace("300ms", "60s"), INDEXES[0]))
    with opened(url) as writer, ThreadPoolExecutor(1) as pool, writer.transaction():
        two_alike(writer)
        with opened(url) as other:
            waiting = pool.submit(migrator.migrate, other, files)
            wait_for(
                connection,
                "SELECT pid FROM pg_locks WHERE pid = %s AND NOT granted",
                other.info.backend_pid,
            )
            connection.execute("SELECT pg_terminate_backend(%s)", (other.info.backend_pid,))
            with pytest.raises(MlbError) as caught:
                waiting.result(10)
            assert "terminating connection" in str(caught.value)
            assert "1/1  step 1" in str(caught.value)
    assert indexes(connection) == {"i1": False}
    assert migrator.migrate(connection, files) == ("0002_step.sql",)
    assert indexes(connection) == {"i1": True}


def wait_for(connection: Connection, query: str, pid: int) -> None:
    ends = time.monotonic() + 10
    while connection.execute(query.encode(), (pid,)).fetchone() is None:
        assert time.monotonic() < ends
        time.sleep(0.01)


# ------------------------------------------------------------------------------------------------- in the way


def test_a_long_transaction_on_a_million_rows_is_named(
    connection: Connection, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrator, "_ATTEMPTS", 2)
    connection.execute("CREATE TABLE demo.many AS SELECT n AS a FROM generate_series(1, 1000000) n")
    place = "SELECT relfilenode FROM pg_class WHERE oid = 'demo.many'::regclass"
    before = connection.execute(place.encode()).fetchone()
    files = read(tmp_path, steps(IN_A_TRANSACTION, "ALTER TABLE demo.many ADD COLUMN b integer;"))
    with opened(url, "report") as other, opened(url, "innocent") as bystander, bystander.transaction():
        bystander.execute("SELECT count(*) FROM demo.games")
        with other.transaction():
            other.execute("SELECT count(*) FROM demo.many")
            with pytest.raises(TransientError, match="could not get its locks in 2 attempts") as caught:
                migrator.migrate(connection, files)
        pid = other.info.backend_pid
        assert f"pid {pid} (report, idle in transaction) since 20" in caught.value.what
        assert "SELECT count(*) FROM demo.many" in caught.value.what
        assert "innocent" not in caught.value.what
        assert f"pg_terminate_backend({pid})" in (caught.value.hint or "")
        assert migrator.migrate(connection, files) == ("0002_step.sql",)
    assert connection.execute(place.encode()).fetchone() == before


def test_a_snapshot_that_an_index_waits_for_is_named(
    connection: Connection, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrator, "_ATTEMPTS", 2)
    files = read(tmp_path, steps(ONLINE, INDEXES[0]))
    with opened(url, "report") as other, other.transaction():
        other.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        other.execute("SELECT 1")
        with pytest.raises(TransientError, match="could not get its locks in 2 attempts") as caught:
            migrator.migrate(connection, files)
        assert f"pid {other.info.backend_pid} (report" in caught.value.what
        assert "`1/1  step 1`" in caught.value.what
    assert migrator.migrate(connection, files) == ("0002_step.sql",)
    assert indexes(connection) == {"i1": True}


def test_an_index_that_waited_in_vain_is_made_again(connection: Connection, url: str, tmp_path: Path) -> None:
    files = read(tmp_path, steps(ONLINE, INDEXES[0]))
    with opened(url) as other:
        other.execute("BEGIN")
        two_alike(other)
        ends = threading.Timer(1.0, other.execute, ["COMMIT"])
        ends.start()
        assert migrator.migrate(connection, files) == ("0002_step.sql",)
        ends.join()
    assert indexes(connection) == {"i1": True}


def test_two_runs_that_make_an_index_take_turns(url: str, tmp_path: Path) -> None:
    files = read(
        tmp_path, steps(ONLINE.replace("300ms", "20s"), INDEXES[0], "SELECT pg_sleep(0.3);", INDEXES[2])
    )

    def run(_: int) -> tuple[str, ...]:
        with opened(url) as connection:
            return migrator.migrate(connection, files)

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(run, range(3))) == [(), (), ("0002_step.sql",)]


def test_another_run_is_named(
    connection: Connection, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrator, "_TURN", 0.2)
    with opened(url, "other run") as other:
        other.execute("SELECT pg_advisory_lock(%s)", (migrator._LOCK,))
        with pytest.raises(TransientError, match="another migration is running") as caught:
            migrator.migrate(connection, read(tmp_path, "SELECT 1;"))
        assert f"pid {other.info.backend_pid} (other run, idle) since 20" in caught.value.what


def test_a_statement_that_takes_too_long(connection: Connection, tmp_path: Path) -> None:
    text = steps("SET LOCAL statement_timeout = '100ms';\n", ADDS[0], "SELECT pg_sleep(10);")
    with pytest.raises(TransientError, match="statement timeout") as caught:
        migrator.migrate(connection, read(tmp_path, text))
    assert caught.value.where == "0002_step.sql, 2/2  step 2"
    assert "nothing was changed" in (caught.value.hint or "")
    assert "a" not in columns(connection)


# ------------------------------------------------------------------------------------------------- files


def test_two_heads_are_refused_before_anything_runs(tmp_path: Path) -> None:
    write_migrations(tmp_path, ddl(), "SELECT 1;")
    (tmp_path / "migrations" / "0002_theirs.sql").write_text("SELECT 2;")
    with pytest.raises(TerminalError, match="two migrations have the number 0002") as caught:
        migrations.read(tmp_path)
    assert "0002_step.sql and 0002_theirs.sql" in caught.value.what
    assert "`mlbc generate`" in (caught.value.hint or "")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    write_migrations(tmp_path, ddl(), "SELECT 1;", "SELECT 2;")
    (tmp_path / "migrations" / "0002_step.sql").unlink()
    with pytest.raises(TerminalError, match=r"0002_step\.sql is missing") as caught:
        migrations.read(tmp_path)
    assert "restore the file from git" in (caught.value.hint or "")


def test_a_merge_that_was_not_finished_is_told(tmp_path: Path) -> None:
    write_migrations(tmp_path, ddl())
    listing = tmp_path / "migrations.sum"
    listing.write_text(f"<<<<<<< HEAD\n{listing.read_text()}=======\n>>>>>>> theirs\n")
    with pytest.raises(TerminalError, match="a merge was not finished"):
        migrations.read(tmp_path)
