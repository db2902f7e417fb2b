"""Strings and what each codec makes of them: one table for every engine, and a plan with a column for each codec."""

from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import yaml
from hypothesis import strategies as st

from compiler.ir.plan import OperationPlan
from compiler.ir.shape import Array, Evidence, Member, Record, Scalar
from compiler.ir.types import (
    Codec,
    DateText,
    DecimalText,
    InningsText,
    InstantText,
    IntegerText,
    Native,
    Type,
)
from runtime.job import Conformed
from tests.property.strategies import plan_of

SENTINELS = tuple(
    yaml.safe_load((Path(__file__).parents[2] / "mappings/defaults.yaml").read_text())["sentinels"]
)

NULL = "a placeholder: the cell is NULL"
NUMBERS = ("integer", "rate", "era", "innings")
MOMENTS = ("date", "instant")
COLUMNS: dict[str, tuple[Type, Codec]] = {
    "text": (Type.TEXT, Native()),
    "integer": (Type.BIGINT, IntegerText(SENTINELS)),
    "rate": (Type.DOUBLE, DecimalText(".000", SENTINELS)),
    "era": (Type.DOUBLE, DecimalText("0.00", SENTINELS)),
    "innings": (Type.BIGINT, InningsText(SENTINELS)),
    "date": (Type.DATE, DateText()),
    "instant": (Type.TIMESTAMP, InstantText()),
}
NATIVE = {"whole": Type.BIGINT, "measure": Type.DOUBLE, "flag": Type.BOOLEAN}
"""Columns of the same rows that hold no strings."""


def _at(*numbers: int) -> datetime:
    return datetime(*numbers, tzinfo=UTC)


READ: dict[str, dict[str, object]] = {
    # placeholders: exactly those of defaults.yaml, in columns of numbers; "" in all but text
    "": dict.fromkeys((*NUMBERS, *MOMENTS), NULL),
    **{sentinel: dict.fromkeys(NUMBERS, NULL) for sentinel in SENTINELS},
    # integers: what prints back the same, in at most 18 digits
    "0": {"integer": 0},
    "7": {"integer": 7},
    "12": {"integer": 12},
    "-3": {"integer": -3},
    "8": {"integer": 8},
    "301": {"integer": 301},
    "20241027": {"integer": 20241027},
    "1720834800": {"integer": 1720834800},
    "9" * 18: {"integer": 10**18 - 1},
    # decimals: the digits of the format
    ".250": {"rate": 0.25},
    "1.000": {"rate": 1.0},
    ".000": {"rate": 0.0},
    "-.500": {"rate": -0.5},
    "-.000": {"rate": -0.0},
    "999999999999.123": {"rate": 999999999999.123},
    "0.25": {"era": 0.25},
    "4.50": {"era": 4.5},
    "8.20": {"era": 8.2},
    "-0.50": {"era": -0.5},
    "9999999999999.99": {"era": 9999999999999.99},
    # innings: whole innings, a point, the outs of the next one
    "0.0": {"innings": 0},
    "0.1": {"innings": 1},
    "0.2": {"innings": 2},
    "1.0": {"innings": 3},
    "8.2": {"innings": 26},
    "7356.0": {"innings": 22068},
    "99999999.2": {"innings": 299999999},
    # days and moments
    "2024-07-12": {"date": date(2024, 7, 12)},
    "2024-02-29": {"date": date(2024, 2, 29)},
    "0001-01-01": {"date": date(1, 1, 1)},
    "9999-12-31": {"date": date(9999, 12, 31)},
    "2024-07-13T01:40:00Z": {"instant": _at(2024, 7, 13, 1, 40)},
    "2024-07-13T01:40:00.000Z": {"instant": _at(2024, 7, 13, 1, 40)},
    "2024-07-13T01:40:00.123Z": {"instant": _at(2024, 7, 13, 1, 40, 0, 123000)},
    "1876-04-22T23:59:59.999Z": {"instant": _at(1876, 4, 22, 23, 59, 59, 999000)},
    "0001-01-01T00:00:00Z": {"instant": _at(1, 1, 1)},
    "9999-12-31T23:59:59.999Z": {"instant": _at(9999, 12, 31, 23, 59, 59, 999000)},
}
"""Text -> column -> cell. Columns that are not named rescue the text; the text column holds every text."""

LOSERS = (
    # look like placeholders, and are not in the set
    *("---", "-.-.-", "*", ".", "..", "-.----", "*.*", "—", "N/A", "TBD", "null", " ", "- "),
    # numbers in another writing
    *("012", "00", "000", "+5", " 5", "5 ", "5\n", "5.", "-0", "--5", "1,234", "1_234", "1e3", "0x1F", "٣", "５"),
    *("9" * 19, "1" * 20, str(2**63), "NaN", "Infinity", "true", "½"),
    *(".25", ".2500", "0.250", "-.5", "-0.500", "01.000", "1.", ".", "1.5.0", "+.250", "1.00E1", ".٢٥٠", ".250\n"),
    *("9999999999999.123", "99999999999999.99", "00.25", "1234567890123456.78"),
    # innings
    *("8.3", "8.9", "08.2", ".2", "8.", "-0.1", "-8.2", "+8.2", "8,2", "8 2/3", "100000000.0", "٨.٢", "8.2 "),
    # days
    *("2024-7-12", "2024-13-01", "2023-02-29", "2024-07-00", "0000-01-01", "10000-01-01"),
    *("2024-07-12 ", "12.07.2024", "07/12/2024", "2024-W28-5", "2024-194", "-2024-07-12", "２０２４-07-12"),
    # moments
    *("2024-07-13T01:40:00", "2024-07-13T01:40:00+00:00", "2024-07-13T01:40:00+02:00", "2024-07-13T01:40:00-00:00"),
    *("2024-07-13T01:40Z", "2024-07-13 01:40:00Z", "2024-07-13t01:40:00Z", "2024-07-13T01:40:00z", "20240713_014000"),
    *("2024-07-13T24:00:00Z", "2024-07-13T23:60:00Z", "2024-07-13T23:59:60Z", "2016-12-31T23:59:60Z"),
    *("2024-07-13T01:40:00.1Z", "2024-07-13T01:40:00.12Z", "2024-07-13T01:40:00.123456Z", "2024-07-13T01:40:00,123Z"),
    *("0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z", "2024-02-30T00:00:00Z", "2024-07-13T01:40:00ZZ"),
)  # fmt: skip
"""Strings that no column but text takes."""

