"""A season as a whole: its calendar, its bytes, and what the schema makes of it."""

from collections import Counter
from pathlib import Path

import orjson
import pytest

from runtime import envelope
from runtime.transform import account, transform
from tests.season import calendar
from tests.season.files import write
from tests.season.responses import Season
from tests.support.project import ROOT, job
from tests.support.season import GAMES, answers, season_answers

FEED = "game.liveGameV1"
LEFT_OUT = {"note", "lastPlayedDate", "actionPlayId", "currentPlay"}
"""Members that were seen, but mean something that the generator does not tell, or are a copy."""


@pytest.mark.parametrize("season", [1903, 2024, 2031])
def test_every_club_plays_162_games_half_of_them_at_home(season: int) -> None:
    made = Season(season, 1, calendar.GAMES)
    played = Counter(number for game in made.fixtures for number in (game.away, game.home))
    at_home = Counter(game.home for game in made.fixtures)
    assert len({game.pk for game in made.fixtures}) == 2430
    assert set(played.values()) == {162}
    assert set(at_home.values()) == {81}


def test_nobody_plays_twice_a_day_but_in_doubleheaders() -> None:
    made = Season(2024, 1, calendar.GAMES)
    days = Counter((game.day, number) for game in made.fixtures for number in (game.away, game.home))
    double = {
        (game.day, number)
        for game in made.fixtures
        if game.double != "N"
        for number in (game.away, game.home)
    }
    assert {key for key, count in days.items() if count > 1} == double
    assert max(days.values()) == 2
    assert any(game.postponed for game in made.fixtures)
    assert any(game.resumed for game in made.fixtures)


def test_a_postponed_game_is_listed_twice() -> None:
    listed = [
        (day["date"], game)
        for answer in answers("schedule.schedule")
        for day in answer.document["dates"]
        for game in day["games"]
    ]
    first = min(game["gamePk"] for _, game in listed if game.get("rescheduleGameDate"))
    (day, postponed), (again, played) = ((day, game) for day, game in listed if game["gamePk"] == first)
    assert (postponed["status"]["detailedState"], played["status"]["detailedState"]) == ("Postponed", "Final")
    assert (postponed["rescheduleGameDate"], played["rescheduledFromDate"]) == (again, day)
    assert postponed["officialDate"] == played["officialDate"] == again
    assert played["doubleHeader"] == "S"


def test_the_schedule_tells_the_scores_of_the_games() -> None:
    scores = {
        game["gamePk"]: [game["teams"][branch]["score"] for branch in ("away", "home")]
        for answer in answers("schedule.schedule")
        for game in answer.document["dates"][0]["games"]
        if "score" in game["teams"]["away"]
    }
    feeds = [answer.document for answer in answers(FEED)]
    lines = {feed["gamePk"]: feed["liveData"]["linescore"]["teams"] for feed in feeds}
    assert scores == {pk: [line[branch]["runs"] for branch in ("away", "home")] for pk, line in lines.items()}
    assert len(scores) == GAMES


def test_the_same_seed_makes_the_same_bytes(tmp_path: Path) -> None:
    for name, seed in (("one", 5), ("two", 5), ("three", 6)):
        write(Season(2024, seed, 2).answers(), tmp_path / name)
    one, two, three = (
        {
            str(file.relative_to(tmp_path / name)): file.read_bytes()
            for file in sorted((tmp_path / name).rglob("*.gz"))
        }
        for name in ("one", "two", "three")
    )
    assert one == two
    assert one.keys() == three.keys()
    assert one != three


def test_files_are_envelopes(tmp_path: Path) -> None:
    made = season_answers()[-2:]
    write(made, tmp_path)
    found = {envelope.read(str(file)).request.operation for file in tmp_path.rglob("*.gz")}
    assert found == {answer.operation for answer in made}


@pytest.mark.slow
def test_every_leaf_has_a_place() -> None:
    """A value that is rescued would be one that the schema does not know: the generator is not faithful."""
    for answer in season_answers():
        body, params = orjson.dumps(answer.document), {**answer.path_params, **answer.query_params}
        made = transform(job(answer.operation), orjson.loads(body), params)
        assert not (*made.rescued, *made.quarantined, *made.doubted), answer.path
        counts = account(job(answer.operation), orjson.loads(body), params)
        assert counts.lost == counts.rescued == 0, answer.path


def test_all_that_was_observed_is_generated() -> None:
    facts = orjson.loads((ROOT / "schemas/observed/game/liveGameV1.json").read_bytes())["paths"]
    made: Counter[str] = Counter()
    for answer in answers(FEED):
        _paths(orjson.loads(orjson.dumps(answer.document)), "$", made)
    missing = {
        path for path in facts if path not in made and not LEFT_OUT & set(path.replace("[*]", "").split("."))
    }
    assert missing == set()


def _paths(value: object, path: str, made: Counter[str]) -> None:
    made[path] += 1
    if isinstance(value, dict):
        for key, item in value.items():
            _paths(item, f"{path}{{*}}" if path.endswith(".players") else f"{path}.{key}", made)
    elif isinstance(value, list):
        for item in value:
            _paths(item, f"{path}[*]", made)
