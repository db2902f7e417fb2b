"""Whatever happens to tasks, connections and drivers: the tables hold every row once, or what they held before."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
import pytest
from pyspark.sql import SparkSession

from runtime.archive import Archive
from runtime.bulk import Staged
from runtime.database import connect, opened
from runtime.documents import Documents
from runtime.errors import TransientError
from runtime.ingest import Ingest
from runtime.load import Outcome, load_pending
from runtime.progress import Quiet
from runtime.spark import load as loading
from runtime.spark.load import Loading, load_documents
from runtime.spark.staging import StageWriter
from runtime.staged import staging
from tests.postgres.catalog import CATALOG, capture, game, play
from tests.spark_postgres import faults
from tests.spark_postgres.content import content, staged
from tests.spark_postgres.demo import batch_of

GAMES, PLAYS = 12, 30


@dataclass
class Scene:
    """A database with responses that are not loaded, and the same content loaded by the local engine elsewhere."""

    spark: SparkSession
    url: str
    archive: Archive
    expected: dict[str, tuple[int, str]]

    @contextmanager
    def documents(self) -> Generator[Documents]:
        with opened(self.url) as connection:
            yield Documents(connection, CATALOG, self.archive)

    def load(self, operation: str = "demo.game") -> Outcome:
        """Load what is pending with tasks of Spark, over a connection of its own."""
        with self.documents() as documents:
            snapshots = documents.pending(operation)
            if not snapshots:
                return Outcome()
            with_spark = Loading(session=self.spark, url=self.url, raw=documents)
            return load_documents(
                with_spark, documents.job(operation), batch_of(self.spark, documents, snapshots), snapshots
            )


def responses() -> Iterator:
    for number in range(GAMES):
        plays = [play(index, 1 + index // 6, speed=90.5 + index) for index in range(PLAYS)]
        yield capture(
            "demo.game", game(number, "Final", plays, tags=["a", 'b,{}"'], odd={"1e2": 1e2}), number
        )


@pytest.fixture
def scene(
    spark, new_database: Callable[..., AbstractContextManager[str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    archive = Archive(tmp_path_factory.mktemp("archive"))
    with new_database() as url:
        with opened(url) as connection:
            ingest = Ingest(connection, CATALOG, archive, Quiet())
            for one in responses():
                ingest.capture(one)
        with new_database(url.rpartition("/")[2]) as other, opened(other) as connection:
            load_pending(Documents(connection, CATALOG, archive), (), Quiet())
            expected = content(other)
        yield Scene(spark, url, archive, expected)


@pytest.mark.parametrize("writer", [StageWriter, faults.Fails, faults.KillsWorker, faults.LosesConnection])
def test_tasks_that_are_tried_again(
    scene: Scene, writer: type[StageWriter], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "register", faults.registering(writer))
    outcome = scene.load()
    assert (outcome.loaded.inserted, outcome.failed) == (GAMES * (1 + PLAYS), [])
    assert content(scene.url) == scene.expected
    assert staged(scene.url) == []
    assert scene.load().loaded.documents == 0


def test_tasks_that_never_succeed_leave_nothing(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    before = content(scene.url)
    with monkeypatch.context() as patch:
        patch.setattr(loading, "register", faults.registering(faults.FailsAlways))
        with pytest.raises(Exception, match="fails whenever it is tried"):
            scene.load()
    assert content(scene.url) == before
    assert staged(scene.url) == []
    scene.load()
    assert content(scene.url) == scene.expected


def test_a_connection_that_is_lost_in_the_merge(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    before = content(scene.url)
    copy = Staged.copy
    copied = count()

    def cut(self: Staged, connection, place, arrivals) -> None:
        if next(copied):
            with opened(scene.url) as admin:
                admin.execute("SELECT pg_terminate_backend(%s)", (connection.info.backend_pid,))
        copy(self, connection, place, arrivals)

    with monkeypatch.context() as patch:
        patch.setattr(Staged, "copy", cut)
        with pytest.raises(TransientError):
            scene.load()
    assert content(scene.url) == before
    assert staged(scene.url) == []
    scene.load()
    assert content(scene.url) == scene.expected


def test_two_runs_at_once(scene: Scene) -> None:
    outcomes: list[Outcome] = []
    threads = [threading.Thread(target=lambda: outcomes.append(scene.load())) for _ in range(2)]
    loading.register(scene.spark)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [outcome.failed for outcome in outcomes] == [[], []]
    assert sum(outcome.loaded.inserted for outcome in outcomes) == GAMES * (1 + PLAYS)
    assert content(scene.url) == scene.expected
    assert staged(scene.url) == []


def test_a_document_that_cannot_be_loaded_does_not_stop_the_others(scene: Scene) -> None:
    with opened(scene.url) as connection:
        connection.execute("ALTER TABLE demo.plays ADD CONSTRAINT odd CHECK (game_pk <> 3) NOT VALID")
    outcome = scene.load()
    (failed,) = outcome.failed
    assert failed.startswith("demo.game 3 (raw_id ")
    assert '"odd"' in failed
    assert outcome.loaded.inserted == (GAMES - 1) * (1 + PLAYS)
    with opened(scene.url) as connection:
        connection.execute("ALTER TABLE demo.plays DROP CONSTRAINT odd")
    assert scene.load().loaded.documents == 1
    assert content(scene.url) == scene.expected


def test_an_executor_that_dies_and_tasks_that_run_twice(scene: Scene, tmp_path: Path) -> None:
    """On a small cluster: the executor of one task is killed after its COPY, another task is speculated."""
    with driver(scene, "Disturbed", "local-cluster[2,1,1024]", tmp_path) as cluster:
        said, _ = cluster.communicate(timeout=600)
    assert said.split()[0] == str(GAMES * (1 + PLAYS)), said
    assert content(scene.url) == scene.expected
    assert staged(scene.url) == []


def test_a_driver_that_is_killed_while_tasks_write(scene: Scene, tmp_path: Path) -> None:
    before = content(scene.url)
    with driver(scene, "Hangs", "local[2]", tmp_path) as killed:
        while not copied(scene.url):
            assert killed.poll() is None
            time.sleep(0.2)
    assert content(scene.url) == before
    assert staged(scene.url) != []
    scene.load()
    assert content(scene.url) == scene.expected
    assert staged(scene.url) == []


@contextmanager
def driver(scene: Scene, fault: str, master: str, state: Path) -> Generator["subprocess.Popen[str]"]:
    """Run a driver; at the end of the block it is killed, with all that it started."""
    command = [sys.executable, "-m", "tests.spark_postgres.cluster", scene.url, scene.archive.root]
    started = subprocess.Popen(
        [*map(str, command), fault, master, str(state)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield started
    finally:
        with suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGKILL)
        started.wait()


def copied(url: str) -> bool:
    """Say whether a task has committed rows to a staging table."""
    with opened(url) as connection:
        for name in staged(url):
            if connection.execute(f"SELECT FROM staging.{name} LIMIT 1".encode()).fetchone() is not None:
                return True
    return False


def test_what_a_dead_run_left_behind_is_removed_and_a_live_one_is_left_alone(url: str) -> None:
    columns = [("game_pk", "bigint")]
    with staging(url) as live:
        kept = live.create(columns)
        dead = connect(url)
        dead.execute("SELECT pg_advisory_lock(hashtextextended('staging ' || 'dead', 5))")
        dead.execute("CREATE UNLOGGED TABLE staging.rdead_0 (attempt bigint)")
        zombie = psycopg.connect(url, application_name="mlb-etl staging dead")
        zombie.execute("LOCK staging.rdead_0 IN ROW EXCLUSIVE MODE")
        with staging(url):
            assert "rdead_0" in staged(url)
        dead.close()
        with staging(url):
            assert staged(url) == [kept.name.partition(".")[2]]
    assert staged(url) == []
    with pytest.raises(psycopg.OperationalError):
        zombie.execute("SELECT 1")
