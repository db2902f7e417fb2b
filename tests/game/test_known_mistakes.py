"""The mistakes that an earlier hand-written platform made with these tables, each as a test on a real game.

A comment names the point of the list in the domain's notes.
"""

from collections import Counter
from datetime import date, datetime

from tests.support import project
from tests.support.game import LIVE, column_names, edited, every, live, tables

LIVE_TABLES = tuple(table.name.removeprefix("game.live_game_") for table in project.operation(LIVE).tables)


def filled(noun: str, column: str) -> int:
    return sum(row[column] is not None for row in live(noun))


def test_metadata_says_what_its_columns_are_called() -> None:  # 1
    (game,) = live("metadata")
    assert (game["game_type"], game["season"], game["season_display"]) == ("R", 2024, "2024")
    assert (game["time_zone_id"], game["weather_temp"]) == ("America/Phoenix", 78)
    assert isinstance(game["attendance"], int)
    assert isinstance(game["game_duration_minutes"], int)
    assert isinstance(game["first_pitch"], datetime)
    assert game["official_date"] == date(2024, 7, 12)
    assert (game["flag_no_hitter"], game["flag_perfect_game"], game["reason"]) == (False, False, None)
    teams = {row["is_home"]: row["team_id"] for row in live("teams")}
    assert (game["away_team_id"], game["home_team_id"]) == (teams[False], teams[True])


def test_metadata_is_one_row_per_game_whenever_it_was_captured() -> None:  # 1
    tables = project.operation(LIVE).tables
    assert next(table.key for table in tables if table.name == "game.live_game_metadata") == ("game_pk",)
    assert all(table.key[0] == "game_pk" and "captured_at" not in table.key for table in tables)


def test_an_inning_is_one_row_and_a_half_that_was_not_played_is_null() -> None:  # 2
    game = edited()
    innings = game["liveData"]["linescore"]["innings"]
    del innings[-1]["home"]["runs"]
    rows = tables(LIVE, game, {})["game.live_game_linescore_innings"]
    assert [row["inning"] for row in rows] == list(range(1, 10))
    assert (rows[-1]["away_runs"], rows[-1]["home_runs"]) == (0, None)
    assert "half_inning" not in column_names("game.live_game_linescore_innings")


def test_players_have_their_team_and_their_side() -> None:  # 3
    sides = Counter(row["is_home"] for row in live("players"))
    assert sides == {True: 26, False: 25}
    assert filled("players", "team_id") == filled("players", "full_name") == 51
    assert filled("players", "primary_number") == 46


def test_plays_are_known_by_their_index() -> None:  # 4
    assert [row["at_bat_index"] for row in live("plays")] == list(range(75))
    assert "play_id" not in column_names("game.live_game_plays")
    assert all(isinstance(row["start_time"], datetime) for row in live("plays"))


def test_pitches_have_their_own_id_and_everything_that_was_measured() -> None:  # 5
    pitches = live("pitch_events")
    assert len({row["play_id"] for row in pitches}) == len(pitches) == 290
    for column in (
        "zone",
        "extension",
        "plate_time",
        "plate_x",
        "pfx_x",
        "vx0",
        "ay",
        "z0",
        "type_confidence",
    ):
        assert filled("pitch_events", column) == 290, column
    assert {"break_vertical", "break_vertical_induced", "break_horizontal"} <= {
        *column_names("game.live_game_pitch_events")
    }
    fine = [row["sz_top"] for row in pitches if isinstance(row["sz_top"], float)]
    assert any(round(value, 2) != value for value in fine), "nothing may be rounded to cents"


def test_the_count_of_an_event_is_the_one_after_it() -> None:  # 4, 5
    first = {row["at_bat_index"]: row for row in live("pitch_events") if row["event_index"] == 0}
    counts = {(row["balls"], row["strikes"]) for row in first.values() if not row["is_in_play"]}
    assert counts == {(1, 0), (0, 1)}
    assert {row["outs"] for row in live("plays")} == {0, 1, 2, 3}


def test_actions_say_who_and_what() -> None:  # 6
    assert filled("play_actions", "player_id") == 25
    assert filled("play_actions", "replaced_player_id") == 3
    assert filled("play_actions", "event_type") == 31
    assert {row["type"] for row in live("play_actions")} == {"action", "pickoff", "stepoff", "no_pitch"}
    slots = {row["batting_order"] for row in live("play_actions")} - {None}
    assert slots
    assert all(isinstance(slot, str) and slot.isdigit() for slot in slots)


