"""Rows lie in the partition of their document's day: one set of them, whatever the order in which responses came."""

import threading
from collections.abc import Sequence
from pathlib import Path

import psycopg
import pytest

from runtime import retention
from runtime.archive import Archive
from runtime.capture import Capture
from runtime.database import Connection, opened
from runtime.documents import Documents
from runtime.errors import MlbError, TerminalError
from runtime.ingest import Ingest
from runtime.load import load_pending, receive
from runtime.partitions import DetachedError
from runtime.progress import Quiet
from runtime.snapshot import Loaded
from runtime.target import target
from tests.postgres.catalog import CATALOG, DATED_PLAYS, capture, game, play

PLACES = "SELECT tableoid::regclass::text, game_pk, play_index FROM demo.dated_plays ORDER BY 1, 2, 3"
GAMES = "SELECT tableoid::regclass::text, game_pk, played::text, state FROM demo.dated_games ORDER BY 1, 2"


def dated(day: str | None, minute: int = 0, pk: int = 7, plays: int = 2, state: str = "Live") -> Capture:
    """A game of a day, or of none."""
    document = game(pk, state, [play(index) for index in range(plays)], played=day)
    return capture("demo.dated_game", document, minute)


def take(ingest: Ingest, documents: Documents, one: Capture) -> Loaded:
    received = ingest.capture(one)
    assert received is not None
    return receive(ingest, documents, received)


def rows(connection: Connection, query: str) -> list[tuple[object, ...]]:
    return connection.execute(query.encode()).fetchall()


def changes(loaded: Loaded) -> tuple[int, int, int, int]:
    return loaded.inserted, loaded.updated, loaded.deleted, loaded.unchanged


@pytest.mark.parametrize("year", ["0001", "1876", "2024", "2100", "9999"])
def test_a_partition_for_any_date(ingest: Ingest, documents: Documents, year: str) -> None:
    for day in (f"{year}-01-01", f"{year}-12-31"):
        take(ingest, documents, dated(day, pk=int(day[5:7])))
    place = f"demo.dated_games_y{year}"
    assert rows(ingest.connection, GAMES) == [
        (place, 1, f"{year}-01-01", "Live"),
        (place, 12, f"{year}-12-31", "Live"),
    ]


def test_a_game_that_moves_takes_its_rows_along(ingest: Ingest, documents: Documents) -> None:
    take(ingest, documents, dated("2024-12-31", 1))
    moved = take(ingest, documents, dated("2025-01-01", 2, plays=3))
    assert changes(moved) == (4, 0, 3, 0)
    assert rows(ingest.connection, PLACES) == [("demo.dated_plays_y2025", 7, index) for index in range(3)]
    assert take(ingest, documents, dated("2024-12-31", 1)).outdated == 1
    back = take(ingest, documents, dated("2024-06-01", 3, plays=1))
    assert changes(back) == (2, 0, 4, 0)
    assert rows(ingest.connection, PLACES) == [("demo.dated_plays_y2024", 7, 0)]
    assert load_pending(documents, (), Quiet()).loaded == Loaded()
    assert changes(load_pending(documents, (), Quiet(), force=True).loaded) == (0, 0, 0, 2)


def test_a_move_within_a_year_changes_the_day(ingest: Ingest, documents: Documents) -> None:
    take(ingest, documents, dated("2024-06-01", 1))
    assert changes(take(ingest, documents, dated("2024-08-01", 2))) == (3, 0, 3, 0)
    assert rows(ingest.connection, GAMES) == [("demo.dated_games_y2024", 7, "2024-08-01", "Live")]


def test_a_game_without_a_day_is_rescued_whole(ingest: Ingest, documents: Documents) -> None:
    take(ingest, documents, dated("2024-06-01", 1))
    loaded = take(ingest, documents, dated(None, 2))
    assert (changes(loaded), loaded.rescued) == ((0, 0, 3, 0), 3)
    assert rows(ingest.connection, GAMES) == rows(ingest.connection, PLACES) == []
    query = "SELECT DISTINCT reason FROM metadata.rescued_values"
    assert rows(ingest.connection, query) == [("null-key",)]
    assert changes(take(ingest, documents, dated("2024-06-01", 3))) == (3, 0, 0, 0)


def test_rows_of_another_year_that_nobody_knows_of_are_found(ingest: Ingest, documents: Documents) -> None:
    take(ingest, documents, dated("2023-06-01", 1))
    ingest.connection.execute("TRUNCATE metadata.documents")
    take(ingest, documents, dated("2024-06-01", 2))
    assert rows(ingest.connection, PLACES) == [("demo.dated_plays_y2024", 7, index) for index in range(2)]


