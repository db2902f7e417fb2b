"""A second, a third, a hundredth game adds no column because of new players, and no table."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache, reduce
from itertools import accumulate
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.driver import Session
from compiler.driver.compilation import Inputs, load, make_plan
from compiler.frontends.fold import fold, merge
from compiler.ir.facts import Observed
from compiler.ir.plan import OperationPlan
from compiler.ir.shape import Shape
from compiler.project import discover
from tests.property.strategies import few, shapes
from tests.shapes.feeds import feed, with_other_players
from tests.shapes.generated import KEYS
from tests.shapes.ours import NAME, planned
from tests.support import project

pytestmark = pytest.mark.slow

GAMES = 20
LIVE = "game.liveGameV1"
_AN_ID = re.compile(r"[0-9]{5}")

Layout = frozenset[tuple[str, str, str]]
"""Table, column and type of every column."""


def layout(plan: OperationPlan) -> Layout:
    return frozenset(
        (table.name, column.name, column.type) for table in plan.tables for column in table.columns
    )


def layouts(documents: Iterator[object]) -> Iterator[Layout]:
    """Yield what the tables are after each document."""
    for facts in accumulate((fold(NAME, document) for document in documents), merge):
        yield layout(planned(facts))


def feeds(random: Random, shape: Shape, games: int) -> Iterator[object]:
    """Yield a response with every member there is, and others with some of them."""
    yield feed(random, shape, 1)
    for _ in range(games - 1):
        yield feed(random, shape, 0.8)


def places(kind: str, games: int) -> Iterator[object]:
    """Yield responses with nine new keys of one kind each."""
    random = Random(kind)
    return ({"place": {KEYS[kind](random): {"runs": 1} for _ in range(9)}} for _ in range(games))


def names_an_id(found: Layout) -> bool:
    return any(_AN_ID.search(f"{table}.{column}") for table, column, _ in found)


def test_twenty_live_games() -> None:
    games = feeds(Random(7), project.operation(LIVE).response, GAMES)
    facts = [*accumulate((fold(NAME, game) for game in games), merge)]
    first, *others = (layout(planned(facts[index])) for index in (0, 1, 2, -1))
    assert len(first) > 1000
    assert set(others) == {first}
    assert not names_an_id(first)


def test_without_evidence_every_game_adds_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compiler.frontends.fold.map_evidence", lambda _: "")
    assert all(map(names_an_id, layouts(feeds(Random(7), project.operation(LIVE).response, 2))))
    one, two, three = layouts(places("ID and digits", 3))
    assert one < two < three


@few
@given(shape=shapes, random=st.randoms(use_true_random=False))
def test_responses_of_any_shape(shape: Shape, random: Random) -> None:
    first, *others = layouts(feeds(random, shape, 5))
    assert set(others) <= {first}


@pytest.mark.parametrize("kind", [kind for kind in KEYS if kind != "full name"])
def test_keys_of_any_class(kind: str) -> None:
    assert len({*layouts(places(kind, GAMES))}) == 1


# ----------------------------------------------------------------------------------------------- real responses


@cache
def inputs() -> Inputs:
    return load(Session(project=discover(project.ROOT)))


def compiled(observed: Mapping[str, Observed]) -> dict[str, Layout]:
    session = Session(project=discover(project.ROOT))
    plan = make_plan(session, replace(inputs(), observed=observed))
    assert plan is not None, session.findings
    return {made.name: layout(made) for made in plan.operations}


def test_real_responses_about_other_players() -> None:
    """Every capture of every operation, with other ids and with others again, changes no table of any."""
    random, observed = Random(7), dict(inputs().observed)
    for name in observed:
        others = [with_other_players(random, one.body) for one in project.responses(name) for _ in range(2)]
        observed[name] = reduce(merge, (fold(name, document) for document in others), observed[name])
    assert _captures(observed) > 2 * _captures(inputs().observed)
    before = {made.name: layout(made) for made in project.plan().operations}
    assert compiled(observed) == before
    assert not any(map(names_an_id, before.values()))


def _captures(observed: Mapping[str, Observed]) -> int:
    return sum(len(facts.captures) for facts in observed.values())


def test_a_real_game_after_another_adds_nothing_that_names_a_player() -> None:
    bodies = {response.document["gamePk"]: response.document for response in project.responses(LIVE)}
    assert len(bodies) > 1, "captures of a second game are missing"
    found = [*layouts(iter(bodies.values()))]
    tables = [{table for table, _, _ in each} for each in found]
    assert not any(map(names_an_id, found))
    assert len(tables[-1]) < 1.1 * len(tables[0])
