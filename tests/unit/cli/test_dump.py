"""`mlbc dump`: each representation as text, the same whatever the order of hashes and of files."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable

import pytest

from compiler.driver import STAGES, Session, dump
from compiler.project import Project, discover
from tests.support.project import ROOT
from tests.unit.cli.conftest import Mlbc

SELECTED = ("game.liveGameV1", "schedule.schedule", "season.seasons")


@pytest.mark.parametrize("stage", ["ast", "plan", "catalog"])
def test_a_representation(mlbc: Mlbc, stage: str) -> None:
    outcome = mlbc("dump", "--stage", stage, "season.seasons", "--json")
    found = json.loads(outcome.out)
    assert (outcome.code, found["stage"]) == (0, stage)
    assert "season.seasons_normalized" in found["text"]
    assert "season.allSeasons" not in found["text"]
    assert mlbc("dump", "--stage", stage, "season.seasons").out.rstrip("\n") == found["text"]


def test_the_plan_after_each_pass(mlbc: Mlbc) -> None:
    texts = {
        name: mlbc("dump", "--stage", "plan", "--after", name, "season.seasons").out.splitlines()
        for name in STAGES
    }
    table, key, other = (
        "season.seasons_normalized <- $.seasons[*]",
        "  * season_id text <- $.seasons[*].seasonId",
        "    has_wildcard boolean <- $.seasons[*].hasWildcard",
    )
    assert "  $.seasons[*].seasonId  text" in texts["resolve"]
    assert table not in texts["shape"]
    assert (table in texts["bind"], key in texts["bind"], other in texts["bind"]) == (True, True, False)
    assert other in texts["unnest"]
    assert texts["names"] == texts["lint"]
    assert mlbc("dump", "--stage", "plan", "season.seasons").out.splitlines() == texts[STAGES[-1]]


@pytest.mark.parametrize(
    ("arguments", "known"),
    [
        (["--stage", "plan", "--after", "nope"], "'resolve', 'shape', 'bind'"),
        (["--stage", "nope"], "'ast', 'plan', 'catalog'"),
        (["--stage", "catalog", "--after", "bind"], "--after goes with --stage plan"),
        (["--stage", "plan", "season.season"], "did you mean `season.seasons`?"),
    ],
)
def test_wrong_input_is_a_usage_error_with_the_list(mlbc: Mlbc, arguments: list[str], known: str) -> None:
    outcome = mlbc("dump", *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert known in outcome.err


def _dumped(stage: str) -> str:
    report = dump(Session(project=discover(ROOT)), stage, SELECTED)
    assert report is not None
    return report.to_text()


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["ast", "plan", "catalog"])
def test_the_order_of_files_does_not_matter(stage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first = _dumped(stage)
    for name in ("mapping_files", "observed_files"):
        monkeypatch.setattr(Project, name, _shuffled(getattr(Project, name)))
    assert _dumped(stage) == first


def _shuffled(read: Callable[..., tuple[object, ...]]) -> Callable[..., tuple[object, ...]]:
    def reading(*arguments: object) -> tuple[object, ...]:
        found = [*read(*arguments)]
        random.Random(7).shuffle(found)
        return tuple(found)

    return reading


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["ast", "plan"])
def test_the_hash_seed_does_not_matter(stage: str) -> None:
    texts = {
        subprocess.run(
            [sys.executable, "-m", "compiler", "dump", "--stage", stage, *SELECTED],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(texts) == 1
