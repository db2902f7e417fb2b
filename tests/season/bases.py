"""What becomes of the runners: advances by rule, without a game around them."""

from dataclasses import dataclass
from random import Random

from tests.season.league import Player
from tests.season.pitches import BallInPlay

BATTER, HOME = 0, 4


@dataclass(eq=False, slots=True)
class Runner:
    """A player on base, the pitcher who answers for him, where he stood when the plate appearance began."""

    player: Player
    pitcher: Player
    origin: int
    earned: bool = True


@dataclass(slots=True)
class Move:
    """A runner's way from base to base (0 is the plate before, 4 after); `out_at` is where he is put out.

    `goes_on`: the runner of the move before takes another base.
    """

    start: int
    end: int
    reason: str | None = None
    out_at: int = 0
    goes_on: bool = False


@dataclass(slots=True)
class Outcome:
    """What a plate appearance, or what happens during one, comes to.

    `credits` are (position, credit) per move, in order. `error` is the position that made one.
    """

    event: str
    event_type: str
    moves: list[Move]
    credits: dict[int, list[tuple[str, str]]]
    scores_rbi: bool = True
    error: str = ""

    @property
    def outs(self) -> int:
        """Return how many are out."""
        return sum(bool(move.out_at) for move in self.moves)

    @property
    def runs(self) -> int:
        """Return how many score."""
        return sum(move.end == HOME for move in self.moves)


HITS = {"single": 1, "double": 2, "triple": 3, "home_run": 4}
_HIT_NAMES = {
    1: ("Single", "single"),
    2: ("Double", "double"),
    3: ("Triple", "triple"),
    4: ("Home Run", "home_run"),
}
_OUT_NAMES = {"ground_ball": "Groundout", "fly_ball": "Flyout", "line_drive": "Lineout", "popup": "Pop Out"}
_CHANCES = {
    # single, double, triple, home run
    "ground_ball": (0.225, 0.012, 0.001, 0.0),
    "line_drive": (0.46, 0.16, 0.012, 0.02),
    "fly_ball": (0.04, 0.075, 0.008, 0.135),
    "popup": (0.012, 0.003, 0.0, 0.0),
}


def forced(occupied: list[bool]) -> list[Move]:
    """Return the moves of a walk: everybody who has to move for the batter does.

    >>> [(move.start, move.end) for move in forced([True, False, True])]
    [(0, 1), (1, 2)]
    """
    moves = [Move(BATTER, 1)]
    for base in (1, 2, 3):
        if not occupied[base - 1]:
            break
        moves.append(Move(base, base + 1, "r_adv_force"))
    return moves


def in_play(random: Random, ball: BallInPlay, occupied: list[bool], outs: int) -> Outcome:
    """Draw what becomes of a ball in play."""
    luck = random.random()
    for bases, chance in enumerate(_CHANCES[ball.trajectory], 1):
        luck -= chance
        if luck < 0:
            return hit(random, bases, ball, occupied)
    if random.random() < 0.022:
        return _error(ball, occupied)
    if ball.trajectory == "ground_ball":
        return _grounder(random, ball, occupied, outs)
    return _caught(random, ball, occupied, outs)


def hit(random: Random, bases: int, ball: BallInPlay, occupied: list[bool]) -> Outcome:
    """Return a hit: runners go on at least as far as they must."""
    name, kind = _HIT_NAMES[bases]
    moves = [Move(BATTER, bases)]
    ahead = HOME + 1
    for base in (3, 2, 1):
        if not occupied[base - 1]:
            continue
        extra = bases < 3 and base + bases < HOME and random.random() < (0.6 if base == 2 else 0.33)
        end = min(HOME, base + bases + extra)
        end = end if end == HOME or end < ahead else ahead - 1
        moves += _way(base, end, bases, occupied)
        ahead = end
    fielded = {} if bases == 4 else {0: [(ball.fielder, "f_fielded_ball")]}
    return Outcome(name, kind, moves, fielded)


def _way(base: int, end: int, bases: int, occupied: list[bool]) -> list[Move]:
    """Return a runner's moves; on a single, what he is forced to and what he takes besides are two."""
    must = all(occupied[: base - 1])
    reason = "r_adv_force" if must else "r_adv_play"
    if bases == 1 and must and end == base + 2 and end < HOME:
        return [Move(base, base + 1, reason), Move(base + 1, end, "r_adv_play", goes_on=True)]
    return [Move(base, end, reason)]


