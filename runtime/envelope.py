"""Read a response from a file: an envelope around it, or the bare body and its operation."""

import gzip
import json
import sys
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import orjson

from runtime.capture import Capture, Request, digest, request_from_json
from runtime.errors import DataError
from runtime.job import Json
from runtime.slicing import member

STDIN = "-"

_BODY = "response"


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What the command line says of responses that do not say it themselves."""

    operation: str | None = None
    params: Mapping[str, str] = field(default_factory=dict[str, str])
    captured_at: datetime | None = None


class UnreadableError(DataError):
    """A file that is not a response; carries its bytes, which go to the dead letters."""

    def __init__(self, reason: str, source: str, content: bytes) -> None:
        super().__init__(reason, where=source)
        self.source = source
        self.content = content


def read(source: str, defaults: Defaults = Defaults()) -> Capture:
    """Read a file (`-`: standard input), gzipped or not, into a capture."""
    content, modified = _content(source)
    return opened(content, source, defaults, modified)


def opened(content: bytes, source: str, defaults: Defaults, modified: datetime) -> Capture:
    """Read the content of a file, gzipped or not, into a capture; `modified` is when it was written.

    Raises:
        UnreadableError: it is no response.
    """
    source = source.encode("utf-8", "replace").decode()  # a file name need not be text
    try:
        plain = _unzipped(content)
        captured_at = defaults.captured_at or modified
        return _from_envelope(plain, source, captured_at) or bare(plain, source, defaults, captured_at)
    except ValueError as error:
        raise UnreadableError(str(error), source, content) from error


def wrap(members: Mapping[str, Json], body: bytes) -> bytes:
    """Return a gzipped envelope around a bare body, which `read` gives back byte for byte.

    White space around the body is no part of it.

    Raises:
        ValueError: the body is not JSON.
    """
    text = body.strip(b" \t\n\r")
    orjson.loads(text)
    opened = orjson.dumps(dict(members)).removesuffix(b"}")
    return gzip.compress(opened + f',"{_BODY}":'.encode() + text + b"}", mtime=0)


def _content(source: str) -> tuple[bytes, datetime]:
    if source == STDIN:
        return sys.stdin.buffer.read(), datetime.now(tz=UTC)
    path = Path(source)
    try:
        return path.read_bytes(), datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
    except OSError as error:
        raise DataError(f"cannot read the file: {error.strerror}", where=source) from error


def _unzipped(content: bytes) -> bytes:
    if content[:2] != b"\x1f\x8b":
        return content
    try:
        return gzip.decompress(content)
    except (EOFError, OSError, zlib.error) as error:
        raise ValueError(f"damaged gzip: {error}") from error


def bare(body: bytes, source: str, defaults: Defaults, captured_at: datetime) -> Capture:
    """Return a body as the answer to the request that the defaults describe.

    Raises:
        ValueError: they name no operation.
    """
    if defaults.operation is None:
        raise ValueError(_why_no_envelope(body))
    endpoint, _, method = defaults.operation.partition(".")
    request = Request(endpoint=endpoint, method=method, path_params=defaults.params, captured_at=captured_at)
    return Capture(request=request, body=body, sha256=digest(body), source=source)


def _why_no_envelope(plain: bytes) -> str:
    head = plain[:4096]
    if all(f'"{name}"'.encode() in head for name in ("endpoint", "method", _BODY)):
        return "an envelope that is truncated, not JSON, or not UTF-8"
    return "not an envelope (endpoint, method, response), and no operation was given"


def _from_envelope(plain: bytes, source: str, captured_at: datetime) -> Capture | None:
    parts = _open(plain)
    if parts is None:
        return None
    members, body_text = parts
    body = _body(body_text)
    return Capture(
        request=request_from_json(members, captured_at), body=body, sha256=digest(body), source=source
    )


def _open(plain: bytes) -> tuple[dict[str, Json], str] | None:
    """Split an envelope into its members and the exact text of its response; None when it is no envelope."""
    try:
        text = plain.decode("utf-8-sig")
        span = member(text, _BODY)
        if span is None:
            return None
        start, end = span
        members: object = json.loads(f"{text[:start]}null{text[end:]}", object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return None
    if not isinstance(members, dict) or not {"endpoint", "method"} <= members.keys():
        return None
    return cast("dict[str, Json]", members), text[start:end]


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key occurs twice")
    return found


def _body(text: str) -> bytes:
    """Return the body; a client keeps one that is not JSON as a string, whose characters are the body."""
    if not text.startswith('"'):
        return text.encode("utf-8")
    try:
        return cast(str, json.loads(text, strict=False)).encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError("the response is text that is not Unicode") from error
