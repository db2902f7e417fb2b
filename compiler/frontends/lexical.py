"""Classes of strings and of object keys: exact rules, each reversible, no guess."""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import cast

from compiler.ir.facts import TextClass
from compiler.ir.types import EXACT_DIGITS

_INTEGER = re.compile(r"0|-?[1-9][0-9]*")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)?\.([0-9]+)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{3})?Z"
)
_SENTINEL = re.compile(r"[-.*]+")
_LINK = re.compile(r"/api/v[0-9]+(?:\.[0-9]+)?/(?P<noun>[a-zA-Z]{1,32})/(?:[0-9]+|null)")
_START = frozenset("-.*/0123456789")


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
    return _decimal(text) or _moment(text) or _link(text) or TextClass.OTHER.value


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


def _link(text: str) -> str:
    """Return the class of a URI of this API.

    >>> _link("/api/v1/people/660271"), _link("/api/v1/people/660271/stats")
    ('link.people', '')
    """
    match = _LINK.fullmatch(text)
    return f"{TextClass.LINK.value}.{match['noun']}" if match else ""


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
    ("instant", _INSTANT),
    ("integer", re.compile(r"[0-9]+")),
    ("number", re.compile(r"-[0-9]+|-?[0-9]*\.[0-9]+")),
    ("numbers", re.compile(r"[0-9]+([-_:/][0-9]+)+")),
    ("hash", re.compile(r"[0-9a-f]{24}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}")),
    ("address", re.compile(r"(https?:/)?/.+")),
    ("numbered", re.compile(r".*[A-Za-z].*[0-9]{5}")),
)
_NEVER_NAMES = {name for name, _ in _KEY_CLASSES} - {"integer", "number", "numbers", "numbered"}
_IDENTIFIER = re.compile(r"id|ids|.*(Id|Pk)")
_PLAIN_NAME = re.compile(r"[a-z][A-Za-z0-9]*")
_NUMBERS = re.compile(r"[0-9]+")
_LONG = 3
"""Digits from which a number inside a key is the id inside its value by no accident."""
_KEY_SPACES_KEPT = 4096


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
    >>> map_evidence({"NYA": {"code": "NYA"}, "LAN": {"code": "LAN"}})
    'key-in-value'
    >>> map_evidence({"2024-07-12": 1, "2024-07-13": 2})
    'lexical:date'
    >>> map_evidence({"2024-07-12": 1, "2024-07-13": 2, "total": 3})
    'lexical:date'
    >>> map_evidence({"first": {"id": 660271}, "second": {"id": 545361}})
    ''
    """
    if not entries:
        return ""
    if type(next(iter(entries.values()))) is dict and (
        _hold_their_keys(entries) or _repeat_their_keys(entries)
    ):
        return "key-in-value"
    found, is_unanimous = _key_space(tuple(entries))
    if found and (is_unanimous or len({type(value) for value in entries.values()}) == 1):
        return f"lexical:{found}"
    return ""


@lru_cache(maxsize=_KEY_SPACES_KEPT)
def _key_space(keys: tuple[str, ...]) -> tuple[str, bool]:
    """Return the class of most keys, or "", and whether it is that of all of them.

    A class that might be a name must be that of all keys; one that never is (a day) makes a map of an object also
    where a few names (`total`) stand among the values.
    """
    classes = Counter(map(key_class, keys))
    if classes.keys() <= {"integer", "number"}:
        return max(classes), True
    found, count = classes.most_common(1)[0]
    if count == len(keys):
        return found, True
    return (found if found in _NEVER_NAMES and 2 * count > len(keys) else ""), False


def _hold_their_keys(entries: Mapping[str, object]) -> bool:
    """Whether each value holds its key, or the digits in it, as an id; short digits after a word prove nothing."""
    is_proved = False
    for key, value in entries.items():
        held = _key_held(key, value)
        if not held:
            return False
        is_proved = is_proved or held == key or len(held) >= _LONG
    return is_proved


def _key_held(key: str, value: object) -> str:
    """Return what of a key is an id in its value, its own or one level below; "" if nothing is."""
    if type(value) is not dict:
        return ""
    wanted = _ids_in(key)
    for name, held in cast("dict[str, object]", value).items():
        found = _id_in(name, held)
        if found in wanted:
            return found
    return ""


@lru_cache(maxsize=65_536)
def _ids_in(key: str) -> frozenset[str]:
    return frozenset((key, *_NUMBERS.findall(key)))


def _id_in(name: str, held: object) -> str:
    if type(held) is dict:
        return _text(cast("dict[str, object]", held).get("id"))
    return _text(held) if _is_identifier(name) else ""


def _text(value: object) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _repeat_their_keys(entries: Mapping[str, object]) -> bool:
    """Whether two values or more each repeat their key as a text, and no key could be a plain name (`hitting`)."""
    return len(entries) > 1 and all(
        not _PLAIN_NAME.fullmatch(key)
        and type(value) is dict
        and key in _texts(cast("dict[str, object]", value))
        for key, value in entries.items()
    )


def _texts(members: Mapping[str, object]) -> list[str]:
    return [value for value in members.values() if type(value) is str]
