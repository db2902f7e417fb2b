"""A game from the first pitch to the last out; a plate appearance is a sequence of pitches, not a drawn result."""

from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from runtime.job import Conformed
from tests.season import manager
from tests.season.bases import BATTER, HITS, HOME, Move, Outcome, Runner, bunt, forced, in_play, walked_off
from tests.season.pitches import BallInPlay, Pitching, call, put_in_play
from tests.season.play import Clock, Play, Scorer, instant
from tests.season.side import Side
from tests.season.totals import Totals

REGULAR = 9
INTERRUPTED = 4
"""The inning after which a suspended game goes on a day later."""


@dataclass(eq=False)
class Game:
    """The state of a game and what the feed will show of it."""

    away: Side
    home: Side
    random: Random
    clock: Clock
    scorer: Scorer
    pitching: Pitching
    totals: Totals
    suspended: bool = False
    plays: list[Conformed] = field(default_factory=list)
    scoring: list[int] = field(default_factory=list)
    innings: list[Conformed] = field(default_factory=list)
    summary: list[Conformed] = field(default_factory=list)
    bases: list[Runner | None] = field(default_factory=lambda: [None, None, None])
    inning: int = 0
    is_top: bool = True
    outs: int = 0
    over: bool = False

    @property
    def offense(self) -> Side:
        """Return who bats."""
        return self.away if self.is_top else self.home

    @property
    def defense(self) -> Side:
        """Return who is in the field."""
        return self.home if self.is_top else self.away

    @property
    def score(self) -> tuple[int, int]:
        """Return the runs of the visitors and of the home team."""
        return self.away.runs, self.home.runs

    @property
    def occupied(self) -> list[bool]:
        """Say which bases have a runner."""
        return [runner is not None for runner in self.bases]

    def play(self) -> None:
        """Play it."""
        while not self.over:
            self.inning += 1
            if self.suspended and self.inning == INTERRUPTED:
                self.clock.now += timedelta(hours=20)
            self.innings.append({"num": self.inning, "away": {}, "home": {}})
            start = len(self.plays)
            self.summary.append(
                {"startIndex": start, "top": [], "bottom": [], "hits": {"away": [], "home": []}}
            )
            self._half(True)
            if self.inning < REGULAR or self.home.runs <= self.away.runs:
                self._half(False)
            self.summary[-1]["endIndex"] = len(self.plays) - 1
            self.over = self.inning >= REGULAR and self.away.runs != self.home.runs

    def _half(self, is_top: bool) -> None:
        self.is_top, self.outs, self.bases = is_top, 0, [None, None, None]
        self.clock.passes(130 + self.random.random() * 30)
        before = (self.offense.runs, self.offense.hits, self.defense.errors)
        first = len(self.plays)
        while self.outs < 3 and not self._walked_off():
            self._appearance(first=len(self.plays) == first)
        left = sum(self.occupied)
        self.offense.left_on_base += left
        shown = self.innings[-1]
        shown[self.offense.name] |= {
            "runs": self.offense.runs - before[0],
            "hits": self.offense.hits - before[1],
            "leftOnBase": left,
        }
        shown[self.defense.name]["errors"] = self.defense.errors - before[2]
        shown[self.offense.name].setdefault("errors", 0)
        self.summary[-1]["top" if is_top else "bottom"] = list(range(first, len(self.plays)))

    def _walked_off(self) -> bool:
        return not self.is_top and self.inning >= REGULAR and self.home.runs > self.away.runs

    # ------------------------------------------------------------------------------------- plate appearances

    def _appearance(self, *, first: bool) -> None:
        offense = self.offense
        self.clock.passes(14 + self.random.random() * 8)
        for runner in filter(None, self.bases):
            runner.origin = self.bases.index(runner) + 1
        play = Play(
            index=len(self.plays),
            inning=self.inning,
            is_top=self.is_top,
            batter=offense.batter(),
            slot=offense.next,
            started=instant(self.clock.now),
            outs=self.outs,
        )
        manager.before(self, play, first=first)
        ended = self._pitches(play)
        if ended is not None:
            outcome, ball = ended
            self._end(play, outcome, ball)

    def _pitches(self, play: Play) -> tuple[Outcome, BallInPlay | None] | None:
        """Pitch until the batter is done; None when the half ends before."""
        if manager.walks_him(self):
            return self._intentional_walk(play), None
        throws = 0
        while True:
            manager.during(self, play)
            throws = manager.hold(self, play, throws)
            if self.outs == 3 or self._walked_off():
                return self._cut_short(play)
            done = self._pitch(play)
            if done is not None:
                return done
            manager.on_the_bases(self, play)
            if self.outs == 3 or self._walked_off():
                return self._cut_short(play)

    def _cut_short(self, play: Play) -> None:
        """End a plate appearance because the half is over: the batter will lead off the next one."""
        last = play.runners[-1]["details"]
        description = f"{last['event']}: {last['runner']['fullName']}."
        self._close(play, last["event"], last["eventType"], description)

    def _pitch(self, play: Play) -> tuple[Outcome, BallInPlay | None] | None:
        code = call(self.random, play.balls, play.strikes)
        play.pitches += 1
        outcome, ball = self._result(play, code)
        if outcome is not None and ball is not None:
            code = "E" if outcome.runs else "X" if outcome.outs else "D"
        self._count(play, code)
        event = self.pitching.event(
            code,
            self.defense.pitcher,
            play.batter,
            play.pitches,
            is_out=outcome is not None and outcome.outs > 0,
            hit=ball,
            going=False,
        )
        self.scorer.event(play, event, 3.0 if outcome is None else 7.5, self.outs)
        self.totals.pitch(self.defense, event["details"])
        self.clock.passes(13 + self.random.random() * 9)
        return None if outcome is None else (outcome, ball)

    def _result(self, play: Play, code: str) -> tuple[Outcome | None, BallInPlay | None]:
        occupied = self.occupied
        if code == "X":
            ball = put_in_play(self.random, play.batter.skill)
            if manager.bunts(self):
                return bunt(occupied), ball
            return self._limited(in_play(self.random, ball, occupied, self.outs)), ball
        if code in {"B", "*B"} and play.balls == 3:
            return Outcome("Walk", "walk", forced(occupied), {}), None
        if code == "H":
            return Outcome("Hit By Pitch", "hit_by_pitch", forced(occupied), {}), None
        if code in {"C", "S", "W", "T"} and play.strikes == 2:
            return Outcome("Strikeout", "strikeout", [_OUT], {0: [("2", "f_putout")]}), None
        return None, None

    def _limited(self, outcome: Outcome) -> Outcome:
        """Let no more runs count than the home team needs to win in its last half."""
        if self.is_top or self.inning < REGULAR:
            return outcome
        return walked_off(outcome, self.away.runs - self.home.runs + 1)

    @staticmethod
    def _count(play: Play, code: str) -> None:
        if code in {"B", "*B"}:
            play.balls += 1
        elif code in {"C", "S", "W", "T"} or (code in {"F", "L"} and play.strikes < 2):
            play.strikes += 1

    def _intentional_walk(self, play: Play) -> Outcome:
        for _ in range(4):
            play.balls += 1
            self.scorer.event(play, self.pitching.intentional(play.pitches), 0.5, self.outs)
        return Outcome("Intent Walk", "intent_walk", forced(self.occupied), {})

    # ----------------------------------------------------------------------------------------------- outcomes

    def _end(self, play: Play, outcome: Outcome, ball: BallInPlay | None) -> None:
        scoring_position = any(self.occupied[1:])
        batter = Runner(play.batter, self.defense.pitcher, 0, earned=outcome.event_type != "field_error")
        names = self.move(play, outcome, batter)
        manager.review(self, play, outcome)
        self.totals.appearance(self.offense, self.defense, play, outcome, ball, self.bases, scoring_position)
        self.offense.next = (self.offense.next + 1) % 9
        if ball is not None:
            self._in_play(play, outcome, ball)
        self._close(play, outcome.event, outcome.event_type, _told(play, outcome, ball, names))

    def move(self, play: Play, outcome: Outcome, batter: Runner | None = None) -> list[str]:
        """Let the runners run, in the order of the outcome; return what is to be told of those on base."""
        standing, ends = list(self.bases), dict[Runner, int]()
        told: list[str] = []
        runner = batter
        for place, move in enumerate(outcome.moves):
            if not move.goes_on:
                runner = batter if move.start == BATTER else standing[move.start - 1]
            assert runner is not None, f"{outcome} moves nobody from {move.start}"
            self._one(play, outcome, move, runner, outcome.credits.get(place, []))
            ends[runner] = move.end
            if runner is not batter:
                told.append(f"{runner.player.name} {_WHERE[move.end] if move.end else 'out'}.")
        for place, held in enumerate(standing):
            if held in ends:
                self.bases[place] = None
        for moved, end in ends.items():
            if 0 < end < HOME:
                self.bases[end - 1] = moved
        return told

    def _one(
        self, play: Play, outcome: Outcome, move: Move, runner: Runner, credits: list[tuple[str, str]]
    ) -> None:
        defense = self.defense
        scores = move.end == HOME
        if outcome.event_type == "field_error" or outcome.event_type == "passed_ball":
            runner.earned = False
        if move.out_at:
            self.outs += 1
            play.put_out += 1
        shown = [(defense.fielders[code], code, credit) for code, credit in credits]
        self.totals.credit(defense, shown)
        rbi = scores and outcome.scores_rbi
        self.scorer.runner(
            play,
            runner,
            (move.start, move.end, move.out_at),
            (outcome.event, outcome.event_type),
            move.reason,
            self.outs,
            shown,
            rbi=rbi,
            earned=runner.earned,
        )
        if scores:
            play.scored += 1
            play.rbi += rbi
            self.totals.run(self.offense, defense, runner)
        if move.out_at:
            self.totals.out(defense)

    def _in_play(self, play: Play, outcome: Outcome, ball: BallInPlay) -> None:
        kind = "H" if outcome.event_type in HITS else "E" if outcome.error else "O"
        self.offense.hits += kind == "H"
        self.defense.errors += kind == "E"
        self.summary[-1]["hits"][self.offense.name].append(
            {
                "inning": self.inning,
                "pitcher": self.defense.pitcher.named,
                "batter": play.batter.named,
                "coordinates": {"x": round(ball.x, 2), "y": round(ball.y, 2)},
                "type": kind,
                "description": outcome.event,
            }
        )

    def _close(self, play: Play, event: str, event_type: str, description: str) -> None:
        result = {
            "event": event,
            "eventType": event_type,
            "description": description,
            "rbi": play.rbi,
            "awayScore": self.away.runs,
            "homeScore": self.home.runs,
            "isOut": event_type in _OUTS,
        }
        interest = min(100, 33 * (event_type in HITS) + 25 * play.scored)
        if play.scored:
            self.scoring.append(play.index)
        if all(kind == "balk" for kind in _scored_on(play)):
            play.scored = 0  # the API does not count a run on a balk as scored by the play
        self.plays.append(self.scorer.play(play, result, self._matchup(play), self.outs, interest))

    def _matchup(self, play: Play) -> Conformed:
        batter, pitcher = play.batter, self.defense.pitcher
        side = batter.bats if batter.bats != "S" else "L" if pitcher.throws == "R" else "R"
        first, second, third = self.occupied
        situation = (
            "Loaded"
            if first and second and third
            else "RISP"
            if second or third
            else "Men_On"
            if first
            else "Empty"
        )
        shown: Conformed = {
            "batter": batter.named,
            "batSide": {"code": side, "description": "Left" if side == "L" else "Right"},
            "pitcher": pitcher.named,
            "pitchHand": pitcher.record["pitchHand"],
            "splits": {"batter": f"vs_{pitcher.throws}HP", "pitcher": f"vs_{side}HB", "menOnBase": situation},
        }
        for name, runner in zip(("postOnFirst", "postOnSecond", "postOnThird"), self.bases, strict=True):
            if runner is not None:
                shown[name] = runner.player.named
        return shown


_OUT = Move(BATTER, 0, None, 1)
_WHERE = {1: "to 1st", 2: "to 2nd", 3: "to 3rd", 4: "scores"}
_OUTS = {
    "field_out", "strikeout", "force_out", "grounded_into_double_play", "double_play", "sac_fly", "sac_bunt",
    "caught_stealing_2b", "pickoff_1b",
}  # fmt: skip


def _told(play: Play, outcome: Outcome, ball: BallInPlay | None, names: list[str]) -> str:
    how = f" on a {ball.trajectory.replace('_', ' ')}" if ball is not None else ""
    return " ".join([f"{play.batter.name}: {outcome.event.lower()}{how}.", *names])


def _scored_on(play: Play) -> list[str]:
    return [item["details"]["eventType"] for item in play.runners if item["movement"]["end"] == "score"]
