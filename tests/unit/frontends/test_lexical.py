"""What a string is, and when the keys of an object are values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.frontends.lexical import key_class, map_evidence, text_class
from compiler.ir.facts import decimal_format

CLASSES = {
    "": "empty",
    "78": "integer",
    "-3": "integer",
    "0": "integer",
    "-0": "other",
    "078": "other",
    "+78": "other",
    "1e3": "other",
    "٣": "other",
    "1_000": "other",
    " 7": "other",
    "7\n": "other",
    ".250": "decimal.000",
    "-.5": "decimal.0",
    "0.25": "decimal0.00",
    "-0.25": "decimal0.00",
    "4.50": "decimal1.00",
    "1.000": "decimal1.000",
    "1.": "other",
    "00.5": "other",
    "01.5": "other",
    ".1234567890123456": "other",
    "-": "sentinel",
    "-.--": "sentinel",
    ".---": "sentinel",
    "*.**": "sentinel",
    "2024-07-12": "date",
    "2024-02-30": "other",
    "20240712": "integer",
    "0000-01-01": "other",
    "2024-07-13T01:40:00Z": "instant",
    "2024-07-13T01:40:00.123Z": "instant",
    "2024-07-13T24:00:00Z": "other",
    "2024-07-13T01:40:00": "other",
    "2024-07-13T01:40:00+00:00": "other",
    "Yankees": "other",
}


@pytest.mark.parametrize(("text", "expected"), CLASSES.items())
def test_class_of_a_text(text: str, expected: str) -> None:
    assert text_class(text) == expected


@given(st.integers())
def test_integers_print_back(number: int) -> None:
    assert text_class(str(number)) == "integer"


@given(st.text("0123456789+-_ .e\n", max_size=8))
def test_an_integer_class_prints_back(text: str) -> None:
    if text_class(text) == "integer":
        assert str(int(text)) == text


@given(st.decimals(min_value=0, max_value=1000, places=3, allow_nan=False))
def test_a_decimal_prints_back_under_its_format(number) -> None:
    text = f"{number:.3f}"
    short = text.removeprefix("0")
    for written, chosen in ((text, "0.000"), (short, ".000")):
        found = decimal_format(
            [text_class(written), *(["decimal.000"] if chosen == ".000" else ["decimal0.000"])]
        )
        assert found == chosen
        printed = f"{float(written):.3f}"
        assert (printed if chosen == "0.000" else printed.removeprefix("0")) == written


def test_formats_that_disagree_have_none() -> None:
    assert decimal_format(["decimal.000", "decimal0.000"]) is None
    assert decimal_format(["decimal.000", "decimal.00"]) is None
    assert decimal_format(["decimal1.00"]) == "0.00"
    assert decimal_format(["decimal1.00", "decimal1.000"]) is None
    assert decimal_format(["integer"]) is None


MAPS: dict[str, tuple[dict[str, object], str]] = {
    "id of the value": ({"ID660271": {"id": 660271}, "ID545361": {"id": 545361}}, "key-in-value"),
    "id one level below": ({"ID660271": {"person": {"id": 660271}}}, "key-in-value"),
    "id as text": ({"7": {"teamId": "7"}}, "key-in-value"),
    "primary key": ({"747175": {"gamePk": 747175}}, "key-in-value"),
    "ids without content": ({"ID660271": 1, "ID545361": None}, "lexical:id"),
    "dates": ({"2024-07-12": [], "2024-07-13": []}, "lexical:date"),
    "timecodes": ({"20240712_010203": {}}, "lexical:timecode"),
    "uuids": ({"0b4b9732-e3b9-4c1d-9f6a-0e3cdb1e3367": 1}, "lexical:uuid"),
    "numbers": ({"1": {}, "2": {}}, "lexical:integer"),
}
SLOT = {"id": 660271, "link": "/api/v1/people/660271"}
RECORDS: dict[str, dict[str, object]] = {
    "nothing": {},
    "offense": {"batter": SLOT, "onDeck": SLOT, "first": SLOT, "second": SLOT, "team": {"id": 119}},
    "defense": {"pitcher": SLOT, "catcher": SLOT, "first": SLOT, "second": SLOT, "third": SLOT, "left": SLOT},
    "teamStats": {"batting": {"runs": 1}, "pitching": {"runs": 2}, "fielding": {"errors": 0}},
    "leaders": {"hitDistance": {}, "hitSpeed": {}, "pitchSpeed": {}},
    "highlights": {"scoreboard": {"items": []}, "live": {"items": []}, "gameCenter": {}},
    "decisions": {"winner": SLOT, "loser": SLOT, "save": SLOT},
    "one identifier among dates": {"2024-07-12": 1, "total": 2},
    "classes that disagree": {"2024-07-12": 1, "7": 2},
    "an id that is another": {"ID1": {"id": 2}, "total": {"id": 3}},
}


@pytest.mark.parametrize("name", MAPS)
def test_a_map(name: str) -> None:
    entries, expected = MAPS[name]
    assert map_evidence(entries) == expected


@pytest.mark.parametrize("name", RECORDS)
def test_a_record(name: str) -> None:
    assert not map_evidence(RECORDS[name])


@pytest.mark.parametrize("key", ["id", "ID", "ID12a", "firstDate2ndHalf", "first", "2nd", "mp4Avc", ""])
def test_an_ordinary_name_has_no_class(key: str) -> None:
    assert key_class(key) == ""


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("ID660271", "id"),
        ("2024-07-13T01:40:00Z", "instant"),
        ("9f86d081884c7d659a2feaa0c55ad015", "hash"),
        ("-1.5", "number"),
        ("2023-24", "numbers"),
        ("747175_12", "numbers"),
        ("jane-roe-660001", "numbered"),
        ("/api/v1/people/660271", "address"),
    ],
)
def test_the_class_of_a_key(key: str, expected: str) -> None:
    assert key_class(key) == expected


def test_short_digits_that_equal_an_id_prove_nothing() -> None:
    assert not map_evidence({"umpire1": {"id": 1}, "umpire2": {"id": 2}})
    assert map_evidence({"team9": {"id": 9}, "team119": {"id": 119}}) == "key-in-value"
    assert map_evidence({"1": {"id": 1}}) == "key-in-value"


def test_a_repeated_key_counts_where_it_could_be_no_name() -> None:
    assert map_evidence({"NYA": {"code": "NYA"}, "LAN": {"code": "LAN"}}) == "key-in-value"
    assert not map_evidence({"hitting": {"group": "hitting"}, "pitching": {"group": "pitching"}})
    assert not map_evidence({"NYA": {"code": "NYA"}, "LAN": {"code": "LAX"}})


def test_few_names_among_values_are_values_if_they_hold_the_same() -> None:
    days = {"2024-07-12": 1, "2024-07-13": 2}
    assert map_evidence({**days, "total": 3}) == "lexical:date"
    assert not map_evidence({**days, "total": {"games": 3}})
    assert not map_evidence({"2023": 1, "2024": 2, "player": 3})
