"""A prefix of a bucket in object storage, by `obstore`."""
# pyright: reportUnknownMemberType=false
# (what it can return as Arrow has no types)

import io
import os
import tempfile
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import PurePosixPath
from typing import BinaryIO, cast

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from runtime.errors import TerminalError
from runtime.storage import SCHEME, Item

_SETTINGS = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
    "AWS_ALLOW_HTTP",
    "AWS_SKIP_SIGNATURE",
    "AWS_VIRTUAL_HOSTED_STYLE_REQUEST",
    "AWS_REQUEST_PAYER",
)
"""What goes along to other processes; these read the rest (roles of a machine or a container) from their own."""

_CHUNK = 8 * 2**20
_IN_MEMORY = 32 * 2**20
_AT_ONCE = 1000
"""Objects that one request deletes."""

_KEYS = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
_SERVER = "set AWS_ENDPOINT_URL, unless the server is Amazon's, and AWS_REGION"
_MEANINGS = (
    ("NoSuchBucket", "there is no such bucket", f"make the bucket, or {_SERVER}"),
    ("InvalidAccessKeyId", "the access key is not known there", _KEYS),
    ("SignatureDoesNotMatch", "the secret key is not that of the access key", _KEYS),
    ("AccessDenied", "access is denied", _KEYS),
    ("403 Forbidden", "access is denied", _KEYS),
    ("/latest/", "there are no credentials", _KEYS),  # of the metadata of a machine, which has none
    ("error sending request", "the server cannot be reached", _SERVER),
    ("404 Not Found", "it is not there", "look what is there"),
)
"""What errors hold, what they mean, and what to do."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A prefix of a bucket."""

    bucket: str
    prefix: str
    settings: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    @classmethod
    def named(cls, url: str) -> "Bucket":
        """Return the place of a URL, with the settings of this process."""
        bucket, _, prefix = url.removeprefix(SCHEME).partition("/")
        if not bucket:
            raise TerminalError("the bucket is missing", where=url, hint="write s3://bucket/prefix")
        found = tuple((name, os.environ[name]) for name in _SETTINGS if os.environ.get(name))
        return cls(bucket, prefix.strip("/"), found)

    @property
    def url(self) -> str:
        """The place, as a user writes it."""
        return self.shown("").rstrip("/")

    def shown(self, name: str) -> str:
        """Return the URL of an object."""
        return f"{SCHEME}{self.bucket}/{self._key(name)}"

    def find(self, name: str) -> Item | None:
        """Return an object."""
        with self._explained("read", name):
            try:
                found = obstore.head(self._store, self._key(name))
            except FileNotFoundError:
                return None
            return Item(name=name, size=found["size"], modified=found["last_modified"])

    def items(self, below: str = "") -> list[Item]:
        """Return the objects below a prefix."""
        start = self._key(below)
        skipped = len(self.prefix) + 1 if self.prefix else 0
        with self._explained("list", below):
            pages = obstore.list(self._store, f"{start}/" if start else None)
            found = [one for page in pages for one in page]
        return sorted(
            (
                Item(name=one["path"][skipped:], size=one["size"], modified=one["last_modified"])
                for one in found
            ),
            key=lambda item: PurePosixPath(item.name),
        )

    def open(self, name: str, start: int = 0) -> BinaryIO:
        """Open an object; it is fetched in ranges of some megabytes."""
        with self._explained("read", name):
            reader = obstore.open_reader(self._store, self._key(name), buffer_size=_CHUNK)
            reader.seek(start)
        return cast(BinaryIO, io.BufferedReader(_Reading(self, name, reader), _CHUNK))

    def create(self, name: str) -> BinaryIO:
        """Open a new object; it is sent when it is closed."""
        return cast(BinaryIO, _Sending(self, name))

    def send(self, name: str, content: BinaryIO) -> None:
        """Write an object."""
        with self._explained("write", name):
            obstore.put(self._store, self._key(name), content)

    def prepare(self) -> None:
        """Make sure that the bucket is there."""
        with self._explained("write", ""):
            obstore.list_with_delimiter(self._store, f"{self._key('_')}/")

    def publish(self, moves: Mapping[str, str], replaced: Iterable[str], aside: str) -> None:  # noqa: ARG002
        """Copy to the final names, then delete what is not among them."""
        with self._explained("write", ""):
            for staged, final in moves.items():
                obstore.copy(self._store, self._key(staged), self._key(final))
            kept = {*moves.values()}
            there = [item.name for name in replaced for item in self._at(name)]
            self._delete([name for name in there if name not in kept])
            self._delete([*moves])

    def remove(self, below: str) -> None:
        """Delete the objects below a prefix."""
        with self._explained("remove", below):
            self._delete([item.name for item in self.items(below)])

    def _at(self, name: str) -> list[Item]:
        found = self.find(name)
        return [found] if found else self.items(name)

    def _delete(self, names: list[str]) -> None:
        for first in range(0, len(names), _AT_ONCE):
            obstore.delete(self._store, [self._key(name) for name in names[first : first + _AT_ONCE]])

    def _key(self, name: str) -> str:
        return "/".join(part for part in (self.prefix, name) if part)

    @property
    def _store(self) -> S3Store:
        return _store(self.bucket, self.settings)

    @contextmanager
    def _explained(self, what: str, name: str) -> Generator[None]:
        try:
            yield
        except (BaseError, OSError) as error:
            raise self.failure(what, name, error) from error

    def failure(self, what: str, name: str, error: Exception) -> TerminalError:
        """Return what is shown of an error."""
        said = str(error)
        plain = (said.splitlines()[0][:300], f"{_KEYS}; {_SERVER}")
        meaning, hint = next(((known, do) for mark, known, do in _MEANINGS if mark in said), plain)
        return TerminalError(f"cannot {what}: {meaning}", where=self.shown(name), hint=hint)


