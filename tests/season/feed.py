"""The live feed of a finished game."""

from dataclasses import dataclass
from datetime import timedelta
from random import Random

from runtime.job import Conformed
from tests.season.boxscore import Boxscores
from tests.season.calendar import Fixture
from tests.season.game import Game
from tests.season.league import League, Team
from tests.season.pitches import Pitching
from tests.season.play import Clock, Scorer
from tests.season.side import Side, take_the_field
from tests.season.templates import Templates
from tests.season.totals import Totals

NOTICE = "No copyright: this response was never sent."


def ordinal(number: int) -> str:
    """Return an inning's name.

    >>> ordinal(1), ordinal(11), ordinal(22)
    ('1st', '11th', '22nd')
    """
    ending = "th" if number % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


@dataclass(frozen=True)
class Played:
    """A game that was played: what the feed says, and what other responses say of it."""

    fixture: Fixture
    game: Game
    document: Conformed


class Feeds:
    """Plays games and writes their feeds."""

    def __init__(self, league: League, random: Random, feed: Templates) -> None:
        self._league = league
        self._random = random
        self._feed = feed
        self._pitching = Pitching(random, feed)
        self._boxscores = Boxscores(random, feed)

    def play(self, fixture: Fixture) -> Played:
        """Play a game; afterwards the clubs and the players have it in their records."""
        away, home = (self._league.teams[number] for number in (fixture.away, fixture.home))
        sides = [
            take_the_field(team, is_home, team.wins + team.losses, self._random)
            for team, is_home in ((away, False), (home, True))
        ]
        clock = Clock(fixture.first_pitch(home.zone) + timedelta(seconds=self._random.randrange(60, 600)))
        game = Game(
            away=sides[0],
            home=sides[1],
            random=self._random,
            clock=clock,
            scorer=Scorer(self._feed, clock),
            pitching=self._pitching,
            totals=Totals(),
            suspended=fixture.resumed is not None,
        )
        game.play()
        game.totals.finish(*sides)
        winner, loser = (home, away) if game.home.runs > game.away.runs else (away, home)
        winner.wins += 1
        loser.losses += 1
        return Played(fixture, game, self._document(fixture, game))

    def _document(self, fixture: Fixture, game: Game) -> Conformed:
        umpires = self._random.sample(self._league.umpires, 4)
        start = game.plays[0]["playEvents"][-1]["startTime"]
        minutes = (
            round((game.clock.now - fixture.first_pitch(game.home.team.zone)).total_seconds() / 60) % 1200
        )
        facts = {
            "attendance": self._random.randrange(9_000, 45_000),
            "firstPitch": start,
            "gameDurationMinutes": minutes,
        }
        weather = {
            "condition": self._random.choice(
                ["Clear", "Cloudy", "Partly Cloudy", "Sunny", "Overcast", "Roof Closed"]
            ),
            "temp": str(self._random.randrange(48, 97)),
            "wind": f"{self._random.randrange(0, 18)} mph, {self._random.choice(_WINDS)}",
        }
        return self._feed[""].close(
            {
                "copyright": NOTICE,
                "gamePk": fixture.pk,
                "link": f"/api/v1.1/game/{fixture.pk}/feed/live",
                "metaData": self._meta(game),
                "gameData": self._game_data(fixture, game, facts, weather),
                "liveData": self._live_data(game, umpires, facts, weather),
            }
        )

    def _meta(self, game: Game) -> Conformed:
        return {
            "wait": 10,
            "timeStamp": f"{game.clock.now:%Y%m%d_%H%M%S}",
            "gameEvents": [game.plays[-1]["result"]["eventType"], "game_finished"],
            "logicalEvents": ["gameStateChangeToGameOver"],
        }

    # -------------------------------------------------------------------------------------------------- gameData

    def _game_data(self, fixture: Fixture, game: Game, facts: Conformed, weather: Conformed) -> Conformed:
        away, home = game.away.team, game.home.team
        players = {f"ID{player.id}": player.record for team in (away, home) for player in team.players}
        known = {
            "game": self._game(fixture, away, home),
            "datetime": self._datetime(fixture, home),
            "status": FINAL | {"startTimeTBD": False},
            "teams": {"away": self._team("away", away), "home": self._team("home", home)},
            "players": players,
            "venue": self._venue(fixture, home),
            "officialVenue": {"id": home.venue["id"], "link": home.venue["link"]},
            "weather": weather,
            "gameInfo": facts,
            "review": {
                "hasChallenges": bool(game.away.challenges or game.home.challenges),
                **{
                    side.name: {"used": side.challenges, "remaining": max(0, 1 - side.challenges)}
                    for side in _sides(game)
                },
            },
            "flags": dict.fromkeys(
                ("noHitter", "perfectGame", "awayTeamPerfectGame", "homeTeamPerfectGame"), False
            )
            | {"awayTeamNoHitter": not game.home.hits, "homeTeamNoHitter": not game.away.hits},
            "alerts": [],
            "probablePitchers": {side.name: side.pitchers[0].named for side in _sides(game)},
            "officialScorer": self._league.umpires[-1],
            "primaryDatacaster": self._league.umpires[-2],
            "moundVisits": {
                side.name: {"used": side.mound_visits, "remaining": max(0, 5 - side.mound_visits)}
                for side in _sides(game)
            },
        }
        return self._feed["gameData"].close(known)

    def _game(self, fixture: Fixture, away: Team, home: Team) -> Conformed:
        codes = f"{away.abbreviation.lower()}mlb-{home.abbreviation.lower()}mlb-{fixture.order}"
        season = str(self._league.season)
        return self._feed["gameData.game"].close(
            {
                "pk": fixture.pk,
                "type": "R",
                "doubleHeader": fixture.double,
                "id": f"{fixture.day:%Y/%m/%d}/{codes}",
                "gamedayType": "P",
                "tiebreaker": "N",
                "gameNumber": fixture.order,
                "calendarEventID": f"14-{fixture.pk}-{fixture.day}",
                "season": season,
                "seasonDisplay": season,
            }
        )

    def _datetime(self, fixture: Fixture, home: Team) -> Conformed:
        moment = fixture.first_pitch(home.zone)
        local = moment.astimezone(home.zone)
        known = {
            "dateTime": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
            "originalDate": str(fixture.listed),
            "officialDate": str(fixture.day),
            "dayNight": "day" if local.hour < 17 else "night",
            "time": f"{local:%I:%M}".removeprefix("0"),
            "ampm": f"{local:%p}",
        }
        if fixture.resumed is not None:
            known |= {
                "resumeDate": str(fixture.resumed),
                "resumeDateTime": f"{moment + timedelta(hours=20):%Y-%m-%dT%H:%M:%SZ}",
                "resumedFromDate": str(fixture.day),
                "resumedFromDateTime": known["dateTime"],
            }
        return self._feed["gameData.datetime"].close(known)

    def _team(self, branch: str, team: Team) -> Conformed:
        known = {
            "gamesPlayed": team.wins + team.losses,
            "wins": team.wins,
            "losses": team.losses,
            "leagueRecord": team.league_record | {"ties": 0},
            "winningPercentage": team.league_record["pct"],
            "divisionLeader": False,
            "records": {},
        }
        return {**team.record, "record": self._feed[f"gameData.teams.{branch}.record"].close(known)}

    def _venue(self, fixture: Fixture, home: Team) -> Conformed:
        local = fixture.first_pitch(home.zone).astimezone(home.zone)
        winter = local.replace(month=1, day=2).utcoffset() or timedelta()
        now = local.utcoffset() or timedelta()
        return {
            **home.venue,
            "timeZone": {
                "id": home.venue["timeZone"]["id"],
                "offset": int(winter.total_seconds() // 3600),
                "offsetAtGameTime": int(now.total_seconds() // 3600),
                "tz": local.tzname(),
            },
        }

    # -------------------------------------------------------------------------------------------------- liveData

    def _live_data(
        self, game: Game, umpires: list[Conformed], facts: Conformed, weather: Conformed
    ) -> Conformed:
        for side in _sides(game):
            named = self._boxscores.team(side)
            for inning in game.summary:
                for hit in inning["hits"][side.name]:
                    hit["team"] = named
        plays = {
            "allPlays": game.plays,
            "currentPlay": game.plays[-1],
            "scoringPlays": game.scoring,
            "playsByInning": game.summary,
        }
        return {
            "plays": plays,
            "linescore": self._linescore(game),
            "boxscore": self._boxscores.boxscore(game, umpires, facts, weather),
            "decisions": game.totals.decisions(),
            "leaders": {"hitDistance": {}, "hitSpeed": {}, "pitchSpeed": {}},
        }

    def _linescore(self, game: Game) -> Conformed:
        offense, defense = game.offense, game.defense
        half = "Top" if game.is_top else "Bottom"
        innings = [
            {"ordinalNum": ordinal(inning["num"]), **inning} for inning in game.innings
        ]  # the half that was not played has no runs
        teams = {
            side.name: {
                "runs": side.runs,
                "hits": side.hits,
                "errors": side.errors,
                "leftOnBase": side.left_on_base,
            }
            for side in _sides(game)
        }
        known = {
            "currentInning": game.inning,
            "currentInningOrdinal": ordinal(game.inning),
            "inningState": half,
            "inningHalf": half,
            "isTopInning": game.is_top,
            "scheduledInnings": 9,
            "innings": innings,
            "teams": teams,
            "defense": _defense(defense),
            "offense": _offense(game, offense),
            "balls": 0,
            "strikes": 0,
            "outs": game.outs,
        }
        return self._feed["liveData.linescore"].close(known)


FINAL: Conformed = {
    "abstractGameState": "Final",
    "codedGameState": "F",
    "detailedState": "Final",
    "statusCode": "F",
    "abstractGameCode": "F",
}
_WINDS = ("L To R", "Out To CF", "In From LF")
_FIELD = {
    "1": "pitcher", "2": "catcher", "3": "first", "4": "second", "5": "third", "6": "shortstop", "7": "left",
    "8": "center", "9": "right",
}  # fmt: skip


def _sides(game: Game) -> tuple[Side, Side]:
    return game.away, game.home


def _order(side: Side) -> Conformed:
    return {
        "batter": side.batter().named,
        "onDeck": side.batter(1).named,
        "inHole": side.batter(2).named,
        "battingOrder": side.next + 1,
        "team": side.team.named,
    }


def _defense(side: Side) -> Conformed:
    return {name: side.fielders[code].named for code, name in _FIELD.items()} | _order(side)


def _offense(game: Game, side: Side) -> Conformed:
    known = _order(side) | {"pitcher": side.pitcher.named}
    for name, runner in zip(("first", "second", "third"), game.bases, strict=True):
        if runner is not None and (name != "third" or game.outs < 3):
            known[name] = runner.player.named
    return known
