"""Rows that a table cannot hold are rescued whole, and what lies in them too."""

import pytest

from runtime.job import Conformed, Job
from runtime.transform import transform
from tests.passes.test_passes import compiled
from tests.support.project import load_job

MAPPING = """
operation: lab.lab
raw: {keys: {game_pk: $.gamePk}}
document: [game_pk]
tables:
  lab.game: {rows: $}
  lab.play:
    rows: $.plays[*]
    key: [n]
    columns: {n: .n, short: {path: .short, type: integer}}
    tables:
      lab.runner: {rows: ".runners[*]", key: [runner_index], columns: {runner_index: {ordinal: 0}}}
"""
SAMPLE = {
    "gamePk": 7,
    "plays": [{"n": 1, "short": 1, "speed": 1.5, "tags": [1], "runners": [{"base": "1B"}]}],
}


@pytest.fixture(scope="module")
def job() -> Job:
    return load_job(compiled(MAPPING, SAMPLE, "names"))


def rescued(job: Job, *plays: Conformed) -> list[tuple[str, object, str]]:
    made = transform(job, {"gamePk": 7, "plays": list(plays)}, {})
    assert made.counts.lost == 0
    assert all(len(rows) <= 1 for rows in made.rows.values())
    return [(one.pointer, one.value, one.reason) for one in made.rescued]


@pytest.mark.parametrize(
    "play",
    [
        {"n": 2, "short": 2**31},
        {"n": -(2**63) - 1},
        {"n": 2, "speed": 2**53 + 1},
        {"n": 2, "speed": 10**400},
        {"n": 2, "tags": [1, 2**63]},
    ],
)
def test_a_number_that_its_column_cannot_hold(job: Job, play: Conformed) -> None:
    assert rescued(job, dict(play)) == [("/plays/0", play, "out-of-range")]


def test_a_key_that_was_there_before(job: Job) -> None:
    plays = {"n": 1, "speed": 1}, {"n": 1, "speed": 2, "tags": [None, 3], "runners": [{"base": "2B"}]}
    assert rescued(job, *plays) == [
        ("/plays/1", {"n": 1, "speed": 2, "tags": [3]}, "duplicate-key"),
        ("/plays/1/runners/0", {"base": "2B"}, "no-parent"),
    ]


def test_no_key(job: Job) -> None:
    assert rescued(job, {"speed": 1, "runners": [{"base": "2B"}]}) == [
        ("/plays/0", {"speed": 1}, "null-key"),
        ("/plays/0/runners/0", {"base": "2B"}, "null-key"),
    ]
