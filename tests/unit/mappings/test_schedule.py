"""Schedules: games and days, postponements and doubleheaders, and what hydrated responses add."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.unit.mappings.tables import asking, captured, counts, rows

SCHEDULE = "schedule.schedule"
JUDGE = {"id": 592450, "fullName": "Aaron Judge", "link": "/api/v1/people/592450"}


def side(team: int, /, **more: object) -> dict[str, Any]:
    return {
        "team": {"id": team, "name": f"Team {team}", "link": f"/api/v1/teams/{team}"},
        "leagueRecord": {"wins": 1, "losses": 3, "pct": ".250"},
        "splitSquad": False,
        "seriesNumber": 7,
        **more,
    }


def game(pk: int = 777464, /, **more: object) -> dict[str, Any]:
    return {
        "gamePk": pk,
        "gameDate": "2025-06-18T22:40:00Z",
        "officialDate": "2025-06-19",
        "status": {"detailedState": "Final", "statusCode": "F"},
        "teams": {"away": side(114), "home": side(137)},
        "venue": {"id": 2395, "name": "Oracle Park", "link": "/api/v1/venues/2395"},
        **more,
    }


def schedule(**days: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a schedule; a day is named like `d20250618`."""
    listed = [
        {
            "date": f"{day[1:5]}-{day[5:7]}-{day[7:]}",
            "totalItems": len(games),
            "totalEvents": 0,
            "totalGames": len(games),
            "totalGamesInProgress": 0,
            "games": games,
            "events": [],
        }
        for day, games in days.items()
    ]
    return {"totalItems": 1, "totalEvents": 0, "totalGames": 1, "totalGamesInProgress": 0, "dates": listed}


def test_captures() -> None:
    games = [row for found in captured(SCHEDULE) for row in found["schedule.games"]]
    assert {row["game_pk"] for row in games} >= {775300, 775294, 775302}
    (found,) = asking(SCHEDULE, date="2024-10-25")["schedule.games"]
    assert found["listed_date"] == found["official_date"] == date(2024, 10, 25)
    assert found["game_date"] == datetime(2024, 10, 26, 0, 8, tzinfo=UTC)
    assert (found["away_team_id"], found["away_score"]) == (147, 3)
    assert (found["home_team_id"], found["home_score"]) == (119, 6)
    assert found["venue_id"] == 22


def test_each_game_has_a_row_per_team() -> None:
    found = asking(SCHEDULE, date="2024-10-25")
    teams = {row["is_home"]: row for row in found["schedule.game_teams"]}
    assert teams.keys() == {True, False}
    assert (teams[True]["team_id"], teams[True]["score"], teams[True]["is_winner"]) == (119, 6, True)
    assert (teams[False]["league_record_losses"], teams[False]["league_record_pct"]) == (1, 0.0)
    assert found["schedule.game_venues"][0]["venue_name"] == "Dodger Stadium"


def test_a_postponed_game_is_listed_twice() -> None:
    postponed = game(
        status={"detailedState": "Postponed", "statusCode": "DI", "reason": "Inclement Weather"},
        rescheduleDate="2025-06-19T16:40:00Z",
        rescheduleGameDate="2025-06-19",
    )
    played = game(
        gameDate="2025-06-19T16:40:00Z",
        rescheduledFrom="2025-06-18T22:40:00Z",
        rescheduledFromDate="2025-06-18",
    )
    document = schedule(d20250618=[postponed], d20250619=[played])
    assert counts(SCHEDULE, document).rescued == 0
    first, second = rows(SCHEDULE, document)["schedule.games"]
    assert first["game_pk"] == second["game_pk"] == 777464
    assert first["listed_date"] == second["rescheduled_from_date"] == date(2025, 6, 18)
    assert second["listed_date"] == first["reschedule_game_date"] == date(2025, 6, 19)
    assert first["official_date"] == second["official_date"] == date(2025, 6, 19)
    assert (first["reason"], second["reason"]) == ("Inclement Weather", None)


def test_a_doubleheader_is_two_games_of_one_day() -> None:
    games = [game(1, doubleHeader="S", gameNumber=1), game(2, doubleHeader="S", gameNumber=2)]
    found = rows(SCHEDULE, schedule(d20250619=games))["schedule.games"]
    assert [(row["listed_date"], row["game_pk"], row["game_number"]) for row in found] == [
        (date(2025, 6, 19), 1, 1),
        (date(2025, 6, 19), 2, 2),
    ]


def test_a_resumed_game_is_listed_on_both_days() -> None:
    suspended = game(resumeDate="2025-06-19T20:05:00Z", resumeGameDate="2025-06-19")
    resumed = game(resumedFrom="2025-06-18T22:40:00Z", resumedFromDate="2025-06-18")
    found = rows(SCHEDULE, schedule(d20250618=[suspended], d20250619=[resumed]))["schedule.games"]
    assert [row["resume_game_date"] for row in found] == [date(2025, 6, 19), None]
    assert [row["resumed_from_date"] for row in found] == [None, date(2025, 6, 18)]


