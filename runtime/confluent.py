"""A Confluent-compatible schema registry, over its REST interface."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import cast
from urllib.parse import quote

import httpx
import orjson
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential
from tenacity.wait import wait_base

from runtime.errors import MlbError, TerminalError, TransientError

_TYPE = "application/vnd.schemaregistry.v1+json"
_ATTEMPTS = 5
_SECONDS = 30.0
_BUSY = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
_NO_SUBJECT = 40401
_NO_VERSION = 40402

Body = Mapping[str, object]


_PATIENTLY = wait_random_exponential(multiplier=0.2, max=10)


class RefusedError(MlbError):
    """The registry does not take a schema; `what` is what it said."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, and the object that came with it."""

    status: int
    body: Body

    @property
    def code(self) -> int:
        """The registry's own number of an error; 0 if it gave none."""
        code = self.body.get("error_code")
        return code if isinstance(code, int) else 0

    @property
    def said(self) -> str:
        """What the registry said of an error."""
        return str(self.body.get("message") or HTTPStatus(self.status).phrase)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """The registry at `url`. What may be tried again is tried `_ATTEMPTS` times.

    Raises:
        TerminalError: it refuses whoever asks, or is none.
        TransientError: it could not be reached, or failed, each time.
    """

    url: str
    http: httpx.Client
    wait: wait_base

    def version_of(self, subject: str, schema: str) -> int | None:
        """Return the version under which a subject has this very schema; None if it has it not."""
        answer = self._ask("POST", f"/subjects/{_quoted(subject)}", {"schema": schema})
        if answer.status == HTTPStatus.NOT_FOUND:
            return None
        return cast(int, self._good(answer, subject)["version"])

    def has(self, subject: str) -> bool:
        """Say whether there is a version of a subject."""
        answer = self._ask("GET", f"/subjects/{_quoted(subject)}/versions")
        return answer.status != HTTPStatus.NOT_FOUND and bool(self._good(answer, subject))

    def objections(self, subject: str, schema: str) -> str:
        """Return why a schema is not compatible with the versions of a subject, at its level; "" if it is."""
        path = f"/compatibility/subjects/{_quoted(subject)}/versions"
        answer = self._ask("POST", f"{path}?verbose=true", {"schema": schema})
        if answer.status == HTTPStatus.METHOD_NOT_ALLOWED or (
            answer.status == HTTPStatus.NOT_FOUND and not answer.code
        ):
            answer = self._ask("POST", f"{path}/latest?verbose=true", {"schema": schema})
        if answer.code in {_NO_SUBJECT, _NO_VERSION}:
            return ""
        found = self._good(answer, subject)
        messages = cast("list[str]", found.get("messages") or [])
        return "" if found["is_compatible"] else "; ".join(messages) or "incompatible"

    def level(self, subject: str) -> str:
        """Return the compatibility level that holds for a subject: its own, or that of the registry."""
        answer = self._ask("GET", f"/config/{_quoted(subject)}")
        if answer.status == HTTPStatus.NOT_FOUND:
            answer = self._ask("GET", "/config")
        return str(self._good(answer, subject)["compatibilityLevel"])

    def set_level(self, subject: str, level: str) -> None:
        """Set the compatibility level of a subject."""
        self._good(self._ask("PUT", f"/config/{_quoted(subject)}", {"compatibility": level}), subject)

    def register(self, subject: str, schema: str) -> int:
        """Add a version of a subject, unless it has the schema already; return the id of the schema."""
        answer = self._ask("POST", f"/subjects/{_quoted(subject)}/versions", {"schema": schema})
        return cast(int, self._good(answer, subject)["id"])

    def _ask(self, method: str, path: str, body: Body | None = None) -> Answer:
        attempts = Retrying(
            retry=retry_if_exception_type(TransientError),
            wait=self.wait,
            stop=stop_after_attempt(_ATTEMPTS),
            reraise=True,
        )
        return attempts(self._ask_once, method, path, body)

    def _ask_once(self, method: str, path: str, body: Body | None) -> Answer:
        content = None if body is None else orjson.dumps(body)
        try:
            found = self.http.request(method, path, content=content)
        except httpx.TransportError as error:
            raise TransientError(
                f"the registry cannot be reached: {error}",
                where=self.url,
                hint="see that it runs, and that the URL is right",
            ) from error
        answer = Answer(found.status_code, _object(found))
        if answer.status in _BUSY:
            raise TransientError(f"the registry failed: {answer.status} {answer.said}", where=self.url)
        if answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise TerminalError(
                f"the registry refuses us: {answer.status} {answer.said}",
                where=self.url,
                hint="name a user who may write: https://USER:PASSWORD@example.com",
            )
        return answer

    def _good(self, answer: Answer, subject: str) -> Body:
        if answer.status in {HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}:
            raise RefusedError(answer.said, where=subject)
        if answer.status != HTTPStatus.OK:
            raise TerminalError(
                f"this does not answer as a schema registry does: {answer.status} {answer.said}",
                where=f"{self.url} ({subject})",
                hint="the URL must end where `/subjects` begins",
            )
        return answer.body


@contextmanager
def connected(url: str, wait: wait_base = _PATIENTLY) -> Generator[Registry]:
    """Talk to the registry at a URL, which may name a user and a password."""
    if httpx.URL(url).scheme not in {"http", "https"}:
        raise TerminalError(f"`{url}` is no URL of a registry", hint="it looks like http://localhost:8081")
    headers = {"Accept": f"{_TYPE}, application/json", "Content-Type": _TYPE}
    with httpx.Client(base_url=url, headers=headers, timeout=_SECONDS, follow_redirects=True) as http:
        yield Registry(url=url, http=http, wait=wait)


def _quoted(subject: str) -> str:
    return quote(subject, safe="")


def _object(answer: httpx.Response) -> Body:
    """Return what was answered as an object; a list under `items`, what is no JSON as a message."""
    try:
        found: object = orjson.loads(answer.content)
    except ValueError:
        return {"message": answer.text[:200].strip()}
    return cast(Body, found) if isinstance(found, dict) else {"items": found}
