"""What Spark does silently, and what the transforms must say all the same: one trap a test."""

import json
import random
from datetime import UTC, date, datetime

import pytest

from tests.spark.conftest import CAPTURED_AT
from tests.spark.plans import PLACED, TRAPS
from tests.support.project import compiled

EVENT = {"kind": "event", "id": 1}
NAMES = [column.name for column in TRAPS.operations[0].tables[0].columns]


def events(*items: object) -> dict:
    return {"groups": {"G": {"name": "n", "events": list(items)}}}


@pytest.fixture
def cells(run):
    """The cells that values of one member become, each in an event of its own."""

    def of(name: str, values: list, member: str = "") -> list:
        items = [
            {"kind": "event", "id": number, member or name: value} for number, value in enumerate(values)
        ]
        rows = run(TRAPS, events(*items), only=["traps.events"])["traps.events"]
        by_id = {row[NAMES.index("id")]: row[NAMES.index(name)] for row in rows}
        return [by_id[number] for number in range(len(values))]

    return of


def same(found: list[object], expected: dict) -> None:
    """Compare cell by cell, so that a failure says which."""
    assert dict(zip(expected, found, strict=True)) == expected


def test_only_an_integer_is_a_bigint(cells) -> None:
    refused = ["12", 1.0, 2**63, True, [1], {"a": 1}, None]
    assert cells("count", refused) == [None] * len(refused)


def test_integer_beyond_its_column_is_null(cells) -> None:
    assert cells("count", [2**31, 2**31 - 1, -(2**31), -(2**31) - 1]) == [None, 2**31 - 1, -(2**31), None]


def test_no_string_is_a_double(cells) -> None:
    refused = ["NaN", "Infinity", "1.5", True, {}]
    assert cells("speed", refused) == [None] * len(refused)


def test_a_number_is_a_double(cells) -> None:
    numbers = [95, 95.5, -0.5, 1e300, 5e-324, 0.1]
    assert cells("speed", numbers) == numbers


def test_decimals_have_their_format(cells) -> None:
    """`cast('-.--' AS double)` throws under ANSI."""
    expected = {
        ".250": 0.25,
        "1.000": 1.0,
        "-.125": -0.125,
        "0.250": None,
        ".25": None,
        "-.--": None,
        "": None,
    }
    same(cells("rate", list(expected)), expected)


def test_decimals_with_a_leading_digit(cells) -> None:
    expected = {"8.2": 8.2, "0.1": 0.1, ".1": None, "08.2": None, "8.25": None, "-": None}
    same(cells("innings", list(expected)), expected)


def test_integers_in_strings_print_back(cells) -> None:
    expected = {
        "78": 78,
        "-3": -3,
        "078": None,
        "+78": None,
        "-0": None,
        " 7": None,
        "7\n": None,
        "9" * 18: None,
        "٣": None,
    }
    same(cells("code", list(expected)), expected)


def test_a_placeholder_that_looks_like_a_value_is_null(cells) -> None:
    assert cells("code", ["0", "1"]) == [None, 1]


def test_dates_are_exact(cells) -> None:
    expected = {"2024-07-12": date(2024, 7, 12)} | dict.fromkeys(
        ["2024-7-12", "2024-02-30", "2024-07-12T00:00:00Z", "0000-01-01", "2024-07-12\n", ""]
    )
    same(cells("day", list(expected)), expected)


def test_instants_do_not_depend_on_the_session_zone(cells) -> None:
    expected = {
        "2024-07-13T01:40:00Z": datetime(2024, 7, 13, 1, 40, tzinfo=UTC),
        "2024-07-13T01:40:00.123Z": datetime(2024, 7, 13, 1, 40, 0, 123000, tzinfo=UTC),
        "1969-12-31T23:59:59.999Z": datetime(1969, 12, 31, 23, 59, 59, 999000, tzinfo=UTC),
        "2024-07-13T01:40:00": None,
        "2024-07-13T24:00:00Z": None,
        "2024-07-13T23:59:60Z": None,
        "2024-07-13": None,
    }
    same(cells("moment", list(expected)), expected)


def test_json_keeps_what_a_value_is(cells) -> None:
    """As text, the string `"12"` and the number 12 would be one."""
    values = [
        "12",
        12,
        1.5,
        True,
        "null",
        {"b": 1, "a": [None, "x"]},
        [1, "1"],
        "{}",
        12345678901234567890,
        None,
    ]
    found = cells("anything", values)
    assert found == values
    assert list(map(type, found)) == list(map(type, values))


