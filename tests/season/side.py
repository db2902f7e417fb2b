"""One team in one game: who plays where, who bats, who is left, and what everybody has done."""

from dataclasses import dataclass, field
from random import Random

from tests.season.league import Player, Team
from tests.season.stats import Counts, zero

STARTERS = 5
CLOSER = 12


@dataclass(eq=False)
class Side:
    """`slots` are the nine places of the batting order, each with everybody who held it, the last one bats."""

    team: Team
    is_home: bool
    slots: list[list[Player]]
    fielders: dict[str, Player]
    bench: list[Player]
    bullpen: list[Player]
    pitchers: list[Player]
    positions: dict[int, list[str]]
    next: int = 0
    runs: int = 0
    hits: int = 0
    errors: int = 0
    left_on_base: int = 0
    mound_visits: int = 0
    challenges: int = 0
    risp: tuple[int, int] = (0, 0)
    substitutes: dict[Player, str] = field(default_factory=dict)
    lines: dict[str, dict[Player, Counts]] = field(
        default_factory=lambda: {"batting": {}, "pitching": {}, "fielding": {}}
    )
    entered: dict[Player, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Return its branch in the feed."""
        return "home" if self.is_home else "away"

    @property
    def pitcher(self) -> Player:
        """Return who pitches."""
        return self.pitchers[-1]

    @property
    def bullpen_ready(self) -> list[Player]:
        """Return the relievers who have not pitched."""
        return [player for player in self.bullpen if player in self.team.pitchers[STARTERS:]]

    def batter(self, ahead: int = 0) -> Player:
        """Return who bats, or so many places later."""
        return self.slots[(self.next + ahead) % 9][-1]

    def line(self, kind: str, player: Player) -> Counts:
        """Return the counts of a player, who plays from now on."""
        found = self.lines[kind].get(player)
        if found is None:
            found = self.lines[kind][player] = zero(kind)
            if kind != "fielding":
                found["gamesPlayed"] = 1
            if kind == "pitching":
                found["gamesPitched"] = 1
        return found

    def slot_of(self, player: Player) -> int:
        """Return the place in the order that a player holds now, or -1."""
        return next((place for place, held in enumerate(self.slots) if held[-1] is player), -1)

    def order_of(self, player: Player) -> str:
        """Return `batting order` as the API has it: the place and the turn, `301`; empty for one who does not bat."""
        for place, held in enumerate(self.slots, 1):
            if player in held:
                return f"{place}{held.index(player):02d}"
        return ""

    def bring_in(self, player: Player, slot: int, code: str) -> Player:
        """Put a player of the bench into a place of the order; return whom he replaces."""
        replaced = self.slots[slot][-1]
        self.bench.remove(player)
        self.slots[slot].append(player)
        self.substitutes[player] = code
        self.positions[player.id] = [code]
        self.line("batting", player)
        self.line("fielding", player)
        return replaced

    def pitch(self, player: Player, lead: int) -> None:
        """Let a pitcher of the bullpen take over."""
        self.bullpen.remove(player)
        self.pitchers.append(player)
        self.fielders["1"] = player
        self.positions[player.id] = ["1"]
        self.line("pitching", player)
        self.line("fielding", player)
        self.entered[player] = lead


def take_the_field(team: Team, is_home: bool, played: int, random: Random) -> Side:
    """Choose the starters of a team that has played so many games."""
    catcher, *others = (
        team.hitters if random.random() < 0.8 else [team.hitters[1], team.hitters[0], *team.hitters[2:]]
    )
    nine = [catcher, *others[1:9]]
    bench = [others[0], *others[9:]]
    order = sorted(nine, key=lambda player: -player.skill + random.gauss(0, 0.3))
    starter = team.pitchers[played % STARTERS]
    side = Side(
        team=team,
        is_home=is_home,
        slots=[[player] for player in order],
        fielders={player.code: player for player in nine} | {"1": starter},
        bench=bench,
        bullpen=[player for player in team.pitchers if player is not starter],
        pitchers=[starter],
        positions={player.id: [player.code] for player in (*nine, starter)},
    )
    for player in order:
        side.line("batting", player)
        side.line("fielding", player)["gamesStarted"] = 1
    side.line("fielding", starter)["gamesStarted"] = 1
    side.line("pitching", starter)["gamesStarted"] = 1
    side.entered[starter] = 0
    return side
