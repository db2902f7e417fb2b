"""Rows that violate a rule go to quarantine, doubts are written down; the order of captures does not matter."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.archive import Archive
from runtime.capture import Capture
from runtime.checks import check
from runtime.database import Connection, opened
from runtime.documents import Documents
from runtime.ingest import Ingest
from runtime.job import Check, Job, Row, Rule
from runtime.load import load_pending, receive
from runtime.progress import Quiet
from runtime.snapshot import Loaded
from tests.postgres import catalog as demo
from tests.postgres.catalog import capture, game, play, schedule


def known_inning(row: Row) -> bool | None:
    inning = row[2]
    return inning in range(1, 10) if isinstance(inning, int) else None


def possible_speed(row: Row) -> bool | None:
    speed = row[3]
    return speed < 110 if isinstance(speed, float) else None


def known_state(row: Row) -> bool | None:
    return None if row[2] is None else row[2] != "Bad"


def is_named(row: Row) -> bool | None:
    return row[0] != 13


def ruled(job: Job, **rules: tuple[Rule, ...]) -> Job:
    """A job with rules for some of its tables."""
    return replace(
        job,
        extractions=tuple(
            replace(item, rules=rules.get(item.table.name.partition(".")[2], ())) for item in job.extractions
        ),
    )


FEW = Check(
    rule="few_plays",
    operation="demo.game",
    severity="warning",
    key=("game_pk",),
    doc="",
    sql="SELECT game_pk, count(*) AS plays, avg(inning) AS mean FROM demo.plays"
    " WHERE game_pk = ANY(%(game_pk)s::bigint[]) GROUP BY game_pk HAVING count(*) > 1",
)
GAME = ruled(
    demo.GAME,
    games=(Rule("is_named", is_named, columns=("game_pk",), is_error=True),),
    plays=(
        Rule("known_inning", known_inning, columns=("inning",), is_error=True),
        Rule("possible_speed", possible_speed, columns=("speed",)),
    ),
)
SCHEDULE = ruled(
    demo.SCHEDULE, listed_games=(Rule("known_state", known_state, columns=("state",), is_error=True),)
)
INNINGS = Check(
    rule="known_inning",
    operation="demo.game",
    severity="error",
    table="demo.plays",
    key=("game_pk", "play_index"),
    doc="",
    sql="SELECT game_pk, play_index, inning, raw_id, captured_at FROM demo.plays"
    " WHERE NOT inning BETWEEN 1 AND 9 ORDER BY game_pk, play_index",
)
STATES = Check(
    rule="known_state",
    operation="demo.schedule",
    severity="error",
    table="demo.listed_games",
    key=("game_pk", "listed_date"),
    doc="",
    sql="SELECT game_pk, listed_date, state, raw_id, captured_at FROM demo.listed_games WHERE state = 'Bad'",
)
CATALOG = replace(
    demo.CATALOG,
    jobs={"demo.game": GAME, "demo.schedule": SCHEDULE},
    rules={"demo.game": (INNINGS, FEW), "demo.schedule": (STATES,)},
)
PLAYS = "SELECT game_pk, play_index, inning, speed FROM demo.plays ORDER BY 1, 2"
LISTED = "SELECT game_pk, listed_date::text, state FROM demo.listed_games ORDER BY 1, 2"
QUARANTINE = (
    "SELECT document_key, table_name, position, rule, row_key, row FROM metadata.quarantine ORDER BY 1, 2, 3"
)
RESULTS = "SELECT document_key, rule, table_name, row_key, details FROM metadata.quality_results ORDER BY 1, 2, ordinal"


@pytest.fixture
def ingest(connection: Connection, tmp_path_factory: pytest.TempPathFactory) -> Ingest:
    """Takes responses in, with rules."""
    return Ingest(connection, CATALOG, Archive(tmp_path_factory.mktemp("archive")), Quiet())


def take(ingest: Ingest, documents: Documents, one: Capture) -> Loaded:
    received = ingest.capture(one)
    assert received is not None
    return receive(ingest, documents, received)


def rows(connection: Connection, query: str) -> list[tuple[object, ...]]:
    return connection.execute(query.encode()).fetchall()


def test_an_error_row_is_in_quarantine_and_not_in_its_table(ingest: Ingest, documents: Documents) -> None:
    loaded = take(ingest, documents, capture("demo.game", game(7, "Live", [play(0), play(1, 44, 91.5)])))
    assert (loaded.inserted, loaded.quarantined) == (2, 1)
    assert rows(ingest.connection, PLAYS) == [(7, 0, 1, None)]
    cells = {"game_pk": 7, "play_index": 1, "inning": 44, "speed": 91.5}
    key = {"game_pk": 7, "play_index": 1}
    assert rows(ingest.connection, QUARANTINE) == [("7", "demo.plays", 1, "known_inning", key, cells)]
    raw = rows(ingest.connection, "SELECT raw_id, captured_at FROM metadata.quarantine")
    assert raw == rows(ingest.connection, "SELECT raw_id, captured_at FROM demo.game_v1")


def test_a_newer_state_replaces_what_was_found(ingest: Ingest, documents: Documents) -> None:
    take(
        ingest, documents, capture("demo.game", game(7, "Live", [play(0, 0), play(1, 1, 120.0), play(2)]), 1)
    )
    assert len(rows(ingest.connection, QUARANTINE)) == 1
    assert [found[1] for found in rows(ingest.connection, RESULTS)] == ["few_plays", "possible_speed"]
    loaded = take(ingest, documents, capture("demo.game", game(7, "Live", [play(0)]), 2))
    assert (loaded.inserted, loaded.deleted) == (1, 2)
    assert rows(ingest.connection, QUARANTINE) == rows(ingest.connection, RESULTS) == []
    assert rows(ingest.connection, PLAYS) == [(7, 0, 1, None)]


def test_an_older_state_changes_nothing(ingest: Ingest, documents: Documents) -> None:
    take(ingest, documents, capture("demo.game", game(7, "Live", [play(0)]), 2))
    take(ingest, documents, capture("demo.game", game(7, "Live", [play(0, 77), play(1), play(2)]), 1))
    assert rows(ingest.connection, QUARANTINE) == rows(ingest.connection, RESULTS) == []


def test_a_warning_says_which_row_and_why(ingest: Ingest, documents: Documents) -> None:
    take(ingest, documents, capture("demo.game", game(7, "Live", [play(0, 1, 120.5)])))
    key = {"game_pk": 7, "play_index": 0}
    assert rows(ingest.connection, RESULTS) == [("7", "possible_speed", "demo.plays", key, {"speed": 120.5})]
    assert rows(ingest.connection, PLAYS) == [(7, 0, 1, 120.5)]


def test_a_rule_over_tables_sees_its_document_alone(ingest: Ingest, documents: Documents) -> None:
    take(ingest, documents, capture("demo.game", game(7, "Live", [play(0), play(1, 2)])))
    take(ingest, documents, capture("demo.game", game(8, "Live", [play(0)]), 1))
    found = [("7", "few_plays", None, {"game_pk": 7}, {"plays": 2, "mean": 1.5})]
    assert rows(ingest.connection, RESULTS) == found


def test_a_rule_that_fails_is_a_finding_and_the_document_is_loaded(
    connection: Connection, ingest: Ingest
) -> None:
    broken = replace(
        FEW,
        rule="broken",
        sql="SELECT game_pk, 1 / (game_pk - game_pk) FROM demo.games WHERE game_pk = ANY(%(game_pk)s)",
    )
    ingest = replace(ingest, catalog=replace(CATALOG, rules={"demo.game": (broken, FEW)}))
    documents = Documents(connection, ingest.catalog, ingest.archive)
    take(ingest, documents, capture("demo.game", game(7, "Live", [play(0), play(1)])))
    found = rows(connection, "SELECT rule, details ->> 'failed' FROM metadata.quality_results ORDER BY 1")
    assert found == [("broken", "division by zero"), ("few_plays", None)]
    assert len(rows(connection, PLAYS)) == 2


def test_rows_below_a_row_in_quarantine_go_with_it(ingest: Ingest, documents: Documents) -> None:
    take(ingest, documents, capture("demo.game", game(13, "Live", [play(0), play(1, 44)])))
    found = [
        (table, position, rule) for _, table, position, rule, _, _ in rows(ingest.connection, QUARANTINE)
    ]
    assert found == [
        ("demo.games", 0, "is_named"),
        ("demo.plays", 0, "is_named"),
        ("demo.plays", 1, "known_inning"),
    ]
    assert rows(ingest.connection, PLAYS) == []
    of = rows(
        ingest.connection, "SELECT table_name, rule_table FROM metadata.quarantine ORDER BY 1, position"
    )
    assert of == [("demo.games",) * 2, ("demo.plays", "demo.games"), ("demo.plays",) * 2]


def test_loading_again_by_force_changes_nothing(ingest: Ingest, documents: Documents) -> None:
    take(ingest, documents, capture("demo.game", game(7, "Live", [play(0), play(1, 44), play(2, 2, 130.0)])))
    before = [rows(ingest.connection, query) for query in (PLAYS, QUARANTINE, RESULTS)]
    ingest.connection.execute("DELETE FROM metadata.quarantine; DELETE FROM metadata.quality_results")
    forced = load_pending(documents, (), Quiet(), force=True).loaded
    assert (forced.unchanged, forced.quarantined, forced.findings) == (3, 1, 2)
    assert before == [rows(ingest.connection, query) for query in (PLAYS, QUARANTINE, RESULTS)]


def test_a_bad_shared_row_gives_way_to_the_next_document(ingest: Ingest, documents: Documents) -> None:
    day, team = {"date": "12"}, {"team": "147"}
    take(ingest, documents, capture("demo.schedule", schedule((1, "2024-07-12", "Live")), 1, **day))
    take(ingest, documents, capture("demo.schedule", schedule((1, "2024-07-12", "Bad")), 2, **team))
    assert rows(ingest.connection, LISTED) == [(1, "2024-07-12", "Live")]
    assert len(rows(ingest.connection, QUARANTINE)) == 1
    take(ingest, documents, capture("demo.schedule", schedule((1, "2024-07-12", "Bad")), 3, **day))
    assert rows(ingest.connection, LISTED) == []
    take(ingest, documents, capture("demo.schedule", schedule((1, "2024-07-12", "Final")), 4, **team))
    assert rows(ingest.connection, LISTED) == [(1, "2024-07-12", "Final")]
    assert len(rows(ingest.connection, QUARANTINE)) == 1


def counts(connection: Connection, *operations: str) -> dict[str, tuple[int, int, int]]:
    found = check(connection, CATALOG, operations)
    return {one.rule: (one.violations, one.documents, one.quarantined) for one in found}


def test_all_rules_are_run_over_what_is_loaded(ingest: Ingest, documents: Documents) -> None:
    for pk in (7, 8):
        plays = [play(0), play(1), play(2, 44)]
        take(ingest, documents, capture("demo.game", game(pk, "Live", plays), pk))
    take(ingest, documents, capture("demo.schedule", schedule((1, "2024-07-12", "Live"))))
    connection = ingest.connection
    before = rows(connection, RESULTS)
    assert counts(connection) == {"known_inning": (0, 0, 2), "few_plays": (2, 2, 0), "known_state": (0, 0, 0)}
    assert rows(connection, RESULTS) == before
    connection.execute("UPDATE demo.plays SET inning = 10 WHERE game_pk = 8")
    connection.execute("UPDATE demo.listed_games SET state = 'Bad'")
    assert counts(connection) == {"known_inning": (2, 1, 2), "few_plays": (2, 2, 0), "known_state": (1, 1, 0)}
    query = "SELECT document_key, severity, row_key, details FROM metadata.quality_results WHERE rule = %s"
    found = connection.execute(query, ("known_inning",)).fetchone()
    assert found == ("8", "error", {"game_pk": 8, "play_index": 0}, {"inning": 10})
    assert connection.execute(query, ("known_state",)).fetchone() == (
        rows(connection, "SELECT document_key FROM demo.schedule")[0][0],
        "error",
        {"game_pk": 1, "listed_date": "2024-07-12"},
        {"state": "Bad"},
    )


def test_rules_of_one_operation_leave_the_results_of_others(ingest: Ingest, documents: Documents) -> None:
    take(ingest, documents, capture("demo.game", game(7, "Live", [play(0), play(1)])))
    assert counts(ingest.connection, "demo.schedule") == {"known_state": (0, 0, 0)}
    assert len(rows(ingest.connection, RESULTS)) == 1


PLAY = st.builds(play, st.integers(0, 3), st.sampled_from([1, 2, 77]), st.sampled_from([None, 95.5, 150.0]))
GAMES = st.builds(
    game,
    st.sampled_from([1, 13]),
    st.just("Live"),
    st.lists(PLAY, max_size=3, unique_by=lambda one: one["index"]),
)
LISTINGS = st.lists(
    st.tuples(st.integers(1, 2), st.just("2024-07-12"), st.sampled_from(["Live", "Bad"])),
    max_size=2,
    unique_by=lambda one: one[:2],
).map(lambda games: schedule(*games))
CAPTURES = st.one_of(
    st.builds(capture, st.just("demo.game"), GAMES, st.integers(0, 3)),
    st.builds(
        lambda document, minute, request: capture("demo.schedule", document, minute, date=request),
        LISTINGS,
        st.integers(0, 3),
        st.sampled_from(["a", "b", "c"]),
    ),
)
HISTORIES = st.lists(CAPTURES, max_size=6).flatmap(
    lambda history: st.tuples(st.just(history), st.permutations(history), st.booleans())
)


@pytest.fixture(scope="module")
def reused(new_database: Callable[..., AbstractContextManager[str]]) -> Iterator[Connection]:
    """One database for all examples: each empties it."""
    with new_database() as url, opened(url) as connection:
        yield connection


@given(history=HISTORIES)
def test_any_order_ends_in_the_same_quarantine_and_findings(
    reused: Connection,
    tmp_path_factory: pytest.TempPathFactory,
    history: tuple[list[Capture], list[Capture], bool],
) -> None:
    first, second, again = history
    states: list[list[list[tuple[object, ...]]]] = []
    for order in (first, second):
        reused.execute("TRUNCATE demo.games, demo.plays, demo.listed_games, demo.game_v1, demo.schedule")
        reused.execute(
            "TRUNCATE metadata.documents, metadata.row_claims, metadata.rescued_values,"
            " metadata.quarantine, metadata.quality_results"
        )
        ingest = Ingest(reused, CATALOG, Archive(tmp_path_factory.mktemp("archive")), Quiet())
        documents = Documents(reused, CATALOG, ingest.archive)
        for one in order:
            take(ingest, documents, one)
        if again:
            load_pending(documents, (), Quiet(), force=True)
        states.append([rows(reused, query) for query in (PLAYS, LISTED, QUARANTINE, RESULTS)])
    assert states[0] == states[1]
