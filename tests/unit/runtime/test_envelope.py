"""Captures are read with the exact bytes of their body; what is none says why."""

import gzip
import hashlib
import io
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.envelope import Defaults, UnreadableError, read
from runtime.errors import DataError
from runtime.slicing import member

HEAD = '"endpoint": "game", "method": "linescore", "path_params": {"game_pk": 7}, "query_params": {"fields": null}'


def envelope(body: str, more: str = "") -> str:
    return f'{{{HEAD}, "status_code": 200, "response": {body}{more}}}'


def write(folder: Path, content: str | bytes, name: str = "capture.json") -> str:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    os.utime(path, (1_700_000_000, 1_700_000_000))
    return str(path)


BODIES = [
    '{"a": 1.10, "b": [1e2, "\\u00e9", "}"], "c": {}}',
    "[]",
    "[1, 2]  ",
    '{ "response": {"response": 1} }',
    "{}",
    "null",
    "-1.50",
    "[NaN, Infinity]",
    '{"a": 1e400}',
    '{"a": 1, "a": 2}',
    '"\\ud83d\\ude00 <html>"',
    "[" * 2000 + "]" * 2000,
    '{"long": "' + "x" * 100_000 + '"}',
]


@pytest.mark.parametrize(
    "more", ["", ', "note": "}]"', ', "url": null', ', "captured_at": "2024-07-12T18:40:00Z"']
)
@pytest.mark.parametrize("body", BODIES)
def test_the_body_is_cut_out_exactly(tmp_path: Path, body: str, more: str) -> None:
    found = read(write(tmp_path, envelope(body, more)))
    exact = json.loads(body).encode() if body.startswith('"') else body.strip().encode()
    assert found.body == exact
    assert found.sha256 == hashlib.sha256(exact).hexdigest()
    assert found.request.canonical() == "game.linescore/game_pk=7"


@given(
    value=st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ),
    indent=st.sampled_from([None, 0, 2]),
    escaped=st.booleans(),
    last=st.booleans(),
)
def test_any_value_is_cut_out_exactly(value: object, indent: int | None, escaped: bool, last: bool) -> None:
    body = json.dumps(value, indent=indent, ensure_ascii=escaped)
    text = f'{{"x": {body}, "response" : {body}{"" if last else f", {json.dumps(body)}: 1"} }}'
    start, end = member(text, "response") or (0, 0)
    assert text[start:end] == body


def test_an_instant_is_the_envelopes_or_the_commands_or_the_files(tmp_path: Path) -> None:
    plain = write(tmp_path, envelope("{}"))
    dated = write(tmp_path, envelope("{}", ', "captured_at": "2024-07-12T20:40:00+02:00"'), "dated.json")
    said = Defaults(captured_at=datetime(2020, 1, 1, tzinfo=UTC))
    assert read(plain).request.captured_at == datetime.fromtimestamp(1_700_000_000, tz=UTC)
    assert read(plain, said).request.captured_at == said.captured_at
    assert read(dated, said).request.captured_at == datetime(2024, 7, 12, 18, 40, tzinfo=UTC)


def test_gzip_and_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = gzip.compress(envelope("{}").encode())
    assert read(write(tmp_path, packed, "a.json.gz")).body == b"{}"

    class Stdin:
        buffer = io.BytesIO(packed)

    monkeypatch.setattr(sys, "stdin", Stdin())
    assert read("-").body == b"{}"


def test_a_bare_body_needs_its_operation(tmp_path: Path) -> None:
    file = write(tmp_path, '{"gamePk": 7}')
    found = read(file, Defaults(operation="game.liveGameV1", params={"game_pk": "7"}))
    assert (found.request.operation, found.body) == ("game.liveGameV1", b'{"gamePk": 7}')
    assert found.request.path_params == {"game_pk": "7"}
    assert found.request.params == {"game_pk": "7", "$request": "game.liveGameV1/game_pk=7"}
    with pytest.raises(UnreadableError, match="no operation was given"):
        read(file)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (gzip.compress(b"{}" * 1000, mtime=0)[:-10], "damaged gzip"),
        (b"\x1f\x8bnonsense", "damaged gzip"),
        (envelope('{"a": ').encode()[:-2], "truncated"),
        (envelope("{}").replace('"game"', '"game", "endpoint": "team"').encode(), "truncated, not JSON"),
        (envelope("{}").replace('"linescore"', "7").encode(), "`method` is not text"),
        (envelope("{}").replace('{"game_pk": 7}', "[]").encode(), "`path_params` is not an object"),
        (envelope("{}").replace("200", '"200"').encode(), "`status_code` is not an integer"),
        (envelope("{}", ', "captured_at": "2024-07-12T18:40:00"').encode(), "has no time zone"),
        (envelope("{}", ', "captured_at": "soon"').encode(), "`captured_at` is not an instant"),
        (envelope("{}", ', "captured_at": "9999-12-31T23:59:59Z"').encode(), "too far away"),
        (envelope("{}", ', "captured_at": "0001-01-01T00:00:00+14:00"').encode(), "not an instant"),
        (envelope('"\\ud800"').encode(), "not Unicode"),
        (envelope("{}").replace("7", '"\\u0000"').encode(), "u0000"),
        (envelope("{}").encode()[:-1] + b"\xff}", "not UTF-8"),
        (b"", "no operation was given"),
    ],
)
def test_what_is_no_capture_says_why(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason) as caught:
        read(write(tmp_path, content))
    assert caught.value.content == content


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(DataError, match="No such file"):
        read("/nowhere/capture.json")


def test_equal_requests_read_the_same(tmp_path: Path) -> None:
    text = '{"endpoint": "schedule", "method": "schedule", "query_params": {%s}, "response": {}}'
    one = read(write(tmp_path, text % '"b": "x y", "a": [1, 2]'))
    other = read(write(tmp_path, text % '"a": [1,2], "b": "x y"', "other.json"))
    assert one.request.canonical() == other.request.canonical() == "schedule.schedule?a=%5B1%2C2%5D&b=x+y"