def test_names_with_dots_quotes_and_other_alphabets(cells) -> None:
    assert cells("odd", ["Ñandú"], member='odd.name`"é') == ["Ñandú"]


def test_names_that_differ_in_case_are_two(cells) -> None:
    assert cells("strike_outs", [1], member="strikeOuts") == [1]
    assert cells("strikeouts", [1], member="strikeOuts") == [None]


def test_array_columns(cells) -> None:
    assert cells("ids", [[3, None, 1], [], None]) == [[3, None, 1], [], None]
    assert cells("days", [["2024-07-12", "", None]]) == [[date(2024, 7, 12), None, None]]


def test_elements_that_are_null_still_count(run) -> None:
    rows = run(TRAPS, {"sides": {"left": {"items": ["a", None, "b"]}, "right": None}}, only=["traps.sides"])[
        "traps.sides"
    ]
    assert [row[:2] for row in rows] == [("left", "a"), ("left", "b")]


def test_branches_missing_null_or_empty(run) -> None:
    left = {"items": ["a"], "only": 5}
    sides = [{"left": left, "right": {"items": []}}, {"left": left}, {"right": {"items": ["b"]}}, None]
    rows = run(TRAPS, *({"sides": side} for side in sides), only=["traps.sides"])["traps.sides"]
    assert rows == [("left", "a", 5), ("left", "a", 5), ("right", "b", None)]


def test_empty_arrays_and_missing_parents_have_no_rows(run) -> None:
    documents = ({}, {"groups": None}, {"groups": {}}, events(), {"groups": {"G": {}}}, None, [], "x", 1)
    assert run(TRAPS, *documents, only=["traps.events"])["traps.events"] == []


def test_the_first_of_equal_keys_stays(run) -> None:
    doubles = [EVENT | {"note": "first"}, EVENT | {"note": "second"}, EVENT | {"id": 2}]
    rows = run(TRAPS, events(*doubles), only=["traps.events"])["traps.events"]
    assert sorted((row[NAMES.index("id")], row[NAMES.index("note")]) for row in rows) == [
        (1, "first"),
        (2, None),
    ]


def test_equal_keys_of_two_documents_are_two_rows(run) -> None:
    assert len(run(TRAPS, events(EVENT), events(EVENT), only=["traps.events"])["traps.events"]) == 2


def test_a_row_without_its_key_is_no_row(run) -> None:
    items = [{"kind": "event"}, EVENT | {"id": None}, EVENT | {"id": 3}]
    rows = run(TRAPS, events(*items), only=["traps.events"])["traps.events"]
    assert [row[NAMES.index("id")] for row in rows] == [3]


def test_a_filter_and_its_opposite_share_all_rows(run) -> None:
    kinds = [EVENT, {"id": 2, "kind": "Event"}, {"id": 3, "kind": None}, {"id": 4}]
    rows = run(TRAPS, events(*kinds))
    place = NAMES.index("id")
    assert [row[place] for row in rows["traps.events"]] == [1]
    assert sorted(row[place] for row in rows["traps.others"]) == [2, 3, 4]


def test_keys_of_maps_whatever_their_order(run) -> None:
    keys = [f"ID{number}" for number in range(50)] + ["é.`", "", "null"]
    random.Random(7).shuffle(keys)
    document = {"groups": {key: {"events": [EVENT]} for key in keys}}
    rows = run(TRAPS, document, only=["traps.events"])["traps.events"]
    assert sorted(row[NAMES.index("group_key")] for row in rows) == sorted(keys)


def test_parameters_and_their_defaults(run) -> None:
    def found(params: dict[str, str]) -> tuple[object, object]:
        row = run(TRAPS, events(EVENT), params=params, only=["traps.events"])["traps.events"][0]
        return row[NAMES.index("season")], row[NAMES.index("label")]

    assert found({}) == (2024, None)
    assert found({"season": "1999", "label": "x"}) == (1999, "x")
    assert found({"season": "all"}) == (None, None)


