"""A home run derby: duels have two batters, whose swings stay apart."""

from runtime.job import Conformed
from runtime.transform import transform
from tests.support import project


def batter(player: int, *play_ids: str) -> Conformed:
    hits = [{"playId": play_id, "isHomeRun": True, "hitData": {"totalDistance": 496}} for play_id in play_ids]
    return {"player": {"id": player}, "seed": 1, "isWinner": False, "hits": hits}


def test_swings_of_both_batters() -> None:
    duel = {"topSeed": batter(1, "a", "b"), "bottomSeed": batter(2, "c")}
    rounds = [{"round": 1, "matchups": [duel]}, {"round": 2, "batters": [batter(1), batter(1, "d")]}]
    operation = "homerunderby.homeRunDerbyBracket"
    made = transform(project.job(operation), {"rounds": rounds}, {"gamePk": "511101"})
    assert made.counts.lost == made.counts.rescued == 0
    seeds = [row[:5] for row in made.rows["homerunderby.bracket_seeds"]]
    assert seeds == [(511101, 1, 0, True, 1), (511101, 1, 0, False, 2)]
    swings = [row[:6] for row in made.rows["homerunderby.bracket_seed_swings"]]
    assert swings == [
        (511101, 1, 0, True, 0, "a"),
        (511101, 1, 0, True, 1, "b"),
        (511101, 1, 0, False, 0, "c"),
    ]
    assert [row[:5] for row in made.rows["homerunderby.bracket_batter_swings"]] == [(511101, 2, 1, 0, "d")]
