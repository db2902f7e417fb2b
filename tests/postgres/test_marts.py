"""The views on a real server: what MLB says of a game, and what a careful reader of generated games concludes."""

import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import cast

import pytest
from psycopg import sql

from compiler.backends.postgres import script
from compiler.backends.postgres.views import SCRIPT, emit_views
from compiler.ir.views import Kind
from runtime import database
from runtime.database import Connection
from runtime.job import Conformed, Job
from runtime.target import target
from tests.season import replay
from tests.support import project
from tests.support.views import LIVE, TAIL, catalog, games, plan, rows, views

pytestmark = pytest.mark.slow
Found = list[tuple[object, ...]]


@pytest.fixture(scope="module")
def marts(server: database.Status) -> Iterator[Connection]:
    """A database with the tables that the views read, filled, and the views."""
    name = f"marts_{os.getpid()}"
    assert server.settings is not None
    with database.opened(server.settings.url("postgres")) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        with database.opened(server.settings.url(name)) as connection:
            tables = catalog()
            connection.execute(script(tables).encode())
            fill(connection, project.job(LIVE))
            emitted = emit_views(plan().views, tables.schemas | {"metadata"})
            connection.execute(emitted[SCRIPT].encode())
            ask(connection, "SELECT * FROM metadata.refresh_all_views()")
            yield connection
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def fill(connection: Connection, job: Job) -> None:
    for table in catalog().tables:
        if table.partitioning:
            connection.execute(f"CREATE TABLE {table.name}_all PARTITION OF {table.name} DEFAULT".encode())
    for table, found in rows():
        target(table, job.document_key).copy(connection, found, TAIL)


def ask(connection: Connection, query: str, *values: object) -> Found:
    return connection.execute(query.encode(), values or None).fetchall()


def pks(documents: tuple[Conformed, ...] | None = None) -> list[int]:
    return [game["gamePk"] for game in documents or games()]


def test_columns_have_the_types_that_the_compiler_tells(marts: Connection) -> None:
    """What is said of a query is what comes back."""
    for view in views():
        cursor = marts.execute(f"SELECT * FROM {view.name} LIMIT 0".encode())
        found = [(column.name, column.type_display) for column in cursor.description or ()]
        short = {"bigint": "int8", "integer": "int4", "double precision": "float8", "boolean": "bool"}
        told = [(column.name, short.get(column.type, column.type)) for column in view.columns]
        assert found == told, view.name
    assert all(column.type for view in plan().views if view.kind is not Kind.QUERY for column in view.columns)


def test_the_count_before_a_pitch_is_that_after_the_event_before_it(marts: Connection) -> None:
    query = "SELECT game_pk, at_bat_index, event_index, balls_before, strikes_before FROM mart.pitches"
    before = {row[:3]: row[3:] for row in ask(marts, query)}
    for game in games():
        for play, event in replay.events(game):
            previous = play["playEvents"][event["index"] - 1]["count"] if event["index"] else {}
            if event["isPitch"]:
                count = (previous.get("balls", 0), previous.get("strikes", 0))
                assert before[game["gamePk"], play["atBatIndex"], event["index"]] == count
    assert len(before) == sum(event["isPitch"] for game in games() for _, event in replay.events(game))


def test_outs_and_bases_before_a_pitch(marts: Connection) -> None:
    """Replay every game event by event, as someone who reads the whole document would."""
    query = """SELECT game_pk, at_bat_index, event_index, outs_before, on_1b_id, on_2b_id, on_3b_id,
                      away_score_before, home_score_before FROM mart.pitches"""
    found = {row[:3]: row[3:] for row in ask(marts, query)}
    expected = {
        (game["gamePk"], play, event): state for game in games() for (play, event), state in _states(game)
    }
    assert found == expected


