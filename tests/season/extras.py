"""What else is asked of a season: its dates, the draft, the standings, win probabilities."""

import math
from datetime import timedelta
from random import Random

from runtime.job import Conformed
from tests.season.calendar import opening
from tests.season.league import HANDS, League, Team
from tests.season.templates import Templates

FIRST_DRAFTED = 900_001
ROUNDS = 5
_SLOT = 10_000_000


def seasons(season: int, places: Templates) -> Conformed:
    """Return `season.seasons` of one year."""
    first = opening(season)
    days = {
        "seasonStartDate": -90,
        "preSeasonStartDate": -90,
        "preSeasonEndDate": -30,
        "springStartDate": -35,
        "springEndDate": -2,
        "regularSeasonStartDate": 0,
        "lastDate1stHalf": 107,
        "allStarDate": 109,
        "firstDate2ndHalf": 112,
        "regularSeasonEndDate": 185,
        "postSeasonStartDate": 187,
        "postSeasonEndDate": 216,
        "seasonEndDate": 216,
        "offseasonStartDate": 217,
        "offSeasonEndDate": 277,
    }
    known: Conformed = {name: str(first + timedelta(days=after)) for name, after in days.items()}
    known |= {"seasonId": str(season), "hasWildcard": True, "qualifierPlateAppearances": 3.1}
    return {"seasons": [places["seasons[*]"].complete(known)]}


def draft(league: League, random: Random, places: Templates) -> Conformed:
    """Return `draft.draftPicks` of the season's year: the first rounds, what a slot is worth and what was paid."""
    rounds = [
        {
            "round": str(number),
            "picks": [
                _pick(league, random, places, number, place, team)
                for place, team in enumerate(league.teams, 1)
            ],
        }
        for number in range(1, ROUNDS + 1)
    ]
    return {"drafts": {"draftYear": league.season, "rounds": rounds}}


def _pick(
    league: League, random: Random, places: Templates, number: int, place: int, team: Team
) -> Conformed:
    overall = (number - 1) * len(league.teams) + place
    worth = round(_SLOT / overall**0.8)
    key, hand = FIRST_DRAFTED + overall, random.choice("LR")
    pick = places["drafts.rounds[*].picks[*]"]
    person = places["drafts.rounds[*].picks[*].person"].complete(
        {
            "id": key,
            "fullName": f"Pick {overall}",
            "link": f"/api/v1/people/{key}",
            "currentAge": random.randrange(18, 23),
            "batSide": {"code": hand, "description": HANDS[hand]},
            "pitchHand": {"code": hand, "description": HANDS[hand]},
            "draftYear": league.season,
        }
    )
    return pick.complete(
        {
            "bisPlayerId": key,
            "pickRound": str(number),
            "pickNumber": overall,
            "displayPickNumber": overall,
            "roundPickNumber": place,
            "rank": overall,
            "pickValue": str(worth),
            "signingBonus": str(round(worth * random.uniform(0.5, 1.3))),
            "person": person,
            "team": team.named,
            "isDrafted": True,
            "isPass": False,
            "year": str(league.season),
        }
    )


def standings(league: League, places: Templates) -> Conformed:
    """Return `standings.standings` as they are now, a record per division."""
    divisions: dict[int, list[Team]] = {}
    for team in league.teams:
        divisions.setdefault(team.record["division"]["id"], []).append(team)
    return {"records": [_division(league, teams, places) for teams in divisions.values()]}


def _division(league: League, teams: list[Team], places: Templates) -> Conformed:
    ranked = sorted(teams, key=lambda team: team.losses - team.wins)
    leader, first = ranked[0], teams[0].record
    shown = [
        places["records[*].teamRecords[*]"].complete(
            {
                "team": team.named,
                "season": str(league.season),
                "wins": team.wins,
                "losses": team.losses,
                "gamesPlayed": team.wins + team.losses,
                "leagueRecord": team.league_record | {"ties": 0},
                "winningPercentage": team.league_record["pct"],
                "divisionRank": str(rank),
                "divisionLeader": team is leader,
                "gamesBack": _behind(leader, team),
                "divisionGamesBack": _behind(leader, team),
            }
        )
        for rank, team in enumerate(ranked, 1)
    ]
    known = {
        "standingsType": "regularSeason",
        "league": {name: first["league"][name] for name in ("id", "link")},
        "division": {name: first["division"][name] for name in ("id", "link")},
        "sport": {name: first["sport"][name] for name in ("id", "link")},
        "teamRecords": shown,
    }
    return places["records[*]"].complete(known)


def _behind(leader: Team, team: Team) -> str:
    games = (leader.wins - team.wins + team.losses - leader.losses) / 2
    return f"{games:.1f}" if games else "-"


def win_probability(plays: list[Conformed]) -> list[Conformed]:
    """Return the plays with the chances of both teams after each, from lead, inning, outs and runners."""
    made: list[Conformed] = []
    before = 50.0
    for play in plays:
        home = _chance(play)
        swing = abs(home - before)
        made.append(
            {
                **play,
                "homeTeamWinProbability": home,
                "awayTeamWinProbability": round(100 - home, 1),
                "homeTeamWinProbabilityAdded": round(home - before, 1),
                "leverageIndex": round(0.4 + swing / 6, 2),
                "contextMetrics": {},
                "credits": [],
                "flags": [],
            }
        )
        before = home
    made[-1]["homeTeamWinProbability"] = 100.0 if before > 50 else 0.0
    made[-1]["awayTeamWinProbability"] = 100.0 - made[-1]["homeTeamWinProbability"]
    return made


def _chance(play: Conformed) -> float:
    about, result = play["about"], play["result"]
    lead = result["homeScore"] - result["awayScore"]
    left = max(0.5, 9 - about["inning"] + (0.5 if about["isTopInning"] else 0))
    on_base = sum(name in play["matchup"] for name in ("postOnFirst", "postOnSecond", "postOnThird"))
    threat = 0.25 * on_base * (3 - play["count"]["outs"]) / 3 * (-1 if about["isTopInning"] else 1)
    return round(100 / (1 + math.exp(-(lead + threat + 0.1) * 1.6 / math.sqrt(left))), 1)
