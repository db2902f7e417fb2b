"""People, free agents, players of a sport, and standings."""

from collections import Counter
from datetime import date
from typing import Any

from tests.unit.mappings.tables import asking, captured, counts, rows

JUDGE = {"id": 592450, "fullName": "Aaron Judge", "link": "/api/v1/people/592450"}


def test_people() -> None:
    people = {
        row["person_id"]: row
        for found in captured("person.person")
        for row in found["person.people_normalized"]
    }
    ohtani = people[660271]
    assert (ohtani["primary_position_code"], ohtani["bat_side_code"], ohtani["weight"]) == ("Y", "L", 210)
    assert ohtani["birth_date"] == date(1994, 7, 5)
    assert people[592450]["draft_year"] == 2013


def test_the_team_of_a_hydrated_person() -> None:
    document = {
        "people": [
            {**JUDGE, "currentTeam": {"id": 147, "name": "New York Yankees", "link": "/api/v1/teams/147"}}
        ]
    }
    assert counts("person.person", document).rescued == 0
    found = rows("person.person", document)
    assert found["person.people_normalized"][0]["current_team_id"] == 147
    assert found["person.current_teams"][0]["person_id"] == 592450


def test_free_agents() -> None:
    (found,) = captured("person.freeAgents")
    players = {row["player_id"]: row for row in found["person.free_agent_players"]}
    assert len(players) == 478
    adames = players[642715]
    assert (adames["season"], adames["original_team_id"], adames["new_team_id"]) == (2024, 158, 137)
    assert adames["signed_date"] == date(2024, 12, 10)


def test_players_of_a_sport() -> None:
    person = {
        **JUDGE,
        "firstName": "Aaron",
        "active": True,
        "currentTeam": {"id": 147, "name": "Y", "link": "l"},
    }
    document = {"people": [person]}
    assert counts("sports.sportPlayers", document, {"sportId": "1"}).rescued == 0
    (found,) = rows("sports.sportPlayers", document, {"sportId": "1", "season": "2024"})["sports.players"]
    assert (found["sport_id"], found["season"], found["player_id"]) == (1, 2024, 592450)


def test_what_a_player_did_in_a_game_and_who_has_changed() -> None:
    line = {"stat": {"hits": 2, "avg": ".500"}, "player": JUDGE}
    stats = {"type": {"displayName": "gameLog"}, "group": {"displayName": "hitting"}, "splits": [line]}
    document = {"stats": [stats]}
    assert counts("person.currentGameStats", document).rescued_paths == ()
    found = rows("person.currentGameStats", document, {"personId": "592450", "gamePk": "747175"})
    (split,) = found["person.game_stat_splits"]
    assert (split["player_id"], split["hits"], split["avg"], split["person_id"]) == (592450, 2, 0.5, 592450)
    changed = rows("person.currentGameStats", {"people": [JUDGE]}, {"updatedSince": "2024-07-12T00:00:00Z"})
    (person,) = changed["person.changed_people"]
    assert (person["person_id"], person["updated_since"]) == (592450, "2024-07-12T00:00:00Z")


def test_standings() -> None:
    (found,) = captured("standings.standings")
    groups, teams = found["standings.standings_groups"], found["standings.team_records"]
    assert (len(groups), len(teams)) == (6, 30)
    assert {row["asked_season"] for row in groups} == {2024}
    yankees = next(row for row in teams if row["team_id"] == 147)
    assert (yankees["wins"], yankees["losses"], yankees["winning_percentage"]) == (94, 68, 0.58)
    assert (yankees["season"], yankees["division_rank"], yankees["sport_rank"]) == (2024, 1, 3)
    assert (yankees["group_division_id"], yankees["games_back"], yankees["clinch_indicator"]) == (
        201,
        "-",
        "z",
    )
    assert Counter(row["record_type"] for row in found["standings.overall_records"]) == {
        "home": 30,
        "away": 30,
    }
    against = [row for row in found["standings.division_records"] if row["team_id"] == 147]
    assert {row["opponent_division_id"]: row["wins"] for row in against}[200] == 21


def team_record(team: int, **more: object) -> dict[str, Any]:
    return {"team": {"id": team, "name": "T", "link": "l"}, "season": "2024", "wins": 1, **more}


def test_wild_card_standings_have_no_division() -> None:
    records = [
        team_record(110, wildCardGamesBack="+5.0"),
        team_record(118, wildCardGamesBack="-", divisionRank="-"),
    ]
    document = {
        "records": [{"standingsType": "wildCard", "league": {"id": 103, "link": "l"}, "teamRecords": records}]
    }
    assert counts("standings.standings", document).rescued == 0
    found = rows("standings.standings", document, {"leagueId": "103", "standingsType": "wildCard"})
    assert [(row["team_id"], row["wild_card_games_back"]) for row in found["standings.team_records"]] == [
        (110, "+5.0"),
        (118, "-"),
    ]
    assert found["standings.standings_groups"][0]["division_id"] is None


def test_standings_of_two_days_are_two_documents() -> None:
    document = {"records": [{"standingsType": "regularSeason", "teamRecords": [team_record(147)]}]}
    first, second = (
        rows("standings.standings", document, {"date": day})["standings.team_records"][0]
        for day in ("2024-07-01", "2024-07-02")
    )
    assert first["document_key"] != second["document_key"]
    assert (first["as_of"], second["as_of"]) == ("2024-07-01", "2024-07-02")


def test_teams_of_one_season_of_standings_join() -> None:
    teams = {row["team_id"] for row in asking("team.teams", season="2024")["team.team_seasons"]}
    assert {row["team_id"] for row in captured("standings.standings")[0]["standings.team_records"]} == teams
