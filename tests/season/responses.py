"""A whole season as responses, in the order in which a client would have captured them.

At most a day of games is held at a time, as long as nobody keeps them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from random import Random

from compiler.ir.shape import Shape
from runtime.job import Conformed
from tests.season import extras
from tests.season.calendar import Fixture, opening, schedule
from tests.season.feed import FINAL, NOTICE, Feeds, Played
from tests.season.league import League, Team, found, position
from tests.season.templates import Templates
from tests.support.project import operation

WIN_PROBABILITY_OF = 10
"""One game of so many has its win probabilities too: half as large as the feed, they add nothing to test."""
HOST = "https://example.com"
_POSTPONED = FINAL | {
    "codedGameState": "D",
    "detailedState": "Postponed",
    "statusCode": "DR",
    "reason": "Rain",
}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A response and the request that it answers."""

    endpoint: str
    method: str
    path: str
    path_params: dict[str, str] = field(default_factory=dict)
    query_params: dict[str, str] = field(default_factory=dict)
    captured_at: datetime
    document: Conformed

    @property
    def operation(self) -> str:
        """Return the operation's name."""
        return f"{self.endpoint}.{self.method}"

    @property
    def envelope(self) -> dict[str, Conformed]:
        """Return the members of the envelope around it."""
        return {
            "endpoint": self.endpoint,
            "method": self.method,
            "path_params": self.path_params,
            "query_params": self.query_params,
            "url": f"{HOST}/api{self.path}",
            "status_code": 200,
            "captured_at": self.captured_at.isoformat(),
        }