PINNED = (*READ, *LOSERS)

_DIGITS = st.text("0123456789", max_size=16)
_NUMERIC = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "", "", "-", "+", "0"]),
    _DIGITS,
    st.sampled_from(["", ".", "."]),
    _DIGITS,
)
_RATES = st.decimals(-2000, 2000, places=3).map(str) | st.integers(0, 999).map(".{:03d}".format)
_INNINGS = st.builds("{}.{}".format, st.integers(0, 10**9), st.integers(0, 4))
_DAYS = st.dates().map(str)
_MOMENTS = st.builds(
    lambda moment, precision, zone: moment.isoformat(timespec=precision) + zone,
    st.datetimes(),
    st.sampled_from(["minutes", "seconds", "milliseconds", "milliseconds", "microseconds"]),
    st.sampled_from(["Z", "Z", "Z", "", "z", "+00:00"]),
)
_LOOSE = st.text("0123456789-.:TZ*+eE_, ٣", max_size=12) | st.text(max_size=8)


def _changed(text: str, place: int, character: str) -> str:
    """Return a text with one character more, or another."""
    at = place % (len(text) + 1)
    return text[:at] + character + text[at + place % 2 :]


_PROPER = st.sampled_from(PINNED) | _RATES | _INNINGS | _DAYS | _MOMENTS | st.integers().map(str)
texts = st.one_of(
    _PROPER,
    _NUMERIC,
    _LOOSE,
    st.builds(_changed, _PROPER, st.integers(0, 60), st.sampled_from("0159.-*TZ: \n٣")),
)
"""Strings near what a codec reads: proper, in another writing, with one character wrong, and any at all."""


@cache
def plan() -> OperationPlan:
    """Return the plan of `{"items": [{<column>: <text>}]}`: one row for each item."""
    none = Evidence()
    columns = COLUMNS | {name: (type_, Native()) for name, type_ in NATIVE.items()}
    members = (
        Member(name, Scalar(type=type_, codec=codec, evidence=none))
        for name, (type_, codec) in columns.items()
    )
    made, sink = plan_of(
        Record(
            members=(
                Member("docId", Scalar(type=Type.BIGINT, codec=Native(), evidence=none)),
                Member("items", Array(item=Record(members=tuple(members), evidence=none), evidence=none)),
            ),
            evidence=none,
        )
    )
    assert not sink.failed
    return made


OTHER_KINDS: tuple[dict[str, Conformed], ...] = (
    *(
        dict.fromkeys(COLUMNS, value) | {"whole": 1}
        for value in (7, 301, 0, -1, 8.2, 0.25, 1e3, True, False, 20241027, ["7"], {"id": "7"})
    ),
    *(
        {"text": "x"} | dict.fromkeys(NATIVE, value)
        for value in ("7", "7.0", "", "-", "-.--", "true", "0", "NaN")
    ),
    *({"text": "x", "whole": value} for value in (1.0, 1e3, True)),
    *({"text": "x", "measure": value} for value in (True,)),
    *({"text": "x", "flag": value} for value in (0, 1, 1.0)),
)
"""Items with values of another JSON kind than their column holds: an id that is a string here and a number there.

What is proper in them is `whole` 1 and `text` "x"; everything else has no place.
"""


def misplaced(item: dict[str, object]) -> dict[str, object]:
    """Return what is not proper in such an item."""
    return {
        name: value
        for name, value in item.items()
        if (name, repr(value)) not in {("whole", "1"), ("text", "'x'")}
    }


def document(found: list[str]) -> dict[str, object]:
    """Return a response that has each text once in every column, in an item of its own."""
    return {"docId": 1, "items": [dict.fromkeys(COLUMNS, text) for text in found]}


def cells(rows: dict[str, list[tuple]]) -> list[dict[str, object]]:
    """Return the rows of `items` by column, without their keys, in the order of the array."""
    (table,) = (table for table in plan().tables if len(table.scan) > 1)
    names = [column.name for column in table.columns]
    place = names.index(
        next(column.name for column in table.columns if column.in_key and column.name != "doc_id")
    )
    return [
        {name: row[names.index(name)] for name in (*COLUMNS, *NATIVE)}
        for row in sorted(rows[table.name], key=lambda row: row[place])
    ]


def expected(text: str) -> dict[str, object]:
    """Return the cells of a pinned text."""
    read = {name: None if cell is NULL else cell for name, cell in READ.get(text, {}).items()}
    return dict.fromkeys((*COLUMNS, *NATIVE)) | read | {"text": text}
