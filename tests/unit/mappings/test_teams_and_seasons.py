"""Seasons, teams, rosters, coaches, alumni, leaders, divisions, conferences, broadcasters."""

from collections import Counter
from datetime import date

import pytest

from tests.unit.mappings.tables import asking, captured, counts, rows

PERSON = {"id": 592450, "fullName": "Aaron Judge", "link": "/api/v1/people/592450"}
TEAM = {"id": 531, "name": "Scranton/Wilkes-Barre RailRiders", "link": "/api/v1/teams/531", "season": 2024}


def test_seasons() -> None:
    for found in captured("season.seasons"):
        assert all(row["sport_id"] == 1 for row in found["season.seasons_normalized"])
    (season,) = asking("season.seasons", seasonId="2024")["season.seasons_normalized"]
    assert (season["season_id"], season["has_wildcard"]) == ("2024", True)
    assert season["all_star_date"] == date(2024, 7, 16)
    assert season["second_half_start_date"] == date(2024, 7, 19)
    assert season["qualifier_plate_appearances"] == 3.1


def test_all_seasons() -> None:
    (found,) = captured("season.allSeasons")
    seasons = {row["season_id"]: row for row in found["season.all_seasons_normalized"]}
    assert len(seasons) == 151
    assert seasons["1876"]["regular_season_start_date"] == date(1876, 4, 22)
    assert seasons["1876"]["all_star_date"] is None


def test_a_season_of_another_sport_is_another_season() -> None:
    document = {"seasons": [{"seasonId": "2024"}]}
    first = rows("season.seasons", document, {"sportId": "11"})["season.seasons_normalized"]
    second = rows("season.seasons", document)["season.seasons_normalized"]
    assert [first[0]["sport_id"], second[0]["sport_id"]] == [11, 1]


def test_a_season_need_not_be_a_year() -> None:
    (found,) = rows("season.seasons", {"seasons": [{"seasonId": "2018.2"}]})["season.seasons_normalized"]
    assert found["season_id"] == "2018.2"


def test_teams() -> None:
    captured("team.teams")
    teams = {row["team_id"]: row for row in asking("team.teams", season="2024")["team.team_seasons"]}
    assert len(teams) == 30
    assert Counter(row["league_id"] for row in teams.values()) == {103: 15, 104: 15}
    athletics = teams[133]
    assert (athletics["season"], athletics["name"], athletics["venue_id"]) == (2024, "Oakland Athletics", 10)
    assert (athletics["first_year_of_play"], athletics["is_active"]) == (1901, True)


@pytest.mark.parametrize(
    ("operation", "table"),
    [("team.affiliates", "team.affiliate_seasons"), ("team.allTeams", "team.team_history")],
)
def test_teams_that_nobody_captured(operation: str, table: str) -> None:
    minor = {**TEAM, "parentOrgName": "New York Yankees", "parentOrgId": 147, "active": True}
    document = {"teams": [minor, {**minor, "season": 2023}]}
    assert counts(operation, document).rescued == 0
    found = rows(operation, document, {"teamIds": "147"})[table]
    assert [(row["team_id"], row["season"], row["parent_org_id"]) for row in found] == [
        (531, 2024, 147),
        (531, 2023, 147),
    ]


def test_a_roster_is_a_document_of_its_own() -> None:
    (found,) = captured("team.roster")
    (roster,) = found["team.rosters"]
    key = {"team_id": 147, "roster_type": "active", "season": 2024, "as_of": "", "game_type": ""}
    assert key.items() <= roster.items()
    assert roster["answered_roster_type"] == "fullSeason"
    players = found["team.roster_players"]
    assert len(players) == 54
    assert all(key.items() <= row.items() for row in players)
    assert (players[0]["player_id"], players[0]["status_code"], players[0]["position_code"]) == (
        677076,
        "MIN",
        "1",
    )