def test_substitutions_have_who_comes_and_who_goes() -> None:  # 6
    kinds = Counter(row["change_type"] for row in live("lineup_changes"))
    assert kinds == {
        "pitching_substitution": 7,
        "defensive_switch": 2,
        "offensive_substitution": 1,
        "defensive_substitution": 1,
    }
    assert filled("lineup_changes", "player_in_id") == 11
    actions = {(row["at_bat_index"], row["event_index"]): row for row in live("play_actions")}
    for row in live("lineup_changes"):
        action = actions[row["at_bat_index"], row["event_index"]]
        assert (row["player_in_id"], row["inning"] in range(1, 10)) == (action["player_id"], True)


def test_credits_are_those_of_the_runners() -> None:  # 7
    assert len(live("fielding_credits")) == 80
    assert filled("fielding_credits", "player_id") == 80
    assert sum(row["credit"] == "f_putout" for row in live("fielding_credits")) == 53


def test_runners_are_known_by_their_position() -> None:  # 8
    runners = live("runners")
    per_play = Counter(row["at_bat_index"] for row in runners)
    assert {(row["at_bat_index"], row["runner_index"]) for row in runners} == {
        (play, index) for play, number in per_play.items() for index in range(number)
    }
    assert sum(row["origin_base"] is None for row in runners) == 75
    assert all(row["earned"] is not True for row in runners if row["is_out"])


def test_scoring_plays_are_indexes_of_plays() -> None:  # 9
    scored = {row["at_bat_index"] for row in live("runners") if row["end_base"] == "score"}
    assert {row["at_bat_index"] for row in live("scoring_plays")} == scored
    assert len(scored) == 8


def test_both_sides_are_in_one_table() -> None:  # 10 to 17
    assert not [noun for noun in LIVE_TABLES if noun.startswith(("home_", "away_"))]
    for noun in ("batting_order", "bench", "bullpen", "pitchers", "boxscore_team_stats", "boxscore_players"):
        assert {"team_id", "is_home"} <= {*column_names(f"game.live_game_{noun}")}, noun
        assert len({(row["team_id"], row["is_home"]) for row in live(noun)}) == 2, noun


def test_a_side_has_its_team() -> None:  # 10 to 17
    teams = {row["is_home"]: row["team_id"] for row in live("teams")}
    for noun in ("linescore_teams", "mound_visits", "challenges", "probables"):
        assert {row["is_home"]: row["team_id"] for row in live(noun)} == teams, noun


def test_the_batting_order_is_the_order_of_the_response() -> None:  # 10 to 17
    for _, rows in every(LIVE):
        for is_home in (True, False):
            slots = [row for row in rows["game.live_game_batting_order"] if row["is_home"] is is_home]
            assert [row["batting_position"] for row in slots] == list(range(1, 10))
            players = [row["player_id"] for row in slots]
            assert players != sorted(players, key=str)


def test_starters_are_not_the_present_batting_order() -> None:  # 10 to 17, 20
    present = {row["player_id"] for row in live("batting_order")}
    starters = {
        row["player_id"] for row in live("boxscore_players") if str(row["batting_order"]).endswith("00")
    }
    assert len(starters) == 18
    assert starters != present
    for is_home in (True, False):
        (batters,) = (row["batters"] for row in live("boxscore_team_stats") if row["is_home"] is is_home)
        assert isinstance(batters, list)
        assert not {*batters} <= starters, "`batters` lists everybody, pitchers too"


def test_an_official_has_one_name() -> None:  # 18
    assert len(live("officials")) == 4
    assert [name for name in column_names("game.live_game_officials") if name.endswith("name")] == [
        "full_name"
    ]


def test_a_venue_has_columns_for_what_it_is_like() -> None:  # 19
    (venue,) = live("venue_details")
    assert venue["capacity"] == 48359
    assert (venue["turf_type"], venue["roof_type"]) == ("Artificial Turf", "Retractable")
    assert venue["season"] == 2024


def test_statistics_are_where_the_api_has_them() -> None:  # 23
    rates = {"avg", "obp", "slg", "ops"}
    assert not rates & {*column_names("game.live_game_player_batting_stats")}
    assert rates <= {*column_names("game.live_game_player_season_batting_stats")}
    assert {"batting_avg", "pitching_era", "pitching_whip"} <= {
        *column_names("game.live_game_boxscore_team_stats")
    }
    assert "innings_played" not in column_names("game.live_game_player_fielding_stats")
    assert {row["type"] for row in live("top_performers")} == {"starter", "hitter"}
    assert filled("top_performers", "player_id") == filled("top_performers", "game_score") == 3


def test_placeholders_are_null_and_rates_are_numbers() -> None:
    averages = [row["avg"] for row in live("player_season_batting_stats")]
    assert any(isinstance(value, float) and 0 < value < 1 for value in averages)
    assert {type(value) for value in averages} <= {float, type(None)}
    per_home_run = [row["at_bats_per_home_run"] for row in live("player_season_batting_stats")]
    assert None in per_home_run, "-.-- is no number"