def test_force_finds_rows_wherever_they_are(ingest: Ingest, documents: Documents) -> None:
    take(ingest, documents, dated("2023-06-01", 1, pk=8))
    take(ingest, documents, dated("2024-06-01", 1))
    stray = "INSERT INTO demo.dated_plays VALUES (7, 0, '2023-06-01', 1, NULL, 1, now())"
    ingest.connection.execute(stray)
    load_pending(documents, ("demo.dated_game",), Quiet(), force=True)
    found = [place for place in rows(ingest.connection, PLACES) if place[1] == 7]
    assert found == [("demo.dated_plays_y2024", 7, index) for index in range(2)]


def test_only_the_years_of_a_document_are_looked_at(ingest: Ingest, documents: Documents) -> None:
    for year in (2022, 2023, 2024):
        take(ingest, documents, dated(f"{year}-06-01", pk=year))
    place = target(DATED_PLAYS, ("game_pk",))
    ingest.connection.execute(place.create_stage)
    explained = rows(
        ingest.connection,
        f"EXPLAIN {place.delete_vanished.decode()}".replace("%s", "'{2024}'", 1).replace(
            "ANY (%s)", "ANY ('{2024-06-01}')"
        ),
    )
    scanned = " ".join(str(line) for line in explained)
    assert "dated_plays_y2024" in scanned
    assert "y2023" not in scanned


def in_threads(work: Sequence[threading.Thread]) -> None:
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()