def test_totals_of_a_day_are_those_of_one_request() -> None:
    whole = {"sportId": "1", "date": "2025-06-19"}
    all_games = rows(SCHEDULE, schedule(d20250619=[game(1), game(2)]), whole)
    of_team = rows(SCHEDULE, schedule(d20250619=[game(1)]), whole | {"teamId": "137"})
    (every,), (some,) = all_games["schedule.daily_summary"], of_team["schedule.daily_summary"]
    assert every["document_key"] != some["document_key"]
    assert every["listed_date"] == some["listed_date"]
    assert (every["total_games"], every["filter_team_id"]) == (2, None)
    assert (some["total_games"], some["filter_team_id"]) == (1, "137")
    assert all_games["schedule.dates"] == of_team["schedule.dates"]


def team(number: int) -> dict[str, Any]:
    """Return a team as `hydrate=team` gives it."""
    mention = {"id": 103, "name": "American League", "link": "/api/v1/league/103"}
    return {
        "springLeague": {
            "id": 114,
            "name": "Cactus League",
            "link": "/api/v1/league/114",
            "abbreviation": "CL",
        },
        "allStarStatus": "N",
        "id": number,
        "name": f"Team {number}",
        "link": f"/api/v1/teams/{number}",
        "season": 2025,
        "venue": {"id": 5, "name": "Progressive Field", "link": "/api/v1/venues/5"},
        "springVenue": {"id": 3834, "link": "/api/v1/venues/3834"},
        "teamCode": "cle",
        "fileCode": "cle",
        "abbreviation": "CLE",
        "teamName": "Guardians",
        "locationName": "Cleveland",
        "firstYearOfPlay": "1901",
        "league": mention,
        "division": mention,
        "sport": {"id": 1, "link": "/api/v1/sports/1", "name": "Major League Baseball"},
        "shortName": "Cleveland",
        "franchiseName": "Cleveland",
        "clubName": "Guardians",
        "active": True,
    }


PERSON: dict[str, Any] = {
    **JUDGE,
    "firstName": "Aaron",
    "birthDate": "1992-04-26",
    "height": "6' 7\"",
    "weight": 282,
    "primaryPosition": {"code": "9", "name": "Outfielder", "type": "Outfielder", "abbreviation": "RF"},
    "batSide": {"code": "R", "description": "Right"},
    "strikeZoneTop": 4.1,
}
HALF = {"runs": 1, "hits": 2, "errors": 0, "leftOnBase": 3}
HYDRATED: dict[str, dict[str, Any]] = {
    "team": {"teams": {"away": side(114) | {"team": team(114)}, "home": side(137) | {"team": team(137)}}},
    "probablePitcher": {
        "teams": {
            "away": side(114, probablePitcher=JUDGE),
            "home": side(137, probablePitcher={**PERSON, "note": "x"}),
        }
    },
    "linescore": {
        "linescore": {
            "note": "One out when winning run scored.",
            "currentInning": 9,
            "currentInningOrdinal": "9th",
            "inningState": "Bottom",
            "inningHalf": "Bottom",
            "isTopInning": False,
            "scheduledInnings": 9,
            "innings": [
                {"num": 1, "ordinalNum": "1st", "home": HALF, "away": HALF},
                {
                    "num": 2,
                    "ordinalNum": "2nd",
                    "home": {"hits": 0, "errors": 0, "leftOnBase": 0},
                    "away": HALF,
                },
            ],
            "teams": {"home": HALF, "away": HALF},
            "defense": {
                "pitcher": JUDGE,
                "batter": JUDGE,
                "battingOrder": 3,
                "team": {"id": 114, "name": "T", "link": "l"},
            },
            "offense": {"batter": JUDGE, "first": JUDGE, "battingOrder": 8},
            "balls": 1,
            "strikes": 2,
            "outs": 1,
        }
    },
    "seriesStatus": {
        "seriesStatus": {
            "gameNumber": 2,
            "totalGames": 3,
            "isTied": False,
            "isOver": False,
            "wins": 2,
            "losses": 0,
            "winningTeam": {"id": 114, "name": "T", "link": "l"},
            "losingTeam": team(137),
            "description": "Regular Season",
            "shortDescription": "Season",
            "result": "CLE leads 2-0",
            "shortName": "Season",
        }
    },
    "venue": {
        "venue": {
            "id": 2395,
            "name": "Oracle Park",
            "link": "/api/v1/venues/2395",
            "location": {
                "address1": "24 Willie Mays Plaza",
                "city": "San Francisco",
                "defaultCoordinates": {"latitude": 37.778383, "longitude": -122.389448},
                "azimuthAngle": 85,
                "elevation": 0,
            },
            "timeZone": {"id": "America/Los_Angeles", "offset": -7, "offsetAtGameTime": -7, "tz": "PDT"},
            "fieldInfo": {"capacity": 41265, "turfType": "Grass", "roofType": "Open", "leftLine": 339},
            "active": True,
            "season": "2025",
        }
    },
    "broadcasts": {
        "broadcasts": [
            {
                "id": 1,
                "name": "FOX",
                "type": "TV",
                "language": "en",
                "homeAway": home_away,
                "callSign": "FOX",
                "isNational": True,
                "videoResolution": {"code": "H", "resolutionShort": "HD"},
                "availability": {"availabilityId": 1},
            }
            for home_away in ("away", "home")
        ]
    },
    "decisions": {"decisions": {"winner": PERSON, "loser": JUDGE}},
    "officials": {
        "officials": [
            {"official": JUDGE, "officialType": "Home Plate"},
            {"official": JUDGE, "officialType": "First Base"},
        ]
    },
    "weather": {"weather": {"condition": "Clear", "temp": "68", "wind": "5 mph, Out To CF"}},
    "lineups": {"lineups": {"homePlayers": [PERSON, JUDGE], "awayPlayers": [JUDGE]}},
}