def _states(game: Conformed) -> Iterator[tuple[tuple[int, int], tuple[int | None, ...]]]:
    bases: list[int | None] = [None, None, None]
    outs, half, score = 0, None, {"away": 0, "home": 0}
    for play in replay.plays(game):
        if replay.half(play) != half:
            bases[:], outs, half = (None, None, None), 0, replay.half(play)
        for event in play["playEvents"]:
            if event["isPitch"]:
                yield (
                    (play["atBatIndex"], event["index"]),
                    (outs, *bases, score["away"], score["home"]),
                )
            replay._substituted(bases, event)
            moved = [item for item in play["runners"] if item["details"]["playIndex"] == event["index"]]
            replay._moved(bases, moved)
            outs += sum(item["movement"]["isOut"] is True for item in moved)
            score[replay.side(play)] += sum(item["movement"]["end"] == "score" for item in moved)


def test_pitches_belong_to_who_threw_them(marts: Connection) -> None:
    """The boxscore agrees."""
    found: dict[int, Counter[int]] = defaultdict(Counter)
    for pk, pitcher, pitches in ask(
        marts, "SELECT game_pk, pitcher_id, count(*) FROM mart.pitches GROUP BY 1, 2"
    ):
        found[cast(int, pk)][cast(int, pitcher)] = cast(int, pitches)
    for game in games():
        assert found[game["gamePk"]] == +replay.pitches_by_pitcher(game)
    assert not ask(marts, "SELECT * FROM mart.pitching_lines WHERE pitches <> number_of_pitches")


def test_risp_is_the_official_one(marts: Connection) -> None:
    query = """
        SELECT p.game_pk, p.batting_team_id, count(*) FILTER (WHERE is_hit), count(*)
        FROM mart.plate_appearances p WHERE is_at_bat AND is_risp GROUP BY 1, 2
    """
    found = {(pk, team): f"{hits}-for-{at_bats}." for pk, team, hits, at_bats in ask(marts, query)}
    for game in games():
        for side in game["liveData"]["boxscore"]["teams"].values():
            fields = [field for info in side["info"] for field in info["fieldList"]]
            official = [field["value"] for field in fields if field["label"] == "Team RISP"]
            for value in official:
                assert found.get((game["gamePk"], side["team"]["id"]), "0-for-0.") == value
    assert found[747175, 109] == "3-for-7."
    assert found[747175, 141] == "1-for-5."


def test_plate_appearances_are_the_boxscore(marts: Connection) -> None:
    query = """
        WITH seen AS (
            SELECT game_pk, batter_id, count(*) FILTER (WHERE is_plate_appearance) AS appearances,
                   count(*) FILTER (WHERE is_at_bat) AS at_bats, count(*) FILTER (WHERE is_hit) AS hits
            FROM mart.plate_appearances GROUP BY 1, 2
        )
        SELECT b.game_pk, b.player_id, b.plate_appearances, b.at_bats, b.hits, s.*
        FROM mart.batting_lines b LEFT JOIN seen s ON (s.game_pk, s.batter_id) = (b.game_pk, b.player_id)
        WHERE (b.plate_appearances, b.at_bats, b.hits)
           <> (coalesce(s.appearances, 0), coalesce(s.at_bats, 0), coalesce(s.hits, 0))
    """
    assert ask(marts, query) == []


def test_runs_are_the_linescore(marts: Connection) -> None:
    query = """
        SELECT l.game_pk, l.is_home, l.runs, coalesce(sum(p.runs), 0)
        FROM game.live_game_linescore_teams l
        JOIN game.live_game_teams t USING (game_pk, is_home)
        LEFT JOIN mart.plate_appearances p ON p.game_pk = l.game_pk AND p.batting_team_id = t.team_id
        GROUP BY 1, 2, 3 HAVING l.runs <> coalesce(sum(p.runs), 0)
    """
    assert ask(marts, query) == []


def test_nine_starters_a_team(marts: Connection) -> None:
    query = """SELECT count(DISTINCT batting_slot), count(*) FROM mart.batting_lines
               WHERE is_starter GROUP BY game_pk, team_id"""
    assert {*ask(marts, query)} == {(9, 9)}


