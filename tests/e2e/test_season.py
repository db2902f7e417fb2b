"""Games of a season that was never played, in the warehouse: views say what a careful reader of the feeds says."""

from dataclasses import astuple

import pytest

from runtime.job import Conformed
from tests.e2e.conftest import Place
from tests.season import replay
from tests.season.files import write
from tests.support.season import season_answers

PITCHES = """
SELECT game_pk, at_bat_index, event_index, pitcher_id, balls_before, strikes_before, outs_before,
       on_1b_id, on_2b_id, on_3b_id, away_score_before, home_score_before
FROM mart.pitches ORDER BY 1, 2, 3
"""


@pytest.fixture(scope="module")
def warehouse(place: Place) -> Place:
    place.sh("mlb-etl db start && mlb-etl db migrate")
    write(season_answers(), place.root / "season")
    place.sh("mlb-etl ingest season && mlb-etl load")
    return place


def test_every_document_is_loaded_without_a_finding(
    warehouse: Place, season_games: tuple[Conformed, ...]
) -> None:
    assert warehouse.rows("SELECT count(*) FROM game.live_game_metadata") == [(len(season_games),)]
    assert warehouse.rows("SELECT * FROM metadata.rescued_values") == []
    assert warehouse.rows("SELECT rule, table_name, document_key FROM metadata.quarantine") == []
    assert warehouse.rows("SELECT rule, document_key, details FROM metadata.quality_results") == []


def test_the_state_before_every_pitch(warehouse: Place, season_games: tuple[Conformed, ...]) -> None:
    """The pitcher, the count, outs, bases and score, also when they change in the middle of an appearance."""
    read = [(game["gamePk"], *astuple(one)) for game in season_games for one in replay.pitches(game)]
    flat = sorted((*one[:7], *one[7], *one[8:]) for one in read)
    found = warehouse.rows(PITCHES)
    assert len(found) == len(read) > 5_000
    assert [one for one in zip(found, flat, strict=True) if one[0] != one[1]] == []