@pytest.mark.parametrize("hydration", HYDRATED)
@pytest.mark.parametrize("operation", [SCHEDULE, "schedule.postseasonScheduleSeries"])
def test_nothing_of_a_hydrated_response_is_rescued(operation: str, hydration: str) -> None:
    games = [game(**HYDRATED[hydration]), game(2)]
    series = {"series": [{"series": {"id": "W_1", "sortNumber": 1}, "totalGames": 2, "games": games}]}
    document = schedule(d20250619=games) if operation == SCHEDULE else series
    assert counts(operation, document).rescued_paths == ()


def hydrated(*names: str) -> dict[str, list[dict[str, Any]]]:
    more = {key: value for name in names for key, value in HYDRATED[name].items()}
    found = rows(SCHEDULE, schedule(d20250619=[game(**more), game(2)]))
    return {name.removeprefix("schedule."): table for name, table in found.items()}


def test_hydrated_line_score() -> None:
    found = hydrated("linescore", "decisions", "probablePitcher")
    assert [(row["game_pk"], row["current_inning"], row["outs"]) for row in found["linescores"]] == [
        (777464, 9, 1)
    ]
    assert [(row["inning"], row["home_runs"], row["away_runs"]) for row in found["linescore_innings"]] == [
        (1, 1, 1),
        (2, None, 1),
    ]
    assert [row["is_home"] for row in found["linescore_teams"]] == [False, True]
    assert [(row["decision"], row["player_id"]) for row in found["game_decisions"]] == [
        ("winner", 592450),
        ("loser", 592450),
    ]
    assert [(row["is_home"], row["note"], row["weight"]) for row in found["probables"]] == [
        (False, None, None),
        (True, "x", 282),
    ]


def test_hydrated_places_and_people() -> None:
    found = hydrated("team", "venue", "seriesStatus", "broadcasts", "officials", "lineups", "weather")
    home = next(row for row in found["game_teams"] if row["is_home"])
    assert (home["team_id"], home["team_abbreviation"], home["team_venue_id"]) == (137, "CLE", 5)
    venue = found["game_venues"][0]
    assert (venue["latitude"], venue["elevation"], venue["time_zone_tz"]) == (37.778383, 0.0, "PDT")
    status = found["series_statuses"][0]
    assert (status["winning_team_id"], status["losing_team_id"], status["is_over"]) == (114, 137, False)
    assert {row["team_id"]: row["is_winner"] for row in found["series_status_teams"]} == {
        114: True,
        137: False,
    }
    assert [
        (row["broadcast_index"], row["broadcast_id"], row["home_away"]) for row in found["broadcasts"]
    ] == [
        (0, 1, "away"),
        (1, 1, "home"),
    ]
    assert [row["official_type"] for row in found["game_officials"]] == ["Home Plate", "First Base"]
    assert sorted((row["is_home"], row["batting_position"]) for row in found["lineups"]) == [
        (False, 1),
        (True, 1),
        (True, 2),
    ]
    assert [row["weather_temp"] for row in found["games"]] == [68, None]


def test_postseason_captures() -> None:
    (found,) = captured("schedule.postseasonScheduleSeries")
    series = {row["series_id"]: row for row in found["schedule.postseason_series"]}
    assert (len(series), series["W_1"]["total_games"], series["W_1"]["season"]) == (11, 5, "2024")
    assert len(found["schedule.postseason_games"]) == 43
    final = [row for row in found["schedule.postseason_games"] if row["series_id"] == "W_1"]
    assert {row["home_team_id"] for row in final} == {119, 147}


def test_a_postponed_postseason_game_has_both_first_pitches() -> None:
    games = [game(gameDate="2022-10-13T23:37:00Z"), game(gameDate="2022-10-14T17:07:00Z")]
    document = {"series": [{"series": {"id": "D_2"}, "games": games}]}
    found = rows("schedule.postseasonScheduleSeries", document, {"season": "2022"})
    assert len(found["schedule.postseason_games"]) == 2


def test_tied_games_are_read_as_a_schedule_is() -> None:
    captured("schedule.tieGames")
    document = schedule(
        d20250619=[game(status={"detailedState": "Final: Tied", "statusCode": "FT", "reason": "Rain"})]
    )
    assert counts("schedule.tieGames", document).rescued == 0
    (found,) = rows("schedule.tieGames", document)["schedule.tied_games"]
    assert (found["status_code"], found["reason"], found["home_team_id"]) == ("FT", "Rain", 137)