@cache
def _store(bucket: str, settings: tuple[tuple[str, str], ...]) -> S3Store:
    """Return a client; it keeps its connections."""
    given = dict(settings)
    endpoint = given.pop("AWS_ENDPOINT_URL_S3", None) or given.pop("AWS_ENDPOINT_URL", None)
    given.pop("AWS_ENDPOINT_URL", None)
    if endpoint is not None:
        given["AWS_ENDPOINT_URL"] = endpoint
    config = {name.lower(): value for name, value in given.items()}
    return S3Store(
        bucket,
        config=config,  # pyright: ignore[reportArgumentType]  # keys are checked when it is made
        client_options={
            "connect_timeout": "5 s",
            "timeout": "300 s",
            "allow_http": (endpoint or "").startswith("http://"),
        },
        retry_config={"max_retries": 4, "retry_timeout": timedelta(seconds=60)},
    )


class _Reading(io.RawIOBase):
    """An object, read as a stream."""

    def __init__(self, bucket: Bucket, name: str, reader: "obstore.ReadableFile") -> None:
        self.bucket = bucket
        self.name = name
        self.reader = reader

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        try:
            found = self.reader.read(len(buffer))
        except (BaseError, OSError) as error:
            raise self.bucket.failure("read", self.name, error) from error
        buffer[: len(found)] = found
        return len(found)


class _Sending(io.RawIOBase):
    """A new object, collected in memory or, if it is large, in a temporary file."""

    def __init__(self, bucket: Bucket, name: str) -> None:
        self.bucket = bucket
        self.name = name
        self.content = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115  # closed by close

    def writable(self) -> bool:
        return True

    def write(self, data: bytes, /) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        return self.content.write(data)

    def tell(self) -> int:
        return self.content.tell()

    def close(self) -> None:
        if self.closed:
            return
        try:
            self.content.seek(0)
            self.bucket.send(self.name, cast(BinaryIO, self.content))
        finally:
            with suppress(OSError):
                self.content.close()
            super().close()
