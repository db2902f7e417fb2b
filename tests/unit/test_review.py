"""Laws of reviews, over the outputs of the golden cases: any two of them, and none."""

import json
from collections import Counter
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from compiler.breaking import read
from compiler.breaking.surfaces import Json, SparkTable
from compiler.review import Artefact, Review, Sign, review
from compiler.review.code import code_items
from compiler.review.items import Scope
from compiler.review.surfaces import surface_items
from tests.breaking.versions import FEED, JOB, ROWS, both, first, table, whole

EVENTS = "avro/game/events.avsc"
GOLDEN = Path(__file__).parents[1] / "golden"
CASES = ["", *sorted(path.name for path in GOLDEN.iterdir() if (path / "expected").is_dir())]
PAIRS = [*pairwise(CASES), (CASES[1], "")]


def files(case: str) -> Mapping[str, str]:
    home = GOLDEN / case / "expected"
    found = (path for path in home.rglob("*") if path.is_file()) if case else ()
    return {path.relative_to(home).as_posix(): path.read_text("utf-8") for path in found}


def reviewed(old: str, new: str) -> Review:
    return review(files(old), files(new), folder="generated", against="")


def counts(found: Review, sign: Sign) -> Counter[Artefact]:
    items = (item for group in found.groups for item in group.items)
    return Counter(item.artefact for item in items if item.sign is sign)


@pytest.mark.parametrize("case", CASES)
def test_what_is_the_same_is_no_change(case: str) -> None:
    found = reviewed(case, case)
    assert (found.differs, found.groups, found.to_text()) == (False, (), "")


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_what_comes_one_way_goes_the_other(old: str, new: str) -> None:
    forth, back = reviewed(old, new), reviewed(new, old)
    assert forth.differs
    assert forth.groups
    added, removed = counts(forth, Sign.ADDED), counts(back, Sign.REMOVED)
    for artefact in (Artefact.AVRO, Artefact.PYDANTIC, Artefact.SPARK):
        assert added[artefact] == removed[artefact], artefact
    assert not forth.files.unreadable


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_every_form_tells_every_change(old: str, new: str) -> None:
    found = reviewed(old, new)
    text, markdown = found.to_text(), found.to_markdown()
    (told,) = found.to_objects()
    assert json.dumps(told)
    for group in found.groups:
        for item in group.items:
            assert item.text in text
            assert item.text in markdown
            assert "\n" not in item.text
    assert len(told["groups"]) == len(found.groups)  # pyright: ignore[reportArgumentType]  # a list


def test_a_fence_is_longer_than_any_in_it() -> None:
    after = {"postgres/migrations/0002_x.sql": "-- 1/1  say ````\nSELECT 1;\n"}
    found = review({}, after, folder="generated", against="main")
    assert "\n`````sql\n-- 1/1  say ````\nSELECT 1;\n`````\n" in found.to_markdown()
    assert found.to_text().startswith("0002_x  migration of 1 statement\n\nno surface changed since main\n")


def test_a_renamed_table_is_told_of_under_its_name_and_is_no_new_one() -> None:
    spark = SparkTable(
        table="game.events", module=JOB.module, function="events", columns=(*JOB.columns, "hit double")
    )
    old = first()
    edits = both(
        table("game.plays", name="game.events", was=("game.plays",)),
        whole(spark=(spark,)),
        lambda found: replace(
            found, schemas={FEED: found.schemas[FEED], EVENTS: _with_hit(found.schemas[ROWS])}
        ),
    )
    found = list(surface_items(old, edits(old)))
    assert {subject for subject, _ in found} == {(Scope.RELATION, "game.events")}
    assert [item.text for _, item in found if item.sign is Sign.ADDED] == [
        'field hit: ["null", double]',
        "column hit double",
    ]
    assert not [item for _, item in found if item.sign is Sign.REMOVED]


def _with_hit(schema: Json) -> Json:
    made = deepcopy(dict(schema))
    made["name"] = "EventsRow"
    fields = made["fields"]
    assert isinstance(fields, list)
    made["fields"] = [*fields, {"name": "hit", "type": ["null", "double"], "default": None}]
    return made


def test_code_and_surfaces_that_are_the_same_yield_nothing() -> None:
    before = files("columns")
    version = read(before, "one")
    assert not list(surface_items(version, version))
    assert not list(code_items(before, before, version))
