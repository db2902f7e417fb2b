"""A body becomes a document only if every target can hold it."""

import json
import math

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.document import Document, Unusable, parse

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    SCALARS | TEXT, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=20
)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"<!DOCTYPE html><html></html>", "markup"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>', "markup"),
        (b'{"a": 1', "truncated"),
        (b'{"a": "x', "truncated"),
        (b"Internal Server Error", "not JSON"),
        (b'{"a": NaN}', "NaN or Infinity"),
        (b'{"a": -Infinity}', "NaN or Infinity"),
        (b'{"a": 1e400}', "beyond a double"),
        (b'{"a": 1, "b": {"c": 1, "c": 1}}', "key `c` occurs twice"),
        (b'{"a": 1, "a" : 2}', "key `a` occurs twice"),
        (b'{"a" : 1, "a" : 2}', "key `a` occurs twice"),
        (b'{"a": 1, "\\u0061": 2}', "key `a` occurs twice"),
        (b'{"a": "x\\u0022:", "a": 2}', "key `a` occurs twice"),
        (b'{"a": "\\u0000"}', "u0000"),
        (b'{"\\u0000": 1}', "u0000"),
        (b'["\\ud800"]', "surrogate"),
        (b'["\xff"]', "UTF-8"),
        (b"[" * 2000 + b"]" * 2000, "deeper"),
    ],
)
def test_what_is_no_document_says_why(body: bytes, reason: str) -> None:
    found = parse(body)
    assert isinstance(found, Unusable)
    assert reason in found.reason


@pytest.mark.parametrize(
    "text",
    [
        '{"a": "\\\\u0000"}',
        '{"a": "say \\":\\" and \\u0022:"}',
        '{"a" : 1, "b"\n:\t2}',
        '{"a\\\\": 1, "b": "\\\\\\":"}',
        "[1e2, 1.0, -0.0, 12345678901234567890123, 9223372036854775808]",
        '{"long": "' + "é" * 1000 + '"}',
    ],
)
def test_what_looks_suspicious_and_is_not(text: str) -> None:
    assert parse(text.encode()) == Document(json.loads(text))


def test_ten_megabytes_of_text() -> None:
    found = parse(b'{"a": "' + b"x" * 10_000_000 + b'"}')
    assert isinstance(found, Document)


@given(value=VALUES, escaped=st.booleans(), indent=st.sampled_from([None, 1]))
def test_json_comes_back_equal(value: object, escaped: bool, indent: int | None) -> None:
    found = parse(json.dumps(value, ensure_ascii=escaped, indent=indent).encode())
    if "\\u0000" in json.dumps(value):
        assert isinstance(found, Unusable) or found.value == value
    else:
        assert isinstance(found, Document)
        assert same(found.value, value)


@given(content=st.binary(max_size=200))
def test_nothing_crashes(content: bytes) -> None:
    found = parse(content)
    if isinstance(found, Document):
        assert orjson.loads(content) == found.value or b"0" in content


def same(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float | int):
        return one == other or math.isclose(one, float(other))
    return one == other


@pytest.mark.parametrize("depth", [100, 300, 900])
def test_a_deep_body_is_a_document(depth: int) -> None:
    """The reader goes to 1,024 levels, the writer that checks for equal keys to 254."""
    body = b'{"a":' * depth + b'"\\u0041"' + b"}" * depth
    assert isinstance(parse(body), Document)
    assert isinstance(parse(body.replace(b"0041", b"0000")), Unusable)
