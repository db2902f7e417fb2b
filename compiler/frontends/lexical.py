"""Classes of strings and of object keys: exact rules, each reversible, no guess."""

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import cast

from compiler.ir.facts import TextClass

_INTEGER = re.compile(r"0|-?[1-9][0-9]*")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)?\.([0-9]+)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{3})?Z"
)
_SENTINEL = re.compile(r"[-.*]+")
_START = frozenset("-.*0123456789")

EXACT_DIGITS = 15
"""A double keeps this many decimal digits, so a longer decimal would not print back the same."""


def text_class(text: str) -> str:
    """Return the class of a string, with its format for a decimal.

    >>> [text_class(text) for text in ("78", "078", ".250", "0.25", "4.50", "-.--", "2024-02-30")]
    ['integer', 'other', 'decimal.000', 'decimal0.00', 'decimal1.00', 'sentinel', 'other']
    """
    if not text:
        return TextClass.EMPTY.value
    if text[0] not in _START:
        return TextClass.OTHER.value
    if _INTEGER.fullmatch(text):
        return TextClass.INTEGER.value
    if _SENTINEL.fullmatch(text):
        return TextClass.SENTINEL.value
    return _decimal(text) or _moment(text) or TextClass.OTHER.value


def _decimal(text: str) -> str:
    match = _DECIMAL.fullmatch(text)
    if match is None:
        return ""
    whole, fraction = match.groups()
    if len(whole or "") + len(fraction) > EXACT_DIGITS:
        return ""
    leading = "" if whole is None else "0" if whole == "0" else "1"
    return f"{TextClass.DECIMAL.value}{leading}.{'0' * len(fraction)}"


def _moment(text: str) -> str:
    if _DATE.fullmatch(text):
        return TextClass.DATE.value if _is_day(text) else ""
    match = _INSTANT.fullmatch(text)
    return TextClass.INSTANT.value if match and _is_day(match["day"]) else ""


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


# ------------------------------------------------------------------------------------------------- maps

_KEY_CLASSES = (
    ("id", re.compile(r"ID[0-9]+")),
    ("date", _DATE),
    ("timecode", re.compile(r"[0-9]{8}_[0-9]{6}")),
    ("uuid", re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")),
    ("integer", re.compile(r"[0-9]+")),
)
_IDENTIFIER = re.compile(r"id|ids|.*(Id|Pk)")
_KEY_DIGITS = re.compile(r"[^0-9]*([0-9]+)[^0-9]*")


@lru_cache(maxsize=65_536)
def key_class(key: str) -> str:
    """Return the lexical class of a key that looks like a value, or "" for an ordinary name."""
    return next((name for name, pattern in _KEY_CLASSES if pattern.fullmatch(key)), "")


@lru_cache(maxsize=65_536)
def _is_identifier(name: str) -> bool:
    return _IDENTIFIER.fullmatch(name) is not None


def map_evidence(entries: Mapping[str, object]) -> str:
    """Return why the keys of one object are values rather than names, or "" for a record.

    >>> map_evidence({"ID660271": {"person": {"id": 660271}}})
    'key-in-value'
    >>> map_evidence({"2024-07-12": 1, "2024-07-13": 2})
    'lexical:date'
    >>> map_evidence({"first": {"id": 660271}, "second": {"id": 545361}})
    ''
    """
    if not entries:
        return ""
    first, value = next(iter(entries.items()))
    if isinstance(value, dict) and all(_holds_its_key(key, value) for key, value in entries.items()):
        return "key-in-value"
    found = key_class(first)
    return f"lexical:{found}" if found and all(key_class(key) == found for key in entries) else ""


def _holds_its_key(key: str, value: object) -> bool:
    """Whether a value is an object with an id, its own or one level below, that equals the key or its digits."""
    if not isinstance(value, dict):
        return False
    members = cast("dict[str, object]", value)
    digits = _KEY_DIGITS.fullmatch(key)
    wanted = {key, digits[1]} if digits else {key}
    return any(_is_id_in(wanted, name, held) for name, held in members.items())


def _is_id_in(wanted: set[str], name: str, held: object) -> bool:
    if isinstance(held, dict):
        return _text(cast("dict[str, object]", held).get("id")) in wanted
    return _is_identifier(name) and _text(held) in wanted


def _text(value: object) -> str | None:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else None
