"""Turn the bytes of a captured response into its operation and its body.

A file holds an envelope `{endpoint, method, ..., status_code, response}` or a bare body, plain or in gzip.
"""

import gzip
import json
import zlib
from dataclasses import dataclass, field

import orjson

from compiler.diagnostics import Sink
from compiler.frontends.document import as_object
from compiler.rules import CAPTURE_OPERATION, CAPTURE_SKIPPED, CAPTURE_UNREADABLE
from compiler.source import Origin

_GZIP = b"\x1f\x8b"
_DIGITS = bytes(ord("0") if byte in b"0123456789" else byte for byte in range(256))
_LONG = b"0" * 19


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """A response, the operation that it answers, and the parameters of its request (all texts).

    `size` counts the bytes of the JSON text that it was read from.
    """

    operation: str
    response: object
    params: tuple[tuple[str, str], ...] = ()
    size: int = field(default=0, compare=False)


def read_capture(label: str, content: bytes, operation: str, sink: Sink) -> Capture | None:
    """Read one file; `operation` holds for a bare body. Report what cannot be learned from."""
    text = _unzipped(label, content, sink)
    document = _NOTHING if text is None else _parse(label, text, sink)
    if text is None or document is _NOTHING:
        return None
    size = len(text)
    envelope = as_object(document) or {}
    if not {"endpoint", "method", "response"} <= envelope.keys():
        return _checked(label, Capture(operation=operation, response=document, size=size), sink)
    if (status := envelope.get("status_code", 200)) != 200:
        sink.report(CAPTURE_SKIPPED.at(Origin(label), f"skipped: status {json.dumps(status)}"))
        return None
    named = f"{envelope['endpoint']}.{envelope['method']}"
    capture = Capture(operation=named, response=envelope["response"], params=_params(envelope), size=size)
    return _checked(label, capture, sink)


def _checked(label: str, capture: Capture, sink: Sink) -> Capture | None:
    if isinstance(capture.response, str) and capture.response.lstrip().startswith("<"):
        sink.report(CAPTURE_SKIPPED.at(Origin(label), "skipped: the body is HTML"))
        return None
    if not capture.operation:
        advice = "name it with `--operation ENDPOINT.METHOD`"
        sink.report(
            CAPTURE_OPERATION.at(Origin(label), "a bare body does not name its operation", advice=advice)
        )
        return None
    return capture


def _params(envelope: dict[str, object]) -> tuple[tuple[str, str], ...]:
    parts = (as_object(envelope.get(name)) or {} for name in ("path_params", "query_params"))
    return tuple((name, str(value)) for part in parts for name, value in part.items())


_NOTHING = object()


def _unzipped(label: str, content: bytes, sink: Sink) -> bytes | None:
    try:
        return gzip.decompress(content) if content.startswith(_GZIP) else content
    except (EOFError, OSError, zlib.error) as error:
        sink.report(CAPTURE_UNREADABLE.at(Origin(label), f"not a whole gzip file: {_lower_first(error)}"))
        return None


def _parse(label: str, text: bytes, sink: Sink) -> object:
    """Return the JSON value, or `_NOTHING` with a finding."""
    try:
        # `orjson` makes a float of an integer beyond 64 bits
        return (
            json.loads(text, parse_constant=_no_constant)
            if _LONG in text.translate(_DIGITS)
            else orjson.loads(text)
        )
    except (ValueError, RecursionError) as error:
        return _parse_strange(label, text, error, sink)


def _parse_strange(label: str, text: bytes, refused: Exception, sink: Sink) -> object:
    """Parse what `orjson` refuses and JSON allows: numbers beyond a double, half of a surrogate pair, a BOM."""
    try:
        return json.loads(text.decode("utf-8-sig"), parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        message = f"not UTF-8 at byte {error.start}"
    except RecursionError:
        message = "nested too deep"
    except ValueError:
        message = f"not JSON: {_lower_first(refused)}" if text.strip() else "empty"
    sink.report(CAPTURE_UNREADABLE.at(Origin(label), message))
    return _NOTHING


def _no_constant(name: str) -> float:
    raise ValueError(f"`{name}` is not a JSON value")


def _lower_first(error: Exception) -> str:
    text = str(error)
    return text[:1].lower() + text[1:]
