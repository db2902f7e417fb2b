"""Keep the exact bytes of every response, by digest, with the requests that they answered.

The archive is the truth from which the database can be rebuilt. A body is one gzip file named after its digest;
each request that it answered is one small JSON file beside it. Both are written beside their final place, synced
and renamed, so that a crash leaves a whole file or none, and the same input always gives the same bytes.
"""

import gzip
import os
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import cast

import orjson

from runtime.capture import Capture, Request, digest, request_from_json
from runtime.errors import TerminalError
from runtime.job import Json

_LEVEL = 3  # a third of the time of level 6 for a fifth more bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One archived input: a body and its request, or bytes that are no response (`request` is None) and why."""

    sha256: str
    source: str
    request: Request | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Archive:
    """A folder of bodies and requests."""

    root: Path

    def put(self, capture: Capture) -> None:
        """Keep a response; keeping it again changes nothing."""
        self._put(Entry(sha256=capture.sha256, source=capture.source, request=capture.request), capture.body)

    def put_unreadable(self, content: bytes, source: str, reason: str) -> None:
        """Keep bytes that are no response."""
        self._put(Entry(sha256=digest(content), source=source, request=None, reason=reason), content)

    def body(self, sha256: str) -> bytes | None:
        """Return a body, verified against its digest; None when it is not here."""
        path = self._path(sha256)
        try:
            body = gzip.decompress(path.read_bytes())
        except FileNotFoundError:
            return None
        except (EOFError, OSError, zlib.error) as error:
            raise TerminalError(f"the archived body is damaged: {error}", where=str(path)) from error
        if digest(body) != sha256:
            raise TerminalError("the archived body is not what its name says", where=str(path))
        return body

    def holds(self, sha256: str) -> bool:
        """Say whether a body is here, without reading it."""
        return self._path(sha256).exists()

    def entries(self) -> Iterator[Entry]:
        """Return what is archived, in a stable order."""
        for path in sorted(self.root.glob("??/*.request.json")):
            yield _entry(path)

    def _path(self, sha256: str) -> Path:
        return self.root / sha256[:2] / f"{sha256[2:]}.json.gz"

    def _put(self, entry: Entry, body: bytes) -> None:
        path = self._path(entry.sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        request = None if entry.request is None else entry.request.as_json()
        name = digest(orjson.dumps(request, option=orjson.OPT_SORT_KEYS))[:16]
        beside = path.with_name(f"{entry.sha256[2:]}.{name}.request.json")
        _write_once(path, lambda: gzip.compress(body, _LEVEL, mtime=0))
        _write_once(beside, lambda: _sidecar(entry, request))


def _sidecar(entry: Entry, request: Json) -> bytes:
    members: Json = {
        "sha256": entry.sha256,
        "source": entry.source,
        "request": request,
        "reason": entry.reason,
    }
    return orjson.dumps(members, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _write_once(path: Path, content: Callable[[], bytes]) -> None:
    if path.exists():
        return
    try:
        with NamedTemporaryFile(dir=path.parent, prefix=".new-", delete=False) as stream:
            staging = Path(stream.name)
            try:
                stream.write(content())
                stream.flush()
                os.fsync(stream.fileno())
                staging.replace(path)
            except BaseException:
                staging.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise TerminalError(
            f"cannot write to the archive: {error.strerror}",
            where=str(path),
            hint="free some space or check the folder's mode, then run the same command again",
        ) from error


def _entry(path: Path) -> Entry:
    try:
        members = cast("dict[str, Json]", orjson.loads(path.read_bytes()))
        request = members["request"]
        return Entry(
            sha256=str(members["sha256"]),
            source=str(members["source"]),
            reason=str(members["reason"]),
            request=None
            if request is None
            else request_from_json(cast("dict[str, Json]", request), datetime.now(tz=UTC)),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise TerminalError(f"the archive has a damaged request: {error}", where=str(path)) from error
