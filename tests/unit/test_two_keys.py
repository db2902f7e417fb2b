"""A key of the API that has another name now: each key is a column, and a third has the value of either."""

import pytest

from compiler.backends import pyspark
from compiler.backends.postgres import lower
from compiler.ir.plan import Plan
from compiler.ir.settle import Before, settled
from compiler.migrate import diff
from compiler.migrate.hazards import Hazard
from compiler.migrate.planner import plan as planned_statements
from runtime.assemble import assemble
from runtime.job import Conformed
from runtime.transform import transform
from tests.oracle.interpreter import interpret
from tests.passes.test_passes import planned
from tests.support.project import load_job

BEFORE = """
operation: lab.lab
raw: {keys: {game_pk: $.gamePk}}
document: [game_pk]
tables:
  lab.game: {rows: $}
  lab.play:
    rows: $.plays[*]
    key: [n]
    columns: {n: .n, rbi: .rbi}
"""
AFTER = BEFORE.replace(
    "{n: .n, rbi: .rbi}",
    '{n: .n, rbi: {sql: "coalesce(rbi_now, rbi_once)"}, rbi_once: .rbi, rbi_now: .runsBattedIn}',
)
OLD: Conformed = {"gamePk": 7, "plays": [{"n": 1, "rbi": 4}, {"n": 2}]}
NEW: Conformed = {"gamePk": 8, "plays": [{"n": 3, "runsBattedIn": 3}, {"n": 4, "rbi": 0, "runsBattedIn": 1}]}


@pytest.fixture(scope="module")
def plan() -> Plan:
    return planned(AFTER, {**OLD, "plays": [*OLD["plays"], *NEW["plays"]]}, "quality")


@pytest.mark.parametrize(("response", "expected"), [(OLD, [4, None]), (NEW, [3, 1])])
def test_the_value_of_either_key_is_in_one_column(
    plan: Plan, response: Conformed, expected: list[int | None]
) -> None:
    job = load_job(plan.operations[0])
    made = transform(job, response, {})
    (place,) = (place for place, one in enumerate(plan.tables["lab.play"].columns) if one.name == "rbi")
    assert [row[place] for row in made.rows["lab.play"]] == expected
    assert interpret(plan.operations[0], response, {})["lab.play"] == made.rows["lab.play"]
    assert not made.rescued
    assert assemble(job, made.rows, made.rescued) == response


def test_spark_does_the_same(plan: Plan) -> None:
    assert "coalesce(" in "".join(pyspark.BACKEND.emit(plan).values())


def test_the_column_stays_and_says_that_its_values_change(plan: Plan) -> None:
    before = lower(planned(BEFORE, OLD, "quality"))
    changes = diff(before, settled(Before(catalog=before, number="0002"), lower(plan)))
    assert [change.title for change in changes] == [
        "alter path of lab.play.rbi: $.plays[*].rbi -> coalesce(rbi_now, rbi_once)",
        "add column lab.play.rbi_once",
        "add column lab.play.rbi_now",
    ]
    assert [one.hazards for one in planned_statements(changes, before)] == [(Hazard.VALUES_CHANGE,), (), ()]
