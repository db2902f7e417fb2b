"""Loading changes what differs and nothing else; the order of captures does not matter."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager

import orjson
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.archive import Archive
from runtime.capture import Capture
from runtime.database import Connection, opened
from runtime.documents import Documents
from runtime.ingest import Ingest
from runtime.load import load_pending, receive
from runtime.progress import Quiet
from runtime.snapshot import Loaded
from tests.postgres.catalog import CATALOG, capture, game, play, schedule

GAME_ROWS = "SELECT game_pk, play_index, inning, speed FROM demo.plays ORDER BY 1, 2"
DATED_ROWS = (
    "SELECT tableoid::regclass::text, played::text, game_pk, play_index FROM demo.dated_plays ORDER BY 3, 4"
)
LISTED_ROWS = "SELECT game_pk, listed_date::text, state FROM demo.listed_games ORDER BY 1, 2"


def take(ingest: Ingest, documents: Documents, one: Capture) -> Loaded:
    received = ingest.capture(one)
    assert received is not None
    return receive(ingest, documents, received)


def rows(connection: Connection, query: str) -> list[tuple[object, ...]]:
    return connection.execute(query.encode()).fetchall()


def changes(loaded: Loaded) -> tuple[int, int, int, int]:
    return loaded.inserted, loaded.updated, loaded.deleted, loaded.unchanged


def test_first_load_inserts_every_type(ingest: Ingest, documents: Documents) -> None:
    document = game(
        7, "Live", [play(0, speed=95)], weather={"temp": "78", "wind": [1, 2.5, None]}, tags=["a", "b"]
    )
    loaded = take(ingest, documents, capture("demo.game", document))
    assert changes(loaded) == (2, 0, 0, 0)
    found = rows(
        ingest.connection,
        "SELECT game_pk, state, played::text, weather, tags, captured_at::text FROM demo.games",
    )
    assert found == [
        (
            7,
            "Live",
            "2024-07-12",
            {"temp": "78", "wind": [1, 2.5, None]},
            ["a", "b"],
            "2024-07-12 12:00:00+00",
        )
    ]
    assert rows(ingest.connection, GAME_ROWS) == [(7, 0, 1, 95.0)]


def test_loading_twice_changes_nothing(ingest: Ingest, documents: Documents) -> None:
    one = capture("demo.game", game(7, "Live", [play(0), play(1)]))
    take(ingest, documents, one)
    assert changes(take(ingest, documents, one)) == (0, 0, 0, 3)
    assert load_pending(documents, (), Quiet()).loaded == Loaded()
    forced = load_pending(documents, (), Quiet(), force=True).loaded
    assert changes(forced) == (0, 0, 0, 3)


def test_newer_capture_changes_only_what_differs(ingest: Ingest, documents: Documents) -> None:
    take(ingest, documents, capture("demo.game", game(7, "Live", [play(0), play(1), play(2, speed=90.5)]), 1))
    newer = capture("demo.game", game(7, "Live", [play(0), play(2), play(3)]), 2)
    assert changes(take(ingest, documents, newer)) == (1, 1, 1, 2)
    assert rows(ingest.connection, GAME_ROWS) == [(7, 0, 1, None), (7, 2, 1, None), (7, 3, 1, None)]
    kept = rows(ingest.connection, "SELECT play_index, to_char(captured_at, 'MI') FROM demo.plays ORDER BY 1")
    assert kept == [(0, "01"), (2, "02"), (3, "02")]


def test_older_capture_changes_nothing(ingest: Ingest, documents: Documents) -> None:
    take(ingest, documents, capture("demo.game", game(7, "Final", [play(0)]), 5))
    loaded = take(ingest, documents, capture("demo.game", game(7, "Live", []), 4))
    assert (loaded.outdated, changes(loaded)) == (1, (0, 0, 0, 0))
    assert rows(ingest.connection, "SELECT state FROM demo.games") == [("Final",)]


def test_other_documents_are_left_alone(ingest: Ingest, documents: Documents) -> None:
    take(ingest, documents, capture("demo.game", game(7, "Live", [play(0)]), 1))
    take(ingest, documents, capture("demo.game", game(8, "Live", [play(0), play(1)]), 1))
    take(ingest, documents, capture("demo.game", game(7, "Live", []), 2))
    assert rows(ingest.connection, GAME_ROWS) == [(8, 0, 1, None), (8, 1, 1, None)]


def test_rows_that_somebody_else_wrote_are_repaired_by_force(ingest: Ingest, documents: Documents) -> None:
    take(ingest, documents, capture("demo.game", game(7, "Live", [play(0), play(1)])))
    ingest.connection.execute("UPDATE demo.plays SET inning = 9 WHERE play_index = 0")
    ingest.connection.execute("DELETE FROM demo.plays WHERE play_index = 1")
    ingest.connection.execute("INSERT INTO demo.plays VALUES (7, 5, 5, 5, 1, now())")
    forced = load_pending(documents, ("demo.game",), Quiet(), force=True).loaded
    assert changes(forced) == (1, 1, 1, 1)
    assert rows(ingest.connection, GAME_ROWS) == [(7, 0, 1, None), (7, 1, 1, None)]


def test_leftover_rows_of_an_unknown_document_are_merged(ingest: Ingest, documents: Documents) -> None:
    ingest.connection.execute("INSERT INTO demo.plays VALUES (7, 0, 5, 5, 1, now()), (7, 9, 5, 5, 1, now())")
    take(ingest, documents, capture("demo.game", game(7, "Live", [play(0)])))
    assert rows(ingest.connection, GAME_ROWS) == [(7, 0, 1, None)]


def test_rescued_values_are_those_of_the_newest_snapshot(ingest: Ingest, documents: Documents) -> None:
    query = "SELECT pointer, value FROM metadata.rescued_values ORDER BY 1"
    take(ingest, documents, capture("demo.game", game(7, "Live", [], mood="good", more={"a": [1]}), 1))
    assert [pointer for pointer, _ in rows(ingest.connection, query)] == ["/mood", "/more"]
    take(ingest, documents, capture("demo.game", game(7, "Live", [], mood=2), 2))
    assert rows(ingest.connection, query) == [("/mood", 2)]
    take(ingest, documents, capture("demo.game", game(7, "Live", []), 3))
    assert rows(ingest.connection, query) == []


def test_a_past_state_that_is_fetched_later_is_older(ingest: Ingest, documents: Documents) -> None:
    final = capture("demo.game", game(7, "Final", [play(0)], stamp="20240712_220000"), 1)
    live = capture("demo.game", game(7, "Live", [], stamp="20240712_190000"), 5)
    take(ingest, documents, final)
    assert take(ingest, documents, live).outdated == 1
    assert rows(ingest.connection, "SELECT state FROM demo.games") == [("Final",)]
    assert load_pending(documents, (), Quiet()).loaded == Loaded()
    ingest.connection.execute("TRUNCATE metadata.documents, demo.games, demo.plays")
    load_pending(documents, (), Quiet())
    assert rows(ingest.connection, "SELECT state FROM demo.games") == [("Final",)]


def test_a_pruned_response_is_kept_and_changes_nothing(ingest: Ingest, documents: Documents) -> None:
    take(ingest, documents, capture("demo.game", game(7, "Live", [play(0)]), 1))
    pruned = capture("demo.game", {"gamePk": 7, "state": "Final"}, 2, fields="gamePk,state")
    assert take(ingest, documents, pruned) == Loaded()
    assert load_pending(documents, (), Quiet(), force=True).loaded.documents == 1
    assert rows(ingest.connection, GAME_ROWS) == [(7, 0, 1, None)]
    assert rows(ingest.connection, "SELECT count(*) FROM demo.game_v1") == [(2,)]


def test_without_the_archive_documents_come_from_the_database(ingest: Ingest, documents: Documents) -> None:
    ingest.capture(capture("demo.game", game(7, "Live", [play(0)])))
    shutil.rmtree(ingest.archive.root)
    assert changes(load_pending(documents, (), Quiet()).loaded) == (2, 0, 0, 0)
    assert rows(ingest.connection, GAME_ROWS) == [(7, 0, 1, None)]


def test_a_document_without_its_key_is_a_finding(ingest: Ingest, documents: Documents) -> None:
    ingest.capture(capture("demo.game", {"state": "Live"}))
    ingest.capture(capture("demo.game", game(8, "Live", []), 1))
    outcome = load_pending(documents, (), Quiet())
    assert len(outcome.failed) == 1
    assert rows(ingest.connection, "SELECT game_pk FROM demo.games") == [(8,)]


def test_a_failure_leaves_the_tables_as_they_were(
    ingest: Ingest, documents: Documents, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(ingest, documents, capture("demo.game", game(7, "Live", [play(0)]), 1))

    def fail(*_: object) -> None:
        raise psycopg.OperationalError("the connection is lost")

    with monkeypatch.context() as patch:
        patch.setattr("runtime.loader.remember", fail)
        with pytest.raises(psycopg.OperationalError):
            take(ingest, documents, capture("demo.game", game(7, "Final", [play(1)]), 2))
    assert rows(ingest.connection, GAME_ROWS) == [(7, 0, 1, None)]
    assert load_pending(documents, (), Quiet()).loaded.documents == 1
    assert rows(ingest.connection, GAME_ROWS) == [(7, 1, 1, None)]


def test_a_shared_row_is_that_of_its_newest_document(ingest: Ingest, documents: Documents) -> None:
    day, team = {"date": "12"}, {"team": "147"}
    take(ingest, documents, capture("demo.schedule", schedule((1, "2024-07-12", "Live")), 1, **day))
    take(ingest, documents, capture("demo.schedule", schedule((1, "2024-07-12", "Final")), 3, **team))
    take(ingest, documents, capture("demo.schedule", schedule((1, "2024-07-12", "Delayed")), 2, **day))
    assert rows(ingest.connection, LISTED_ROWS) == [(1, "2024-07-12", "Final")]
    take(ingest, documents, capture("demo.schedule", schedule(), 4, **team))
    assert rows(ingest.connection, LISTED_ROWS) == [(1, "2024-07-12", "Delayed")]
    loaded = take(ingest, documents, capture("demo.schedule", schedule((2, "2024-07-12", "Live")), 5, **day))
    assert changes(loaded) == (1, 0, 1, 0)
    assert rows(ingest.connection, LISTED_ROWS) == [(2, "2024-07-12", "Live")]


PLAY = st.builds(play, st.integers(0, 4), st.integers(1, 3), st.sampled_from([None, 95.5]))
GAMES = st.builds(
    game,
    st.integers(1, 2),
    st.sampled_from(["Live", "Final"]),
    st.lists(PLAY, max_size=4, unique_by=lambda one: one["index"]),
)
DATED = st.builds(
    game,
    st.integers(1, 2),
    st.sampled_from(["Live", "Final"]),
    st.lists(PLAY, max_size=3, unique_by=lambda one: one["index"]),
    played=st.sampled_from(["2023-12-31", "2024-01-01", "2024-07-12", None]),
)
LISTINGS = st.lists(
    st.tuples(
        st.integers(1, 3), st.sampled_from(["2024-07-12", "2024-07-13"]), st.sampled_from(["Live", "Final"])
    ),
    max_size=4,
    unique_by=lambda one: one[:2],
).map(lambda games: schedule(*games))
CAPTURES = st.one_of(
    st.builds(capture, st.just("demo.game"), GAMES, st.integers(0, 3)),
    st.builds(capture, st.just("demo.dated_game"), DATED, st.integers(0, 3)),
    st.builds(
        lambda document, minute, request: capture("demo.schedule", document, minute, date=request),
        LISTINGS,
        st.integers(0, 3),
        st.sampled_from(["a", "b", "c"]),
    ),
)
HISTORIES = st.lists(CAPTURES, max_size=8).flatmap(
    lambda history: st.tuples(
        st.just(history), st.permutations(history), st.lists(st.sampled_from(history or [None]), max_size=3)
    )
)


def expected(history: Sequence[Capture]) -> tuple[list[tuple[object, ...]], ...]:
    """What the tables must hold, by definition: newest snapshots, and of shared rows the newest claim."""
    newest: dict[tuple[str, object], Capture] = {}
    for one in history:
        document = orjson.loads(one.body)
        key = one.request.operation, document.get("gamePk") or one.request.canonical()
        newest[key] = max(newest.get(key, one), one, key=lambda c: (c.request.captured_at, c.sha256))
    dated = [orjson.loads(one.body) for (name, _), one in newest.items() if name == "demo.dated_game"]
    years = [
        (f"demo.dated_plays_y{document['played'][:4]}", document["played"], document["gamePk"], one["index"])
        for document in dated
        for one in (document["plays"] if document["played"] else ())
    ]
    plays, listed = [], {}
    for one in sorted(
        (one for (name, _), one in newest.items() if name != "demo.dated_game"),
        key=lambda c: (c.request.captured_at, c.sha256, c.request.canonical()),
    ):
        document = orjson.loads(one.body)
        plays += [
            (document["gamePk"], p["index"], p["inning"], p.get("speed")) for p in document.get("plays", [])
        ]
        for day in document.get("dates", []):
            listed |= {(g["gamePk"], day["date"]): g["state"] for g in day["games"]}
    return (
        sorted(plays, key=lambda row: row[:2]),
        sorted(years, key=lambda row: row[2:]),
        sorted((*key, state) for key, state in listed.items()),
    )


@pytest.fixture(scope="module")
def reused(new_database: Callable[..., AbstractContextManager[str]]) -> Iterator[Connection]:
    """One database for all examples: each empties it."""
    with new_database() as url, opened(url) as connection:
        yield connection


@given(history=HISTORIES, batch=st.booleans())
def test_any_order_ends_in_the_same_tables(
    reused: Connection,
    tmp_path_factory: pytest.TempPathFactory,
    history: tuple[list[Capture], list[Capture], list[Capture]],
    batch: bool,
) -> None:
    first, second, again = history
    for order in (first, [*second, *filter(None, again)]):
        reused.execute(
            "TRUNCATE demo.games, demo.plays, demo.listed_games, demo.dated_games, demo.dated_plays"
        )
        reused.execute("TRUNCATE demo.game_v1, demo.dated_game_v1, demo.schedule")
        reused.execute("TRUNCATE metadata.documents, metadata.row_claims, metadata.rescued_values")
        ingest = Ingest(reused, CATALOG, Archive(tmp_path_factory.mktemp("archive")), Quiet())
        documents = Documents(reused, CATALOG, ingest.archive)
        for one in order:
            received = ingest.capture(one)
            if received and not batch:
                receive(ingest, documents, received)
        load_pending(documents, (), Quiet())
        found = (rows(reused, GAME_ROWS), rows(reused, DATED_ROWS), rows(reused, LISTED_ROWS))
        assert found == expected(first)
        assert load_pending(documents, (), Quiet()).loaded == Loaded()
