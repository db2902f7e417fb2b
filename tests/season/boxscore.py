"""The boxscore of a finished game, and the season statistics of those who played."""

from random import Random

from runtime.job import Conformed
from tests.season.game import Game
from tests.season.league import Player, position
from tests.season.side import Side
from tests.season.stats import KINDS, LINES, Counts, add, zero
from tests.season.templates import Templates

_TEAMS = "liveData.boxscore.teams"
_OFFICIALS = ("Home Plate", "First Base", "Second Base", "Third Base")


class Boxscores:
    """Writes boxscores, and adds them to the season of every player."""

    def __init__(self, random: Random, feed: Templates) -> None:
        self._random = random
        self._feed = feed

    def boxscore(
        self, game: Game, umpires: list[Conformed], facts: Conformed, weather: Conformed
    ) -> Conformed:
        """Return the boxscore."""
        teams = {side.name: self._side(side) for side in (game.away, game.home)}
        officials = [
            {"official": umpire, "officialType": kind}
            for umpire, kind in zip(umpires, _OFFICIALS, strict=True)
        ]
        known = {
            "teams": teams,
            "officials": officials,
            "info": _info(game, umpires, facts, weather),
            "pitchingNotes": [],
            "topPerformers": self._top(game, teams),
        }
        return self._feed["liveData.boxscore"].close(known)

    def team(self, side: Side) -> Conformed:
        """Return the team as it is shown there."""
        record = side.team.record
        known = side.team.named | {"springLeague": record.get("springLeague"), "allStarStatus": "N"}
        return self._feed[f"{_TEAMS}.{side.name}.team"].choose(known)

    def _side(self, side: Side) -> Conformed:
        players = {f"ID{player.id}": self._player(side, player) for player in side.team.players}
        order = [held[-1].id for held in side.slots]
        batters = [player.id for held in side.slots for player in held] + [
            player.id for player in side.pitchers
        ]
        known = {
            "team": self.team(side),
            "teamStats": {kind: self._total(side, kind) for kind in KINDS},
            "players": players,
            "batters": batters,
            "pitchers": [player.id for player in side.pitchers],
            "bench": [player.id for player in side.bench],
            "bullpen": [player.id for player in side.bullpen],
            "battingOrder": order,
            "info": _notes(side),
            "note": [],
        }
        return self._feed[f"{_TEAMS}.{side.name}"].close(known)

    def _total(self, side: Side, kind: str) -> Conformed:
        total = zero(kind)
        for line in side.lines[kind].values():
            add(total, line)
        return self._feed[f"{_TEAMS}.{side.name}.teamStats.{kind}"].choose(LINES[kind](total))

    def _player(self, side: Side, player: Player) -> Conformed:
        place = f"{_TEAMS}.{side.name}.players{{*}}"
        lines = {kind: side.lines[kind].get(player) for kind in KINDS}
        stats = {kind: self._line(side, place, player, kind, line) for kind, line in lines.items()}
        played = side.positions.get(player.id)
        now = played[-1] if played else player.code
        known: Conformed = {
            "person": player.named,
            "jerseyNumber": player.number,
            "position": position(now),
            "status": {"code": "A", "description": "Active"},
            "parentTeamId": side.team.id,
            "stats": stats,
            "seasonStats": self._season(place, player, lines),
            "gameStatus": {
                "isCurrentBatter": False,
                "isCurrentPitcher": False,
                "isOnBench": player in side.bench,
                "isSubstitute": player in side.substitutes or player in side.pitchers[1:],
            },
        }
        if played:
            known["allPositions"] = [position(code) for code in dict.fromkeys(played)]
        order = side.order_of(player)
        if order:
            known["battingOrder"] = order
        return self._feed[place].close(known)

    def _line(self, side: Side, place: str, player: Player, kind: str, line: Counts | None) -> Conformed:
        if line is None:
            return {}
        shown = self._feed[f"{place}.stats.{kind}"].choose(LINES[kind](line))
        if kind == "fielding" and not line["gamesStarted"]:
            del shown["gamesStarted"]
        if kind == "pitching":
            shown.pop("note", None)
            note = _decision(line)
            if note:
                shown["note"] = note
        return shown

    def _season(self, place: str, player: Player, lines: dict[str, Counts | None]) -> Conformed:
        """Return the season so far, this game included; made anew only for those who played."""
        if player.season_lines is not None and not any(lines.values()):
            return player.season_lines
        for kind, line in lines.items():
            total = player.season.setdefault(kind, zero(kind))
            if line is not None:
                add(total, line)
        made = {
            kind: self._feed[f"{place}.seasonStats.{kind}"].choose(LINES[kind](player.season[kind]))
            for kind in KINDS
        }
        player.season_lines = made
        return made

    def _top(self, game: Game, teams: Conformed) -> list[Conformed]:
        """Return the three best: the winner, and a hitter of each side."""
        winner = game.totals.winner
        assert winner is not None
        found = [(winner[0], winner[1], "starter" if winner[1] is winner[0].pitchers[0] else "reliever")]
        for side in (game.away, game.home):
            lines = side.lines["batting"]
            best = max(
                lines, key=lambda player, lines=lines: lines[player]["totalBases"] + lines[player]["rbi"]
            )
            found.append((side, best, "hitter"))
        shown: list[Conformed] = []
        for side, player, kind in found:
            entry = dict(teams[side.name]["players"][f"ID{player.id}"])
            entry["person"] = {**entry["person"], "boxscoreName": player.last}
            score = self._random.randrange(40, 95)
            name = "hittingGameScore" if kind == "hitter" else "pitchingGameScore"
            shown.append({"player": entry, "type": kind, "gameScore": score, name: score})
        return shown


