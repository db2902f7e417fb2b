"""The generated Python and the reference agree on expressions; with filters, no leaf is lost and the rest is kept."""

import copy
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.ir.plan import OperationPlan
from runtime.assemble import assemble
from runtime.conform import leaves
from runtime.job import Conformed, Job
from runtime.transform import account, transform
from tests.oracle.expressions import evaluate
from tests.oracle.interpreter import interpret
from tests.passes.test_passes import compiled
from tests.property.strategies import Target, documents, mutated, some
from tests.support import project
from tests.support.comparison import canonical, without_filtered
from tests.support.expressions import COLUMNS, batch, each, evaluated, expressions, rows, same, typed

MAPPING = """operation: lab.lab
raw: {keys: {pk: $.pk}}
document: [pk]
shapes: {$.umpires: map}
tables:
  lab.game: {rows: $, key: [pk], columns: {pk: .pk}}
  lab.batters:
    rows: $.batters[*]
    key: [player_id]
    filter: {sql: "(is_starter or slot is null) and coalesce(obp, 0) < 0.9", because: "an example"}
    columns:
      player_id: .id
      is_starter: {sql: "substitution = 0"}
      substitution: {sql: "batting_order::bigint % 100"}
      slot: {sql: "batting_order::bigint / 100"}
      ops: {sql: "obp + slg"}
      is_late: {sql: "extract(hour from since at time zone 'America/New_York') >= 21"}
      label: {sql: "upper(left(name, 2)) || coalesce(slot, 0)::text"}
  lab.umpires:
    rows: $.umpires{*}
    filter: {sql: "umpire_key <> 'x' and label is not null", because: "an example"}
    key: [umpire_key]
    columns: {umpire_key: {map_key: true}, label: {sql: "name || id::text"}}
"""
SAMPLE = {
    "pk": 7,
    "batters": [
        {
            "id": 1,
            "battingOrder": "300",
            "obp": 0.3,
            "slg": 0.4,
            "name": "abc",
            "since": "2024-07-13T01:40:00Z",
        },
        {
            "id": 2,
            "battingOrder": "100",
            "obp": 1.5,
            "slg": 0.4,
            "name": "B",
            "since": "2024-07-13T01:40:00Z",
        },
    ],
    "umpires": {"x": {"name": "N", "id": 1}, "y": {"name": "M", "id": 2}, "z": {"name": "O", "id": 3}},
}


@cache
def plan() -> OperationPlan:
    return compiled(MAPPING, SAMPLE, "lint")


@cache
def job() -> Job:
    return project.load_job(plan())


@pytest.mark.slow
def test_many_expressions_over_rows() -> None:
    made, drawn = batch(150, 3)
    for one in made[len(each()) :]:
        for row in drawn[:10]:
            agree(one.text, row)


@some
@given(expressions(), rows)
def test_an_expression(text: str, row: dict[str, object]) -> None:
    agree(text, row)


def agree(text: str, row: dict[str, object]) -> None:
    cells = {name: (type_, row[name]) for name, type_ in COLUMNS.items()}
    ours, theirs = evaluated(typed(text), row), evaluate(text, cells)
    assert same(ours, theirs), (text, row, ours, theirs)


def test_rows_of_a_mapping_with_expressions() -> None:
    made = transform(job(), copy.deepcopy(SAMPLE), {}).rows["lab.batters"]
    names = [column.name for column in plan().tables[1].columns]
    (batter,) = [dict(zip(names, row, strict=True)) for row in made]
    assert batter == batter | {
        "player_id": 1,
        "slot": 3,
        "substitution": 0,
        "is_starter": True,
        "ops": 0.7,
        "is_late": True,
        "label": "AB3",
    }


@some
@given(st.data())
def test_local_and_oracle_agree(data: st.DataObject) -> None:
    document = data.draw(st.one_of(documents(Target(plan())), mutated(documents(Target(plan())))))
    expected = interpret(plan(), copy.deepcopy(document), {})
    assert transform(job(), document, {}).rows == expected


@some
@given(st.data())
def test_no_leaf_is_lost(data: st.DataObject) -> None:
    document = data.draw(mutated(documents(Target(plan()))))
    total = leaves(document)
    counts = account(job(), document, {})
    assert (counts.lost, counts.leaves) == (0, total)


@some
@given(st.data())
def test_what_is_not_filtered_comes_back(data: st.DataObject) -> None:
    document = data.draw(documents(Target(plan()), noise=False))
    made = transform(job(), copy.deepcopy(document), {})
    assembled: Conformed = assemble(job(), made.rows, made.rescued)
    assert canonical(plan(), assembled) == canonical(plan(), without_filtered(job(), document))


def test_leaves_of_filtered_rows_are_ignored() -> None:
    counts = account(job(), copy.deepcopy(SAMPLE), {})
    kept = transform(job(), copy.deepcopy(SAMPLE), {}).rows
    assert [row[1] for row in kept["lab.batters"]] == [1]
    assert [row[1] for row in kept["lab.umpires"]] == ["y", "z"]
    assert (counts.ignored, counts.lost) == (6 + 2, 0)