def _error(ball: BallInPlay, occupied: list[bool]) -> Outcome:
    moves = forced(occupied)
    moved = {move.start for move in moves}
    moves += [
        Move(base, base + 1, "r_adv_play") for base in (3, 2) if occupied[base - 1] and base not in moved
    ]
    throwing = ball.trajectory == "ground_ball" and ball.fielder in {"5", "6"}
    credit = "f_throwing_error" if throwing else "f_fielding_error"
    return Outcome("Field Error", "field_error", moves, {0: [(ball.fielder, credit)]}, False, ball.fielder)


def _grounder(random: Random, ball: BallInPlay, occupied: list[bool], outs: int) -> Outcome:
    luck, pivot = random.random(), "6" if ball.fielder in {"4", "3"} else "4"
    if occupied[0] and outs < 2 and luck < 0.7:
        force = Move(1, 0, "r_force_out", 2)
        at_second = [(ball.fielder, "f_assist"), (pivot, "f_putout")]
        if luck < 0.42:
            moves = [force, Move(BATTER, 0, None, 1), *_behind(occupied, outs, 2)]
            double = [(pivot, "f_assist"), ("3" if ball.fielder != "3" else "1", "f_putout")]
            return Outcome(
                "Grounded Into DP", "grounded_into_double_play", moves, {0: at_second, 1: double}, False
            )
        moves = [force, Move(BATTER, 1), *_behind(occupied, outs, 1)]
        return Outcome("Forceout", "force_out", moves, {0: at_second})
    on_the_way = [Move(base, base + 1, "r_adv_play") for base in (3, 2, 1) if occupied[base - 1]]
    stay = outs == 2 or (ball.fielder in {"1", "2", "5", "6"} and not occupied[0])
    credits = [("3", "f_putout")] if ball.fielder == "3" else [(ball.fielder, "f_assist"), ("3", "f_putout")]
    return Outcome(
        "Groundout", "field_out", [Move(BATTER, 0, None, 1), *([] if stay else on_the_way)], {0: credits}
    )


def _behind(occupied: list[bool], outs: int, made: int) -> list[Move]:
    """Return what the runners on second and third do while others are put out."""
    if outs + made > 2:
        return []
    return [Move(base, base + 1, "r_adv_play") for base in (3, 2) if occupied[base - 1]]


def _caught(random: Random, ball: BallInPlay, occupied: list[bool], outs: int) -> Outcome:
    out, caught = Move(BATTER, 0, None, 1), [(ball.fielder, "f_putout")]
    if ball.trajectory == "fly_ball" and outs < 2 and occupied[2] and random.random() < 0.6:
        return Outcome("Sac Fly", "sac_fly", [out, Move(3, HOME, "r_adv_play")], {0: caught})
    if ball.trajectory == "line_drive" and outs < 2 and occupied[0] and random.random() < 0.06:
        doubled = [(ball.fielder, "f_assist"), ("3" if ball.fielder != "3" else "1", "f_putout")]
        moves = [out, Move(1, 0, "r_doubled_off", 1)]
        return Outcome("Double Play", "double_play", moves, {0: caught, 1: doubled}, False)
    return Outcome(_OUT_NAMES[ball.trajectory], "field_out", [out], {0: caught})


def bunt(occupied: list[bool]) -> Outcome:
    """Return a sacrifice: the batter is out, the runners move up."""
    moves = [Move(base, base + 1, "r_adv_play") for base in (3, 2, 1) if occupied[base - 1]]
    return Outcome(
        "Sac Bunt",
        "sac_bunt",
        [Move(BATTER, 0, None, 1), *moves],
        {0: [("1", "f_assist"), ("3", "f_putout")]},
    )


def walked_off(outcome: Outcome, needed: int) -> Outcome:
    """Return the part of a hit that counts: when enough have scored the game is over, unless it leaves the park."""
    if outcome.event_type == "home_run" or outcome.event_type not in HITS or outcome.runs <= needed:
        return outcome
    made: list[Move] = []
    ahead, missing = HOME, needed
    for move in sorted(_whole(outcome.moves), key=lambda move: -move.start):
        if move.end == HOME and missing:
            missing -= 1
            made.append(move)
            continue
        ahead = min(move.end, ahead - 1)
        if ahead > move.start:
            made.append(Move(move.start, ahead, move.reason))
    reached = next(move.end for move in made if move.start == BATTER)
    return Outcome(*_HIT_NAMES[reached], [made[-1], *made[:-1]], outcome.credits)


def _whole(moves: list[Move]) -> list[Move]:
    """Return one move per runner."""
    made: list[Move] = []
    for move in moves:
        if move.goes_on:
            made[-1] = Move(made[-1].start, move.end, made[-1].reason)
        else:
            made.append(move)
    return made
