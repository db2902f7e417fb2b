"""A game read back from its feed alone: what a careful reader of the document concludes, without the generator."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from runtime.job import Conformed

HITS = {"single", "double", "triple", "home_run"}
NO_AT_BAT = {"walk", "intent_walk", "hit_by_pitch", "sac_fly", "sac_bunt"}
NO_APPEARANCE = {"caught_stealing_2b", "pickoff_1b", "balk", "wild_pitch", "passed_ball"}
"""Events that end a half, or the game, before the batter is done."""
_BASES = {"1B": 0, "2B": 1, "3B": 2}
_POSTS = ("postOnFirst", "postOnSecond", "postOnThird")


def plays(document: Conformed) -> list[Conformed]:
    """Return the plate appearances."""
    return document["liveData"]["plays"]["allPlays"]


def events(document: Conformed) -> Iterator[tuple[Conformed, Conformed]]:
    """Yield every event with its play."""
    yield from ((play, event) for play in plays(document) for event in play["playEvents"])


def half(play: Conformed) -> tuple[int, bool]:
    """Return the inning and whether it is its top."""
    return play["about"]["inning"], play["about"]["isTopInning"]


def side(play: Conformed) -> str:
    """Return the branch of who bats."""
    return "away" if play["about"]["isTopInning"] else "home"


def other(branch: str) -> str:
    """Return the other branch."""
    return "home" if branch == "away" else "away"


def is_complete(play: Conformed) -> bool:
    """Say whether the batter was done."""
    return play["result"]["eventType"] not in NO_APPEARANCE


def runners(document: Conformed) -> Iterator[tuple[Conformed, Conformed]]:
    """Yield every movement with its play."""
    yield from ((play, runner) for play in plays(document) for runner in play["runners"])


def lines(document: Conformed, branch: str, kind: str) -> dict[int, Conformed]:
    """Return the boxscore's lines of a side by player."""
    players = document["liveData"]["boxscore"]["teams"][branch]["players"].values()
    return {item["person"]["id"]: item["stats"][kind] for item in players if item["stats"][kind]}


def pitches_by_pitcher(document: Conformed) -> Counter[int]:
    """Count the pitches of every pitcher: who is replaced in an appearance keeps those before."""
    return Counter(before.pitcher for before in pitches(document))


@dataclass(frozen=True)
class Before:
    """What stood before a pitch: where it is in the game, who threw it, who was on base, and the score."""

    at_bat_index: int
    event_index: int
    pitcher: int
    balls: int
    strikes: int
    outs: int
    bases: tuple[int | None, ...]
    away: int
    home: int


def pitches(document: Conformed) -> Iterator[Before]:
    """Replay a game, event by event, and say what stood before every pitch."""
    teams = document["liveData"]["boxscore"]["teams"]
    current = {branch: teams[branch]["pitchers"][0] for branch in ("away", "home")}
    bases: list[int | None] = [None, None, None]
    previous, outs, score = None, 0, {"away": 0, "home": 0}
    for play in plays(document):
        if half(play) != previous:
            bases[:], previous, outs = (None, None, None), half(play), 0
        balls = strikes = 0
        for event in play["playEvents"]:
            _substituted(bases, event)
            if event["details"].get("eventType") == "pitching_substitution":
                current[other(side(play))] = event["player"]["id"]
            if event["isPitch"]:
                place = (play["atBatIndex"], event["index"], current[other(side(play))])
                yield Before(*place, balls, strikes, outs, tuple(bases), **score)
            moves = [item for item in play["runners"] if item["details"]["playIndex"] == event["index"]]
            _moved(bases, moves)
            outs += sum(item["movement"]["isOut"] for item in moves)
            score[side(play)] += sum(item["movement"]["end"] == "score" for item in moves)
            balls, strikes = event["count"]["balls"], event["count"]["strikes"]


@dataclass(frozen=True)
class State:
    """The bases before the last pitch of an appearance, by player, and after it."""

    play: Conformed
    before: tuple[int | None, ...]
    after: tuple[int | None, ...]


def states(document: Conformed) -> Iterator[State]:
    """Replay the bases: movements, runners that are placed or replaced, from event to event."""
    bases: list[int | None] = [None, None, None]
    previous = None
    for play in plays(document):
        if half(play) != previous:
            bases[:], previous = (None, None, None), half(play)
        last = play["playEvents"][-1]["index"]
        for event in play["playEvents"]:
            if event["index"] == last and is_complete(play):
                break
            _substituted(bases, event)
            _moved(
                bases, [item for item in play["runners"] if item["details"]["playIndex"] == event["index"]]
            )
        before = tuple(bases)
        if is_complete(play):
            _substituted(bases, play["playEvents"][-1])
            _moved(bases, [item for item in play["runners"] if item["details"]["playIndex"] == last])
        yield State(play, before, tuple(bases))


def _substituted(bases: list[int | None], event: Conformed) -> None:
    if event["details"].get("eventType") == "runner_placed":
        bases[event["base"] - 1] = event["player"]["id"]
    replaced = event.get("replacedPlayer", {}).get("id")
    if event["details"].get("eventType") == "offensive_substitution" and replaced in bases:
        bases[bases.index(replaced)] = event["player"]["id"]


def _moved(bases: list[int | None], movements: list[Conformed]) -> None:
    """Take everybody who moves off his base, then put all where they end."""
    ends: dict[int, str | None] = {}
    for item in movements:
        who, start = item["details"]["runner"]["id"], item["movement"]["start"]
        if start is not None and who not in ends:
            assert bases[_BASES[start]] == who, f"{who} is not on {start}"
            bases[_BASES[start]] = None
        ends[who] = item["movement"]["end"]
    for who, end in ends.items():
        if end in _BASES:
            assert bases[_BASES[end]] is None, f"two on {end}"
            bases[_BASES[end]] = who


def posts(play: Conformed) -> tuple[int | None, ...]:
    """Return who is on base after a play, as the play says."""
    return tuple(play["matchup"].get(name, {}).get("id") for name in _POSTS)
