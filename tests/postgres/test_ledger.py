"""Every run is recorded, however it ends."""

import psycopg
import pytest

from runtime.database import Connection, connect
from runtime.errors import TerminalError
from runtime.ledger import recent, recorded
from runtime.snapshot import Loaded


def test_a_run_that_succeeds(connection: Connection, url: str) -> None:
    with recorded(url, "load", operation="demo.game", arguments={"url": "postgresql://a:b@c/d"}) as run:
        [running] = recent(connection)
        assert (running.status, running.finished_at) == ("running", None)
        run.loaded += Loaded(documents=2, inserted=3, updated=4, deleted=5, unchanged=6, rescued=7)
        run.tally.dead_letters = 8
    [found] = recent(connection)
    assert (found.status, found.verb, found.operation, found.captures) == (
        "succeeded",
        "load",
        "demo.game",
        2,
    )
    assert (found.rows_inserted, found.rows_updated, found.rows_deleted, found.rows_unchanged) == (3, 4, 5, 6)
    assert (found.rescued, found.dead_letters, found.error) == (7, 8, None)
    kept = connection.execute("SELECT arguments FROM metadata.job_executions").fetchone()
    assert kept == ({"url": "postgresql://a:***@c/d"},)


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (TerminalError("no"), "failed", "no"),
        (KeyboardInterrupt(), "interrupted", "KeyboardInterrupt"),
        (SystemExit(3), "failed", "3"),
    ],
)
def test_a_run_that_does_not(
    connection: Connection, url: str, error: BaseException, status: str, said: str
) -> None:
    with pytest.raises(type(error)), recorded(url, "ingest"):
        raise error
    [found] = recent(connection)
    assert (found.status, found.error) == (status, said)
    assert found.finished_at is not None


def test_findings_make_a_run_fail(connection: Connection, url: str) -> None:
    with recorded(url, "load") as run:
        run.findings.append("a document without key")
    [found] = recent(connection)
    assert (found.status, found.error) == ("failed", "a document without key")


def test_a_run_whose_process_died_is_abandoned(connection: Connection, url: str) -> None:
    dead = connect(url)
    dead.execute("INSERT INTO metadata.job_executions (verb) VALUES ('ingest')")
    with recorded(url, "load"):
        assert [one.status for one in recent(connection)] == ["running", "running"]
    dead.close()
    with recorded(url, "load"):
        pass
    assert [one.status for one in recent(connection, limit=3)] == ["succeeded", "succeeded", "abandoned"]
    assert [one.verb for one in recent(connection, execution_id=1)] == ["ingest"]


def test_without_migrations_the_way_out_is_said(server, template) -> None:
    with pytest.raises(TerminalError, match="a table is missing") as caught, recorded(server.url(), "load"):
        pass
    assert "db migrate" in (caught.value.hint or "")
    assert isinstance(caught.value.__cause__, psycopg.errors.UndefinedTable)


def test_a_run_that_outlives_its_connection(connection: Connection, url: str) -> None:
    with recorded(url, "transform") as run:
        run.loaded += Loaded(documents=1)
        connection.execute(
            "SELECT pg_terminate_backend(backend_pid) FROM metadata.job_executions WHERE status = 'running'"
        )
    [found] = recent(connection)
    assert (found.status, found.captures) == ("succeeded", 1)
