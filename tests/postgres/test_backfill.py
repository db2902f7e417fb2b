"""New columns are filled from the raw tier, whatever interrupts it; what was rescued can be taken out whole."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import orjson
import pytest

from runtime.backfill import Filled, filled, measure, resolve
from runtime.documents import Documents
from runtime.drift import drift
from runtime.envelope import read
from runtime.errors import TerminalError
from runtime.ingest import Ingest
from runtime.job import (
    BIGINT,
    DATE,
    DOUBLE,
    JSON,
    TEXT,
    Array,
    Column,
    Conformed,
    Extraction,
    Job,
    Json,
    Leaves,
    Params,
    Record,
    Row,
)
from runtime.load import load_pending, pending
from runtime.progress import Quiet
from runtime.rescued import export
from tests.postgres import catalog as demo
from tests.postgres.catalog import capture, game, play

T = TypeVar("T")
GAMES = 4


def plays(document: Conformed, params: Params) -> list[Row]:
    rows = demo.plays(document, params)
    return [(*row, one.get("spin")) for row, one in zip(rows, document.get("plays", ()), strict=True)]


def grown_job() -> Job:
    """The job of the game as the compiler would make it once it has seen `spin`."""
    table = replace(demo.PLAYS, columns=(*demo.PLAYS.columns, Column("spin", "double precision", ("spin",))))
    play = Record({"index": BIGINT, "inning": BIGINT, "speed": DOUBLE, "spin": DOUBLE})
    shape = Record(
        {
            "gamePk": BIGINT,
            "state": TEXT,
            "played": DATE,
            "weather": JSON,
            "tags": Leaves(TEXT),
            "plays": Array(play),
        }
    )
    first, _ = demo.GAME.extractions
    return replace(demo.GAME, shape=shape, extractions=(first, Extraction(table=table, rows=plays)))


@dataclass(frozen=True)
class Grown(demo.Catalog):
    """The demonstration catalog after `generate`."""

    def digest(self, operation: str) -> str:
        return "two" if operation == "demo.game" else "one"


GROWN = Grown(demo.CATALOG.operations, {**demo.CATALOG.jobs, "demo.game": grown_job()})


@dataclass
class Stops(Quiet):
    """Progress that is interrupted after so many items."""

    after: int

    def track(self, what: str, items: Sequence[T]) -> Iterable[T]:
        yield from items[: self.after]
        raise KeyboardInterrupt


@pytest.fixture
def loaded(ingest: Ingest, documents: Documents) -> Documents:
    """Games whose plays have a key that no column takes."""
    for number in range(GAMES):
        first: Json = {"index": 1, "inning": 1, "spin": number + 0.5}
        ingest.capture(capture("demo.game", game(number, "Live", [first, play(2)]), number))
    load_pending(documents, ("demo.game",), Quiet())
    return documents


def migrated(documents: Documents) -> Documents:
    documents.connection.execute("ALTER TABLE demo.plays ADD COLUMN spin double precision")
    return Documents(documents.connection, GROWN, documents.archive)


def spins(documents: Documents) -> list[tuple[object, ...]]:
    query = "SELECT game_pk, play_index, spin FROM demo.plays ORDER BY 1, 2"
    return documents.connection.execute(query).fetchall()


def rescued(documents: Documents) -> list[tuple[object, ...]]:
    query = "SELECT pointer, value, reason, schema_digest FROM metadata.rescued_values ORDER BY raw_id"
    return documents.connection.execute(query).fetchall()


def test_a_backfill_that_is_interrupted_goes_on_where_it_stopped(loaded: Documents) -> None:
    assert rescued(loaded) == [
        ("/plays/0/spin", number + 0.5, "unknown-key", "one") for number in range(GAMES)
    ]
    after = migrated(loaded)
    before = measure(after.connection, GROWN, ("demo.game",))
    assert (before.rows["demo.plays"], before.values["demo.plays", "spin"], before.rescued) == (8, 0, GAMES)
    assert len(pending(after, ("demo.game",))) == GAMES

    with pytest.raises(KeyboardInterrupt):
        load_pending(after, ("demo.game",), Stops(after=2))
    assert len(pending(after, ("demo.game",))) == GAMES - 2 == len(rescued(after))

    load_pending(after, ("demo.game",), Quiet())
    assert pending(after, ("demo.game",)) == []
    assert rescued(after) == []
    assert spins(after) == [
        (pk, one, pk + 0.5 if one == 1 else None) for pk in range(GAMES) for one in (1, 2)
    ]
    now = measure(after.connection, GROWN, ("demo.game",))
    spin = Filled(table="demo.plays", column="spin", before=0, after=GAMES, rows=8)
    assert filled(before, now, frozenset()) == (spin,)
    assert filled(now, now, frozenset({("demo.plays", "spin")})) == (replace(spin, before=GAMES),)
    assert filled(now, now, frozenset()) == ()


def test_operations_tables_and_columns_can_be_named() -> None:
    assert resolve(GROWN, ()).operations == ("demo.game", "demo.dated_game", "demo.schedule")
    named = resolve(GROWN, ("demo.schedule", "demo.plays", "demo.plays.spin", "demo.games.state"))
    assert named.operations == ("demo.schedule", "demo.game")
    assert named.columns == {("demo.plays", "spin"), ("demo.games", "state")}


@pytest.mark.parametrize(
    ("name", "near"),
    [("demo.plays.spni", "`demo.plays.spin`"), ("demo.play", "`demo.plays`"), ("x", "`mlbc ls`")],
)
def test_what_is_not_there_is_an_error(name: str, near: str) -> None:
    with pytest.raises(TerminalError, match="is no operation, table or column") as caught:
        resolve(GROWN, (name,))
    assert near in (caught.value.hint or "")


def test_the_newest_responses_are_exported_whole(loaded: Documents, tmp_path: Path) -> None:
    [found] = drift(loaded.connection, loaded.catalog, ())
    assert (found.path, found.values, len(found.responses)) == ("$.plays[*].spin", GAMES, 3)
    files = export(loaded, [found], tmp_path / "rescued")
    assert sorted(files) == sorted((tmp_path / "rescued" / "demo.game").iterdir())
    captures = [read(str(file)) for file in files]
    assert [orjson.loads(one.body)["gamePk"] for one in captures] == [1, 2, 3]
    assert captures[0].request == capture("demo.game", {}, 1).request
    contents = [file.read_bytes() for file in files]
    assert export(loaded, [found], tmp_path / "rescued") == files
    assert [file.read_bytes() for file in files] == contents


def test_what_no_observation_cures_is_not_exported(loaded: Documents, tmp_path: Path) -> None:
    [found] = drift(loaded.connection, loaded.catalog, ())
    found.reason = "duplicate-key"
    assert export(loaded, [found], tmp_path / "rescued") == []
    assert list((tmp_path / "rescued").iterdir()) == []
