"""How strings become values: one rule for each codec, the same in every engine, and back. `tests/spark` has Spark."""

import copy
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.assemble import assemble
from runtime.codecs import INSTANT_TEXT
from runtime.job import Job
from runtime.transform import Transformed, transform
from tests.oracle.interpreter import interpret
from tests.support import project
from tests.support.strings import (
    COLUMNS,
    LOSERS,
    NULL,
    NUMBERS,
    OTHER_KINDS,
    PINNED,
    READ,
    SENTINELS,
    cells,
    document,
    expected,
    misplaced,
    plan,
    texts,
)


@cache
def job() -> Job:
    return project.load_job(plan())


def local(found: list[str]) -> tuple[list[dict[str, object]], Transformed]:
    made = transform(job(), document(found), {})
    return cells(made.rows), made


def rescued(made: Transformed) -> dict[str, tuple[object, str]]:
    return {one.pointer: (one.value, one.reason) for one in made.rescued}


def same(one: object, other: object) -> bool:
    """Whether cells are equal and of one type, so that 1 is not 1.0 and -0.0 is not 0.0."""
    return repr(one) == repr(other)


@pytest.mark.parametrize("text", PINNED)
def test_each_string_in_each_column(text: str) -> None:
    (row,), made = local([text])
    assert same(row, expected(text))
    read = {"text": text, **READ.get(text, {})}
    losing = [name for name in COLUMNS if name not in read]
    assert rescued(made) == {f"/items/0/{name}": (text, "bad-format") for name in losing}
    assert made.counts.sentinel == sum(cell is NULL for cell in read.values())
    assert made.counts.lost == 0


@pytest.mark.parametrize("text", PINNED)
def test_the_oracle_agrees(text: str) -> None:
    (row,) = cells(interpret(plan(), document([text]), {}))
    assert same(row, expected(text))


def test_the_tables_of_strings_do_not_overlap() -> None:
    assert not set(READ) & set(LOSERS)
    assert all(set(read) < set(COLUMNS) for read in READ.values())


@given(st.lists(texts, min_size=1, max_size=20))
def test_local_and_oracle_read_alike(found: list[str]) -> None:
    rows, _ = local(found)
    assert same(rows, cells(interpret(plan(), document(found), {})))


@given(st.lists(texts, min_size=1, max_size=20))
def test_a_string_comes_back_or_is_rescued_or_was_a_placeholder(found: list[str]) -> None:
    _, made = local(found)
    items = assemble(job(), made.rows, made.rescued)["items"]
    for text, item in zip(found, items, strict=True):
        for name in COLUMNS:
            if name not in item:
                assert text in (SENTINELS if name in NUMBERS else ()) or (text == "" and name != "text")
            else:
                assert item[name] == text or (name == "instant" and item[name] == text.replace("Z", ".000Z"))


def test_two_spellings_are_one_instant_with_one_writing() -> None:
    """The canonical writing has milliseconds."""
    (short, long), made = local(["2024-07-13T01:40:00Z", "2024-07-13T01:40:00.000Z"])
    assert short["instant"] == long["instant"]
    written = {item["instant"] for item in assemble(job(), made.rows, made.rescued)["items"]}
    assert written == {"2024-07-13T01:40:00.000Z"} == {INSTANT_TEXT.encode(short["instant"])}


# ------------------------------------------------------------------- ids of one kind here, of the other there


@pytest.mark.parametrize("item", OTHER_KINDS, ids=repr)
def test_a_value_of_another_kind_is_rescued(item: dict[str, object]) -> None:
    """`"7"` may be a number by its column's format; 7 where strings belong, or "7" where numbers do, has no place."""
    made = transform(job(), {"docId": 1, "items": [copy.deepcopy(item)]}, {})
    (row,) = cells(made.rows)
    proper = {name: value for name, value in item.items() if name not in misplaced(item)}
    assert same(row, dict.fromkeys(row) | proper)
    assert rescued(made) == {
        f"/items/0/{name}": (value, "wrong-kind") for name, value in misplaced(item).items()
    }
    assert made.counts.lost == 0
    (oracle,) = cells(interpret(plan(), {"docId": 1, "items": [item]}, {}))
    assert same(oracle, row)
