"""Live feeds as the seasons have them: from a captured one, what came later left out or put in."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

Feed = dict[str, Any]
Node = dict[str, Any]


def _plays(feed: Feed) -> list[Node]:
    plays = feed["liveData"]["plays"]
    return [*plays["allPlays"], plays["currentPlay"]]


def _events(feed: Feed) -> Iterator[Node]:
    for play in _plays(feed):
        yield from play["playEvents"]


def _pitches(feed: Feed) -> Iterator[Node]:
    return (event["pitchData"] for event in _events(feed) if "pitchData" in event)


def without(node: Node, *names: str) -> None:
    """Leave members out, if they are there."""
    for name in names:
        node.pop(name, None)


def of_2021(feed: Feed) -> None:
    """Leave out mound visits, pitch clock violations, disengagements, and the vertical breaks of pitches."""
    without(feed["gameData"], "moundVisits", "absChallenges")
    for event in _events(feed):
        without(event["details"], "violation", "disengagementNum")
    for pitch in _pitches(feed):
        without(pitch, "strikeZoneWidth", "strikeZoneDepth")
        without(pitch.get("breaks", {}), "breakVertical", "breakVerticalInduced")


def of_2023(feed: Feed) -> None:
    """Leave out what balls and strikes are challenged with."""
    without(feed["gameData"], "absChallenges")
    for pitch in _pitches(feed):
        without(pitch, "strikeZoneWidth", "strikeZoneDepth")


def of_2026(feed: Feed) -> None:
    """Put in the challenges of balls and strikes, and the zone that they are measured by."""
    left = {"usedSuccessful": 1, "usedFailed": 0, "remaining": 2}
    feed["gameData"]["absChallenges"] = {"hasChallenges": True, "home": dict(left), "away": dict(left)}
    for number, pitch in enumerate(_pitches(feed)):
        pitch["strikeZoneWidth"] = 17.0
        pitch["strikeZoneDepth"] = 8.5 + number / 100


SEASONS: dict[int, Callable[[Feed], None]] = {2021: of_2021, 2023: of_2023, 2026: of_2026}


def played(envelope: dict[str, Any], season: int, plays: int) -> dict[str, Any]:
    """Return a game of a season: the first plays of a captured one, under another number and date."""
    made = deepcopy(envelope)
    feed = made["response"]
    number, day = 700_000 + season, f"{season}-07-04"
    del feed["liveData"]["plays"]["allPlays"][plays:]
    feed["liveData"]["plays"]["currentPlay"] = deepcopy(feed["liveData"]["plays"]["allPlays"][-1])
    SEASONS[season](feed)
    feed["gamePk"] = feed["gameData"]["game"]["pk"] = number
    feed["gameData"]["datetime"]["officialDate"] = day
    made["path_params"] = {"game_pk": str(number)}
    made["query_params"] = {}
    made["captured_at"] = f"{day}T23:00:00+00:00"
    return made
