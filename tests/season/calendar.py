"""A balanced schedule of 2,430 games over a real calendar: 162 a club, 81 at home, twice a day only in doubleheaders.

A season is 54 rounds of three-game series: 27 opponents, each once at home and once away. Some games are postponed to
a second game of the next day, some are played in one go as a doubleheader, some are suspended and resumed a day later.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

CLUBS, ROUNDS, SERIES_LENGTH = 30, 54, 3
GAMES = CLUBS * ROUNDS * SERIES_LENGTH // 2
_BREAK_AFTER = 30
"""The round before the days of the all-star game."""


@dataclass(frozen=True, kw_only=True)
class Fixture:
    """A game in the calendar. `day` is when it is played, `listed` when it was to be; clubs are numbers from 0.

    `order` is its number of the day in a doubleheader (`double` is N, Y or S), `series` and `number` say which game of
    which series of the home club it is. `resumed` is the day on which a suspended game goes on.
    """

    pk: int
    day: date
    listed: date
    start: time
    away: int
    home: int
    round: int
    number: int
    double: str = "N"
    order: int = 1
    resumed: date | None = None

    @property
    def postponed(self) -> bool:
        """Say whether it was to be played on another day."""
        return self.day != self.listed

    def first_pitch(self, zone: ZoneInfo) -> datetime:
        """Return the scheduled instant."""
        return datetime.combine(self.day, self.start, zone).astimezone(UTC)


def opening(season: int) -> date:
    """Return the last Thursday of March."""
    last = date(season, 3, 31)
    return last - timedelta(days=(last.weekday() - 3) % 7)


def schedule(season: int, random: Random) -> tuple[Fixture, ...]:
    """Return every game of a season, in the order in which they are played."""
    made: list[Fixture] = []
    day = opening(season)
    for number in range(ROUNDS):
        pairs = _pairs(number)
        rest = number % 3 == 2 and number != _BREAK_AFTER
        for place, (away, home) in enumerate(pairs):
            shift = place % 2 if rest else 0
            made += _series(
                season,
                number,
                day + timedelta(days=shift),
                away,
                home,
                random,
                forced=not number and not place,
            )
        day += timedelta(days=SERIES_LENGTH + (4 if number == _BREAK_AFTER else 1 if rest else 0))
    ordered = sorted(made, key=lambda game: (game.day, not game.postponed, game.order, game.start, game.home))
    return tuple(replace(game, pk=season * 10_000 + place) for place, game in enumerate(ordered, 1))


def _pairs(number: int) -> list[tuple[int, int]]:
    """Return who plays whom in a round, away first: the circle method, the second half mirrors the first."""
    step, mirrored = number % (ROUNDS // 2), number >= ROUNDS // 2
    circle = [0, *((place + step) % (CLUBS - 1) + 1 for place in range(CLUBS - 1))]
    pairs = [(circle[place], circle[-1 - place]) for place in range(CLUBS // 2)]
    return [(b, a) if (step + place) % 2 ^ mirrored else (a, b) for place, (a, b) in enumerate(pairs)]


def _series(
    season: int, number: int, first: date, away: int, home: int, random: Random, *, forced: bool
) -> list[Fixture]:
    games = [
        Fixture(
            pk=0,
            day=first + timedelta(days=place),
            listed=first + timedelta(days=place),
            start=_start(first + timedelta(days=place), place, random),
            away=away,
            home=home,
            round=number + 1,
            number=place + 1,
        )
        for place in range(SERIES_LENGTH)
    ]
    luck = random.random()
    if forced or luck < 0.045:
        return _rained_out(games, random.randrange(2) if not forced else 0)
    if luck < 0.06:
        return _doubleheader(games)
    if luck < 0.065:
        return [replace(games[0], resumed=games[1].day), *games[1:]]
    return games


def _rained_out(games: list[Fixture], which: int) -> list[Fixture]:
    """Move a game to the evening of the next day, which becomes a split doubleheader."""
    made, after = list(games), games[which + 1]
    made[which] = replace(games[which], day=after.day, start=time(18, 40), double="S", order=2)
    made[which + 1] = replace(after, start=time(13, 5), double="S")
    return made


def _doubleheader(games: list[Fixture]) -> list[Fixture]:
    """Play the last two games on the second day."""
    first, second, third = games
    return [
        first,
        replace(second, start=time(13, 5), double="Y"),
        replace(third, day=second.day, listed=second.day, start=time(16, 35), double="Y", order=2),
    ]


def _start(day: date, place: int, random: Random) -> time:
    if day.weekday() == 6 or (place == 2 and random.random() < 0.5):
        return random.choice([time(12, 10), time(13, 5), time(13, 35), time(16, 10)])
    return random.choice([time(18, 40), time(19, 5), time(19, 10)])
