"""How strings of a document become dates, instants, numbers and outs, and back: exact, or refused.

A codec's `decode` returns the cell, or None for a placeholder, or raises `ValueError`; the caller rescues what was
refused. `encode(decode(text)) == text` for every text that is not a placeholder, except that an instant is always
written with its milliseconds.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{3})?Z", re.ASCII)
_INTEGER = re.compile(r"0|-?[1-9]\d{0,17}", re.ASCII)
_INNINGS = re.compile(r"(0|[1-9]\d{0,7})\.([012])", re.ASCII)
_EXACT_DIGITS = 15
"""A double keeps this many decimal digits."""


@dataclass(frozen=True, slots=True)
class Codec:
    """A pair of functions between a document's string and a cell."""

    decode: Callable[[str], object]
    encode: Callable[[object], str]


def _decode_date(text: str) -> date | None:
    if not text:
        return None
    if not _DATE.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text)


def _decode_instant(text: str) -> datetime | None:
    if not text:
        return None
    if not _INSTANT.fullmatch(text):
        raise ValueError(text)
    return datetime.fromisoformat(text)


def _encode_instant(cell: object) -> str:
    assert isinstance(cell, datetime)
    moment = cell.astimezone(UTC)
    return moment.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def integer_text(sentinels: tuple[str, ...] = ()) -> Codec:
    """Return the codec of strings that hold an integer as it prints: `"78"`, never `"078"` or `"+78"`."""
    placeholders = frozenset(("", *sentinels))

    def decode(text: str) -> int | None:
        if text in placeholders:
            return None
        if not _INTEGER.fullmatch(text):
            raise ValueError(text)
        return int(text)

    return Codec(decode, str)


def decimal_text(pattern: str, sentinels: tuple[str, ...] = ()) -> Codec:
    """Return the codec of strings that hold a decimal of a fixed format.

    `.000` prints 0.25 as `.250` and 1 as `1.000`; `0.00` prints 0.5 as `0.50`.
    """
    leading, _, fraction = pattern.partition(".")
    whole = rf"[1-9]\d{{0,{_EXACT_DIGITS - len(fraction) - 1}}}"
    written = rf"-?({f'0|{whole}' if leading else f'({whole})?'})\.\d{{{len(fraction)}}}"
    matches = re.compile(written, re.ASCII).fullmatch
    placeholders = frozenset(("", *sentinels))

    def encode(cell: object) -> str:
        assert isinstance(cell, float)
        text = f"{cell:.{len(fraction)}f}"
        return text if leading else re.sub(r"^(-?)0\.", r"\1.", text)

    def decode(text: str) -> float | None:
        if text in placeholders:
            return None
        if not matches(text):
            raise ValueError(text)
        return float(text)

    return Codec(decode, encode)


def innings_text(sentinels: tuple[str, ...] = ()) -> Codec:
    """Return the codec of innings, which become outs: `"8.2"`, eight innings and two outs, is 26."""
    placeholders = frozenset(("", *sentinels))

    def encode(cell: object) -> str:
        assert isinstance(cell, int)
        innings, outs = divmod(cell, 3)
        return f"{innings}.{outs}"

    def decode(text: str) -> int | None:
        if text in placeholders:
            return None
        match = _INNINGS.fullmatch(text)
        if not match:
            raise ValueError(text)
        return 3 * int(match[1]) + int(match[2])

    return Codec(decode, encode)


DATE_TEXT = Codec(_decode_date, str)
INSTANT_TEXT = Codec(_decode_instant, _encode_instant)
