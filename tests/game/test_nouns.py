"""The tables of a game that analysts ask for: they are there, under their names, with keys that are really unique."""

import pytest

from compiler.ir.plan import Table
from tests.support import project
from tests.support.game import LIVE, live

KEYS = {
    "metadata": "",
    "players": "player_id",
    "plays": "at_bat_index",
    "pitch_events": "at_bat_index, event_index",
    "play_actions": "at_bat_index, event_index",
    "lineup_changes": "at_bat_index, event_index",
    "hit_data": "at_bat_index, event_index",
    "runners": "at_bat_index, runner_index",
    "fielding_credits": "at_bat_index, runner_index, credit_index",
    "play_reviews": "at_bat_index",
    "play_additional_reviews": "at_bat_index, review_index",
    "event_reviews": "at_bat_index, event_index",
    "event_additional_reviews": "at_bat_index, event_index, review_index",
    "scoring_plays": "at_bat_index",
    "inning_summary": "inning",
    "hits": "inning, is_home, hit_index",
    "linescore": "",
    "linescore_teams": "is_home",
    "linescore_innings": "inning",
    "batting_order": "team_id, batting_position",
    "bench": "team_id, player_id",
    "bullpen": "team_id, player_id",
    "pitchers": "team_id, appearance_order",
    "officials": "official_type",
    "venue_details": "",
    "teams": "team_id",
    "boxscore_team_stats": "team_id",
    "boxscore_players": "team_id, player_id",
    "player_batting_stats": "team_id, player_id",
    "player_pitching_stats": "team_id, player_id",
    "player_fielding_stats": "team_id, player_id",
    "player_season_batting_stats": "team_id, player_id",
    "player_season_pitching_stats": "team_id, player_id",
    "player_season_fielding_stats": "team_id, player_id",
    "player_positions": "team_id, player_id, position_index",
    "decisions": "decision",
    "mound_visits": "is_home",
    "challenges": "is_home",
    "abs_challenges": "is_home",
    "probables": "is_home",
    "top_performers": "performer_index",
    "info": "info_index",
    "team_info": "team_id, info_index",
    "team_info_fields": "team_id, info_index, field_index",
    "team_notes": "team_id, note_index",
}


def game_tables() -> list[Table]:
    return [
        table for one in project.plan().operations if one.name.startswith("game.") for table in one.tables
    ]


def test_these_are_the_tables_of_the_live_feed() -> None:
    found = {
        table.name.removeprefix("game.live_game_"): ", ".join(table.key)
        for table in project.operation(LIVE).tables
    }
    assert found == {noun: ", ".join(filter(None, ["game_pk", key])) for noun, key in KEYS.items()}


@pytest.mark.parametrize("noun", KEYS)
def test_keys_are_unique(noun: str) -> None:
    names = ["game_pk", *filter(None, KEYS[noun].split(", "))]
    keys = [tuple(row[name] for name in names) for row in live(noun)]
    assert len({*keys}) == len(keys)
    assert all(None not in key for key in keys)


def test_a_table_that_a_mapping_names_says_what_it_holds() -> None:
    assert [table.name for table in game_tables() if not table.is_derived and not table.doc] == []


def test_what_answers_for_one_game_is_keyed_by_it() -> None:
    others = {"game.currentGameStats", "game.colorFeed", "game.colorTimestamps"}
    named = [
        one for one in project.plan().operations if one.name.startswith("game.") and one.name not in others
    ]
    assert {one.name: {table.key[0] for table in one.tables} - {"game_pk"} for one in named} == {
        one.name: set[str]() for one in named
    }


def test_columns_that_say_the_same_are_called_the_same() -> None:
    """A play, a boxscore, a line score: the same table has the same columns in every response that has it."""
    columns = {table.name: {column.name for column in table.columns} for table in game_tables()}
    for name, found in columns.items():
        noun = name.removeprefix("game.play_by_play_")
        if noun != name:
            assert found == columns[f"game.live_game_{noun}"] - {"game_date"}, name
    for noun in (
        "batting_order",
        "pitchers",
        "bench",
        "bullpen",
        "player_batting_stats",
        "player_pitching_stats",
    ):
        assert columns[f"game.boxscore_{noun}"] == columns[f"game.live_game_{noun}"] - {"game_date"}, noun