def _decision(line: Counts) -> str:
    return next((f"({short})" for name, short in _NOTES.items() if line[name]), "")


_NOTES = {"wins": "W", "losses": "L", "saves": "S", "blownSaves": "BS", "holds": "H"}


def _info(game: Game, umpires: list[Conformed], facts: Conformed, weather: Conformed) -> list[Conformed]:
    pitchers = [(side, player) for side in (game.away, game.home) for player in side.pitchers]
    lines = [(player, side.line("pitching", player)) for side, player in pitchers]
    plates = " ".join(
        f"{short}: {umpire['fullName']}."
        for short, umpire in zip(("HP", "1B", "2B", "3B"), umpires, strict=True)
    )
    hours, minutes = divmod(facts["gameDurationMinutes"], 60)
    told = {
        "WP": "; ".join(player.last for player, line in lines if line["wildPitches"]),
        "HBP": "; ".join(player.last for player, line in lines if line["hitBatsmen"]),
        "Pitches-strikes": "; ".join(
            f"{who.last} {line['numberOfPitches']}-{line['strikes']}" for who, line in lines
        ),
        "Groundouts-flyouts": "; ".join(
            f"{who.last} {line['groundOuts']}-{line['flyOuts']}" for who, line in lines
        ),
        "Batters faced": "; ".join(f"{player.last} {line['battersFaced']}" for player, line in lines),
        "Inherited runners-scored": "; ".join(
            f"{who.last} {line['inheritedRunners']}-{line['inheritedRunnersScored']}"
            for who, line in lines
            if line["inheritedRunners"]
        ),
        "Umpires": plates,
        "Weather": f"{weather['temp']} degrees, {weather['condition']}",
        "Wind": weather["wind"],
        "First pitch": facts["firstPitch"][11:16],
        "T": f"{hours}:{minutes:02d}",
        "Att": f"{facts['attendance']:,}",
        "Venue": game.home.team.venue["name"],
    }
    shown = [{"label": label, "value": f"{value}."} for label, value in told.items() if value]
    return [*shown, {"label": f"{game.plays[0]['about']['startTime'][:10]}"}]


_LABELS = {
    "doubles": "2B",
    "triples": "3B",
    "homeRuns": "HR",
    "rbi": "RBI",
    "sacFlies": "SF",
    "sacBunts": "SAC",
}


def _notes(side: Side) -> list[Conformed]:
    batting = side.lines["batting"]
    fields = [
        {"label": label, "value": f"{found}."}
        for name, label in {"totalBases": "TB", **_LABELS}.items()
        if (found := _listed(batting, name))
    ]
    fields.append({"label": "Team RISP", "value": f"{side.risp[0]}-for-{side.risp[1]}."})
    fields.append({"label": "Team LOB", "value": f"{side.left_on_base}."})
    shown = [{"title": "BATTING", "fieldList": fields}]
    stolen = _listed(batting, "stolenBases")
    if stolen:
        shown.append({"title": "BASERUNNING", "fieldList": [{"label": "SB", "value": f"{stolen}."}]})
    errors = _listed(side.lines["fielding"], "errors")
    if errors:
        shown.append({"title": "FIELDING", "fieldList": [{"label": "E", "value": f"{errors}."}]})
    return shown


def _listed(lines: dict[Player, Counts], name: str) -> str:
    counts = [(player.last, line[name]) for player, line in lines.items() if line[name]]
    return "; ".join(last if count == 1 else f"{last} {count}" for last, count in counts)
