"""Objects of one place in some responses, made at random: maps of many kinds of key, records of many kinds of name."""

import uuid
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from random import Random

Object = dict[str, object]

_WORDS = """
first second third batter onDeck inHole pitcher catcher left center right winner loser save runs hits errors atBats
homeRuns strikeOuts baseOnBalls wins losses era whip avg obp slg ops rbi batting pitching fielding link name type
code description status venue league division sport season active rank speed angle distance hitDistance hitSpeed
pitchSpeed scoreboard live gameCenter 1b 2b 3b hr start end x y pX pZ zone01 zone02 last7 last30 umpire1 umpire2
april may june Mon Tue C SS ERA WHIP en es ja small medium large p50 p90 h264 mp4Avc
"""
NAMES = _WORDS.split()


def _day(random: Random) -> date:
    return date(1990, 1, 1) + timedelta(days=random.randrange(15_000))


def _uuid(random: Random) -> str:
    return str(uuid.UUID(int=random.getrandbits(128)))


KEYS: dict[str, Callable[[Random], str]] = {
    "ID and digits": lambda random: f"ID{random.randrange(100_000, 900_000)}",
    "digits": lambda random: str(random.randrange(100_000, 900_000)),
    "jersey number": lambda random: str(random.randrange(100)),
    "season": lambda random: str(random.randrange(1876, 2030)),
    "day": lambda random: str(_day(random)),
    "timecode": lambda random: f"{_day(random):%Y%m%d}_{random.randrange(240_000):06d}",
    "instant": lambda random: f"{_day(random)}T{random.randrange(24):02d}:{random.randrange(60):02d}:00Z",
    "uuid": _uuid,
    "hash": lambda random: _uuid(random).replace("-", ""),
    "slug": lambda random: (
        f"{random.choice(NAMES)}-{random.choice(NAMES)}-{random.randrange(100_000, 900_000)}"
    ),
    "full name": lambda random: f"{random.choice(NAMES).title()} {random.choice(NAMES).title()}",
    "pair": lambda random: f"{random.randrange(700_000, 800_000)}_{random.randrange(90)}",
}


def map_documents(random: Random, kinds: Sequence[str] = tuple(KEYS)) -> list[Object]:
    """Return one to five maps of one kind: keys of one class, values alike, some with their key inside."""
    new_key = KEYS[random.choice(kinds)]
    new_value = _values(random)
    inside = random.choice(["", "", "id", "playerId", "person"])
    made: list[Object] = [{} for _ in range(random.randint(1, 5))]
    for entries in made:
        for _ in range(random.choice([1, 2, 3, 10, 30])):
            key = new_key(random)
            entries[key] = _with_id(new_value(), inside, key)
    return made


def record_documents(random: Random) -> list[Object]:
    """Return one to five records of one kind: the same few names each time, some left out, alike in shape or not."""
    names = random.sample(NAMES, random.choice([1, 2, 3, 5, 9, 25]))
    is_uniform = random.random() < 0.5
    shared = _values(random)
    shapes = {name: shared if is_uniform else _values(random) for name in names}
    present = random.choice([1, 1, 0.7, 0.3])
    has_ids = random.random() < 0.3
    made: list[Object] = []
    for _ in range(random.randint(1, 5)):
        chosen = [name for name in names if random.random() < present] or names[:1]
        made.append({name: _with_some_id(random, shapes[name](), has_ids) for name in chosen})
    return made


def _values(random: Random) -> Callable[[], object]:
    """Return a maker of values of one shape: numbers, texts, lists, or records with optional members."""
    makers: tuple[Callable[[], object], ...] = (
        lambda: random.randrange(40),
        lambda: random.choice(["A", "B", ".250"]),
        lambda: [random.randrange(9) for _ in range(random.randrange(3))],
        lambda: {name: random.randrange(9) for name in members if random.random() < 0.8},
        lambda: {name: random.randrange(9) for name in members},
    )
    members = random.sample(["runs", "hits", "outs", "speed", "rank"], 3)
    return random.choice(makers)


def _with_id(value: object, inside: str, key: str) -> object:
    if not inside or not isinstance(value, dict):
        return value
    digits = "".join(filter(str.isdigit, key.rpartition("-")[2]))
    own = int(digits) if digits else key
    return value | ({"person": {"id": own}} if inside == "person" else {inside: own})


def _with_some_id(random: Random, value: object, has_ids: bool) -> object:
    return value | {"id": random.randrange(1, 700_000)} if has_ids and isinstance(value, dict) else value
