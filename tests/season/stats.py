"""Counted and derived statistics, as the API prints them."""

from collections.abc import Mapping

from runtime.job import Conformed
from tests.season.templates import decimal

Counts = dict[str, int]

_SHARED = (
    "gamesPlayed flyOuts groundOuts airOuts popOuts lineOuts runs doubles triples homeRuns strikeOuts baseOnBalls "
    "intentionalWalks hits hitByPitch atBats caughtStealing stolenBases rbi sacBunts sacFlies catchersInterference "
    "pickoffs "
)
_BATTING = f"{_SHARED} groundIntoDoublePlay groundIntoTriplePlay plateAppearances totalBases leftOnBase"
_PITCHING = (
    f"{_SHARED} gamesPitched gamesStarted hitBatsmen numberOfPitches pitchesThrown wins losses saves "
    "saveOpportunities holds blownSaves earnedRuns battersFaced outs completeGames shutouts balls strikes balks "
    "wildPitches gamesFinished inheritedRunners inheritedRunnersScored passedBall"
)
_FIELDING = "gamesStarted assists putOuts errors chances passedBall pickoffs caughtStealing stolenBases"
KINDS: Mapping[str, tuple[str, ...]] = {
    "batting": tuple(_BATTING.split()),
    "pitching": tuple(_PITCHING.split()),
    "fielding": tuple(_FIELDING.split()),
}


def zero(kind: str) -> Counts:
    """Return counts of nothing."""
    return dict.fromkeys(KINDS[kind], 0)


def add(total: Counts, part: Counts) -> None:
    """Add counts to a total."""
    for name, count in part.items():
        total[name] += count


def share(part: float, whole: float, places: int = 3, blank: str = ".---", *, leading: bool = False) -> str:
    """Print a rate, or what stands for none.

    >>> share(1, 4), share(0, 0), share(9, 2, 2, "-.--", leading=True)
    ('.250', '.---', '4.50')
    """
    return decimal(part / whole, places, leading=leading) if whole else blank


def _ratio(part: float, whole: float) -> str:
    return share(part, whole, 2, "-.--", leading=True)


def innings(outs: int) -> str:
    """Print outs as innings.

    >>> innings(26)
    '8.2'
    """
    return f"{outs // 3}.{outs % 3}"


def _running(line: Counts) -> Conformed:
    tried = line["stolenBases"] + line["caughtStealing"]
    return {
        "stolenBasePercentage": share(line["stolenBases"], tried),
        "caughtStealingPercentage": share(line["caughtStealing"], tried),
    }


def batting(line: Counts) -> Conformed:
    """Return a batting line with every rate that follows from it."""
    at_bats, hits = line["atBats"], line["hits"]
    reached = hits + line["baseOnBalls"] + line["hitByPitch"]
    chances = at_bats + line["baseOnBalls"] + line["hitByPitch"] + line["sacFlies"]
    on_base = reached / chances if chances else 0
    slugging = line["totalBases"] / at_bats if at_bats else 0
    in_play = at_bats - line["strikeOuts"] - line["homeRuns"] + line["sacFlies"]
    return {
        **line,
        **_running(line),
        "avg": decimal(hits / at_bats if at_bats else 0, 3, leading=False),
        "obp": decimal(on_base, 3, leading=False),
        "slg": decimal(slugging, 3, leading=False),
        "ops": decimal(on_base + slugging, 3, leading=False),
        "babip": share(hits - line["homeRuns"], in_play),
        "groundOutsToAirouts": _ratio(line["groundOuts"], line["airOuts"]),
        "atBatsPerHomeRun": _ratio(at_bats, line["homeRuns"]),
        "summary": f"{hits}-{at_bats}" + (f" | {line['strikeOuts']} K" if line["strikeOuts"] else ""),
    }


def pitching(line: Counts) -> Conformed:
    """Return a pitching line with every rate that follows from it."""
    outs, at_bats = line["outs"], line["atBats"]
    nines = outs / 27
    reached = line["hits"] + line["baseOnBalls"] + line["hitByPitch"]
    return {
        **line,
        **_running(line),
        "inningsPitched": innings(outs),
        "era": _ratio(line["earnedRuns"], nines),
        "whip": share(line["hits"] + line["baseOnBalls"], outs / 3, 2, "-", leading=True),
        "obp": decimal(reached / (at_bats + reached - line["hits"] or 1), 3, leading=False),
        "strikePercentage": share(line["strikes"], line["numberOfPitches"], 3, "-.--"),
        "groundOutsToAirouts": _ratio(line["groundOuts"], line["airOuts"]),
        "winPercentage": share(line["wins"], line["wins"] + line["losses"]),
        "pitchesPerInning": _ratio(line["numberOfPitches"], outs / 3),
        "strikeoutWalkRatio": _ratio(line["strikeOuts"], line["baseOnBalls"]),
        "strikeoutsPer9Inn": _ratio(line["strikeOuts"], nines),
        "walksPer9Inn": _ratio(line["baseOnBalls"], nines),
        "hitsPer9Inn": _ratio(line["hits"], nines),
        "runsScoredPer9": _ratio(line["runs"], nines),
        "homeRunsPer9": _ratio(line["homeRuns"], nines),
        "summary": (
            f"{innings(outs)} IP, {line['earnedRuns'] or ''}{' ' if line['earnedRuns'] else '0 '}ER,"
            f" {line['strikeOuts']} K, {line['baseOnBalls']} BB"
        ),
    }


def fielding(line: Counts) -> Conformed:
    """Return a fielding line with every rate that follows from it."""
    made = line["putOuts"] + line["assists"]
    return {
        **line,
        **_running(line),
        "fielding": decimal(made / line["chances"] if line["chances"] else 0, 3, leading=False),
    }


LINES = {"batting": batting, "pitching": pitching, "fielding": fielding}
