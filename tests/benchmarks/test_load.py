"""From a response to committed rows: the live path, on a real and durable server."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import orjson
import pytest
from psycopg import sql

from runtime.archive import Archive
from runtime.capture import Capture
from runtime.database import opened
from runtime.documents import Documents
from runtime.envelope import read
from runtime.ingest import Ingest
from runtime.load import receive
from runtime.progress import Quiet
from runtime.registry import generated
from runtime.target import target
from runtime.transform import transform
from tests.benchmarks.conftest import Sheet, job_of, timed
from tests.benchmarks.memory import peak
from tests.e2e.conftest import Place, new_place

OPERATION = "game.liveGameV1"
ROUNDS = 9
GAME = ".mlb/captures/*/game/liveGameV1/liveGameV1_game_pk=747175_4*.json.gz"


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with new_place() as made:
        made.sh("mlb-etl db start && mlb-etl db migrate")
        yield made


@pytest.fixture
def live(place: Place, tmp_path: Path) -> Iterator["Live"]:
    catalog = generated(place.root)
    with opened(place.url) as connection:
        ingest = Ingest(connection, catalog, Archive(tmp_path), Quiet())
        [file] = place.root.glob(GAME)
        yield Live(ingest, Documents(connection, catalog, ingest.archive), read(str(file)))


class Live:
    """Receives snapshots of a game."""

    def __init__(self, ingest: Ingest, documents: Documents, game: Capture) -> None:
        self.ingest, self.documents, self.game = ingest, documents, game
        self.connection = ingest.connection
        self.job = job_of(OPERATION)
        self.places = [target(table, self.job.document_key) for table in self.job.tables]
        self.minutes = count()

    def snapshot(self) -> Capture:
        """Return the game as it was captured a minute after the last one."""
        request = self.game.request
        later = request.captured_at + timedelta(minutes=next(self.minutes))
        return replace(self.game, request=replace(request, captured_at=later))

    def empty(self) -> None:
        names = [place.name for place in self.places]
        names += [sql.Identifier("game", "live_game_v1"), sql.Identifier("metadata", "documents")]
        self.connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.SQL(", ").join(names)))

    def receive(self, capture: Capture) -> None:
        received = self.ingest.capture(capture)
        assert received is not None
        assert receive(self.ingest, self.documents, received).documents == 1

    def new(self) -> Capture:
        self.empty()
        return self.snapshot()

    def copy(self, rows: dict) -> None:
        with self.connection.transaction():
            for place in self.places:
                place.copy(self.connection, rows[place.table.name], (1, self.game.request.captured_at))

    def rows(self) -> dict:
        self.empty()
        return transform(self.job, orjson.loads(self.game.body), self.game.request.params).rows


def test_received_to_committed(sheet: Sheet, live: Live) -> None:
    live.receive(live.snapshot())  # connections, plans and signatures are warm
    parse = timed(orjson.loads, lambda: live.game.body, ROUNDS).median
    floor = parse + timed(live.copy, live.rows, ROUNDS).median
    first = timed(live.receive, live.new, ROUNDS).median
    unchanged = timed(live.receive, live.snapshot, ROUNDS).median
    sheet.ratio("received to committed, first", first, "parse + COPY", floor, aim=4)
    sheet.ratio("received to committed, unchanged", unchanged, "parse + COPY", floor, aim=4)


def test_memory_of_a_transform(sheet: Sheet, place: Place) -> None:
    transforming = peak(f"mlb-etl transform {OPERATION} {GAME} --to out", place)
    script = "import gzip,orjson,sys; orjson.loads(gzip.open(sys.argv[1]).read())"
    parsing = peak(f"python -c '{script}' {GAME}", place)
    sheet.memory("memory of a transform", transforming, "parsing", parsing)
