"""Games that are not like the captured ones: made from a real one by what a test takes away, moves or repeats."""

import copy
from typing import Any

import orjson

from runtime.assemble import assemble
from runtime.transform import transform
from tests.support import project
from tests.support.comparison import canonical
from tests.support.game import LIVE, Tables, edited, records

GAME = "game.live_game_"


def rows_of(game: dict[str, Any]) -> Tables:
    """Return the rows of an edited game; nothing is lost or rescued, and the rows give the response back."""
    job, plan = project.job(LIVE), project.operation(LIVE)
    made = transform(job, orjson.loads(orjson.dumps(game)), {})
    assert canonical(plan, assemble(job, made.rows, made.rescued)) == canonical(plan, game)
    return {name.removeprefix(GAME): rows for name, rows in records(job, made).items()}


def scheduled() -> dict[str, Any]:
    """Return the game as it looks before it begins."""
    game = edited()
    data, live = game["gameData"], game["liveData"]
    data["status"] |= {"abstractGameState": "Preview", "detailedState": "Scheduled", "statusCode": "S"}
    data["weather"], data["gameInfo"] = {}, {}
    live["plays"] = {"allPlays": [], "scoringPlays": [], "playsByInning": []}
    live["linescore"] = {
        "scheduledInnings": 9, "innings": [], "teams": {"home": {}, "away": {}}, "defense": {}, "offense": {}
    }  # fmt: skip
    live["decisions"] = {}
    for side in live["boxscore"]["teams"].values():
        side |= {
            "battingOrder": [],
            "pitchers": [],
            "batters": [],
            "bench": [],
            "bullpen": [],
            "info": [],
            "note": [],
        }
        for player in side["players"].values():
            player["stats"] = {"batting": {}, "pitching": {}, "fielding": {}}
            player.pop("allPositions", None)
            player.pop("battingOrder", None)
    live["boxscore"] |= {"officials": [], "info": [], "topPerformers": []}
    return game


def test_a_game_that_has_not_begun() -> None:
    rows = rows_of(scheduled())
    (game,) = rows["metadata"]
    assert (game["weather_temp"], game["attendance"], game["first_pitch"]) == (None, None, None)
    assert game["abstract_game_state"] == "Preview"
    empty = (
        "plays pitch_events play_actions lineup_changes runners fielding_credits hit_data scoring_plays inning_summary "
        "hits linescore_innings linescore_teams batting_order pitchers bench bullpen officials decisions top_performers"
    )
    assert {noun: len(rows[noun]) for noun in empty.split()} == dict.fromkeys(empty.split(), 0)
    assert [len(rows[noun]) for noun in ("teams", "players", "probables", "linescore")] == [2, 51, 2, 1]
    assert {row["batting_order"] for row in rows["players"]} == {None}


def test_a_final_game_without_plays() -> None:
    game = edited()
    game["liveData"]["plays"] = {"allPlays": []}
    rows = rows_of(game)
    assert [len(rows[noun]) for noun in ("plays", "runners", "scoring_plays", "hits")] == [0, 0, 0, 0]
    assert [len(rows[noun]) for noun in ("linescore_innings", "player_batting_stats", "decisions")] == [
        9,
        20,
        2,
    ]


def test_a_game_without_teams() -> None:
    game = edited()
    del game["gameData"]["teams"], game["liveData"]["boxscore"]["teams"]
    rows = rows_of(game)
    assert len(rows["plays"]) == 75
    assert [len(rows[noun]) for noun in ("teams", "boxscore_players", "batting_order", "bullpen")] == [
        0,
        0,
        0,
        0,
    ]
    (metadata,) = rows["metadata"]
    assert (metadata["home_team_id"], metadata["away_team_id"]) == (None, None)
    assert {(row["team_id"], row["is_home"]) for row in rows["players"]} == {(None, None)}


def test_a_game_without_anything_but_its_number_and_day() -> None:
    rows = rows_of({"gamePk": 1, "gameData": {"datetime": {"officialDate": "2024-07-12"}}, "liveData": {}})
    assert {noun: len(found) for noun, found in rows.items() if found} == {"metadata": 1}


