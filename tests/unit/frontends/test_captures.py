"""Files of responses: what is understood, what is refused, what is skipped."""

import gzip
import json

import pytest

from compiler.diagnostics import Sink
from compiler.frontends.captures import Capture, read_capture
from compiler.frontends.fold import fold

BODY = {"seasons": []}
ENVELOPE = {
    "endpoint": "season",
    "method": "seasons",
    "path_params": {"seasonId": 2024},
    "query_params": {"sportId": "1"},
    "status_code": 200,
    "response": BODY,
}


def read(content: bytes, operation: str = "") -> tuple[Capture | None, list[str]]:
    sink = Sink()
    capture = read_capture("x.json", content, operation, sink)
    return capture, [f"{found.code} {found.message}" for found in sink.diagnostics]


def test_an_envelope_names_its_operation_and_parameters() -> None:
    capture, messages = read(json.dumps(ENVELOPE).encode(), "other.operation")
    assert messages == []
    assert capture == Capture(
        operation="season.seasons", response=BODY, params=(("seasonId", "2024"), ("sportId", "1"))
    )


def test_gzip_is_told_by_its_bytes() -> None:
    capture, _ = read(gzip.compress(json.dumps(ENVELOPE).encode()))
    assert capture is not None
    assert capture.response == BODY


def test_a_bare_body_needs_an_operation() -> None:
    content = json.dumps(BODY).encode()
    assert read(content, "season.seasons") == (Capture(operation="season.seasons", response=BODY), [])
    assert read(content) == (None, ["O105 a bare body does not name its operation"])


def test_a_body_with_a_method_of_its_own_is_no_envelope() -> None:
    capture, _ = read(b'{"endpoint": "season", "method": "seasons"}', "season.seasons")
    assert capture is not None
    assert capture.response == {"endpoint": "season", "method": "seasons"}


@pytest.mark.parametrize("status", [404, 500, "200", None])
def test_other_states_are_skipped(status: object) -> None:
    assert read(json.dumps(ENVELOPE | {"status_code": status}).encode()) == (
        None,
        [f"O104 skipped: status {json.dumps(status)}"],
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "O103 empty"),
        (b"  \n", "O103 empty"),
        (b'{"a": ', "O103 not JSON: unexpected end of data"),
        (b'{"a": NaN}', "O103 not JSON: unexpected character"),
        (b'{"a": NaN, "b": 12345678901234567890123}', "O103 not JSON: `NaN` is not a JSON value"),
        (b'{"a": "\xff"}', "O103 not UTF-8 at byte 7"),
        (b"<html>", "O103 not JSON"),
        (b"[" * 2000 + b"]" * 2000, "O103 nested too deep"),
        (gzip.compress(b"{}", mtime=0)[:-4], "O103 not a whole gzip file"),
        (b"\x1f\x8b\x00", "O103 not a whole gzip file"),
        (gzip.compress(b"{}" * 500, mtime=0)[:20] + b"\0" * 30, "O103 not a whole gzip file"),
    ],
)
def test_what_is_no_response(content: bytes, message: str) -> None:
    capture, messages = read(content, "season.seasons")
    assert capture is None
    assert len(messages) == 1
    assert messages[0].startswith(message)


def test_html_in_an_envelope_is_skipped() -> None:
    assert read(json.dumps(ENVELOPE | {"response": " <html>"}).encode()) == (
        None,
        ["O104 skipped: the body is HTML"],
    )


@pytest.mark.parametrize(
    "content",
    [
        b'{"a": 1e400}',
        b'{"a": 12345678901234567890123}',
        b'{"a": "\\ud800"}',
        b'{"a": "\\u0000"}',
        b'{"a": 1, "a": 2}',
        b'\xef\xbb\xbf{"a": 1}',
        b"[" * 900 + b"]" * 900,
        b'{"a": "' + b"x" * 10_000_000 + b'"}',
        b'"text"',
        b"null",
    ],
)
def test_strange_json_is_folded(content: bytes) -> None:
    capture, messages = read(content, "season.seasons")
    assert messages == []
    assert capture is not None
    assert "$" in fold(capture.operation, capture.response).paths


def test_wide_integers_stay_exact() -> None:
    capture, _ = read(b'{"a": 12345678901234567890123}', "season.seasons")
    assert capture is not None
    assert capture.response == {"a": 12345678901234567890123}
    assert fold("season.seasons", capture.response).paths["$.a"].widest == 128
