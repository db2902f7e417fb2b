"""The generated local transform and the reference interpreter give the same rows."""

import copy
from collections.abc import Mapping
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.ir.plan import OperationPlan
from runtime.job import Conformed, Job
from runtime.transform import transform
from tests.oracle.interpreter import interpret
from tests.property.strategies import Target, documents, json_like, mutated, plan_of, shapes, some
from tests.support import project


@cache
def target(name: str) -> Target:
    return Target(project.operation(name))


def check(plan: OperationPlan, job: Job, document: Conformed, params: Mapping[str, str]) -> None:
    expected = interpret(plan, copy.deepcopy(document), params)
    actual = transform(project.unruled(job), document, params).rows
    assert {name: typed(rows) for name, rows in actual.items()} == {
        name: typed(rows) for name, rows in expected.items()
    }


def typed(value: Conformed) -> Conformed:
    """Return cells so that `True` is not 1 and `1.0` is not 1."""
    if isinstance(value, list | tuple):
        return [typed(item) for item in value]
    if isinstance(value, dict):
        return {key: typed(item) for key, item in value.items()}
    return type(value), value


@pytest.mark.slow
@pytest.mark.parametrize("name", project.OPERATIONS)
def test_captures(name: str) -> None:
    for captured in project.responses(name):
        check(project.operation(name), project.job(name), captured.document, captured.params)


@pytest.mark.parametrize("day", [None, 20240712, "", "2024-02-30"])
def test_a_game_without_its_day_has_no_rows_and_loses_nothing(day: Conformed) -> None:
    name = "game.liveGameV1"
    game: Conformed = {
        "gamePk": 7,
        "gameData": {"datetime": {"officialDate": "2024-07-12"}, "venue": {"id": 1}},
    }
    rows = transform(project.job(name), copy.deepcopy(game), {}).rows
    assert len(rows["game.live_game_metadata"]) == 1
    game["gameData"]["datetime"]["officialDate"] = day
    made = transform(project.job(name), copy.deepcopy(game), {})
    assert not any(made.rows.values())
    assert made.counts.lost == 0
    assert "null-key" in {rescued.reason for rescued in made.rescued}
    check(project.operation(name), project.job(name), game, {})


@pytest.mark.slow
def test_captures_of_operations_without_a_mapping() -> None:
    for name in project.others():
        for captured in project.responses(name):
            check(project.operation(name), project.job(name), captured.document, captured.params)


@some
@given(data=st.data())
def test_documents_of_operations_without_a_mapping(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(project.others()))
    made = data.draw(st.one_of(documents(target(name)), mutated(documents(target(name)))))
    check(project.operation(name), project.job(name), made, {"$request": name, "gamePk": "7", "teamId": "x"})


@pytest.mark.parametrize("name", project.OPERATIONS)
@some
@given(data=st.data())
def test_documents_that_fit(name: str, data: st.DataObject) -> None:
    params = data.draw(st.sampled_from([{}, {"sportId": "11"}, {"sportId": "x"}, {"sportId": "-3"}]))
    check(project.operation(name), project.job(name), data.draw(documents(target(name))), params)


@pytest.mark.parametrize("name", project.OPERATIONS)
@some
@given(data=st.data())
def test_documents_that_nearly_fit(name: str, data: st.DataObject) -> None:
    check(project.operation(name), project.job(name), data.draw(mutated(documents(target(name)))), {})


@pytest.mark.parametrize("name", project.OPERATIONS)
@some
@given(data=st.data())
def test_json_with_the_keys_of_the_response(name: str, data: st.DataObject) -> None:
    check(project.operation(name), project.job(name), data.draw(json_like(target(name).names)), {})


@some
@given(data=st.data())
def test_default_lowering_of_any_shape(data: st.DataObject) -> None:
    plan, _ = plan_of(data.draw(shapes))
    check(plan, project.load_job(plan), data.draw(mutated(documents(Target(plan)))), {})
