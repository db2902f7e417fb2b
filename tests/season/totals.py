"""The boxscore's counts, as the game goes, and who wins, loses and saves it."""

from dataclasses import dataclass, field

from runtime.job import Conformed
from tests.season.bases import BATTER, HITS, Outcome, Runner
from tests.season.league import Player
from tests.season.pitches import BallInPlay
from tests.season.play import Play
from tests.season.side import Side

_HIT_STATS = {"double": "doubles", "triple": "triples", "home_run": "homeRuns"}
_NO_AT_BAT = {"walk", "intent_walk", "hit_by_pitch", "sac_fly", "sac_bunt"}
_OTHERS = {
    "strikeout": "strikeOuts",
    "walk": "baseOnBalls",
    "intent_walk": "baseOnBalls",
    "hit_by_pitch": "hitByPitch",
    "sac_fly": "sacFlies",
    "sac_bunt": "sacBunts",
}
_AIR = {"fly_ball": "flyOuts", "line_drive": "lineOuts", "popup": "popOuts"}


@dataclass
class Totals:
    """Counts plays into the lines of both sides.

    `winner` and `loser` are who would win and lose if the lead did not change any more.
    """

    winner: tuple[Side, Player] | None = None
    loser: Player | None = None
    save: Player | None = None
    extra_bases: list[tuple[Side, str, Player, Player]] = field(default_factory=list)

    def count(self, side: Side, player: Player, kind: str, name: str, by: int = 1) -> None:
        """Add to one count of a player."""
        side.line(kind, player)[name] += by

    def pitch(self, defense: Side, details: Conformed) -> None:
        """Count a pitch: it belongs to who threw it, whoever ends the plate appearance."""
        line = defense.line("pitching", defense.pitcher)
        line["numberOfPitches"] += 1
        line["pitchesThrown"] += 1
        line["balls" if details["isBall"] else "strikes"] += 1

    def credit(self, defense: Side, credits: list[tuple[Player, str, str]]) -> None:
        """Count what fielders did."""
        for player, _, name in credits:
            line = defense.line("fielding", player)
            if name == "f_putout":
                line["putOuts"] += 1
                line["chances"] += 1
            elif name == "f_assist":
                line["assists"] += 1
                line["chances"] += 1
            elif name.endswith("_error"):
                line["errors"] += 1
                line["chances"] += 1

    def out(self, defense: Side) -> None:
        """Count an out for the pitcher."""
        self.count(defense, defense.pitcher, "pitching", "outs")

    def run(self, offense: Side, defense: Side, runner: Runner) -> None:
        """Count a run, and remember whose it is if it puts a team ahead."""
        self.count(offense, runner.player, "batting", "runs")
        self.count(defense, runner.pitcher, "pitching", "runs")
        if runner.earned:
            self.count(defense, runner.pitcher, "pitching", "earnedRuns")
        if runner.pitcher is not defense.pitcher:
            self.count(defense, defense.pitcher, "pitching", "inheritedRunnersScored")
        offense.runs += 1
        lead = offense.runs - defense.runs
        if lead == 0:
            self._blown(defense)
            self.winner = self.loser = None
        elif lead == 1:
            self.winner, self.loser = (offense, offense.pitcher), runner.pitcher

    def _blown(self, defense: Side) -> None:
        line = defense.line("pitching", defense.pitcher)
        if 0 < defense.entered[defense.pitcher] < 4 and not line["blownSaves"]:
            line["blownSaves"] = line["saveOpportunities"] = 1

    def leave(self, defense: Side, pitcher: Player, lead: int) -> None:
        """Note what a pitcher leaves behind: a hold, if he kept a small lead."""
        line = defense.line("pitching", pitcher)
        if 0 < defense.entered[pitcher] < 4 and lead > 0 and line["outs"] and not line["blownSaves"]:
            line["holds"] = line["saveOpportunities"] = 1

    def appearance(
        self,
        offense: Side,
        defense: Side,
        play: Play,
        outcome: Outcome,
        ball: BallInPlay | None,
        bases: list[Runner | None],
        scoring_position: bool,
    ) -> None:
        """Count a plate appearance for the batter and for the last pitcher."""
        batting = offense.line("batting", play.batter)
        pitching = defense.line("pitching", defense.pitcher)
        kind = outcome.event_type
        batting["plateAppearances"] += 1
        pitching["battersFaced"] += 1
        at_bat = kind not in _NO_AT_BAT
        for line in (batting, pitching):
            line["atBats"] += at_bat
            line["rbi"] += play.rbi
            for name in _counted(kind):
                line[name] += 1
            self._ball(line, outcome, ball)
        pitching["hitBatsmen"] += kind == "hit_by_pitch"
        batting["totalBases"] += HITS.get(kind, 0)
        batting["groundIntoDoublePlay"] += kind == "grounded_into_double_play"
        if any(move.start == BATTER and move.out_at for move in outcome.moves):
            batting["leftOnBase"] += sum(runner is not None for runner in bases)
        if kind in _HIT_STATS:
            self.extra_bases.append((offense, kind, play.batter, defense.pitcher))
        if at_bat and scoring_position:
            hits, tries = offense.risp
            offense.risp = (hits + (kind in HITS), tries + 1)

    @staticmethod
    def _ball(line: dict[str, int], outcome: Outcome, ball: BallInPlay | None) -> None:
        if ball is None or not any(move.start == BATTER and move.out_at for move in outcome.moves):
            return
        if ball.trajectory == "ground_ball" or outcome.event_type == "sac_bunt":
            line["groundOuts"] += 1
        else:
            line[_AIR[ball.trajectory]] += 1
            line["airOuts"] += 1

    def finish(self, away: Side, home: Side) -> None:
        """Decide who wins, loses and saves the game, and count whole games."""
        side, winner, loser = self._decided()
        other = away if side is home else home
        if (
            winner is side.pitchers[0]
            and side.line("pitching", winner)["outs"] < 15
            and len(side.pitchers) > 1
        ):
            winner = max(side.pitchers[1:], key=lambda player: side.line("pitching", player)["outs"])
        self.winner = side, winner
        self.count(side, winner, "pitching", "wins")
        self.count(other, loser, "pitching", "losses")
        last = side.pitcher
        line = side.line("pitching", last)
        entered = side.entered[last]
        if last is not winner and (line["outs"] >= 9 or (0 < entered < 4 and line["outs"] >= 3)):
            self.save = last
            line["saves"] = line["saveOpportunities"] = 1
        for one, opponent in ((away, home), (home, away)):
            finisher = one.line("pitching", one.pitcher)
            if len(one.pitchers) > 1:
                finisher["gamesFinished"] = 1
            else:
                finisher["completeGames"] = 1
                finisher["shutouts"] = int(not opponent.runs)

    def _decided(self) -> tuple[Side, Player, Player]:
        assert self.winner is not None, "a game has a winner"
        assert self.loser is not None
        return *self.winner, self.loser

    def decisions(self) -> Conformed:
        """Return who won, lost and saved it."""
        _, winner, loser = self._decided()
        known = {"winner": winner.named, "loser": loser.named}
        return known | ({"save": self.save.named} if self.save else {})


def _counted(kind: str) -> list[str]:
    """Return the counts that both the batter and the pitcher have of an event."""
    found = [name for name in (_OTHERS.get(kind), _HIT_STATS.get(kind)) if name]
    return found + ["hits"] * (kind in HITS) + ["intentionalWalks"] * (kind == "intent_walk")
