"""Keys that keep coming are values; members come again."""

from dataclasses import replace

import pytest

from compiler.ir.paths import parse
from compiler.ir.shape import Evidence, Map, Member, Record
from compiler.ir.types import Kind
from compiler.ir.walk import at
from compiler.passes.growth import grown
from tests.shapes.ours import decide, observed, resolved

ONCE = Evidence(seen=1, kinds=((Kind.OBJECT, 1),))
PEOPLE = [
    [f"{first} {last}" for last in ("Ash", "Beck", "Cole", "Dale")] for first in ("Ann", "Bo", "Cy", "Di")
]


def documents(groups: list[list[str]], value: object = None) -> list[object]:
    return [{"place": dict.fromkeys(names, value or {"hits": 1})} for names in groups]


def test_names_that_keep_coming_are_values() -> None:
    found = at(resolved(observed(documents(PEOPLE))), parse("$.place").steps)
    assert isinstance(found, Map)
    assert found.evidence.because == "map: 16 keys in 4 objects, 16 of them seen once, values alike"


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(documents([PEOPLE[0], PEOPLE[0], PEOPLE[1], PEOPLE[1]]), id="they come again"),
        pytest.param(documents(PEOPLE[:2]), id="two objects"),
        pytest.param(documents([names[:1] for names in PEOPLE]), id="four keys"),
        pytest.param(
            documents([[name.replace(" ", "") for name in group] for group in PEOPLE]), id="plain names"
        ),
        pytest.param(documents(PEOPLE[:2], 1) + documents(PEOPLE[2:]), id="two kinds"),
        pytest.param(
            [{"place": {name: {name: 1} for name in names}} for names in PEOPLE], id="no member in common"
        ),
    ],
)
def test_others_are_names(given: list[object]) -> None:
    assert decide(given, "$.place") == "record"


def test_the_author_may_want_a_record() -> None:
    path = parse("$.place").steps
    found = at(resolved(observed(documents(PEOPLE))), path)
    assert isinstance(found, Map)
    members = tuple(Member(name, replace(found.value, evidence=ONCE)) for group in PEOPLE for name in group)
    record = Record(members=members, evidence=found.evidence)
    assert isinstance(grown(record, ()), Map)
    assert grown(record, {()}) == record
