"""What managers, umpires and runners decide around the pitches: substitutions, visits, throws, steals, reviews."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.job import Conformed
from tests.season.bases import HOME, Move, Outcome, Runner
from tests.season.league import POSITIONS, Player, position
from tests.season.side import CLOSER, Side

if TYPE_CHECKING:
    from tests.season.game import Game
    from tests.season.play import Play

LATE = 7
_ADVISORIES = ("Status Change - Pre-Game", "Status Change - Warmup", "Status Change - In Progress")


def before(game: Game, play: Play, *, first: bool) -> None:
    """Do what is done before the first pitch of a plate appearance."""
    if not play.index:
        for text in _ADVISORIES:
            _act(game, play, "Game Advisory", "game_advisory", text, 20.0, player=play.batter.link)
    if first:
        _back_to_the_field(game, play)
        _place_runner(game, play)
        _shore_up(game, play)
    if _is_tired(game, first=first):
        change_pitcher(game, play)
    _pinch(game, play)
    _pinch_run(game, play)
    play.started = play.events[-1]["endTime"] if play.events else play.started


def _act(
    game: Game, play: Play, event: str, kind: str, text: str, seconds: float, **more: Conformed
) -> Conformed:
    return game.scorer.action(play, event, kind, text, game.score, game.outs, seconds, **more)


def _place_runner(game: Game, play: Play) -> None:
    """Put the man before the first batter on second base: from the tenth inning on."""
    if game.inning <= 9:
        return
    player = game.offense.batter(-1)
    game.bases[1] = Runner(player, game.defense.pitcher, 2, earned=False)
    text = f"{player.name} starts inning at 2nd base."
    _act(game, play, "Runner Placed On Base", "runner_placed", text, 0.1, player=player.link, base=2)


# ------------------------------------------------------------------------------------------------- substitutions


def _substitute(
    game: Game, play: Play, event: str, kind: str, text: str, player: Player, code: str, **more: Conformed
) -> None:
    _act(
        game, play, event, kind, text, 25.0, isSubstitution=True, player=player.link, position=position(code), **more
    )  # fmt: skip


def _is_tired(game: Game, *, first: bool) -> bool:
    defense, random = game.defense, game.random
    if not defense.bullpen_ready:
        return False
    line = defense.line("pitching", defense.pitcher)
    thrown = line["numberOfPitches"]
    if not first:
        return thrown > 15 and (line["runs"] > 6 or thrown > 108) and random.random() < 0.5
    if len(defense.pitchers) == 1:
        return thrown > 78 + random.random() * 25 or line["runs"] > 4
    return line["outs"] > 2 or thrown > 24


def change_pitcher(game: Game, play: Play) -> None:
    """Bring in a reliever: the closer for a save, otherwise whoever is left."""
    defense = game.defense
    lead = defense.runs - game.offense.runs
    ready = defense.bullpen_ready
    closer = defense.team.pitchers[CLOSER]
    saves = 0 < lead < 4 and game.inning >= 9
    others = [player for player in ready if player is not closer] or ready
    chosen = closer if saves and closer in ready else game.random.choice(others)
    replaced = defense.pitcher
    game.totals.leave(defense, replaced, lead)
    defense.pitch(chosen, lead)
    on_base = sum(game.occupied)
    defense.line("pitching", chosen)["inheritedRunners"] += on_base
    text = f"Pitching Change: {chosen.name} replaces {replaced.name}."
    _substitute(game, play, "Pitching Substitution", "pitching_substitution", text, chosen, "1")


def _pinch(game: Game, play: Play) -> None:
    offense = game.offense
    replaced = play.batter
    late = game.inning >= LATE and offense.bench and game.random.random() < 0.06
    if not late or offense.fielders.get("2") is replaced or replaced in offense.substitutes:
        return
    chosen = _off_the_bench(game, offense)
    if chosen is None:
        return
    offense.bring_in(chosen, play.slot, "11")
    play.batter = chosen
    text = f"Offensive Substitution: Pinch-hitter {chosen.name} replaces {replaced.name}."
    order = offense.order_of(chosen)
    _substitute(
        game, play, "Offensive Substitution", "offensive_substitution", text, chosen, "11",
        battingOrder=order, replacedPlayer=replaced.link,
    )  # fmt: skip


def _pinch_run(game: Game, play: Play) -> None:
    offense = game.offense
    places = [place for place, runner in enumerate(game.bases) if runner is not None]
    if game.inning < LATE or not places or not offense.bench or game.random.random() > 0.03:
        return
    runner = game.bases[places[-1]]
    assert runner is not None
    replaced, slot = runner.player, offense.slot_of(runner.player)
    chosen = _off_the_bench(game, offense)
    if chosen is None or slot < 0 or offense.fielders.get("2") is replaced or replaced in offense.substitutes:
        return
    offense.bring_in(chosen, slot, "12")
    runner.player = chosen
    text = f"Offensive Substitution: Pinch-runner {chosen.name} replaces {replaced.name}."
    _substitute(
        game, play, "Offensive Substitution", "offensive_substitution", text, chosen, "12",
        battingOrder=offense.order_of(chosen), replacedPlayer=replaced.link, base=places[-1] + 1,
    )  # fmt: skip


def _off_the_bench(game: Game, side: Side) -> Player | None:
    able = [player for player in side.bench if player.code != "2"]
    return game.random.choice(able) if able else None


def _back_to_the_field(game: Game, play: Play) -> None:
    """Let those who came in to hit or to run take the place in the field of those they replaced."""
    defense = game.defense
    for code, held in list(defense.fielders.items()):
        if code == "1" or defense.slot_of(held) >= 0:
            continue
        slot = next(place for place, players in enumerate(defense.slots) if held in players)
        player = defense.slots[slot][-1]
        defense.fielders[code] = player
        defense.positions[player.id].append(code)
        text = f"{player.name} remains in the game as the {POSITIONS[code][0].lower()}."
        _substitute(
            game, play, "Defensive Switch", "defensive_switch", text, player, code,
            battingOrder=defense.order_of(player), replacedPlayer=held.link,
        )  # fmt: skip


def _shore_up(game: Game, play: Play) -> None:
    """Bring in a better glove to keep a late lead."""
    defense = game.defense
    if game.inning < 8 or defense.runs <= game.offense.runs or game.random.random() > 0.12:
        return
    chosen = _off_the_bench(game, defense)
    code = game.random.choice("35679")
    replaced = defense.fielders[code]
    if chosen is None or replaced in defense.substitutes:
        return
    slot = defense.slot_of(replaced)
    defense.bring_in(chosen, slot, code)
    defense.fielders[code] = chosen
    text = (
        f"Defensive Substitution: {chosen.name} replaces {replaced.name}, batting {slot + 1},"
        f" playing {POSITIONS[code][0].lower()}."
    )
    _substitute(
        game, play, "Defensive Sub", "defensive_substitution", text, chosen, code,
        battingOrder=defense.order_of(chosen), replacedPlayer=replaced.link,
    )  # fmt: skip


# --------------------------------------------------------------------------------------------- between the pitches


def walks_him(game: Game) -> bool:
    """Say whether the defense would rather not pitch to this batter."""
    first, second, third = game.occupied
    return game.inning >= LATE and not first and (second or third) and game.random.random() < 0.04


def bunts(game: Game) -> bool:
    """Say whether the batter gives himself up."""
    first, second, third = game.occupied
    return game.outs == 0 and (first or second) and not third and game.random.random() < 0.03


def during(game: Game, play: Play) -> None:
    """Do what may happen between two pitches: a visit to the mound, a time-out, another pitcher."""
    luck = game.random.random()
    if luck < 0.018 and game.defense.mound_visits < 5:
        game.defense.mound_visits += 1
        _act(game, play, "Mound Visit", "mound_visit", "Mound Visit.", 40.0)
    elif luck < 0.042 and play.pitches:
        text = f"{play.batter.name} calls time."
        _act(game, play, "Batter Timeout", "batter_timeout", text, 15.0, player=play.batter.link)
    elif luck < 0.044 and play.balls > 1 and game.defense.bullpen_ready:
        change_pitcher(game, play)


def hold(game: Game, play: Play, throws: int) -> int:
    """Throw to first, or step off; return how often that was done."""
    if not game.bases[0] or game.bases[1] or game.random.random() > 0.06 or throws > 1:
        return throws
    kind = "pickoff" if game.random.random() < 0.7 else "stepoff"
    event = game.scorer.throw(play, kind, 1, throws + 1, game.pitching.play_id(), game.outs)
    if kind == "pickoff" and game.random.random() < 0.04:
        event["details"]["isOut"] = True
        game.totals.count(game.defense, game.defense.pitcher, "pitching", "pickoffs")
        _run(
            game,
            play,
            "Pickoff 1B",
            "pickoff_1b",
            Move(1, 0, None, 1),
            [("1", "f_assist"), ("3", "f_putout")],
        )
    return throws + 1


def on_the_bases(game: Game, play: Play) -> None:
    """Do what runners do on a pitch that the batter has survived: steal, or move up on a mistake."""
    if not any(game.occupied):
        return
    luck = game.random.random()
    last = play.events[-1]["details"].get("code")
    if last == "*B" and luck < 0.16:
        kind = ("Passed Ball", "passed_ball") if luck < 0.02 else ("Wild Pitch", "wild_pitch")
        _all_move_up(game, play, *kind)
    elif luck < 0.0006:
        _all_move_up(game, play, "Balk", "balk")
    elif game.bases[0] and not game.bases[1] and luck < 0.018:
        _steal(game, play)


def _all_move_up(game: Game, play: Play, event: str, kind: str) -> None:
    moves = [Move(base, base + 1, "r_adv_play") for base in (3, 2, 1) if game.occupied[base - 1]]
    outcome = Outcome(event, kind, moves, {}, scores_rbi=False)
    who = game.defense.fielders["2"] if kind == "passed_ball" else game.defense.pitcher
    if kind == "passed_ball":
        game.totals.count(game.defense, who, "fielding", "passedBall")
    else:
        game.totals.count(game.defense, who, "pitching", "balks" if kind == "balk" else "wildPitches")
    first = game.bases[moves[0].start - 1]
    assert first is not None
    text = f"{event} by {who.name}."
    link = first.player.link
    action = _act(game, play, event, kind, text, 12.0, player=link, isBaseRunningPlay=True)
    game.move(play, outcome)
    _scored(game, action, outcome)


def _scored(game: Game, action: Conformed, outcome: Outcome) -> None:
    action["details"] |= {
        "awayScore": game.away.runs,
        "homeScore": game.home.runs,
        "isScoringPlay": any(move.end == HOME for move in outcome.moves),
    }


def _steal(game: Game, play: Play) -> None:
    runner = game.bases[0]
    assert runner is not None
    play.events[-1]["details"]["runnerGoing"] = True
    safe = game.random.random() < 0.79
    name = "stolenBases" if safe else "caughtStealing"
    for side, who, kind in (
        (game.offense, runner.player, "batting"),
        (game.defense, game.defense.pitcher, "pitching"),
        (game.defense, game.defense.fielders["2"], "fielding"),
    ):
        game.totals.count(side, who, kind, name)
    if safe:
        _run(game, play, "Stolen Base 2B", "stolen_base_2b", Move(1, 2, "r_stolen_base_2b"), [])
    else:
        credits = [("2", "f_assist"), ("6", "f_putout")]
        _run(
            game,
            play,
            "Caught Stealing 2B",
            "caught_stealing_2b",
            Move(1, 0, "r_caught_stealing_2b", 2),
            credits,
        )


def _run(game: Game, play: Play, event: str, kind: str, move: Move, credits: list[tuple[str, str]]) -> None:
    """Let one runner go, as an event of its own."""
    runner = game.bases[move.start - 1]
    assert runner is not None
    text = f"{runner.player.name}: {event.lower()}."
    link = runner.player.link
    action = _act(game, play, event, kind, text, 10.0, player=link, isBaseRunningPlay=True)
    action["details"]["isOut"] = bool(move.out_at)
    game.move(play, Outcome(event, kind, [move], {0: credits}))


def review(game: Game, play: Play, outcome: Outcome) -> None:
    """Let a close play be reviewed now and then."""
    close = outcome.event_type in {"force_out", "field_out", "single", "grounded_into_double_play"}
    if not close or game.random.random() > 0.014:
        return
    side = game.random.choice([game.offense, game.defense])
    side.challenges += 1
    play.reviewed = {
        "isOverturned": game.random.random() < 0.5,
        "inProgress": False,
        "reviewType": game.random.choice(["MA", "MF", "MI"]),
        "challengeTeamId": side.team.id,
    }
    play.events[-1]["details"]["hasReview"] = True