def test_a_game_without_its_day_is_rescued_whole() -> None:
    made = transform(project.job(LIVE), {"gamePk": 1, "gameData": {"venue": {"id": 15}}}, {})
    assert {name: rows for name, rows in made.rows.items() if rows} == {}
    assert (made.counts.lost, made.counts.rescued) == (0, made.counts.leaves)


def innings(number: int) -> dict[str, Any]:
    """Return the game with so many innings: those that it had, again and again."""
    game = edited()
    linescore, plays = game["liveData"]["linescore"], game["liveData"]["plays"]
    played = linescore["innings"]
    linescore["innings"] = [
        {**copy.deepcopy(played[index % len(played)]), "num": index + 1, "ordinalNum": f"{index + 1}th"}
        for index in range(number)
    ]
    by_inning = plays["playsByInning"]
    plays["playsByInning"] = [copy.deepcopy(by_inning[index % len(by_inning)]) for index in range(number)]
    return game


def test_a_game_of_thirty_innings() -> None:
    rows = rows_of(innings(30))
    assert [row["inning"] for row in rows["linescore_innings"]] == list(range(1, 31))
    assert [row["inning"] for row in rows["inning_summary"]] == list(range(1, 31))
    assert (
        len({(row["inning"], row["is_home"], row["hit_index"]) for row in rows["hits"]})
        == len(rows["hits"])
        > 96
    )


def test_a_game_of_no_innings() -> None:
    rows = rows_of(innings(0))
    assert [len(rows[noun]) for noun in ("linescore_innings", "inning_summary", "hits")] == [0, 0, 0]
    assert (len(rows["linescore"]), len(rows["linescore_teams"])) == (1, 2)


def on_both_sides(game: dict[str, Any]) -> int:
    """Put a home player into the visitors' boxscore too, as Danny Jansen was on 2024-08-26; return his id."""
    away, home = (game["liveData"]["boxscore"]["teams"][side] for side in ("away", "home"))
    key, player = next(
        (key, player) for key, player in home["players"].items() if player["stats"]["batting"].get("atBats")
    )
    away["players"][key] = copy.deepcopy(player) | {"parentTeamId": away["team"]["id"]}
    away["players"][key]["stats"]["batting"]["atBats"] = 0
    away["batters"].append(player["person"]["id"])
    away["bench"].append(player["person"]["id"])
    return player["person"]["id"]


def test_a_player_on_both_sides() -> None:
    game = edited()
    home_at_bats = {
        player["person"]["id"]: player["stats"]["batting"].get("atBats")
        for player in game["liveData"]["boxscore"]["teams"]["home"]["players"].values()
    }
    jansen = on_both_sides(game)
    rows = rows_of(game)
    (metadata,) = rows["metadata"]
    both = {metadata["away_team_id"], metadata["home_team_id"]}
    entries = [row for row in rows["boxscore_players"] if row["player_id"] == jansen]
    assert {row["team_id"] for row in entries} == both
    at_bats = {
        row["team_id"]: row["at_bats"] for row in rows["player_batting_stats"] if row["player_id"] == jansen
    }
    assert at_bats == {metadata["away_team_id"]: 0, metadata["home_team_id"]: home_at_bats[jansen]}
    (player,) = (row for row in rows["players"] if row["player_id"] == jansen)
    assert (player["team_id"], player["is_home"]) == (metadata["away_team_id"], False)


def test_a_ball_in_play_that_was_not_tracked() -> None:
    game = edited()
    for play in game["liveData"]["plays"]["allPlays"]:
        for event in play["playEvents"]:
            if "hitData" in event:
                event["hitData"] = {"trajectory": "ground_ball", "coordinates": {}}
    game["liveData"]["plays"]["currentPlay"] = game["liveData"]["plays"]["allPlays"][-1]
    rows = rows_of(game)
    assert len(rows["hit_data"]) == 48
    assert {(row["launch_speed"], row["hit_coord_x"], row["trajectory"]) for row in rows["hit_data"]} == {
        (None, None, "ground_ball")
    }


