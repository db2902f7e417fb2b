"""Games of a season that was never played, from files to tables, against the floors of both steps."""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest

from runtime import database, migrations, migrator
from runtime.archive import Archive
from runtime.documents import Documents
from runtime.envelope import read
from runtime.ingest import Ingest
from runtime.load import load_pending
from runtime.progress import Quiet
from runtime.project import Project
from runtime.registry import generated
from runtime.target import target
from runtime.transform import transform
from tests.benchmarks.conftest import Sheet
from tests.benchmarks.season import FEED
from tests.season.files import write
from tests.season.responses import Season
from tests.support.project import ROOT

PROJECT = Project(ROOT)
ROUNDS, GAMES = 3, 10
INGEST_AIM, LOAD_AIM = 3.0, 3.0


@dataclass(frozen=True)
class Bench:
    """A durable server of its own with the real tables, and the files of a few games per round."""

    ingest: Ingest
    documents: Documents
    rounds: Sequence[Sequence[str]]

    def keep(self, files: Sequence[str]) -> None:
        """Read envelopes, parse the bodies and let the database have them, and nothing else."""
        for file in files:
            body = read(file).body
            orjson.loads(body)
            with self.ingest.connection.transaction():
                self.ingest.connection.execute("INSERT INTO kept VALUES (%s)", (body.decode(),))

    def copy(self, files: Sequence[str]) -> None:
        """Parse bodies, make their rows, copy them into their tables and take them back, and nothing else."""
        job = self.documents.job(FEED)
        for file in files:
            capture = read(file)
            rows = transform(job, orjson.loads(capture.body), capture.request.params).rows
            with self.ingest.connection.transaction(force_rollback=True):
                for table in job.tables:
                    place = target(table, job.document_key)
                    place.copy(self.ingest.connection, rows[table.name], (0, capture.request.captured_at))

    def load(self) -> None:
        """Load what was taken in."""
        assert not load_pending(self.documents, (FEED,), Quiet()).failed


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with tempfile.TemporaryDirectory(prefix="mlb-bench-") as folder:
        root = Path(folder)
        root.chmod(0o755)
        games = [item for item in Season(2024, 0, ROUNDS * GAMES).answers() if item.operation == FEED]
        write(games, root / "season")
        files = sorted(str(file) for file in (root / "season").rglob("*.gz"))
        server = database.start(root / "server", database.Options(dies_with_us=True))
        with database.opened(server.url()) as connection:
            migrator.migrate(connection, migrations.read(PROJECT.migrations))
            connection.execute("CREATE TABLE kept (data jsonb)")
            ingest = Ingest(connection, generated(ROOT), Archive(root / "archive"), Quiet())
            documents = Documents(connection, ingest.catalog, ingest.archive)
            yield Bench(ingest, documents, [files[start::ROUNDS] for start in range(ROUNDS)])
        database.stop(root / "server")


def seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def test_files_to_tables(bench: Bench, sheet: Sheet) -> None:
    spent = [
        {
            "keep": seconds(lambda files=files: bench.keep(files)),
            "ingest": seconds(lambda files=files: bench.ingest.files(files)),
            "copy": seconds(lambda files=files: bench.copy(files)),
            "load": seconds(bench.load),
        }
        for files in bench.rounds
    ]
    for what, floor, name, aim in (
        ("ingest", "keep", "parsing, INSERT", INGEST_AIM),
        ("load", "copy", "parsing, rows, COPY", LOAD_AIM),
    ):
        per_game = [[found[step] / GAMES for found in spent] for step in (what, floor)]
        sheet.rounds(f"{what}, one game of a season", per_game[0], name, per_game[1], aim=aim)
