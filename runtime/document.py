"""Turn the exact bytes of a body into a JSON document, or say why it cannot be one.

Only what every target can hold becomes a document: Postgres' `jsonb` has no NUL character and keeps one of two
equal keys, doubles have no 1e400. Checks run at the speed of C: counts of byte patterns in the body and in what
`orjson` writes back; only when they disagree does a slow parser look closer.
"""

import json
from dataclasses import dataclass
from typing import TypeAlias

import orjson

from runtime.job import Json

MAX_BODY = 256 * 2**20
"""Larger bodies are refused: a `jsonb` string may not exceed it."""


@dataclass(frozen=True, slots=True)
class Unusable:
    """Why a body is not a document."""

    reason: str


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed body."""

    value: Json


Parsed: TypeAlias = Document | Unusable

# Digits become "0" and white space a blank, so that one search finds every escape of ASCII, one every colon that
# stands apart from its key, and one every integer beyond 64 bits.
_PATTERNS = bytes(
    ord("0") if byte in b"0123456789" else ord(" ") if byte in b"\t\n\r" else byte for byte in range(256)
)
_NUL = b"\\u0000"
_ESCAPE = b"\\u0000"
_APART = b'" :'
_LONG = b"0" * 19
_COLON = b'":'


def parse(body: bytes) -> Parsed:
    """Parse a body strictly.

    >>> parse(b'{"a": 1}')
    Document(value={'a': 1})
    >>> parse(b'{"a": 1, "a": 2}')
    Unusable(reason='the key `a` occurs twice in one object')
    """
    if len(body) > MAX_BODY:
        return Unusable(f"larger than {MAX_BODY // 2**20} MiB")
    try:
        value: Json = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        return Unusable(_why(body, error))
    written = _written(value)
    if written == body and _NUL not in body:
        return Document(value)  # no key is there twice, no number was changed: the writer does not do that
    pattern = body.translate(_PATTERNS)
    reason = _flaw(body, pattern, value, written)
    if reason is not None:
        return Unusable(reason)
    # `orjson` makes a float of an integer beyond 64 bits
    return Document(json.loads(body) if _LONG in pattern else value)


def json_bytes(value: object) -> bytes:
    """Write JSON; integers beyond 64 bits, and what is nested deeply, take the slow way."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, ensure_ascii=False).encode()


def _written(value: Json) -> bytes:
    """Write a value again; nothing where it is nested deeper than the writer goes, which the reader still does."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        return b""


def _flaw(body: bytes, pattern: bytes, value: Json, written: bytes) -> str | None:
    """Find what parses and yet cannot be kept: equal keys, NUL characters."""
    escapes = _ESCAPE in pattern
    if escapes and _holds_nul(value):
        return "holds the character \\u0000, which text in Postgres cannot"
    if escapes or _APART in pattern or body.count(_COLON) != written.count(_COLON):
        return _repeated_key(body)
    return None


def _holds_nul(value: Json) -> bool:
    pending: list[Json] = [value]
    while pending:
        match pending.pop():
            case str() as text if "\0" in text:
                return True
            case list() as items:
                pending += items
            case dict() as members:
                pending += members.keys()
                pending += members.values()
            case _:
                pass
    return False


class _RepeatedKeyError(Exception):
    pass


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    unique = dict(pairs)
    if len(unique) != len(pairs):
        seen: set[str] = set()
        raise _RepeatedKeyError(next(key for key, _ in pairs if key in seen or seen.add(key)))
    return unique


def _repeated_key(body: bytes) -> str | None:
    try:
        json.loads(body, object_pairs_hook=_unique)
    except _RepeatedKeyError as error:
        return f"the key `{error}` occurs twice in one object"
    except RecursionError:
        return "nested too deeply to be checked for equal keys"
    return None


def _why(body: bytes, error: orjson.JSONDecodeError) -> str:
    """Say in a person's words why a body is not JSON."""
    if not body.strip():
        return "empty"
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        return "not JSON but markup (HTML or XML)"
    said = str(error)
    for pattern, meaning in _MEANINGS:
        if pattern in said:
            return f"{meaning} ({said})"
    if b"NaN" in body or b"Infinity" in body:
        return f"not JSON, perhaps NaN or Infinity ({said})"
    return f"not JSON ({said})"


_MEANINGS = (
    ("infinity", "holds a number beyond a double"),
    ("depth limit", "nested deeper than 1,024 levels"),
    ("surrogate in string", "holds half a surrogate pair, which is not text"),
    ("UTF-8", "not UTF-8"),
    ("unexpected end", "truncated"),
)