def test_savant_names_say_the_same(marts: Connection) -> None:
    query = """
        SELECT count(*), count(DISTINCT s.type), count(*) FILTER (WHERE s.events IS NOT NULL),
               count(*) FILTER (WHERE abs(s.pfx_x * 12 - p.pfx_x) < 1e-9), count(p.pfx_x),
               count(*) FILTER (WHERE s.on_1b IS NOT DISTINCT FROM p.on_1b_id AND s.balls = p.balls_before)
        FROM mart.pitches_savant s
        JOIN mart.pitches p ON p.game_pk = s.game_pk AND p.at_bat_index + 1 = s.at_bat_number
                           AND p.pitch_number = s.pitch_number
    """
    ((pitches, types, ended, same, measured, states),) = ask(marts, query)
    assert (pitches, types) == (ask(marts, "SELECT count(*) FROM mart.pitches")[0][0], 3)
    assert same == measured
    assert states == pitches
    plays = "SELECT count(DISTINCT (game_pk, at_bat_index)) FROM mart.pitches"
    assert [(ended,)] == ask(marts, plays)


def test_materialized_views_are_refreshed_inside_a_transaction(marts: Connection) -> None:
    with marts.transaction(force_rollback=True):
        ask(marts, "DELETE FROM game.live_game_pitch_events WHERE game_pk = 747175 RETURNING 1")
        refreshed = [name for name, _ in ask(marts, "SELECT * FROM metadata.refresh_all_views()")]
        assert refreshed == [view.name for view in views() if view.kind is Kind.MATERIALIZED]
        assert ask(marts, "SELECT count(*) FROM mart.pitches WHERE game_pk = 747175") == [(0,)]
    assert ask(marts, "SELECT count(*) FROM mart.pitches WHERE game_pk = 747175") == [(290,)]


def test_one_that_never_held_rows_is_filled(marts: Connection) -> None:
    with marts.transaction(force_rollback=True):
        marts.execute("REFRESH MATERIALIZED VIEW mart.pitches WITH NO DATA")
        ask(marts, "SELECT * FROM metadata.refresh_all_views()")
        assert ask(marts, "SELECT count(*) > 290 FROM mart.pitches") == [(True,)]


def test_extract_jsonpath_reads_the_newest_state(marts: Connection) -> None:
    """The newest by what the response says of itself, not by when it was fetched."""
    insert = """
        INSERT INTO game.live_game_v1 (captured_at, endpoint, method, path_params, query_params, status_code, sha256,
                                       document_key, game_pk, timecode, data)
        VALUES (%s, 'game', 'liveGameV1', '{}', '{}', %s, '', 'k', 7, %s, %s)
    """
    with marts.transaction(force_rollback=True):
        for captured, status, timecode, data in (
            ("2024-01-01Z", 200, "20240101_000000", '{"a": [1, 2]}'),
            ("2024-01-03Z", 200, "20231231_000000", '{"a": [0]}'),
            ("2024-01-04Z", 500, "20240104_000000", '{"a": [9]}'),
        ):
            marts.execute(insert, (captured, status, timecode, data))
        query = "SELECT * FROM game.extract_jsonpath(%s, %s)"
        assert ask(marts, query, 7, "$.a[*]") == [(1,), (2,)]
        assert ask(marts, query, 7, "strict $.nothing.here") == []
        assert ask(marts, query, 8, "$") == []
        assert ask(marts, "SELECT timecode FROM game.latest_live WHERE game_pk = 7") == [("20240101_000000",)]


# ------------------------------------------------------------------------------------------ in the middle of a play


def play(
    connection: Connection, at_bat: int, pitcher: int, *, batter: int = 50, on_1b: int | None = None
) -> None:
    connection.execute(
        "INSERT INTO game.live_game_plays (game_date, game_pk, at_bat_index, inning, half_inning, pitcher_id,"
        " batter_id, post_on_first_id, outs, raw_id, captured_at)"
        " VALUES ('2024-07-12', 7, %s, 1, 'top', %s, %s, %s, 0, 1, now())",
        (at_bat, pitcher, batter, on_1b),
    )


