"""A codec gives back exactly what it read, or refuses it."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.codecs import DATE_TEXT, INSTANT_TEXT, Codec, decimal_text, innings_text, integer_text

SENTINELS = ("-", "-.--", "*.**")
INTEGER = integer_text(SENTINELS)
RATE = decimal_text(".000", SENTINELS)
ERA = decimal_text("0.00", SENTINELS)
INNINGS = innings_text(SENTINELS)
ALL = pytest.mark.parametrize(
    "codec",
    [DATE_TEXT, INSTANT_TEXT, INTEGER, RATE, ERA, INNINGS],
    ids=["date", "instant", "integer", "rate", "era", "innings"],
)


def check(codec: Codec, text: str) -> None:
    try:
        cell = codec.decode(text)
    except ValueError:
        return
    if cell is None:
        assert text in ("", *SENTINELS)
    else:
        assert codec.encode(cell).replace(".000Z", "Z") == text.replace(".000Z", "Z")


@ALL
@given(text=st.text(max_size=12) | st.text("-+.0123456789eE_ \u0663T:Z", max_size=24))
def test_any_text_comes_back_or_is_refused(codec: Codec, text: str) -> None:
    check(codec, text)


@given(st.integers())
def test_integers(number: int) -> None:
    check(INTEGER, str(number))


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3))
def test_decimals(number: object) -> None:
    check(RATE, str(number))
    check(RATE, str(number).replace("0.", "."))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats(number: float) -> None:
    check(ERA, f"{number:.2f}")
    check(ERA, str(number))


@given(st.integers(0, 10**6))
def test_outs(outs: int) -> None:
    assert INNINGS.decode(INNINGS.encode(outs)) == outs


@given(st.dates())
def test_dates(day: date) -> None:
    assert DATE_TEXT.decode(day.isoformat()) == day


@given(st.datetimes(timezones=st.just(UTC)), st.sampled_from(["seconds", "milliseconds", "microseconds"]))
def test_instants(moment: datetime, precision: str) -> None:
    text = moment.isoformat(timespec=precision)
    check(INSTANT_TEXT, text)
    check(INSTANT_TEXT, text.replace("+00:00", "Z"))


@pytest.mark.parametrize(
    ("codec", "text", "cell"),
    [
        (DATE_TEXT, "2024-07-12", date(2024, 7, 12)),
        (DATE_TEXT, "", None),
        (INSTANT_TEXT, "2024-07-13T01:40:00Z", datetime(2024, 7, 13, 1, 40, tzinfo=UTC)),
        (INSTANT_TEXT, "2024-07-13T01:40:00.123Z", datetime(2024, 7, 13, 1, 40, 0, 123000, UTC)),
        (INTEGER, "78", 78),
        (INTEGER, "-3", -3),
        (INTEGER, "0", 0),
        (INTEGER, "-", None),
        (RATE, ".250", 0.25),
        (RATE, "1.000", 1.0),
        (RATE, "-.250", -0.25),
        (RATE, "-.--", None),
        (ERA, "0.50", 0.5),
        (ERA, "12.34", 12.34),
        (ERA, "*.**", None),
        (INNINGS, "8.2", 26),
        (INNINGS, "0.0", 0),
        (INNINGS, "-", None),
    ],
)
def test_what_is_read(codec: Codec, text: str, cell: object) -> None:
    assert codec.decode(text) == cell
    check(codec, text)


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        (DATE_TEXT, "2024-7-12"),
        (DATE_TEXT, "20240712"),
        (DATE_TEXT, "2024-02-30"),
        (DATE_TEXT, "0000-01-01"),
        (DATE_TEXT, "2024-W28-5"),
        (DATE_TEXT, "2024-07-12\n"),
        (DATE_TEXT, "٢٠٢٤-٠٧-١٢"),
        (DATE_TEXT, "-"),
        (INSTANT_TEXT, "2024-07-13T01:40:00"),
        (INSTANT_TEXT, "2024-07-13T01:40:00+00:00"),
        (INSTANT_TEXT, "2024-07-13T01:40Z"),
        (INSTANT_TEXT, "2024-07-13 01:40:00Z"),
        (INSTANT_TEXT, "2024-07-13T24:00:00Z"),
        (INSTANT_TEXT, "2024-07-13T23:59:60Z"),
        (INSTANT_TEXT, "2024-07-13T01:40:00.1Z"),
        (INSTANT_TEXT, "2024-07-13T01:40:00.123456Z"),
        (INSTANT_TEXT, "2024-07-13T01:40:00z"),
        (INTEGER, "078"),
        (INTEGER, "+78"),
        (INTEGER, "-0"),
        (INTEGER, " 78"),
        (INTEGER, "78\n"),
        (INTEGER, "7_8"),
        (INTEGER, "٧٨"),
        (INTEGER, "78.0"),
        (INTEGER, "1e3"),
        (INTEGER, "9" * 19),
        (RATE, "0.250"),
        (RATE, ".25"),
        (RATE, ".2500"),
        (RATE, "250"),
        (RATE, "01.000"),
        (RATE, "nan"),
        (RATE, "1e3"),
        (RATE, "999999999999999.123"),
        (ERA, ".50"),
        (ERA, "00.50"),
        (ERA, "inf"),
        (ERA, "4.5"),
        (INNINGS, "8.3"),
        (INNINGS, "8"),
        (INNINGS, "-0.1"),
    ],
)
def test_what_is_refused(codec: Codec, text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # the message is for nobody: the caller rescues the text
        codec.decode(text)
