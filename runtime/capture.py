"""A response with the request that it answers: what files, the archive and the raw tier hold."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import MAXYEAR, UTC, datetime
from urllib.parse import urlencode

import orjson

from runtime.job import REQUEST, Json


def digest(content: bytes) -> str:
    """Return the digest by which bodies are known."""
    return hashlib.sha256(content).hexdigest()


_LONGEST = 500

PRUNED_BY = "fields"
"""The query parameter by which any operation answers with some of its fields only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked, when, and with which status it was answered."""

    endpoint: str
    method: str
    path_params: Mapping[str, str] = field(default_factory=dict[str, str])
    query_params: Mapping[str, str] = field(default_factory=dict[str, str])
    url: str | None = None
    status_code: int = 200
    captured_at: datetime

    @property
    def operation(self) -> str:
        """The operation's name: `<endpoint>.<nickname>`."""
        return f"{self.endpoint}.{self.method}"

    @property
    def params(self) -> Mapping[str, str]:
        """Path and query parameters together, as transforms read them, and the request's name."""
        return {**self.query_params, **self.path_params, REQUEST: self.name}

    @property
    def name(self) -> str:
        """The canonical request; one too long for an index ends in the digest of the whole."""
        text = self.canonical()
        return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 65]}#{digest(text.encode())}"

    @property
    def is_pruned(self) -> bool:
        """Whether only some fields were asked for: such a response is kept raw, and says nothing of what it lacks."""
        return PRUNED_BY in self.query_params

    def canonical(self) -> str:
        """Render the request so that equal requests read the same: `season.seasons/seasonId=2024?sportId=1`."""
        path = urlencode(sorted(self.path_params.items()))
        query = urlencode(sorted(self.query_params.items()))
        return f"{self.operation}{'/' if path else ''}{path}{'?' if query else ''}{query}"

    def as_json(self) -> dict[str, Json]:
        """Return the request as the archive and the dead letters keep it."""
        return {
            "endpoint": self.endpoint,
            "method": self.method,
            "path_params": dict(self.path_params),
            "query_params": dict(self.query_params),
            "url": self.url,
            "status_code": self.status_code,
            "captured_at": self.captured_at.isoformat(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One response: its request and the exact bytes of its body. `source` is where we have it from."""

    request: Request
    body: bytes = field(repr=False)
    sha256: str
    source: str


def request_from_json(members: Mapping[str, Json], captured_at: datetime) -> Request:
    """Read a request as envelopes and the archive write it; `captured_at` is used when it does not say.

    Raises:
        ValueError: a member is missing or of the wrong type.
    """
    status = members.get("status_code", 200)
    if isinstance(status, bool) or not isinstance(status, int):
        raise ValueError("`status_code` is not an integer")
    url = members.get("url")
    return Request(
        endpoint=_text(members, "endpoint"),
        method=_text(members, "method"),
        path_params=_params(members, "path_params"),
        query_params=_params(members, "query_params"),
        url=None if url is None else _text(members, "url"),
        status_code=status,
        captured_at=_instant(members.get("captured_at"), captured_at),
    )


def instant(text: str) -> datetime:
    """Read an instant; one without a time zone is no instant.

    >>> instant("2024-07-12T18:40:00Z").isoformat()
    '2024-07-12T18:40:00+00:00'
    """
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(f"`{text}` has no time zone")
    return found


def _instant(value: Json, default: datetime) -> datetime:
    if value is None:
        return default
    if not isinstance(value, str):
        raise ValueError("`captured_at` is not text")
    try:
        found = instant(value).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"`captured_at` is not an instant: {error}") from error
    if found.year >= MAXYEAR:
        raise ValueError("`captured_at` is too far away")
    return found


def _text(members: Mapping[str, Json], name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str):
        raise ValueError(f"`{name}` is not text")
    return _storable(value)


def _params(members: Mapping[str, Json], name: str) -> dict[str, str]:
    value = members.get(name, {})
    if not isinstance(value, dict):
        raise ValueError(f"`{name}` is not an object")
    return {_storable(key): _parameter(item) for key, item in value.items() if item is not None}


def _parameter(value: Json) -> str:
    return _storable(value) if isinstance(value, str) else orjson.dumps(value).decode()


def _storable(text: str) -> str:
    """Return text that Postgres can hold; half a surrogate pair fails here too."""
    if b"\0" in text.encode("utf-8"):
        raise ValueError("a member of the envelope holds the character \\u0000")
    return text
