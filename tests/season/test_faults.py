"""A game with a fault is not taken for a good one: every invariant can fail."""

from collections.abc import Callable

import orjson
import pytest

from runtime.job import Conformed
from tests.season import replay, test_games
from tests.support.season import answers

Fault = Callable[[Conformed], object]


def _box(game: Conformed, branch: str) -> Conformed:
    return game["liveData"]["boxscore"]["teams"][branch]


def _starter(game: Conformed) -> Conformed:
    team = _box(game, "home")
    return team["players"][f"ID{team['pitchers'][0]}"]["stats"]["pitching"]


def _pitches(game: Conformed) -> list[Conformed]:
    return [event for _, event in replay.events(game) if event["isPitch"]]


def _credits(game: Conformed) -> list[Conformed]:
    return [credit for _, runner in replay.runners(game) for credit in runner["credits"]]


def _swap(holder: Conformed, one: Conformed, two: Conformed) -> None:
    holder[one], holder[two] = holder[two], holder[one]


def _note(game: Conformed) -> Conformed:
    fields = _box(game, "away")["info"][0]["fieldList"]
    return next(item for item in fields if item["label"] == "Team RISP")


FAULTS: dict[str, tuple[Fault, str]] = {
    "an index": (lambda game: replay.plays(game)[7].update(atBatIndex=99), "indexes_are_positions"),
    "a time": (lambda game: replay.plays(game)[5]["about"].update(startTime="2030"), "time_goes_on"),
    "a count": (lambda game: _pitches(game)[9]["count"].update(balls=7), "counts_follow_from_the_calls"),
    "a pitch twice": (
        lambda game: _pitches(game)[0].update(playId=_pitches(game)[1]["playId"]),
        "pitches_are_numbered_and_named",
    ),
    "an out": (
        lambda game: replay.plays(game)[-2]["count"].update(outs=0),
        "every_half_has_three_outs_but_the_last",
    ),
    "a run": (
        lambda game: game["liveData"]["linescore"]["innings"][2]["away"].update(runs=30),
        "runs_are_the_linescore",
    ),
    "a half": (
        lambda game: game["liveData"]["linescore"]["innings"][3]["home"].pop("runs"),
        "the_last_half_is_missing_when_the_home_team_leads",
    ),
    "a scoring play": (
        lambda game: game["liveData"]["plays"]["scoringPlays"].pop(),
        "scoring_plays_are_those_in_which_somebody_scores",
    ),
    "a hit": (
        lambda game: game["liveData"]["plays"]["playsByInning"][0]["hits"]["away"].append(
            {"batter": {"id": 1}, "type": "H"}
        ),
        "balls_in_play_are_the_hits_of_the_innings",
    ),
    "a putout": (lambda game: _credits(game)[0].update(credit="f_throw"), "outs_are_putouts"),
    "a runner": (
        lambda game: replay.plays(game)[4]["matchup"].update(postOnThird={"id": 1}),
        "the_bases_follow_from_the_movements",
    ),
    "an average": (
        lambda game: _note(game).update(value="9-for-9."),
        "the_average_with_runners_in_scoring_position_is_the_official_one",
    ),
    "a pitcher": (
        lambda game: _starter(game).update(numberOfPitches=1),
        "pitches_belong_to_who_threw_them",
    ),
    "a roster": (lambda game: game["gameData"]["players"].popitem(), "players_are_on_one_roster"),
    "an order": (lambda game: _swap(_box(game, "home")["battingOrder"], 0, 1), "batters_come_in_their_order"),
    "a line": (
        lambda game: next(iter(replay.lines(game, "away", "batting").values())).update(hits=40),
        "batting_lines_are_the_plays",
    ),
    "a sum": (
        lambda game: _box(game, "away")["teamStats"]["batting"].update(doubles=40),
        "team_totals_are_sums",
    ),
    "a runner left": (
        lambda game: game["liveData"]["linescore"]["teams"]["home"].update(leftOnBase=40),
        "the_batting_side_proves",
    ),
    "a decision": (
        lambda game: _swap(game["liveData"]["decisions"], "winner", "loser"),
        "the_decisions_are_of_both_sides",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found(name: str) -> None:
    fault, invariant = FAULTS[name]
    game = orjson.loads(orjson.dumps(answers("game.liveGameV1")[3].document))
    check = vars(test_games)[f"test_{invariant}"]
    check(game)
    fault(game)
    with pytest.raises((AssertionError, KeyError, StopIteration)):
        check(game)


def test_every_invariant_has_its_fault() -> None:
    invariants = {name.removeprefix("test_") for name in vars(test_games) if name.startswith("test_")}
    assert invariants == {invariant for _, invariant in FAULTS.values()}
