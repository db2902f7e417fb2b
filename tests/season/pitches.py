"""One pitch: what is thrown, what becomes of it, what is measured, and where a ball in play goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from runtime.job import Conformed
from tests.season.league import Player
from tests.season.templates import Templates

_EVENT = "liveData.plays.allPlays[*].playEvents[*]"

# code: description, miles per hour, spin, induced rise and run in inches
TYPES = {
    "FF": ("Four-Seam Fastball", 94.4, 2300, 16.0, 7.0),
    "SI": ("Sinker", 93.6, 2150, 8.0, 15.0),
    "FC": ("Cutter", 89.4, 2400, 8.5, -2.5),
    "SL": ("Slider", 85.6, 2450, 1.5, -5.5),
    "ST": ("Sweeper", 82.1, 2600, 1.0, -14.0),
    "CH": ("Changeup", 85.7, 1750, 6.0, 14.0),
    "CU": ("Curveball", 79.5, 2550, -10.0, -9.0),
    "FS": ("Splitter", 86.6, 1350, 3.0, 11.0),
}
# code: description, is a ball, is a strike
CALLS = {
    "B": ("Ball", True, False),
    "*B": ("Ball In Dirt", True, False),
    "C": ("Called Strike", False, True),
    "S": ("Swinging Strike", False, True),
    "W": ("Swinging Strike (Blocked)", False, True),
    "F": ("Foul", False, True),
    "T": ("Foul Tip", False, True),
    "L": ("Foul Bunt", False, True),
    "H": ("Hit By Pitch", True, False),
    "X": ("In play, out(s)", False, False),
    "D": ("In play, no out", False, False),
    "E": ("In play, run(s)", False, False),
    "VB": ("Automatic Ball - Intentional", True, False),
}
_CODES = ("B", "*B", "C", "S", "W", "F", "T", "L", "H", "X")
_EVEN = (325, 24, 184, 102, 8, 175, 7, 2, 2, 171)
_BEHIND = (285, 12, 165, 98, 5, 205, 7, 0, 2, 221)
_TWO_STRIKES = (315, 45, 58, 132, 16, 213, 10, 1, 2, 208)


def call(random: Random, balls: int, strikes: int) -> str:
    """Draw what becomes of a pitch; a ball in play is `X` until its outcome is known."""
    weights = _TWO_STRIKES if strikes == 2 else _BEHIND if balls == 3 else _EVEN
    return random.choices(_CODES, weights)[0]


@dataclass(frozen=True, slots=True)
class BallInPlay:
    """Where a ball in play goes, and how it is hit."""

    trajectory: str
    fielder: str
    speed: float
    angle: float
    distance: float
    x: float
    y: float

    @property
    def hardness(self) -> str:
        """Return how hard it is hit, in the three words of the API."""
        return "hard" if self.speed > 98 else "soft" if self.speed < 75 else "medium"


_SHAPES = {
    "ground_ball": (88.0, 12.0, -12.0, 9.0, ("6", "4", "5", "3", "1", "2"), (28, 26, 20, 14, 10, 2)),
    "line_drive": (95.0, 8.0, 15.0, 5.0, ("7", "8", "9", "6", "4", "5", "3"), (26, 25, 26, 7, 6, 6, 4)),
    "fly_ball": (92.0, 8.5, 36.0, 8.0, ("7", "8", "9"), (32, 36, 32)),
    "popup": (80.0, 9.0, 62.0, 9.0, ("4", "6", "3", "2", "5", "1"), (26, 26, 20, 12, 14, 2)),
}
_PLACES = {
    "1": (125, 180), "2": (125, 202), "3": (152, 165), "4": (142, 148), "5": (98, 165),
    "6": (108, 148), "7": (75, 100), "8": (125, 75), "9": (175, 100),
}  # fmt: skip


def put_in_play(random: Random, skill: float) -> BallInPlay:
    """Draw a ball in play; the better the batter, the harder."""
    trajectory = random.choices(tuple(_SHAPES), (43, 24, 26, 7))[0]
    speed, spread, angle, tilt, fielders, weights = _SHAPES[trajectory]
    fielder = random.choices(fielders, weights)[0]
    x, y = _PLACES[fielder]
    hard = min(118.0, max(35.0, random.gauss(speed + skill, spread)))
    up = random.gauss(angle, tilt)
    distance = max(2.0, hard * (0.2 + max(0.0, 45 - abs(up - 28)) / 12) if up > 5 else random.uniform(2, 40))
    return BallInPlay(
        trajectory,
        fielder,
        round(hard, 1),
        round(up),
        round(distance),
        random.gauss(x, 8),
        random.gauss(y, 8),
    )


class Pitching:
    """Makes the events of pitches as the feed shows them."""

    def __init__(self, random: Random, feed: Templates) -> None:
        self._random = random
        self._event = feed[_EVENT]
        self._details = feed[f"{_EVENT}.details"]
        self._data = feed[f"{_EVENT}.pitchData"]
        self._coordinates = feed[f"{_EVENT}.pitchData.coordinates"]
        self._breaks = feed[f"{_EVENT}.pitchData.breaks"]
        self._hit = feed[f"{_EVENT}.hitData"]
        self._types: dict[int, tuple[str, ...]] = {}

    def play_id(self) -> str:
        """Return a fresh GUID."""
        text = f"{self._random.getrandbits(128):032x}"
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"

    def event(
        self,
        code: str,
        pitcher: Player,
        batter: Player,
        number: int,
        *,
        is_out: bool,
        hit: BallInPlay | None,
        going: bool,
    ) -> Conformed:
        """Return a pitch without its index, times and count."""
        kind = self._random.choice(self.arsenal(pitcher))
        description, is_ball, is_strike = CALLS[code]
        details = {
            "call": {"code": code, "description": description},
            "description": description,
            "code": code,
            "ballColor": "rgba(39, 161, 39, 1.0)" if is_ball else "rgba(170, 21, 11, 1.0)",
            "trailColor": "rgba(188, 0, 33, 1.0)" if kind in {"FF", "SI"} else "rgba(0, 0, 254, 1.0)",
            "isInPlay": hit is not None,
            "isStrike": is_strike,
            "isBall": is_ball,
            "type": {"code": kind, "description": TYPES[kind][0]},
            "isOut": is_out,
            "hasReview": False,
        }
        if going:
            details["runnerGoing"] = True
        event = {
            "details": self._details.close(details),
            "pitchData": self._measured(kind, pitcher, batter, code),
        }
        if hit is not None:
            event["hitData"] = self._hit_data(hit)
        return event | {"playId": self.play_id(), "pitchNumber": number, "isPitch": True, "type": "pitch"}

    def intentional(self, number: int) -> Conformed:
        """Return an automatic ball, which is no pitch and repeats the number of the pitch before."""
        description = CALLS["VB"][0]
        details = {
            "call": {"code": "VB", "description": description},
            "description": description,
            "code": "VB",
            "isInPlay": False,
            "isStrike": False,
            "isBall": True,
            "isOut": False,
            "hasReview": False,
        }
        known = {"details": details, "playId": self.play_id(), "isPitch": False, "type": "no_pitch"}
        return known | {"pitchNumber": number} if number else known

    def arsenal(self, pitcher: Player) -> Sequence[str]:
        """Return the pitches of a pitcher, those that he throws more often repeated; the same for his career."""
        found = self._types.get(pitcher.id)
        if found is None:
            own = Random(pitcher.id)
            first, *others = own.sample(("FF", "SI"), 1) + own.sample(("SL", "ST", "CH", "CU", "FC", "FS"), 3)
            found = self._types[pitcher.id] = (
                (first,) * 4 + (others[0],) * 3 + (others[1],) * 2 + (others[2],)
            )
        return found

    def _measured(self, kind: str, pitcher: Player, batter: Player, code: str) -> Conformed:
        random, gauss = self._random, self._random.gauss
        _, speed, spin, rise, run = TYPES[kind]
        side = -1.0 if pitcher.throws == "R" else 1.0
        v = gauss(speed + pitcher.skill, 1.1)
        x, z = _location(random, code)
        top, bottom = batter.record["strikeZoneTop"], batter.record["strikeZoneBottom"]
        up, across = gauss(rise, 2.0), gauss(run, 2.0) * side
        time = 55.0 / (v * 1.467 * 0.955)
        known = {
            "startSpeed": round(v, 1),
            "endSpeed": round(v * 0.917, 1),
            "strikeZoneTop": top,
            "strikeZoneBottom": bottom,
            "coordinates": self._coordinates.close(self._flight(v, x, z, up, across, side)),
            "breaks": self._breaks.close(
                {
                    "breakAngle": round(abs(across) * 2.4, 1),
                    "breakLength": round(abs(18 - up) / 2.4, 1),
                    "breakY": 24.0,
                    "breakVertical": round(up - 32.0, 1),
                    "breakVerticalInduced": round(up, 1),
                    "breakHorizontal": round(across, 1),
                    "spinRate": round(gauss(spin, 90)),
                    "spinDirection": random.randrange(360),
                }
            ),
            "zone": zone(x, z, top, bottom),
            "typeConfidence": round(random.uniform(0.8, 2.0), 2),
            "plateTime": time,
            "extension": gauss(6.4, 0.25),
        }
        return self._data.close(known)

    def _flight(self, v: float, x: float, z: float, up: float, across: float, side: float) -> Conformed:
        gauss = self._random.gauss
        x0, z0 = gauss(1.8 * side, 0.2), gauss(5.9, 0.2)
        return {
            "aX": across * 1.6,
            "aY": gauss(28.0, 1.8),
            "aZ": -32.17 + up * 1.3,
            "pfxX": across * 0.75,
            "pfxZ": up * 0.75,
            "pX": x,
            "pZ": z,
            "vX0": (x - x0) * 2.2 - across * 0.25,
            "vY0": -v * 1.458,
            "vZ0": (z - z0) * 2.1 - up * 0.2,
            "x": round(117.0 - x * 38.2, 2),
            "y": round(238.8 - z * 26.9, 2),
            "x0": x0,
            "y0": gauss(50.0, 0.003),
            "z0": z0,
        }

    def _hit_data(self, hit: BallInPlay) -> Conformed:
        return self._hit.close(
            {
                "launchSpeed": hit.speed,
                "launchAngle": float(hit.angle),
                "totalDistance": float(hit.distance),
                "trajectory": hit.trajectory,
                "hardness": hit.hardness,
                "location": hit.fielder,
                "coordinates": {"coordX": round(hit.x, 2), "coordY": round(hit.y, 2)},
            }
        )


def _location(random: Random, code: str) -> tuple[float, float]:
    if code in {"B", "*B", "H"}:
        x = random.choice((-1, 1)) * random.uniform(0.75, 1.9)
        return x, random.gauss(0.3, 0.3) if code == "*B" else random.gauss(2.3, 1.1)
    return random.gauss(0, 0.5), random.gauss(2.5, 0.5)


def zone(x: float, z: float, top: float, bottom: float) -> int:
    """Return the zone of a pitch: 1 to 9 in the strike zone, from its upper left, and 11 to 14 around it.

    >>> zone(0, 2.5, 3.5, 1.5), zone(-1.5, 3.9, 3.5, 1.5), zone(1.5, 1.0, 3.5, 1.5)
    (5, 11, 14)
    """
    if abs(x) > 0.83 or not bottom <= z <= top:
        return 11 + (x > 0) + 2 * (z < (top + bottom) / 2)
    column = 0 if x < -0.277 else 2 if x > 0.277 else 1
    row = min(2, int((top - z) / (top - bottom) * 3))
    return row * 3 + column + 1
