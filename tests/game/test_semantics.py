"""What columns of the game tables mean, and that what several responses share reads the same in all of them."""

from collections.abc import Iterator
from itertools import pairwise

import pytest

from runtime.job import Conformed
from tests.support.game import LIVE, captured, every, live

PLAY_NOUNS = (
    "pitch_events", "play_actions", "lineup_changes", "hit_data", "runners", "fielding_credits", "play_reviews",
    "event_reviews",
)  # fmt: skip
INDEX_NOUNS = ("scoring_plays", "inning_summary", "hits")


@pytest.mark.parametrize("noun", ["plays", *PLAY_NOUNS, *INDEX_NOUNS])
def test_plays_alone_are_those_of_the_live_feed(noun: str) -> None:
    rows = captured("game.playByPlay")[f"game.play_by_play_{noun}"]
    assert rows == tuple(
        {name: cell for name, cell in row.items() if name != "game_date"} for row in live(noun)
    )


@pytest.mark.parametrize("noun", ["", *(f"_{noun}" for noun in PLAY_NOUNS)])
def test_win_probability_has_the_plays_of_the_live_feed(noun: str) -> None:
    rows = captured("game.getWinProbability")[f"game.win_probability{noun}"]
    expected = live(noun.lstrip("_") or "plays")
    assert len(rows) == len(expected)
    keys = [name for name in expected[0] if name.endswith(("_index", "_id"))] if expected else []
    assert [[row[key] for key in keys] for row in rows] == [[row[key] for key in keys] for row in expected]


def test_chances_of_winning_add_up() -> None:
    rows = captured("game.getWinProbability")["game.win_probability"]
    assert len(rows) == 75
    for row in rows:
        home, away = row["home_team_win_probability"], row["away_team_win_probability"]
        assert isinstance(home, float)
        assert isinstance(away, float)
        assert abs(home + away - 100) < 0.2


def in_order() -> Iterator[list[Conformed]]:
    """Yield the events of each plate appearance in order: pitches and actions of the live feed."""
    events: dict[object, list[Conformed]] = {}
    for row in (*live("pitch_events"), *live("play_actions")):
        events.setdefault(row["at_bat_index"], []).append(row)
    for found in events.values():
        yield sorted(found, key=lambda row: int(str(row["event_index"])))


def test_the_count_before_a_pitch_is_the_one_after_the_event_before() -> None:
    before = {
        (row["at_bat_index"], row["event_index"]): (row["pre_count_balls"], row["pre_count_strikes"])
        for row in captured("game.getWinProbability")["game.win_probability_pitch_events"]
    }
    compared = 0
    for events in in_order():
        for earlier, pitch in pairwise(events):
            if pitch.get("pitch_type_code"):
                told = before[pitch["at_bat_index"], pitch["event_index"]]
                assert told == (earlier["balls"], earlier["strikes"])
                compared += 1
    assert compared > 200


def test_runners_after_a_play_are_those_before_the_next() -> None:
    """`post_on_*` is the state after the play: MLB's own state before the next pitch says so."""
    before = {
        row["at_bat_index"]: tuple(row[f"offense_{base}_id"] for base in ("first", "second", "third"))
        for row in captured("game.getWinProbability")["game.win_probability_pitch_events"]
        if row["pitch_number"] == 1
    }
    plays = live("plays")
    half = [(row["inning"], row["half_inning"]) for row in plays]
    moved = {row["at_bat_index"] for row in live("play_actions")}
    compared = 0
    for index in range(1, len(plays)):
        if half[index] == half[index - 1] and index not in moved and index in before:
            after = tuple(plays[index - 1][f"post_on_{base}_id"] for base in ("first", "second", "third"))
            assert before[index] == after
            compared += 1
    assert compared > 20


def test_left_on_base_has_two_definitions() -> None:
    teams = {row["is_home"]: row["left_on_base"] for row in live("linescore_teams")}
    batters = {row["is_home"]: row["batting_left_on_base"] for row in live("boxscore_team_stats")}
    assert (teams, batters) == ({False: 3, True: 10}, {False: 6, True: 15})


def test_innings_pitched_are_outs() -> None:
    for operation, prefix in ((LIVE, "live_game"), ("game.boxscore", "boxscore")):
        for _, rows in every(operation):
            for noun in ("player_pitching_stats", "player_season_pitching_stats"):
                lines = rows[f"game.{prefix}_{noun}"]
                assert lines
                assert all(row["innings_pitched_outs"] == row["outs"] for row in lines)


def test_what_answers_for_one_game_has_its_number() -> None:
    for operation in (
        "playByPlay",
        "boxscore",
        "linescore",
        "getWinProbability",
        "content",
        "getGameContextMetrics",
    ):
        for params, tables in every(f"game.{operation}"):
            wanted = int(params.get("game_pk") or params["gamePk"])
            assert {row["game_pk"] for rows in tables.values() for row in rows} == {wanted}, operation


def test_a_boxscore_alone_has_the_lines_of_the_live_feed() -> None:
    for noun in (
        "player_batting_stats",
        "player_pitching_stats",
        "player_fielding_stats",
        "pitchers",
        "officials",
    ):
        assert len(captured("game.boxscore")[f"game.boxscore_{noun}"]) == len(live(noun))


def test_content_is_found_by_the_pitch_that_it_shows() -> None:
    highlights = captured("game.content")["game.content_highlights"]
    pitches = {row["play_id"] for row in live("pitch_events")}
    assert len(highlights) == 15
    assert {row["guid"] for row in highlights} & pitches


def test_a_slot_of_the_batting_order_is_read_from_its_number() -> None:
    for noun in ("players", "boxscore_players"):
        batters = [row for row in live(noun) if row["batting_order"] is not None]
        assert all(str(row["batting_order"])[0] == str(row["batting_slot"]) for row in batters)
        assert {row["batting_slot"] for row in batters} == set(range(1, 10))
        assert sum(row["is_starter"] is True for row in live(noun)) == 18
        assert {row["is_starter"] for row in live(noun) if row["batting_order"] is None} == {None}
    for row in live("lineup_changes"):
        if row["batting_order"] is not None:
            assert int(str(row["batting_order"])) == int(
                f"{row['batting_slot']}{row['substitution_number']:0>2}"
            )
    assert {row["substitution_number"] for row in live("lineup_changes")} > {1}


def test_runs_are_runners_who_scored() -> None:
    assert sum(row["is_run"] is True for row in live("runners")) == 9
    assert {row["is_run"] for row in live("runners")} == {True, False}


def test_hard_hit_is_95_miles_per_hour_or_more() -> None:
    for row in live("hit_data"):
        speed = row["launch_speed"]
        assert row["is_hard_hit"] is (None if not isinstance(speed, float) else speed >= 95)
