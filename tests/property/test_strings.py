"""How strings become values: one rule for each codec, the same in every engine, and back. `tests/spark` has Spark."""

import copy
from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.frontends.lexical import text_class
from compiler.ir.plan import Leaf
from compiler.ir.types import DateText, Type
from runtime.assemble import assemble
from runtime.codecs import INSTANT_TEXT
from runtime.job import Conformed, Job, Operation, RawKey
from runtime.raw import extract
from runtime.transform import Transformed, transform
from tests.oracle.interpreter import interpret
from tests.passes.test_passes import compiled
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

DATED = """operation: lab.lab
raw: {keys: {day: $.day}}
document: [day]
tables:
  lab.game: {rows: "$.games[*]", key: [pk], columns: {pk: .pk}}
"""


@cache
def job() -> Job:
    return project.load_job(plan())


def local(found: list[str]) -> tuple[list[dict[str, object]], Transformed]:
    made = transform(job(), document(found), {})
    return cells(made.rows), made


def rescued(made: Transformed) -> dict[str, tuple[object, str]]:
    return {one.pointer: (one.value, one.reason) for one in made.rescued}


def assembled(made: Transformed) -> list[dict[str, str]]:
    whole: Conformed = assemble(job(), made.rows, made.rescued)
    return whole["items"]


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
    items = assembled(made)
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
    written = {item["instant"] for item in assembled(made)}
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


# ------------------------------------------------------------------------------------------- facts and raw keys

CLASSES: dict[str, Callable[[str], bool]] = {
    "integer": lambda found: found == "integer",
    "rate": lambda found: found in ("decimal.000", "decimal1.000"),
    "era": lambda found: found in ("decimal0.00", "decimal1.00"),
    "innings": lambda found: found in ("decimal0.0", "decimal1.0"),
    "date": lambda found: found == "date",
    "instant": lambda found: found == "instant",
}
"""Column -> whether strings of an observed class let a mapping ask for it."""


@given(st.lists(texts, min_size=1, max_size=20))
def test_what_is_observed_is_what_is_read(found: list[str]) -> None:
    """The class of a string promises a cell, but for a third out or more, and for a number that is too long."""
    for text, row in zip(found, local(found)[0], strict=True):
        for name, fits in CLASSES.items():
            is_read = row[name] is not None
            assert fits(text_class(text)) or not is_read, (text, name)
            broken = name == "innings" and (text[-1:] not in "012" or text[:1] == "-" or len(text) > 10)
            if not broken and len(text.lstrip("-")) <= 18:
                assert is_read or not fits(text_class(text)), (text, name)


def test_placeholders_are_of_the_observed_class() -> None:
    assert {text_class(sentinel) for sentinel in SENTINELS} == {"sentinel"}
    unnamed = [text for text in LOSERS if text_class(text) == "sentinel"]
    assert {"---", "*"} <= set(unnamed), "dashes, dots and stars that the mapping does not name are rescued"


@pytest.mark.parametrize("text", PINNED)
def test_raw_keys_read_strings_by_the_same_rule(text: str) -> None:
    keys = (("date", "date"), ("instant", "timestamptz"), ("whole", "bigint"), ("text", "text"))
    operation = Operation(
        name="lab.things",
        raw_table="lab.things",
        raw_keys=tuple(RawKey(name=name, type=type_, path=(name,)) for name, type_ in keys),
    )
    found = extract(operation, {name: text for name, _ in keys}, {})
    assert same(found, {name: expected(text)[name] for name, _ in keys})


def test_the_documents_key_is_read_as_its_leaf_is() -> None:
    made = compiled(DATED, {"day": "2024-07-12", "games": [{"pk": 1}]}, "keys")
    keys = {table.name: table.columns[0] for table in made.tables}
    assert {name: (column.name, column.type) for name, column in keys.items()} == {
        "lab.game": ("day", Type.DATE)
    }
    source = keys["lab.game"].source
    assert isinstance(source, Leaf)
    assert source.codec == DateText()