GOOD = {
    "count": 7,
    "speed": 1.5,
    "flag": True,
    "note": "x",
    "day": "2024-07-12",
    "moment": "2024-07-13T01:40:00Z",
    "rate": ".250",
}
READ = [7, 1.5, True, "x", date(2024, 7, 12), datetime(2024, 7, 13, 1, 40, tzinfo=UTC), 0.25]
WRONG = {
    "count": ["12", 1.5, "x", True, {}],
    "speed": ["1.5", "NaN", True, []],
    "flag": ["true", 1],
    "note": [1.10, 1e2, True],
    "day": ["", "2024-02-30", "2024-07-12T00:00:00Z", 20240712],
    "moment": ["2024-07-13T01:40:00", "", 1720834800],
    "rate": ["-.--", "", "0.250", 0.25],
}
"""What Spark reads as another value, throws at, or makes NULL together with what is around it."""

RECORDS = [{"inner": GOOD | {name: one}} for name, values in WRONG.items() for one in values]


def placed(records: list[dict]) -> dict:
    """Put records in an array, in arrays of an array, and in a map; a wrong one and a good one in a fold."""
    return {
        "cells": records,
        "grid": [{"cells": records[:9]}, {"cells": records[9:]}],
        "named": {f"key {number:02}": record for number, record in enumerate(records)},
        "sides": {"left": records[0], "right": records[-1]},
    }


@pytest.fixture(scope="module")
def walked(spark, job_of):
    """Rows and rescued values of documents that were walked first, as runs of `mlb-etl` do."""
    from runtime.engines import Source
    from runtime.spark import engine
    from runtime.spark.captures import frame
    from runtime.spark.documents import transformed

    def found(*documents: dict) -> tuple[dict, dict]:
        sources = [
            Source(raw_id=number, captured_at=CAPTURED_AT, params={}, body=json.dumps(document).encode())
            for number, document in enumerate(documents)
        ]
        job = job_of(PLACED)
        with transformed(frame(spark, sources), compiled(PLACED.operations[0]), job) as made:
            assert all(account.is_ordinary for account in made.accounts)
            rows = {table.name: sorted(engine.rows(made.table(table.name))) for table in job.tables}
            rescued = {str(row[2]): json.loads(str(row[3])) for row in engine.rows(made.rescued())}
        return rows, rescued

    return found


def test_a_wrong_value_is_null_and_nothing_around_it_is(walked) -> None:
    """In arrays, arrays of arrays, maps and folds alike; and what is no placeholder is rescued."""
    rows, rescued = walked(placed([{"inner": GOOD}, *RECORDS, {"inner": GOOD}]))
    expected = [
        [None if name == wrong else cell for name, cell in zip(GOOD, READ, strict=True)]
        for wrong, values in WRONG.items()
        for _ in values
    ]
    expected = [READ, *expected, READ]
    width = len(GOOD) + 2
    assert [list(row[-width:-2]) for row in rows["traps.in_array"]] == expected
    assert [list(row[-width:-2]) for row in rows["traps.in_nested_array"]] == expected
    assert [list(row[-width:-2]) for row in rows["traps.in_map"]] == expected
    numbers = range(1, len(RECORDS) + 1)
    misread = {
        f"/cells/{number}/inner/{name}": one
        for number, (name, one) in zip(
            numbers, ((name, one) for name, values in WRONG.items() for one in values), strict=True
        )
        if one not in ({}, [], "-.--", "")
    }
    assert {pointer: value for pointer, value in rescued.items() if pointer.startswith("/cells")} == misread


@pytest.mark.parametrize("wrong", [0, len(WRONG["count"]), len(RECORDS) - 1])
def test_a_wrong_value_in_one_branch_leaves_the_other(walked, wrong) -> None:
    rows, _ = walked({"sides": {"left": RECORDS[wrong], "right": {"inner": GOOD}}})
    left, right = rows["traps.in_fold"]
    assert (left[0], list(left[1:-2]).count(None)) == ("left", 1)
    assert (right[0], list(right[1:-2])) == ("right", READ)


def test_a_member_that_no_schema_has_is_not_lost(walked) -> None:
    """`from_json` drops it, and says of the document that nothing was wrong."""
    rows, rescued = walked({"cells": [{"inner": GOOD | {"new": {"deep": [1]}}}], "extra": None, "more": "x"})
    assert len(rows["traps.in_array"]) == 1
    assert rescued == {"/cells/0/inner/new": {"deep": [1]}, "/more": "x"}
