"""Every leaf of any document is in exactly one class, and the check can fail."""

import copy
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.conform import leaves
from runtime.job import Conformed, Job
from runtime.transform import Counts, account
from tests.property.strategies import (
    Target,
    any_json,
    documents,
    few,
    json_like,
    mutated,
    plan_of,
    shapes,
    some,
)
from tests.support import project

CLASSES = ("typed", "json", "null", "sentinel", "empty", "ignored", "rescued")
PARAMS = {"sportId": "1"}


@cache
def target(name: str) -> Target:
    return Target(project.operation(name))


def check(job: Job, document: Conformed) -> Counts:
    total = leaves(document)
    counts = account(job, document, PARAMS)
    assert counts.lost == 0, counts
    assert counts.leaves == total == sum(getattr(counts, name) for name in CLASSES)
    assert sum(count for _, count, _ in counts.rescued_paths) == counts.rescued
    return counts


@pytest.mark.parametrize("name", project.OPERATIONS)
@some
@given(data=st.data())
def test_any_json(name: str, data: st.DataObject) -> None:
    check(project.job(name), data.draw(any_json))


@pytest.mark.parametrize("name", project.OPERATIONS)
@some
@given(data=st.data())
def test_json_with_the_keys_of_the_response(name: str, data: st.DataObject) -> None:
    check(project.job(name), data.draw(json_like(target(name).names)))


@pytest.mark.parametrize("name", project.OPERATIONS)
@some
@given(data=st.data())
def test_documents_that_nearly_fit(name: str, data: st.DataObject) -> None:
    check(project.job(name), data.draw(mutated(documents(target(name)))))


@some
@given(data=st.data())
def test_default_lowering_of_any_shape(data: st.DataObject) -> None:
    plan, sink = plan_of(data.draw(shapes))
    assert not sink.failed, sink.diagnostics
    check(project.load_job(plan), data.draw(mutated(documents(Target(plan)))))


@few
@given(data=st.data())
def test_mutated_captures(data: st.DataObject) -> None:
    captured = project.live_game()
    check(project.job(captured.operation), data.draw(mutated(st.builds(lambda: captured.document))))


@pytest.mark.parametrize("name", project.OPERATIONS)
def test_captures_are_typed(name: str) -> None:
    for captured in project.responses(name):
        counts = check(project.job(name), captured.document)
        assert counts.rescued == 0


# --------------------------------------------------------------------------------------- the check itself can fail

GAME = {
    "gamePk": 7,
    "liveData": {"boxscore": {"officials": [{"official": {"id": 1}, "officialType": "First Base"}]}},
}


def broken(change: str, instead: str) -> Job:
    """Return the job of the game whose generated transform has one wrong expression."""
    made = project.operation("game.liveGameV1")
    documents_, local = project.local_modules(made)
    assert change in local
    return project.execute(made, documents_, local.replace(change, instead, 1))


def test_a_wrong_path_loses_a_leaf() -> None:
    assert account(project.job("game.liveGameV1"), copy.deepcopy(GAME), {}).lost == 0
    assert account(broken("official_.get('id')", "official_.get('Id')"), GAME, {}).lost == 1


def test_a_dropped_table_loses_its_leaves() -> None:
    assert (
        account(broken("Extraction(table=LIVE_GAME_OFFICIALS, rows=live_game_officials),", ""), GAME, {}).lost
        == 2
    )


def test_a_scan_of_the_wrong_array_loses_its_leaves() -> None:
    job = broken("boxscore.get('officials')", "boxscore.get('official')")
    assert account(job, GAME, {}).lost == 2