def test_reviews_and_challenges() -> None:
    game = edited()
    plays, data = game["liveData"]["plays"], game["gameData"]
    first = {"isOverturned": True, "inProgress": False, "reviewType": "MF", "challengeTeamId": 109}
    more = {"isOverturned": False, "inProgress": False, "reviewType": "NH"}
    plays["allPlays"][3]["reviewDetails"] = first | {"additionalReviews": [more, dict(first)]}
    player = {"id": 666971, "fullName": "Lourdes Gurriel Jr.", "link": "/api/v1/people/666971"}
    plays["allPlays"][4]["playEvents"][0]["reviewDetails"] = {
        "isOverturned": True, "inProgress": False, "reviewType": "MJ", "challengeTeamId": 109, "player": player
    }  # fmt: skip
    sides = {"usedSuccessful": 1, "usedFailed": 0, "remaining": 2}
    data["absChallenges"] = {"hasChallenges": True, "away": sides, "home": {**sides, "usedFailed": 1}}
    data["review"]["home"] = {"used": 1, "remaining": 0}
    rows = rows_of(game)
    (review,) = rows["play_reviews"]
    assert (review["at_bat_index"], review["review_type"], review["is_overturned"]) == (3, "MF", True)
    additional = [(row["review_index"], row["review_type"]) for row in rows["play_additional_reviews"]]
    assert additional == [(1, "NH"), (2, "MF")]
    (challenge,) = rows["event_reviews"]
    assert (challenge["at_bat_index"], challenge["event_index"], challenge["player_id"]) == (4, 0, 666971)
    assert {(row["is_home"], row["used_failed"]) for row in rows["abs_challenges"]} == {(False, 0), (True, 1)}
    assert rows["metadata"][0]["has_abs_challenges"] is True
    assert {(row["is_home"], row["used"]) for row in rows["challenges"]} >= {(True, 1)}


def test_what_only_some_seasons_have_gets_its_columns() -> None:
    game = edited()
    data, live = game["gameData"], game["liveData"]
    person = {"id": 1, "fullName": "Somebody", "link": "/api/v1/people/1"}
    data["secondaryDatacaster"] = person
    data["status"]["reason"] = "Rain"
    data["datetime"] |= {"resumedFromDate": "2024-07-11", "resumedFromDateTime": "2024-07-11T23:05:00Z"}
    data["gameInfo"]["delayDurationMinutes"] = 61
    live["linescore"] |= {"note": "Two out when winning run scored."}
    live["linescore"]["offense"]["third"] = person
    live["boxscore"]["pitchingNotes"] = ["Somebody pitched to 2 batters in the 8th."]
    play = live["plays"]["allPlays"][0]
    play["matchup"] |= {"batterHotColdZones": [{"zone": "01", "value": ".250"}], "postOnThird": person}
    event = next(event for event in play["playEvents"] if event["isPitch"])
    event["pitchData"] |= {"strikeZoneWidth": 17.0, "strikeZoneDepth": 17, "nastyFactor": 50.1}
    event |= {"pfxId": "240712_184000"}
    event["details"]["violation"] = {"type": "pitcher", "player": person}
    action = {
        "details": {"description": "x", "eventType": "umpire_substitution", "isOut": False, "hasReview": False},
        "count": {"balls": 0, "strikes": 0, "outs": 0}, "index": len(play["playEvents"]), "isPitch": False,
        "type": "action", "umpire": person, "base": 1, "injuryType": "foot", "startTime": "2024-07-13T01:41:00.000Z",
    }  # fmt: skip
    play["playEvents"].append(action)
    rows = rows_of(game)
    (metadata,) = rows["metadata"]
    assert (metadata["reason"], metadata["delay_duration_minutes"]) == ("Rain", 61)
    assert (metadata["secondary_datacaster_id"], str(metadata["resumed_from_date"])) == (1, "2024-07-11")
    assert metadata["pitching_notes"] == ["Somebody pitched to 2 batters in the 8th."]
    (linescore,) = rows["linescore"]
    assert (linescore["offense_third_id"], linescore["note"]) == (1, "Two out when winning run scored.")
    pitch = rows["pitch_events"][0]
    assert (pitch["sz_width"], pitch["sz_depth"], pitch["nasty_factor"]) == (17.0, 17.0, 50.1)
    assert (pitch["pfx_id"], pitch["violation"]) == ("240712_184000", {"type": "pitcher", "player": person})
    assert any(
        (row["umpire_id"], row["base"], row["injury_type"]) == (1, 1, "foot") for row in rows["play_actions"]
    )