def test_a_depth_chart_lists_a_player_twice() -> None:
    entry = {"person": PERSON, "jerseyNumber": "99"}
    positions = [{"code": code, "name": "n", "type": "t", "abbreviation": "a"} for code in ("8", "9")]
    document = {"roster": [{**entry, "position": position} for position in positions], "teamId": 147}
    asked = {"teamId": "147", "rosterType": "depthChart"}
    assert counts("team.roster", document, asked).rescued == 0
    found = rows("team.roster", document, asked)["team.roster_players"]
    assert [(row["season"], row["player_id"], row["position_code"]) for row in found] == [
        (0, 592450, "8"),
        (0, 592450, "9"),
    ]


def test_a_hydrated_roster() -> None:
    person = {
        **PERSON,
        "birthDate": "1992-04-26",
        "batSide": {"code": "R", "description": "Right"},
        "nameSlug": "aj",
    }
    document = {"roster": [{"person": person}]}
    assert counts("team.roster", document, {"teamId": "147"}).rescued == 0
    (found,) = rows("team.roster", document, {"teamId": "147"})["team.roster_players"]
    assert (found["person_birth_date"], found["person_bat_side_code"]) == (date(1992, 4, 26), "R")


def test_coaches() -> None:
    (found,) = captured("team.coaches")
    coaches = found["team.coaches_normalized"]
    assert len(coaches) == 11
    assert (coaches[0]["team_id"], coaches[0]["season"]) == (147, 2024)
    assert (coaches[0]["person_id"], coaches[0]["job_id"]) == (111213, "MNGR")


def test_alumni() -> None:
    (found,) = captured("team.alumni")
    players = {row["player_id"]: row for row in found["team.alumni_players"]}
    assert len(players) == 31
    assert players[609280]["alumni_last_season"] == 2022
    assert {(row["team_id"], row["season"]) for row in players.values()} == {(147, 2024)}


def test_leaders_of_a_team_and_of_teams() -> None:
    leader = {
        "rank": 1,
        "value": "58",
        "team": {"id": 147, "name": "New York Yankees", "link": "l"},
        "league": {"id": 103, "name": "American League", "link": "l"},
        "person": PERSON,
        "season": "2024",
    }
    listed = {
        "leaderCategory": "homeRuns",
        "season": "2024",
        "gameType": {"id": "R", "description": "Regular Season"},
        "leaders": [leader, leader],
        "statGroup": "hitting",
        "team": {"id": 147, "name": "New York Yankees", "link": "l"},
        "totalSplits": 2,
    }
    document = {"teamLeaders": [listed], "leagueLeaders": [listed]}
    assert counts("team.leaders", document).rescued_paths == ()
    found = rows("team.leaders", document, {"teamId": "147"})
    assert [(row["leader_index"], row["rank"], row["player_id"]) for row in found["team.player_leaders"]] == [
        (0, 1, 592450),
        (1, 1, 592450),
    ]
    assert found["team.team_leader_lists"][0]["leader_category"] == "homeRuns"
    assert found["team.player_leader_lists"][0]["team_id"] == 147


def test_divisions() -> None:
    divisions = [
        row for found in captured("division.divisions") for row in found["division.division_seasons"]
    ]
    west = {row["season"]: row for row in divisions if row["division_id"] == 200}
    assert {2026, 2025} == west.keys()
    assert (west[2026]["short_name"], west[2026]["league_id"]) == ("AL West", 103)


def test_conferences_and_broadcasters() -> None:
    document = {
        "conferences": [{"id": 301, "name": "PCL American Conference", "link": "/api/v1/conferences/301"}]
    }
    assert counts("conference.conferences", document).rescued == 0
    assert (
        rows("conference.conferences", document)["conference.conferences_normalized"][0]["conference_id"]
        == 301
    )
    station = [
        {"id": 1, "name": "FOX", "type": "TV", "isNational": True, "callSign": "FOX", "language": "en"}
    ]
    assert counts("broadcast.getBroadcasts", station).rescued == 0
    assert rows("broadcast.getBroadcasts", station)["broadcast.broadcasts"][0]["broadcast_type"] == "TV"