class Season:
    """A season that depends on nothing but its year, its seed and the schema."""

    def __init__(self, season: int, seed: int, games: int) -> None:
        random = Random(f"{season}/{seed}")
        feed = Templates(_shape("game.liveGameV1"), random)
        self._random = Random(f"{season}/{seed}/others")
        self.league: League = found(season, random, feed)
        self.fixtures: Sequence[Fixture] = schedule(season, random)[:games]
        self._feeds = Feeds(self.league, random, feed)
        self._schedule = Templates(_shape("schedule.schedule"), self._random)

    def answers(self) -> Iterator[Answer]:
        """Yield every response: the league first, then day by day the games and the day's schedule."""
        yield from self._introduction()
        listed: dict[date, list[Conformed]] = {}
        for game in self.fixtures:
            if game.postponed:
                listed.setdefault(game.listed, []).append(self._listing(game, None, game.listed))
        for day, games in groupby(self.fixtures, key=lambda game: game.day):
            for earlier in sorted(other for other in listed if other < day):
                yield self._day(earlier, listed.pop(earlier))
            for fixture in games:
                yield from self._play(fixture, listed)
        for day in sorted(listed):
            yield self._day(day, listed[day])
        yield self._standings(self.fixtures[-1].day)

    def _play(self, fixture: Fixture, listed: dict[date, list[Conformed]]) -> Iterator[Answer]:
        """Yield what is asked of a game after it, and list it on its days."""
        played = self._feeds.play(fixture)
        yield self._game(played)
        if not fixture.pk % WIN_PROBABILITY_OF:
            yield self._win_probability(played)
        for day in filter(None, (fixture.day, fixture.resumed)):
            listed.setdefault(day, []).append(self._listing(fixture, played, day))

    # ----------------------------------------------------------------------------------------------- the league

    def _introduction(self) -> Iterator[Answer]:
        at = datetime.combine(opening(self.league.season), time(9), UTC)
        season = str(self.league.season)
        teams = Templates(_shape("team.teams"), self._random)
        document = {
            "copyright": NOTICE,
            "teams": [teams["teams[*]"].fit(team.record) for team in self.league.teams],
        }
        yield Answer(
            endpoint="team",
            method="teams",
            path="/v1/teams",
            query_params={"sportId": "1", "season": season},
            captured_at=at,
            document=document,
        )
        people = Templates(_shape("person.person"), self._random)
        roster = Templates(_shape("team.roster"), self._random)
        for team in self.league.teams:
            yield self._people(team, people, at)
            yield self._roster(team, roster, at)
        dates, picks = (
            Templates(_shape(name), self._random) for name in ("season.seasons", "draft.draftPicks")
        )
        yield Answer(
            endpoint="season",
            method="seasons",
            path="/v1/seasons",
            query_params={"sportId": "1", "season": season},
            captured_at=at,
            document=extras.seasons(self.league.season, dates),
        )
        yield Answer(
            endpoint="draft",
            method="draftPicks",
            path=f"/v1/draft/{season}",
            path_params={"year": season},
            captured_at=at,
            document=extras.draft(self.league, self._random, picks),
        )

    @staticmethod
    def _people(team: Team, people: Templates, at: datetime) -> Answer:
        shown = [people["people[*]"].fit(player.record) for player in team.players]
        return Answer(
            endpoint="person",
            method="person",
            path="/v1/people",
            query_params={"personIds": ",".join(str(player.id) for player in team.players)},
            captured_at=at,
            document={"people": shown},
        )

    @staticmethod
    def _roster(team: Team, roster: Templates, at: datetime) -> Answer:
        shown = [
            roster["roster[*]"].close(
                {
                    "person": player.named,
                    "jerseyNumber": player.number,
                    "position": position(player.code),
                    "status": {"code": "A", "description": "Active"},
                }
            )
            for player in team.players
        ]
        path = f"/v1/teams/{team.id}/roster"
        return Answer(
            endpoint="team",
            method="roster",
            path=f"{path}/active",
            path_params={"teamId": str(team.id), "rosterType": "active"},
            captured_at=at,
            document={"roster": shown, "link": f"/api{path}", "teamId": team.id, "rosterType": "active"},
        )

    # ------------------------------------------------------------------------------------------------- the games

    @staticmethod
    def _game(played: Played) -> Answer:
        pk = played.fixture.pk
        return Answer(
            endpoint="game",
            method="liveGameV1",
            path=f"/v1.1/game/{pk}/feed/live",
            path_params={"game_pk": str(pk)},
            captured_at=played.game.clock.now + timedelta(minutes=5),
            document=played.document,
        )

    @staticmethod
    def _win_probability(played: Played) -> Answer:
        pk = played.fixture.pk
        return Answer(
            endpoint="game",
            method="getWinProbability",
            path=f"/v1/game/{pk}/winProbability",
            path_params={"gamePk": str(pk)},
            captured_at=played.game.clock.now + timedelta(minutes=6),
            document=extras.win_probability(played.game.plays),
        )

    def _standings(self, day: date) -> Answer:
        places = Templates(_shape("standings.standings"), self._random)
        return Answer(
            endpoint="standings",
            method="standings",
            path="/v1/standings",
            query_params={"leagueId": "103,104", "season": str(self.league.season)},
            captured_at=datetime.combine(day + timedelta(days=1), time(13), UTC),
            document=extras.standings(self.league, places),
        )

    def _day(self, day: date, games: list[Conformed]) -> Answer:
        counts = {
            "totalItems": len(games),
            "totalEvents": 0,
            "totalGames": len(games),
            "totalGamesInProgress": 0,
        }
        shown = self._schedule["dates[*]"].close({"date": str(day), **counts, "games": games, "events": []})
        return Answer(
            endpoint="schedule",
            method="schedule",
            path="/v1/schedule",
            query_params={"sportId": "1", "date": f"{day:%m/%d/%Y}"},
            captured_at=datetime.combine(day + timedelta(days=1), time(12), UTC),
            document={"copyright": NOTICE, **counts, "dates": [shown]},
        )

    def _listing(self, game: Fixture, played: Played | None, day: date) -> Conformed:
        """Return a game as a day lists it; without `played`, as one that is not played that day."""
        away, home = (self.league.teams[number] for number in (game.away, game.home))
        moment = game.first_pitch(home.zone)
        first = moment - (game.day - game.listed) if played is None else moment
        season = str(self.league.season)
        known: Conformed = {
            "gamePk": game.pk,
            "link": f"/api/v1.1/game/{game.pk}/feed/live",
            "gameType": "R",
            "season": season,
            "seasonDisplay": season,
            "gameDate": f"{first:%Y-%m-%dT%H:%M:%SZ}",
            "officialDate": str(game.day),
            "status": (_POSTPONED if played is None else FINAL) | {"startTimeTBD": False},
            "teams": {"away": self._side(game, away, played, 0), "home": self._side(game, home, played, 1)},
            "venue": {name: home.venue[name] for name in ("id", "name", "link")},
            "content": {"link": f"/api/v1/game/{game.pk}/content"},
            "isTie": False,
            "gameNumber": 1 if played is None else game.order,
            "doubleHeader": "N" if played is None else game.double,
            "gamedayType": "P",
            "tiebreaker": "N",
            "calendarEventID": f"14-{game.pk}-{day}",
            "dayNight": "day" if first.astimezone(home.zone).hour < 17 else "night",
            "scheduledInnings": 9,
            "reverseHomeAwayStatus": False,
            "gamesInSeries": 3,
            "seriesGameNumber": game.number,
            "seriesDescription": "Regular Season",
            "recordSource": "S",
            "ifNecessary": "N",
            "ifNecessaryDescription": "Normal Game",
            "publicFacing": True,
            **_moved(game, played, day, moment),
        }
        return self._schedule["dates[*].games[*]"].close(known)

    def _side(self, game: Fixture, team: Team, played: Played | None, which: int) -> Conformed:
        place = self._schedule[f"dates[*].games[*].teams.{'home' if which else 'away'}"]
        known = {
            "team": team.named,
            "leagueRecord": team.league_record,
            "splitSquad": False,
            "seriesNumber": game.round,
        }
        if played is None:
            return known
        score = played.game.score
        return place.close(known | {"score": score[which], "isWinner": score[which] > score[1 - which]})


def _moved(game: Fixture, played: Played | None, day: date, moment: datetime) -> Conformed:
    """Return what is said of a game that was postponed, or suspended and resumed."""
    was = moment - (game.day - game.listed)
    if game.postponed and played is None:
        return {"rescheduleDate": f"{moment:%Y-%m-%dT%H:%M:%SZ}", "rescheduleGameDate": str(game.day)}
    if game.postponed:
        return {"rescheduledFrom": f"{was:%Y-%m-%dT%H:%M:%SZ}", "rescheduledFromDate": str(game.listed)}
    if game.resumed is None:
        return {}
    if day == game.resumed:
        return {"resumedFrom": f"{moment:%Y-%m-%dT%H:%M:%SZ}", "resumedFromDate": str(game.day)}
    later = moment + timedelta(hours=20)
    return {"resumeDate": f"{later:%Y-%m-%dT%H:%M:%SZ}", "resumeGameDate": str(game.resumed)}


def _shape(name: str) -> Shape:
    return operation(name).response
