"""A league that does not exist: thirty clubs, their parks, their players and the umpires."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from zoneinfo import ZoneInfo

from runtime.job import Conformed
from tests.season.templates import Templates

FIRST_TEAM, FIRST_VENUE, FIRST_PLAYER, FIRST_UMPIRE = 501, 7001, 800_001, 590_001

# city, state, abbreviation, nickname, zone, latitude, longitude, elevation in feet
_CLUBS = """
Boston|MA|BOS|Lanterns|America/New_York|42.36|-71.06|20
New York|NY|NYC|Ferries|America/New_York|40.71|-74.01|33
Baltimore|MD|BLT|Clippers|America/New_York|39.29|-76.61|30
Tampa|FL|TAM|Pelicans|America/New_York|27.95|-82.46|44
Montreal|QC|MTL|Voyageurs|America/Toronto|45.50|-73.57|120
Chicago|IL|CHC|Foundry|America/Chicago|41.88|-87.63|595
Cleveland|OH|CLV|Ironsides|America/New_York|41.50|-81.69|660
Detroit|MI|DTR|Pistoneers|America/Detroit|42.33|-83.05|600
Kansas City|MO|KSC|Drovers|America/Chicago|39.10|-94.58|750
Minneapolis|MN|MPL|Loons|America/Chicago|44.98|-93.27|815
Houston|TX|HST|Derricks|America/Chicago|29.76|-95.37|38
Oakland|CA|OKL|Harbor|America/Los_Angeles|37.80|-122.27|0
Seattle|WA|STL|Orcas|America/Los_Angeles|47.61|-122.33|10
Dallas|TX|DLS|Mustangs|America/Chicago|32.78|-96.80|551
Anaheim|CA|ANH|Citrus|America/Los_Angeles|33.84|-117.91|160
Atlanta|GA|ATN|Peaches|America/New_York|33.75|-84.39|1050
Miami|FL|MMI|Herons|America/New_York|25.76|-80.19|10
Philadelphia|PA|PHL|Quakers|America/New_York|39.95|-75.17|20
Washington|DC|WDC|Monuments|America/New_York|38.91|-77.04|25
Charlotte|NC|CLT|Weavers|America/New_York|35.23|-80.84|750
Milwaukee|WI|MLK|Coopers|America/Chicago|43.04|-87.91|635
Cincinnati|OH|CCN|Paddlers|America/New_York|39.10|-84.51|490
Pittsburgh|PA|PBG|Furnaces|America/New_York|40.44|-79.99|730
Saint Louis|MO|SLO|Arches|America/Chicago|38.63|-90.20|455
Nashville|TN|NSH|Pickers|America/Chicago|36.16|-86.78|550
Phoenix|AZ|PHX|Saguaros|America/Phoenix|33.45|-112.07|1086
Denver|CO|DNV|Summits|America/Denver|39.74|-104.99|5190
Los Angeles|CA|LAN|Comets|America/Los_Angeles|34.05|-118.24|515
San Diego|CA|SDG|Admirals|America/Los_Angeles|32.72|-117.16|15
San Francisco|CA|SFN|Foghorns|America/Los_Angeles|37.77|-122.42|0
"""
_DIVISIONS = ("East", "Central", "West")
_LEAGUES = ((103, "American League"), (104, "National League"))
_SPRING = ((114, "Cactus League", "CL"), (115, "Grapefruit League", "GL"))
_FIRST_NAMES = (
    "Adam Andre Ben Caleb Carlos Cody Dante Diego Eli Emilio Felix Gabe Hank Hiro Ivan Jace Javier Jonas "
    "Kai Kenji Leo Luis Marco Mateo Miles Nico Omar Oscar Pablo Quinn Rafael Reid Samir Seth Tomás Trey "
    "Ugo Victor Wes Yusuf Zack José"
)
_LAST_NAMES = (
    "Abbott Acosta Barlow Beltrán Castaño Crane Dalton Delgado Easton Escobar Falk Figueroa Garner Guzmán "
    "Hale Herrera Ibarra Ishida Jansson Jurado Keller Kimura Lang Lozano Mercer Molina Nash Núñez Olsen "
    "Ortega Pardo Pike Quiroga Reyes Rhodes Salas Stroud Tanaka Tovar Underhill Valdez Vance Whitlow "
    "Yates Yamada Zapata Zeller"
)
POSITIONS = {
    "1": ("Pitcher", "Pitcher", "P"),
    "2": ("Catcher", "Catcher", "C"),
    "3": ("First Base", "Infielder", "1B"),
    "4": ("Second Base", "Infielder", "2B"),
    "5": ("Third Base", "Infielder", "3B"),
    "6": ("Shortstop", "Infielder", "SS"),
    "7": ("Outfielder", "Outfielder", "LF"),
    "8": ("Outfielder", "Outfielder", "CF"),
    "9": ("Outfielder", "Outfielder", "RF"),
    "10": ("Designated Hitter", "Hitter", "DH"),
    "11": ("Pinch Hitter", "Hitter", "PH"),
    "12": ("Pinch Runner", "Runner", "PR"),
}
_HITTERS = ("2", "2", "3", "4", "5", "6", "7", "8", "9", "10", "3", "6", "8")
HANDS = {"L": "Left", "R": "Right", "S": "Switch"}


def position(code: str) -> Conformed:
    """Return a position as the API shows it."""
    name, kind, short = POSITIONS[code]
    return {"code": code, "name": name, "type": kind, "abbreviation": short}


@dataclass(eq=False)
class Player:
    """A player, his record in a feed, and references to him."""

    id: int
    name: str
    last: str
    code: str
    bats: str
    throws: str
    number: str
    skill: float
    record: Conformed
    season: dict[str, dict[str, int]] = field(default_factory=dict)
    season_lines: Conformed = None

    def __post_init__(self) -> None:
        self.link = {"id": self.id, "link": f"/api/v1/people/{self.id}"}
        self.named = {"id": self.id, "fullName": self.name, "link": f"/api/v1/people/{self.id}"}


@dataclass(eq=False)
class Team:
    """A club: its record in a feed without the standings, its park, its pitchers in order and its hitters."""

    id: int
    city: str
    name: str
    abbreviation: str
    zone: ZoneInfo
    record: Conformed
    venue: Conformed
    named: Conformed
    pitchers: list[Player]
    hitters: list[Player]
    wins: int = 0
    losses: int = 0

    @property
    def league_record(self) -> Conformed:
        """Return wins and losses so far."""
        played = self.wins + self.losses
        share = f"{self.wins / played if played else 0:.3f}".removeprefix("0")
        return {"wins": self.wins, "losses": self.losses, "pct": share}

    @property
    def players(self) -> list[Player]:
        """Return the roster."""
        return [*self.pitchers, *self.hitters]


@dataclass(frozen=True)
class League:
    """All of it."""

    season: int
    teams: tuple[Team, ...]
    umpires: tuple[Conformed, ...]


def found(season: int, random: Random, feed: Templates) -> League:
    """Make a league; `feed` knows what the live feed says of a team, a venue and a player."""
    names = _names(random)
    umpires = tuple(
        {"id": FIRST_UMPIRE + n, "fullName": next(names)[2], "link": f"/api/v1/people/{FIRST_UMPIRE + n}"}
        for n in range(76)
    )
    clubs = [line.split("|") for line in _CLUBS.strip().splitlines()]
    teams = tuple(_team(number, club, season, random, feed, names) for number, club in enumerate(clubs))
    return League(season, teams, umpires)


def _names(random: Random) -> Iterator[tuple[str, str, str]]:
    """Yield first name, last name and both together; none twice."""
    every = [(first, last) for first in _FIRST_NAMES.split() for last in _LAST_NAMES.split()]
    random.shuffle(every)
    yield from ((first, last, f"{first} {last}") for first, last in every)


def _team(number: int, club: Sequence[str], season: int, random: Random, feed: Templates, names) -> Team:
    city, _, short, nick, zone, *_ = club
    key, venue_key = FIRST_TEAM + number, FIRST_VENUE + number
    league_id, league = _LEAGUES[number // 15]
    division = _DIVISIONS[number % 15 // 5]
    spring = _SPRING[number % 2]
    name, park = f"{city} {nick}", f"{nick} Park"
    record = feed["gameData.teams.away"].complete(
        {
            "id": key,
            "name": name,
            "link": f"/api/v1/teams/{key}",
            "season": season,
            "active": True,
            "allStarStatus": "N",
            "abbreviation": short,
            "teamCode": short.lower(),
            "fileCode": short.lower(),
            "teamName": nick,
            "clubName": nick,
            "shortName": city,
            "locationName": city,
            "franchiseName": city,
            "firstYearOfPlay": str(random.randrange(1876, 1999)),
            "venue": {"id": venue_key, "name": park, "link": f"/api/v1/venues/{venue_key}"},
            "springVenue": {"id": venue_key + 500, "link": f"/api/v1/venues/{venue_key + 500}"},
            "league": {"id": league_id, "name": league, "link": f"/api/v1/league/{league_id}"},
            "division": _division(league_id, league, division),
            "sport": {"id": 1, "link": "/api/v1/sports/1", "name": "Major League Baseball"},
            "springLeague": _spring(*spring),
            "record": {},
        }
    )
    venue = _venue(feed, venue_key, park, season, random, club)
    named = {"id": key, "name": name, "link": f"/api/v1/teams/{key}"}
    roster = [
        _player(number * 26 + n, code, random, feed, names, season)
        for n, code in enumerate(("1",) * 13 + _HITTERS)
    ]
    return Team(key, city, name, short, ZoneInfo(zone), record, venue, named, roster[:13], roster[13:])


def _division(league_id: int, league: str, division: str) -> Conformed:
    number = 200 + (league_id - 103) * 3 + _DIVISIONS.index(division)
    return {"id": number, "name": f"{league} {division}", "link": f"/api/v1/divisions/{number}"}


def _spring(number: int, name: str, short: str) -> Conformed:
    return {"id": number, "name": name, "link": f"/api/v1/league/{number}", "abbreviation": short}


def _venue(
    feed: Templates, key: int, park: str, season: int, random: Random, club: Sequence[str]
) -> Conformed:
    city, state, _, _, zone, latitude, longitude, elevation = club
    location = {
        "city": city,
        "state": state,
        "stateAbbrev": state,
        "address1": f"{random.randrange(1, 900)} Ball Street",
        "postalCode": str(random.randrange(10_000, 99_999)),
        "country": "Canada" if state == "QC" else "USA",
        "phone": f"(555) 555-0{random.randrange(100, 200)}",
        "azimuthAngle": float(random.randrange(0, 180)),
        "elevation": int(elevation),
        "defaultCoordinates": {"latitude": float(latitude), "longitude": float(longitude)},
    }
    sizes = {
        "capacity": random.randrange(31_000, 52_000),
        "leftLine": random.randrange(310, 340),
        "left": random.randrange(350, 380),
        "leftCenter": random.randrange(370, 395),
        "center": random.randrange(396, 415),
        "rightCenter": random.randrange(370, 395),
        "right": random.randrange(350, 380),
        "rightLine": random.randrange(310, 340),
        "roofType": random.choice(["Open", "Open", "Open", "Retractable", "Dome"]),
        "turfType": random.choice(["Grass", "Grass", "Artificial Turf"]),
    }
    return feed["gameData.venue"].complete(
        {
            "id": key,
            "name": park,
            "link": f"/api/v1/venues/{key}",
            "active": True,
            "season": str(season),
            "location": feed["gameData.venue.location"].complete(location),
            "timeZone": {"id": zone},
            "fieldInfo": feed["gameData.venue.fieldInfo"].close(sizes),
        }
    )


def _player(number: int, code: str, random: Random, feed: Templates, names, season: int) -> Player:
    first, last, name = next(names)
    key = FIRST_PLAYER + number
    middle = random.choice(_FIRST_NAMES.split())
    throws = random.choices("RL", (72, 28))[0] if code in {"1", "3", "7", "8", "9"} else "R"
    bats = random.choices("RLS", (55, 33, 12))[0]
    age, jersey = random.randrange(20, 40), str(random.randrange(1, 100))
    born = f"{season - age}-{random.randrange(1, 7):02d}-{random.randrange(1, 29):02d}"
    record = feed["gameData.players{*}"].complete(
        {
            "id": key,
            "fullName": name,
            "link": f"/api/v1/people/{key}",
            "firstName": first,
            "lastName": last,
            "useName": first,
            "useLastName": last,
            "middleName": middle,
            "boxscoreName": last,
            "primaryNumber": jersey,
            "birthDate": born,
            "currentAge": age,
            "birthCountry": random.choice(
                ["USA", "USA", "USA", "Dominican Republic", "Venezuela", "Japan", "Cuba"]
            ),
            "height": f"{random.randrange(5, 7)}' {random.randrange(0, 12)}\"",
            "weight": random.randrange(165, 260),
            "active": True,
            "isPlayer": True,
            "isVerified": True,
            "gender": "M",
            "primaryPosition": position(code),
            "batSide": {"code": bats, "description": HANDS[bats]},
            "pitchHand": {"code": throws, "description": HANDS[throws]},
            "draftYear": season - age + 21,
            "mlbDebutDate": f"{season - max(1, age - 24)}-{random.randrange(4, 10):02d}-{random.randrange(1, 29):02d}",
            "nameFirstLast": name,
            "firstLastName": name,
            "nameSlug": f"{first}-{last}-{key}".lower(),
            "lastFirstName": f"{last}, {first}",
            "lastInitName": f"{last}, {first[0]}",
            "initLastName": f"{first[0]} {last}",
            "fullFMLName": f"{first} {middle} {last}",
            "fullLFMName": f"{last}, {first} {middle}",
            "strikeZoneTop": round(random.uniform(3.1, 3.7), 3),
            "strikeZoneBottom": round(random.uniform(1.4, 1.8), 3),
        }
    )
    return Player(key, name, last, code, bats, throws, jersey, random.gauss(0, 1), record)
