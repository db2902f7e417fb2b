"""The embedded server: safe to start twice, to kill, to meet again after a reboot; what goes wrong is said."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from runtime import database
from runtime.database import Options, binaries, cluster, connection, place, postmaster, server, settings
from runtime.errors import MlbError, TerminalError, TransientError, redact

FAST = Options(durable=False, dies_with_us=True)
SAFE = Options(dies_with_us=True)


@pytest.fixture(scope="module")
def made(open_folder: Path) -> Path:
    """A cluster that was created and stopped: tests copy it, which is faster than creating one."""
    folder = open_folder / "made"
    database.start(folder, FAST)
    database.stop(folder)
    return folder


@pytest.fixture
def folder(open_folder: Path, made: Path) -> Iterator[Path]:
    target = Path(tempfile.mkdtemp(dir=open_folder)) / "postgres"
    target.parent.chmod(0o755)
    subprocess.run(["cp", "-a", str(made), str(target)], check=True)
    chosen = settings.create(target)
    stored = settings.load(made / "server.json")
    assert stored is not None
    settings.save(target / "server.json", settings.Settings(chosen.port, stored.password))
    yield target
    found = database.status(target)
    if found.pid:
        database.stop(target)


def query(found: database.Status, text: str) -> tuple[object, ...] | None:
    with database.opened(found.url()) as opened:
        return opened.execute(text.encode()).fetchone()


def test_starting_and_stopping_twice(folder: Path) -> None:
    first = database.start(folder, FAST)
    assert database.start(folder, FAST) == first
    assert query(first, "SELECT current_setting('TimeZone'), current_setting('server_encoding')") == (
        "UTC",
        "UTF8",
    )
    assert query(first, "SELECT lower('É'), 'a' < 'B'") == ("é" if first_major() >= 17 else "É", False)
    assert database.stop(folder)
    assert not database.stop(folder)
    assert not database.status(folder).running
    again = database.start(folder, FAST)
    assert again.url() == first.url()


def test_a_start_that_was_interrupted_before_the_database_was_made(folder: Path) -> None:
    found = database.start(folder, FAST)
    assert found.settings is not None
    with database.opened(found.settings.url("postgres")) as opened:
        opened.execute("DROP DATABASE mlb")
    project = SimpleNamespace(postgres=folder)
    with database.opened(database.url_in_use(project)) as opened:  # pyright: ignore[reportArgumentType]
        assert opened.execute("SELECT current_database()").fetchone() == ("mlb",)


def first_major() -> int:
    return binaries.find().major


def test_nothing_is_there_at_first(tmp_path: Path) -> None:
    found = database.status(tmp_path / "postgres")
    assert not found.running
    assert not database.stop(tmp_path / "postgres")
    with pytest.raises(TerminalError, match="no embedded server"):
        found.url()


def test_two_processes_that_start_at_once(folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from runtime import database;"
        "print(database.start(Path(sys.argv[1]), database.Options(durable=False)).pid)"
    )
    command = [sys.executable, "-c", code, str(folder)]
    root = str(Path(__file__).parents[2])
    runs = [
        subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, cwd=root, env={**os.environ, "PYTHONPATH": root}
        )
        for _ in range(3)
    ]
    pids = {run.communicate(timeout=120)[0].strip() for run in runs}
    assert pids == {str(database.status(folder).pid)}
    assert query(database.status(folder), "SELECT 1") == (1,)


def test_what_was_committed_survives_a_kill(folder: Path) -> None:
    found = database.start(folder, SAFE)
    with database.opened(found.url()) as opened:
        opened.execute("CREATE TABLE kept (a int)")
        opened.execute("INSERT INTO kept VALUES (7)")
    assert found.pid is not None
    os.kill(found.pid, signal.SIGKILL)
    while postmaster.is_alive(found.pid):
        time.sleep(0.01)
    assert (place.choose(folder).data / "postmaster.pid").exists()
    assert not database.status(folder).running
    assert query(_start_patiently(folder), "SELECT a FROM kept") == (7,)


def _start_patiently(folder: Path) -> database.Status:
    """Children of a killed server need a moment to end; until then PostgreSQL refuses, rightly."""
    for _ in range(50):
        with contextlib.suppress(TerminalError):
            return database.start(folder, SAFE)
        time.sleep(0.1)
    return database.start(folder, SAFE)


def test_a_lock_file_from_before_a_reboot(folder: Path) -> None:
    # its process id now belongs to something else, here to a process of the server's own user
    where = place.choose(folder)
    with subprocess.Popen(["sleep", "60"], cwd="/", **cluster.run_as(where)) as sleeper:
        lock = where.data / "postmaster.pid"
        lock.write_text(f"{sleeper.pid}\n{where.data}\n1\n{1}\n\n\n   1   1\nready\n")
        where.adopt(lock)
        assert not database.status(folder).running
        found = database.start(folder, FAST)
        assert found.pid != sleeper.pid
        assert sleeper.poll() is None
        sleeper.kill()


def test_a_port_in_use(folder: Path) -> None:
    stored = settings.load(folder / "server.json")
    assert stored is not None
    with socket.create_server((settings.HOST, stored.port)):
        with pytest.raises(TerminalError, match=f"port {stored.port} is in use") as caught:
            database.start(folder, FAST)
        assert "--port" in (caught.value.hint or "")
        free = settings.create(folder).port
        moved = database.start(folder, Options(port=free, durable=False, dies_with_us=True))
    assert moved.settings is not None
    assert moved.settings.port == free != stored.port
    database.stop(folder)
    assert database.start(folder, FAST).url() == moved.url()


def test_a_data_folder_of_another_version(folder: Path) -> None:
    version = place.choose(folder).data / "PG_VERSION"
    version.write_text("9\n")
    with pytest.raises(TerminalError, match="made by PostgreSQL 9"):
        database.start(folder, FAST)


def test_a_folder_that_is_not_postgres(open_folder: Path) -> None:
    folder = open_folder / "foreign"
    (folder / "data").mkdir(parents=True)
    (folder / "data/thesis.txt").write_text("mine")
    with pytest.raises(TerminalError, match="not empty"):
        database.start(folder, FAST)
    assert (folder / "data/thesis.txt").read_text() == "mine"


def test_lost_and_damaged_settings(folder: Path) -> None:
    file = folder / "server.json"
    content = file.read_text()
    file.unlink()
    with pytest.raises(TerminalError, match="password of the data folder is lost"):
        database.start(folder, FAST)
    for damaged in ("{", "{}", '{"port": "x"}'):
        file.write_text(damaged)
        with pytest.raises(TerminalError, match="settings"):
            database.start(folder, FAST)
    file.write_text(content)
    assert database.start(folder, FAST).running
    assert file.stat().st_mode & 0o077 == 0 or file.unlink() is None


def test_a_changed_password(folder: Path) -> None:
    found = database.start(folder, FAST)
    query(found, "SELECT 1")
    with database.opened(found.url()) as opened:
        opened.execute("ALTER ROLE mlb PASSWORD 'other'")
    with pytest.raises(TerminalError, match="refuses the remembered password"):
        database.start(folder, FAST)
    with pytest.raises(TerminalError, match="wrong password or user") as caught, database.opened(found.url()):
        pass
    assert found.settings is not None
    assert found.settings.password not in str(caught.value)


def test_a_crash_of_initdb_leaves_nothing(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = open_folder / "crashed"
    found = binaries.find(for_everyone=True)
    fake = open_folder / "fake"
    fake.mkdir()
    (fake / "initdb").write_text("#!/bin/sh\necho 'could not write: No space left on device' >&2\nexit 1\n")
    (fake / "initdb").chmod(0o755)
    monkeypatch.setattr(server.programs, "find", lambda **_: binaries.Binaries(fake, found.version))
    with pytest.raises(TerminalError, match="the disk is full"):
        database.start(folder, FAST)
    assert sorted(path.name for path in folder.iterdir() if path.name.startswith("data")) == []
    shutil.rmtree(folder)


def test_a_server_that_ends_at_once(folder: Path) -> None:
    (place.choose(folder).data / "postgresql.conf").write_text("nonsense = on\n")
    with pytest.raises(TerminalError, match="nonsense") as caught:
        database.start(folder, FAST)
    assert "server.log" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("url", "kind", "message"),
    [
        ("postgresql://mlb:s3cret@127.0.0.1:1/mlb", TerminalError, "nobody listens there"),
        ("postgresql://mlb:s3cret@no.such.host.invalid/mlb", TerminalError, "no such host"),
        ("postgresql://%zz", TerminalError, "not a connection URL"),
        ("nonsense", TerminalError, "not a connection URL"),
    ],
)
def test_urls_that_lead_nowhere(url: str, kind: type[MlbError], message: str) -> None:
    with pytest.raises(kind, match=message) as caught:
        connection.connect(url)
    assert "s3cret" not in str(caught.value)


def test_another_database_of_the_server(server: database.Status, url: str) -> None:
    with pytest.raises(TerminalError, match="no such database or role"):
        connection.connect(url.rpartition("/")[0] + "/nowhere")
    with database.opened(url) as opened:
        assert opened.info.server_version // 10_000 == binaries.find().major


def test_an_old_server_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "OLDEST", 99)
    with pytest.raises(TerminalError, match=r"PostgreSQL 1[5-9]\.\d+.*; 99 or newer is needed") as caught:
        connection.connect(url)
    assert "upgrade it" in (caught.value.hint or "")
    assert "embedded server" in (caught.value.hint or "")


def test_failures_of_the_server_say_what_to_do() -> None:
    full = connection.problem(psycopg.errors.DiskFull("could not extend file"), "postgresql://a:b@c/d")
    assert "disk of the server is full" in full.what
    assert full.where == redact("postgresql://a:b@c/d")
    assert isinstance(connection.problem(psycopg.errors.LockNotAvailable("lock timeout")), TransientError)
    assert "db migrate" in (connection.problem(psycopg.errors.UndefinedTable("no")).hint or "")


def test_which_binaries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "_folders", lambda: iter((tmp_path / "none",)))
    with pytest.raises(TerminalError, match="no PostgreSQL 15") as caught:
        binaries.find()
    assert "--database-url" in (caught.value.hint or "")
    old = tmp_path / "postgres"
    old.write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 14.9'\n")
    old.chmod(0o755)
    monkeypatch.setattr(binaries, "_folders", lambda: iter((tmp_path,)))
    with pytest.raises(TerminalError, match=r"is 14\.9"):
        binaries.find()


def test_where_a_private_folder_puts_its_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    monkeypatch.setattr(place.os, "geteuid", lambda: 1000)
    assert place.choose(private / "postgres") == place.Place(private / "postgres", None)
    monkeypatch.setattr(place.os, "geteuid", lambda: 0)
    chosen = place.choose(private / "postgres")
    assert chosen.account is not None
    assert chosen.base.is_relative_to(place.SHARED)
    assert chosen == place.choose(private / "postgres")


def test_binaries_that_the_server_cannot_read_are_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = tmp_path / "package/install"
    (tree / "bin").mkdir(parents=True)
    (tmp_path / "package.libs").mkdir()
    (tmp_path / "package.libs/libpq.so").write_text("x")
    (tree / "bin/postgres").write_text("x")
    (tree / "bin/postgres").chmod(0o700)
    monkeypatch.setattr(place, "SHARED", tmp_path / "shared")
    monkeypatch.setattr(place, "reachable_by_all", lambda _: False)
    copy = place.readable_copy(tree, "18.6")
    assert copy == tmp_path / "shared/postgresql-18.6/package/install"
    assert (copy / "../../package.libs/libpq.so").exists()
    assert (copy / "bin/postgres").stat().st_mode & 0o777 == 0o755
    assert place.readable_copy(tree, "18.6") == copy


def test_a_long_path_has_no_socket() -> None:
    assert place.Place(Path("/short"), None).socket == Path("/short/run")
    assert place.Place(Path("/" + "x" * 100), None).socket is None
