"""What does not fit a shape is rescued, with its place, its value and the reason; the rest is counted."""

import copy

import pytest

from runtime.conform import Conformance, conform, leaves
from runtime.job import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    INSTANT,
    JSON,
    TEXT,
    UNPLACED,
    Array,
    Conformed,
    Ignored,
    Leaves,
    Map,
    Record,
    Split,
    integer,
)

EVENT = Record({"isPitch": BOOLEAN, "speed": DOUBLE})
ACTION = Record({"isPitch": BOOLEAN, "what": TEXT, "speed": UNPLACED})
SHAPE = Record(
    {
        "id": BIGINT,
        "name": TEXT,
        "day": DATE,
        "at": INSTANT,
        "slot": integer("-"),
        "days": Leaves(DATE),
        "anything": JSON,
        "nowhere": UNPLACED,
        "notice": Ignored("the same in every response"),
        "last": Ignored("equals the last of all", ("all",), True),
        "all": Array(Record({"n": BIGINT})),
        "numbers": Array(BIGINT),
        "players": Map(Record({"id": BIGINT}), "ID", ("id",)),
        "events": Array(Split(("isPitch",), None, EVENT, ACTION)),
        "team": Record({"a/b": TEXT}),
    }
)


def run(document: Conformed) -> tuple[Conformed, Conformance]:
    return conform(SHAPE, copy.deepcopy(document))


def rescued(document: Conformed) -> list[tuple[str, object, str]]:
    return [(one.pointer, one.value, one.reason) for one in run(document)[1].rescued]


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ({"id": "7"}, ("/id", "7", "wrong-kind")),
        ({"id": True}, ("/id", True, "wrong-kind")),
        ({"id": 1.0}, ("/id", 1.0, "wrong-kind")),
        ({"id": {"x": [1]}}, ("/id", {"x": [1]}, "wrong-kind")),
        ({"new": {"x": 1}}, ("/new", {"x": 1}, "unknown-key")),
        ({"team": {"a/b": 1}}, ("/team/a~1b", 1, "wrong-kind")),
        ({"team": {"~": 1}}, ("/team/~0", 1, "unknown-key")),
        ({"team": [1]}, ("/team", [1], "wrong-kind")),
        ({"day": "2024-02-30"}, ("/day", "2024-02-30", "bad-format")),
        ({"slot": "07"}, ("/slot", "07", "bad-format")),
        ({"nowhere": [0]}, ("/nowhere", [0], "no-column")),
        ({"days": ["2024-01-01", 3]}, ("/days", ["2024-01-01", 3], "wrong-kind")),
        ({"days": ["2024-01-01", "3"]}, ("/days", ["2024-01-01", "3"], "bad-format")),
        ({"days": {"0": "2024-01-01"}}, ("/days", {"0": "2024-01-01"}, "wrong-kind")),
        ({"all": {"n": 1}}, ("/all", {"n": 1}, "wrong-kind")),
        ({"all": [{"n": 1}, None]}, ("/all/1", None, "empty-row")),
        ({"all": [{}, {"n": 1}]}, ("/all/0", {}, "empty-row")),
        ({"all": [{"n": None}]}, ("/all/0", {"n": None}, "empty-row")),
        ({"all": [3]}, ("/all/0", 3, "wrong-kind")),
        ({"numbers": [1, "2"]}, ("/numbers/1", "2", "wrong-kind")),
        ({"players": {"ID7": {"id": 8}}}, ("/players/ID7", {"id": 8}, "key-mismatch")),
        ({"players": {"ID7": None}}, ("/players/ID7", None, "key-mismatch")),
        ({"events": [{"isPitch": False, "speed": 9}]}, ("/events/0/speed", 9, "no-column")),
        ({"events": [{"isPitch": "yes", "what": "x"}]}, ("/events/0/isPitch", "yes", "wrong-kind")),
        ({"last": {"n": 2}, "all": [{"n": 1}]}, ("/last", {"n": 2}, "ignore-check")),
        ({"last": {}, "all": []}, ("/last", {}, "ignore-check")),
    ],
)
def test_rescued(document: Conformed, found: tuple[str, object, str]) -> None:
    assert rescued(document) == [found]
    assert total(run(document)[1]) == leaves(document)


def total(found: Conformance) -> int:
    counted = found.typed + found.json + found.null + found.sentinel + found.empty + found.ignored
    return counted + sum(leaves(one.value) for one in found.rescued)


@pytest.mark.parametrize("document", [None, 3, "x", [], [1, {"a": None}], True])
def test_a_document_of_another_kind(document: Conformed) -> None:
    kept, found = run(document)
    assert kept is None
    assert total(found) == leaves(document)


@pytest.mark.parametrize(
    ("document", "counted"),
    [
        ({"id": 1, "name": ""}, {"typed": 2}),
        ({"id": None, "unheard of": None, "anything": None, "nowhere": None}, {"null": 4}),
        ({"day": "", "slot": "-"}, {"sentinel": 2}),
        ({"days": ["2024-01-01", "", None]}, {"typed": 1, "sentinel": 1, "null": 1}),
        ({"team": {}, "nowhere": [], "id": {}, "all": [], "players": {}, "days": []}, {"empty": 6}),
        ({}, {"empty": 1}),
        ({"notice": {"x": [1, None]}}, {"ignored": 2}),
        ({"last": {"n": 1}, "all": [{"n": 1}]}, {"ignored": 1, "typed": 1}),
        ({"anything": {"x": [1, None, {}]}}, {"json": 3}),
    ],
)
def test_counted(document: Conformed, counted: dict[str, int]) -> None:
    _, found = run(document)
    assert not found.rescued
    for name in ("typed", "json", "null", "sentinel", "empty", "ignored"):
        assert getattr(found, name) == counted.get(name, 0), name


def test_what_remains_fits() -> None:
    kept, _ = run({"id": 1, "team": {"x": 1}, "numbers": [1, None, "x", 2], "day": "nonsense", "slot": "3"})
    assert kept == {"id": 1, "numbers": [1, None, None, 2], "day": None, "slot": 3}


def test_depth_below_the_shape_is_no_matter() -> None:
    deep: Conformed = 1
    for _ in range(5000):
        deep = [deep]
    assert [one.reason for one in conform(SHAPE, {"new": deep})[1].rescued] == ["unknown-key"]
    assert conform(SHAPE, {"anything": deep})[1].json == 1


def test_invented_keys_do_not_fill_the_memory() -> None:
    record = Record({"id": BIGINT})
    for number in range(10_000):
        conform(record, {f"key {number}": 1})
    assert len(record.plans) <= 4096