def test_loaders_that_need_a_year_at_once(url: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            with opened(url) as connection:
                archive = Archive(tmp_path_factory.mktemp(f"archive{number}"))
                ingest = Ingest(connection, CATALOG, archive, Quiet())
                documents = Documents(connection, CATALOG, archive)
                for year in (2020, 2021, 2022):
                    take(
                        ingest,
                        documents,
                        dated(f"{year}-06-01", year - 2020, pk=number % 2, plays=number + 1),
                    )
        except (MlbError, psycopg.Error) as error:
            failures.append(error)

    in_threads([threading.Thread(target=work, args=(number,)) for number in range(4)])
    assert failures == []
    with opened(url) as connection:
        assert {place for place, *_ in rows(connection, PLACES)} == {"demo.dated_plays_y2022"}
        assert rows(connection, "SELECT count(*), count(DISTINCT game_pk) FROM demo.dated_games") == [(2, 2)]


# ------------------------------------------------------------------------------------------------- retention

TABLES = retention.known_tables(CATALOG)
DATED = ("demo.dated_games", "demo.dated_plays")


def states(connection: Connection) -> dict[str, str]:
    """The state of each partition of the dated games."""
    found = retention.partitions(connection, DATED)
    return {one.name.removeprefix("demo."): one.state for one in found}


def detach(connection: Connection, before: int, *tables: str) -> list[str]:
    """Detach what is old, and return its names."""
    names = retention.known_tables(CATALOG, tables)
    plan = retention.plan(connection, CATALOG, names, before)
    for one in plan.partitions:
        retention.detach(connection, one)
    return [one.name for one in plan.partitions]


def attach(connection: Connection, *names: str) -> None:
    known = retention.partitions(connection, TABLES)
    for one in retention.named(known, names):
        retention.attach(connection, CATALOG, one)


def drop(connection: Connection) -> None:
    for one in retention.partitions(connection, TABLES):
        if one.state == retention.DETACHED:
            retention.drop(connection, one)


def two_years(ingest: Ingest, documents: Documents) -> None:
    take(ingest, documents, dated("2022-06-01", 1, pk=22))
    take(ingest, documents, dated("2023-06-01", 1, pk=23))


def test_partitions_are_listed(ingest: Ingest, documents: Documents) -> None:
    two_years(ingest, documents)
    ingest.connection.execute("ANALYZE demo.dated_plays")
    found = retention.partitions(ingest.connection, TABLES)
    one = next(one for one in found if one.name == "demo.dated_plays_y2022")
    assert (one.first_day, one.end_day, one.rows, one.state) == ("2022-01-01", "2023-01-01", 2, "attached")
    assert one.bytes > 0
    month = next(one for one in found if one.table == "demo.dated_game_v1")
    assert (month.first_day, month.end_day) == ("2024-07-01", "2024-08-01")
    with pytest.raises(TerminalError, match=r"dated_play`"):
        retention.known_tables(CATALOG, ("demo.dated_play",))


def test_only_what_is_wholly_before_the_year_is_detached(ingest: Ingest, documents: Documents) -> None:
    two_years(ingest, documents)
    assert detach(ingest.connection, 2022) == []
    assert detach(ingest.connection, 2023) == ["demo.dated_games_y2022", "demo.dated_plays_y2022"]
    assert detach(ingest.connection, 2023) == []
    assert states(ingest.connection)["dated_plays_y2023"] == "attached"
    assert rows(ingest.connection, "SELECT game_pk FROM demo.dated_games") == [(23,)]
    assert rows(ingest.connection, "SELECT game_pk FROM demo.dated_games_y2022") == [(22,)]


def test_documents_of_a_detached_year_are_left_alone(ingest: Ingest, documents: Documents) -> None:
    two_years(ingest, documents)
    detach(ingest.connection, 2023)
    late = take(ingest, documents, dated("2022-06-01", 2, pk=22, state="Final"))
    new = take(ingest, documents, dated("2022-07-01", 2, pk=24))
    gone = take(ingest, documents, dated("2023-07-01", 3, pk=22))
    come = take(ingest, documents, dated("2022-07-01", 3, pk=23))
    assert [one.detached for one in (late, new, gone, come)] == [1, 1, 1, 1]
    for _ in range(2):
        assert load_pending(documents, (), Quiet()).loaded == Loaded(detached=3)
    assert rows(ingest.connection, "SELECT game_pk, played::text FROM demo.dated_games") == [
        (23, "2023-06-01")
    ]
    assert rows(ingest.connection, "SELECT state FROM demo.dated_games_y2022") == [("Live",)]


def test_what_is_attached_again_catches_up(ingest: Ingest, documents: Documents) -> None:
    two_years(ingest, documents)
    detach(ingest.connection, 2023)
    take(ingest, documents, dated("2023-07-01", 3, pk=22, plays=1))
    attach(ingest.connection, "demo.dated_games_y2022", "demo.dated_plays_y2022")
    assert set(states(ingest.connection).values()) == {"attached"}
    assert changes(load_pending(documents, (), Quiet()).loaded) == (2, 0, 3, 0)
    places = [(place, pk) for place, pk, _ in rows(ingest.connection, PLACES)]
    assert places == [("demo.dated_plays_y2023", 22), *[("demo.dated_plays_y2023", 23)] * 2]


def test_what_is_attached_again_gets_the_columns_of_its_table(ingest: Ingest, documents: Documents) -> None:
    two_years(ingest, documents)
    detach(ingest.connection, 2023)
    with ingest.connection.transaction(force_rollback=True):
        ingest.connection.execute('ALTER TABLE demo.dated_plays ADD COLUMN "end" text[], ADD spin float')
        ingest.connection.execute("COMMENT ON COLUMN demo.dated_plays.spin IS 'Since then.'")
        attach(ingest.connection, "demo.dated_games_y2022", "demo.dated_plays_y2022")
        assert states(ingest.connection)["dated_plays_y2022"] == "attached"
        found = rows(ingest.connection, 'SELECT game_pk, "end", spin FROM demo.dated_plays ORDER BY 1')
        assert found == [*[(22, None, None)] * 2, *[(23, None, None)] * 2]


@pytest.mark.parametrize(
    "change",
    [
        "RENAME play_index TO number",
        "DROP COLUMN speed",
        "ALTER speed TYPE jsonb USING NULL",
        "ALTER inning SET NOT NULL",
        "ADD half text NOT NULL DEFAULT 'top'",
    ],
)
def test_a_partition_whose_table_changed_is_not_attached(
    ingest: Ingest, documents: Documents, change: str
) -> None:
    two_years(ingest, documents)
    detach(ingest.connection, 2023)
    with ingest.connection.transaction(force_rollback=True):
        ingest.connection.execute(f"ALTER TABLE demo.dated_plays {change}".encode())
        with pytest.raises(
            TerminalError, match=r"changed after `demo\.dated_plays_y2022` was detached"
        ) as found:
            attach(ingest.connection, "demo.dated_plays_y2022")
        assert "drop demo.dated_plays_y2022" in (found.value.hint or "")
        assert states(ingest.connection)["dated_plays_y2022"] == "detached"
        drop(ingest.connection)
        attach(ingest.connection, "demo.dated_plays_y2022")
        assert "dated_plays_y2022" not in states(ingest.connection)


def test_what_is_dropped_stays_closed_until_it_is_opened(ingest: Ingest, documents: Documents) -> None:
    two_years(ingest, documents)
    drop(ingest.connection)
    assert set(states(ingest.connection).values()) == {"attached"}
    detach(ingest.connection, 2023)
    drop(ingest.connection)
    assert states(ingest.connection)["dated_games_y2022"] == "dropped"
    assert load_pending(documents, (), Quiet(), force=True).loaded.detached == 1
    take(ingest, documents, dated("2022-06-01", 2, pk=24))
    assert rows(ingest.connection, "SELECT game_pk FROM demo.dated_games") == [(23,)]
    attach(ingest.connection, "demo.dated_games_y2022", "demo.dated_plays_y2022")
    assert changes(load_pending(documents, (), Quiet()).loaded) == (6, 0, 0, 0)
    assert set(states(ingest.connection).values()) == {"attached"}
    assert rows(ingest.connection, "SELECT game_pk FROM demo.dated_games ORDER BY 1") == [(22,), (23,), (24,)]


def test_one_table_alone_closes_the_documents(ingest: Ingest, documents: Documents) -> None:
    two_years(ingest, documents)
    assert detach(ingest.connection, 2023, "demo.dated_plays") == ["demo.dated_plays_y2022"]
    assert take(ingest, documents, dated("2022-06-01", 2, pk=22, state="Final")).detached == 1
    assert rows(ingest.connection, "SELECT state FROM demo.dated_games WHERE game_pk = 22") == [("Live",)]


def test_a_detach_that_was_interrupted_is_brought_to_its_end(
    ingest: Ingest, documents: Documents, url: str
) -> None:
    two_years(ingest, documents)
    with opened(url) as reader, opened(url) as worker:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM demo.dated_games")
        worker.execute("SET statement_timeout = '300ms'")
        one = retention.plan(worker, CATALOG, DATED, 2023).partitions[0]
        with pytest.raises(psycopg.errors.QueryCanceled):
            retention.detach(worker, one)
    assert states(ingest.connection)["dated_games_y2022"] == "detaching"
    assert take(ingest, documents, dated("2022-06-01", 2, pk=22)).detached == 1
    assert detach(ingest.connection, 2023) == ["demo.dated_games_y2022", "demo.dated_plays_y2022"]
    assert states(ingest.connection)["dated_games_y2022"] == "detached"
    attach(ingest.connection, "demo.dated_games_y2022", "demo.dated_plays_y2022")
    assert load_pending(documents, (), Quiet()).loaded.detached == 0


def test_a_raw_month_stays_while_it_is_needed(ingest: Ingest, documents: Documents) -> None:
    two_years(ingest, documents)
    raw = "demo.dated_game_v1"
    plan = retention.plan(ingest.connection, CATALOG, (raw,), 2025)
    assert ([kept.partition.table for kept in plan.kept], plan.partitions) == ([raw], ())
    assert "2 documents" in plan.kept[0].because
    assert f"{raw}_y2024m07" not in detach(ingest.connection, 2023)
    assert f"{raw}_y2024m07" in detach(ingest.connection, 2025)
    assert rows(ingest.connection, f"SELECT count(*) FROM {raw}") == [(0,)]


def test_a_raw_month_that_is_not_loaded_yet_stays(ingest: Ingest, documents: Documents) -> None:
    ingest.capture(capture("demo.game", game(7, "Live", []), 1))
    ingest.capture(capture("demo.schedule", [], 1))
    assert detach(ingest.connection, 2025) == []
    load_pending(documents, (), Quiet())
    kept = retention.plan(ingest.connection, CATALOG, TABLES, 2025).kept
    assert {one.partition.table for one in kept} == {"demo.game_v1", "demo.schedule"}


def test_a_response_of_a_detached_month_is_archived_only(ingest: Ingest, tmp_path: Path) -> None:
    first, second = (capture("demo.other", [number], number) for number in range(2))
    ingest.capture(first)
    assert detach(ingest.connection, 2025) == ["demo.other_y2024m07"]
    late = Ingest(ingest.connection, CATALOG, Archive(tmp_path / "archive"), Quiet())
    with pytest.raises(DetachedError, match=r"demo\.other_y2024m07"):
        late.capture(second)
    assert late.archive.body(second.sha256) == second.body
    assert rows(ingest.connection, "SELECT count(*) FROM demo.other_y2024m07") == [(1,)]


def test_loads_go_on_while_a_year_is_detached(url: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    failures: list[BaseException] = []
    loaded = threading.Event()

    def work(number: int) -> None:
        try:
            with opened(url) as connection:
                archive = Archive(tmp_path_factory.mktemp(f"archive{number}"))
                ingest = Ingest(connection, CATALOG, archive, Quiet())
                documents = Documents(connection, CATALOG, archive)
                for minute in range(20):
                    for year in (2022, 2023):
                        take(
                            ingest, documents, dated(f"{year}-06-01", minute, pk=year, plays=number + minute)
                        )
                    loaded.set()
        except (MlbError, psycopg.Error) as error:
            failures.append(error)

    def close() -> None:
        loaded.wait(10)
        with opened(url) as connection:
            detach(connection, 2023)

    in_threads(
        [*(threading.Thread(target=work, args=(n,)) for n in range(2)), threading.Thread(target=close)]
    )
    assert failures == []
    with opened(url) as connection:
        assert rows(connection, "SELECT DISTINCT game_pk FROM demo.dated_games") == [(2023,)]
        assert rows(connection, "SELECT count(*), max(game_pk) FROM demo.dated_games_y2022") == [(1, 2022)]