def pitches(connection: Connection, at_bat: int, *events: int) -> None:
    for event in events:
        connection.execute(
            "INSERT INTO game.live_game_pitch_events (game_date, game_pk, at_bat_index, event_index, raw_id,"
            " captured_at) VALUES ('2024-07-12', 7, %s, %s, 1, now())",
            (at_bat, event),
        )


def change(
    connection: Connection, at_bat: int, event: int, kind: str, come: int, go: int | None = None
) -> None:
    connection.execute(
        "INSERT INTO game.live_game_lineup_changes (game_date, game_pk, at_bat_index, event_index, change_type,"
        " player_in_id, player_out_id, raw_id, captured_at) VALUES ('2024-07-12', 7, %s, %s, %s, %s, %s, 1, now())",
        (at_bat, event, f"{kind}_substitution", come, go),
    )


def move(
    connection: Connection, place: int, event: int, runner: int, start: str | None, end: str | None
) -> None:
    connection.execute(
        "INSERT INTO game.live_game_runners (game_date, game_pk, at_bat_index, runner_index, play_index, runner_id,"
        " start_base, end_base, is_out, raw_id, captured_at)"
        " VALUES ('2024-07-12', 7, 1, %s, %s, %s, %s, %s, %s, 1, now())",
        (place, event, runner, start, end, end is None),
    )


@pytest.fixture
def game(marts: Connection) -> Iterator[Connection]:
    """A game 7 whose first batter is on first base, off pitcher 10."""
    with marts.transaction(force_rollback=True):
        play(marts, 0, pitcher=10, on_1b=50)
        yield marts


def states(connection: Connection, columns: str) -> Found:
    rows = "mart.event_states WHERE game_pk = 7 AND at_bat_index = 1 AND is_pitch"
    return ask(connection, f"SELECT event_index, {columns} FROM {rows} ORDER BY 1")


def test_a_pitcher_who_is_replaced_keeps_his_pitches(game: Connection) -> None:
    """The feed names the last one, and does not say who went."""
    play(game, 1, pitcher=12)
    pitches(game, 1, 0, 1, 3, 5)
    change(game, 1, 2, "pitching", 11)
    change(game, 1, 4, "pitching", 12)
    assert states(game, "pitcher_id") == [(0, 10), (1, 10), (3, 11), (5, 12)]


def test_a_pitcher_who_comes_before_the_first_pitch_has_them_all(game: Connection) -> None:
    play(game, 1, pitcher=11)
    change(game, 1, 0, "pitching", 11)
    pitches(game, 1, 1, 2)
    assert states(game, "pitcher_id") == [(1, 11), (2, 11)]


def test_a_batter_who_is_replaced_saw_his_pitches(game: Connection) -> None:
    play(game, 1, pitcher=10, batter=52)
    pitches(game, 1, 0, 2)
    change(game, 1, 1, "offensive", 52, 51)
    assert states(game, "batter_id") == [(0, 51), (2, 52)]


def test_a_runner_who_is_replaced_after_a_steal(game: Connection) -> None:
    play(game, 1, pitcher=10, batter=51)
    pitches(game, 1, 0, 1, 3)
    move(game, 0, 0, 50, "1B", "2B")
    change(game, 1, 2, "offensive", 60, 50)
    found = [(0, 50, None, None), (1, None, 50, None), (3, None, 60, None)]
    assert states(game, "on_1b_id, on_2b_id, on_3b_id") == found


def test_a_runner_who_moves_twice_on_one_event(game: Connection) -> None:
    """A steal and an error: he is not on second in between."""
    play(game, 1, pitcher=10, batter=51)
    pitches(game, 1, 0, 1, 2)
    move(game, 0, 0, 50, "1B", "2B")
    move(game, 1, 0, 50, "2B", "3B")
    move(game, 2, 1, 50, "3B", None)
    found = [(0, 50, None, None, 0), (1, None, None, 50, 0), (2, None, None, None, 1)]
    assert states(game, "on_1b_id, on_2b_id, on_3b_id, outs_before") == found
