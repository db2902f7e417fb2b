"""One game from its bytes to committed rows, against the sum of its floors: parsing it and copying its rows."""

import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import orjson
import pytest

from runtime import captures, database, migrations, migrator
from runtime.archive import Archive
from runtime.capture import Capture, digest
from runtime.documents import Documents
from runtime.envelope import read
from runtime.ingest import Ingest
from runtime.job import Job, Rows
from runtime.load import receive
from runtime.progress import Quiet
from runtime.project import Project
from runtime.registry import generated
from runtime.target import target
from runtime.transform import transform
from tests.benchmarks.conftest import Sheet

PROJECT = Project(Path(__file__).parents[2])
OPERATION = "game.liveGameV1"
ROUNDS = 10
AIM = 4.0


@dataclass(frozen=True)
class Bench:
    """A durable server of its own with the real tables, and one real game."""

    ingest: Ingest
    documents: Documents
    game: Capture
    job: Job
    rows: Rows

    def capture(self, pk: int, second: int, event: str = "Single") -> Capture:
        """The game under another number, captured so many seconds later, with one play's event."""
        document = orjson.loads(self.game.body)
        document["gamePk"] = pk
        document["metaData"]["timeStamp"] = f"20240713_0101{second:02d}"
        document["liveData"]["plays"]["allPlays"][3]["result"]["event"] = event
        body = orjson.dumps(document)
        at = self.game.request.captured_at + timedelta(seconds=second)
        request = replace(self.game.request, captured_at=at)
        return replace(self.game, request=request, body=body, sha256=digest(body))

    def receive(self, capture: Capture) -> None:
        """Take it in and load it, as a live client does."""
        received = self.ingest.capture(capture)
        assert received is not None
        receive(self.ingest, self.documents, received)

    def copy(self) -> None:
        """Copy the game's rows into its tables, in one transaction, and nothing else."""
        with self.ingest.connection.transaction():
            for table in self.job.tables:
                if self.rows[table.name]:
                    place = target(table, self.job.document_key)
                    place.copy(
                        self.ingest.connection, self.rows[table.name], (0, self.game.request.captured_at)
                    )

    def clear(self) -> None:
        """Take the copied rows out again."""
        for table in self.job.tables:
            self.ingest.connection.execute(f"DELETE FROM {table.name} WHERE raw_id = 0".encode())


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    found = [file for file in captures.files(PROJECT) if "liveGameV1_" in file]
    if not found:
        pytest.skip("no captures here: run `mlb-etl captures pull`")
    capture = read(found[0])
    body = orjson.dumps(orjson.loads(capture.body))  # as the API sends it: without indentation
    catalog = generated(PROJECT.root)
    job = catalog.job(OPERATION)
    assert job is not None
    rows = transform(job, orjson.loads(body), capture.request.params).rows
    with tempfile.TemporaryDirectory(prefix="mlb-bench-") as folder:
        Path(folder).chmod(0o755)
        server = database.start(Path(folder) / "server", database.Options(dies_with_us=True))
        with database.opened(server.url()) as connection:
            migrator.migrate(connection, migrations.read(PROJECT.migrations))
            ingest = Ingest(connection, catalog, Archive(Path(folder) / "archive"), Quiet())
            documents = Documents(connection, catalog, ingest.archive)
            game = replace(capture, body=body, sha256=digest(body))
            yield Bench(ingest, documents, game, job, rows)
        database.stop(Path(folder) / "server")


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def measure(bench: Bench) -> list[dict[str, float]]:
    """Seconds of each step, per round: ratios are taken within a round, as the machine may be busy."""
    return [measure_once(bench, 900_000 + number) for number in range(ROUNDS)]


def measure_once(bench: Bench, pk: int) -> dict[str, float]:
    first, same, newer = bench.capture(pk, 1), bench.capture(pk, 2), bench.capture(pk, 3, "Double")
    spent = {
        "parse": seconds(lambda: orjson.loads(bench.game.body)),
        "copy": seconds(bench.copy),
    }
    bench.clear()
    return spent | {
        "first": seconds(lambda: bench.receive(first)),
        "unchanged": seconds(lambda: bench.receive(same)),
        "one play changed": seconds(lambda: bench.receive(newer)),
        "same bytes again": seconds(lambda: bench.receive(newer)),
    }


def test_receive_to_committed(bench: Bench, sheet: Sheet) -> None:
    rounds = measure(bench)
    floors = [spent["parse"] + spent["copy"] for spent in rounds]
    for what in ("first", "unchanged", "one play changed", "same bytes again"):
        spent = [found[what] for found in rounds]
        sheet.rounds(f"received to committed, {what}", spent, "parse + COPY", floors, aim=AIM)
