"""Responses in files: one in a file, one in a line, or many in an Avro archive; also gzipped, also in object storage.

`files` names them without reading, `parts` cuts a file where responses end, `responses` reads what was cut. The parts
are small, and can be sent to another process that reads them.
"""

import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO, TypeAlias

from runtime.avro_archive import Block, blocks, bodies
from runtime.capture import Capture, digest
from runtime.envelope import STDIN, Defaults, UnreadableError, bare, opened
from runtime.errors import DataError
from runtime.job import Operation
from runtime.storage import SCHEME, Folder, Item, Place, place

_ALONE = (".json", ".json.gz")
_LINES = (".ndjson", ".ndjson.gz", ".jsonl", ".jsonl.gz")
_AVRO = (".avro",)
SUFFIXES = (*_ALONE, *_LINES, *_AVRO)
"""How the names of files with responses end."""

_CHUNK = 2**20
_GZIP = b"\x1f\x8b"
_LONGEST = 2**30
"""Of a line: what is longer is no response, and would fill the memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file or an object with responses."""

    place: Place
    item: Item

    @property
    def url(self) -> str:
        """The file, as a user writes it."""
        return self.place.shown(self.item.name).encode("utf-8", "replace").decode()

    @property
    def is_standard_input(self) -> bool:
        """Whether only this process can read it."""
        return self.item.name == STDIN

    @property
    def is_archive(self) -> bool:
        """Whether it may hold many responses."""
        return self.item.name.endswith((*_LINES, *_AVRO))

    def open(self, start: int = 0) -> BinaryIO:
        """Open it."""
        return self.place.open(self.item.name, start)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A file that is one response; it is read where it is needed."""

    file: File
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a file, which is one response. Lines are counted from 1; 0 is all of standard input."""

    file: File
    line: int
    content: bytes = field(repr=False)
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """A block of an Avro archive, with `count` responses; `line` is the number of the first, from 1."""

    file: File
    line: int
    block: Block

    @property
    def count(self) -> int:
        """How many responses it holds."""
        return self.block.count


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """The rest of a file, which cannot be read: it counts as one response."""

    file: File
    line: int
    reason: str
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Where reading may begin in a file: an offset, the line that begins there, the responses before it."""

    start: int
    line: int = 1
    before: int = 0


BEGINNING = Mark(start=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """How many responses a file has, and some places at which reading may begin, in order."""

    count: int
    marks: tuple[Mark, ...] = (BEGINNING,)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a file, uncompressed; `start` is its offset in the file if reading may begin with it."""

    content: bytes
    start: int | None
    is_plain: bool


Part: TypeAlias = Whole | Line | Records | Broken


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A response, or what stands in its place (`capture` is None) and why it is none.

    `line` is 0 where the file is the response.
    """

    file: str
    line: int = 0
    capture: Capture | None = None
    sha256: str
    reason: str = ""


def files(given: str) -> list[File]:
    """Return the file, or the files in a folder or below a prefix, in a stable order.

    Raises:
        DataError: there is none.
    """
    if given == STDIN:
        return [File(place=Folder("", ""), item=Item(name=STDIN, size=0, modified=datetime.now(tz=UTC)))]
    found = _files(given)
    if not found:
        hint = f"names end in {', '.join(SUFFIXES)}"
        raise DataError("there are no responses", where=given, hint=hint)
    return found


def _files(given: str) -> list[File]:
    if given.startswith(SCHEME):
        above, _, name = given.rstrip("/").rpartition("/")
        if not given.endswith("/") and "/" in given.removeprefix(SCHEME):
            item = place(above).find(name)
            if item is not None:
                return [File(place=place(above), item=item)]
        return _inside(place(given))
    path = Path(given)
    if path.is_dir():
        return _inside(place(given))
    around = place(str(path.parent))
    item = around.find(path.name)
    if item is None:
        raise DataError("cannot read the file: there is none", where=given)
    return [File(place=around, item=item)]


def _inside(folder: Place) -> list[File]:
    return [
        File(place=folder, item=item)
        for item in folder.items()
        if item.name.endswith(SUFFIXES) and not _is_hidden(item.name)
    ]


def _is_hidden(name: str) -> bool:
    return any(part.startswith((".", "_")) for part in PurePosixPath(name).parts)


def parts(file: File, operation: Operation, mark: Mark = BEGINNING) -> Iterator[Part]:
    """Cut a file where its responses end, reading it as it goes, from a mark on."""
    return (part for _, part in marked(file, operation, mark))


def marked(file: File, operation: Operation, mark: Mark = BEGINNING) -> Iterator[tuple[int | None, Part]]:
    """Cut a file; with each part comes the offset where reading may begin for it, if it may."""
    if file.is_standard_input:
        yield 0, Line(file=file, line=0, content=sys.stdin.buffer.read())
    elif file.item.name.endswith(_AVRO):
        yield from _records(file, operation, mark)
    elif file.item.name.endswith(_LINES):
        yield from _lines(file, mark)
    else:
        yield 0, Whole(file=file)


def survey(file: File, operation: Operation, every: int, size: int) -> Survey:
    """Count the responses of a file, and mark it about every so many responses or bytes of them."""
    marks: list[Mark] = []
    total = count = held = 0
    for offset, part in marked(file, operation):
        if offset is not None and (not marks or count >= every or held >= size):
            marks.append(Mark(start=offset, line=_line_of(part), before=total))
            count = held = 0
        total += part.count
        count += part.count
        held += _size_of(part)
    return Survey(count=total, marks=tuple(marks) or (BEGINNING,))


def _line_of(part: Part) -> int:
    return 1 if isinstance(part, Whole) else part.line


def _size_of(part: Part) -> int:
    match part:
        case Line():
            return len(part.content)
        case Records():
            return len(part.block.content)
        case Whole() | Broken():
            return 0


def _lines(file: File, mark: Mark) -> Iterator[tuple[int | None, Part]]:
    """Cut a file into its lines; empty ones are left out."""
    number = mark.line - 1
    with file.open(mark.start) as stream:
        try:
            for number, (offset, content) in enumerate(_split(_plain(stream, mark.start)), mark.line):
                if content.strip():
                    yield offset, Line(file=file, line=number, content=content)
        except ValueError as error:
            yield None, Broken(file=file, line=number + 1, reason=str(error))


def _split(chunks: Iterator[Chunk]) -> Iterator[tuple[int | None, bytes]]:
    """Yield lines without their ends, and the offset of those at which reading may begin."""
    rest: list[bytes] = []
    begin: int | None = None
    for chunk in chunks:
        if not any(rest) and chunk.start is not None:
            begin = chunk.start
        head, *others = chunk.content.split(b"\n")
        rest.append(head)
        position = len(head) + 1
        for line in others:
            yield begin, b"".join(rest)
            rest = [line]
            begin = chunk.start + position if chunk.is_plain and chunk.start is not None else None
            position += len(line) + 1
        if len(rest) * _CHUNK > _LONGEST:
            raise ValueError(f"a line is longer than {_LONGEST // 2**20} MiB")
    if any(rest):
        yield begin, b"".join(rest)


def _plain(stream: BinaryIO, start: int) -> Iterator[Chunk]:
    """Yield the content of a file in pieces, unzipped if it is gzip: one member, or several."""
    chunk = stream.read(_CHUNK)
    if chunk[:2] == _GZIP:
        yield from _members(stream, chunk, start)
        return
    while chunk:
        yield Chunk(chunk, start, is_plain=True)
        start += len(chunk)
        chunk = stream.read(_CHUNK)


def _members(stream: BinaryIO, chunk: bytes, start: int) -> Iterator[Chunk]:
    """Unzip; reading may begin where a member does. `start` is the offset of the first chunk."""
    member, begin = zlib.decompressobj(wbits=31), start
    while chunk:
        try:
            content = member.decompress(chunk)
        except zlib.error as error:
            raise ValueError(f"damaged gzip: {error}") from error
        yield Chunk(content, begin, is_plain=False)
        begin = None
        start += len(chunk) - len(member.unused_data)
        chunk = member.unused_data or stream.read(_CHUNK)
        if member.eof and chunk:
            member, begin = zlib.decompressobj(wbits=31), start
    if not member.eof:
        raise ValueError("damaged gzip: it ends in the middle")


def _records(file: File, operation: Operation, mark: Mark) -> Iterator[tuple[int | None, Part]]:
    number = mark.line
    with file.open() as stream:
        try:
            for block in blocks(stream, operation.raw_table, mark.start):
                yield block.start, Records(file=file, line=number, block=block)
                number += block.count
        except ValueError as error:
            yield None, Broken(file=file, line=number, reason=str(error))


def responses(part: Part, operation: str) -> Iterator[Response]:
    """Read the responses of a part; there are as many as it counts."""
    match part:
        case Whole():
            with part.file.open() as stream:
                yield _response(part.file, 0, stream.read(), operation)
        case Line():
            yield _response(part.file, part.line, part.content, operation)
        case Records():
            for number, body in enumerate(bodies(part.block), part.line):
                yield _recorded(part.file, number, body, operation)
        case Broken():
            yield _unreadable(part.file.url, part.line, b"", part.reason)


def _response(file: File, line: int, content: bytes, operation: str) -> Response:
    try:
        capture = opened(content, file.url, Defaults(operation=operation), file.item.modified)
    except UnreadableError as error:
        return _unreadable(file.url, line, content, error.what)
    found = capture.request.operation
    if found != operation:
        return _unreadable(file.url, line, content, f"a response of {found}, not of {operation}")
    return Response(file=file.url, line=line, capture=capture, sha256=capture.sha256)


def _recorded(file: File, line: int, body: bytes | ValueError, operation: str) -> Response:
    if isinstance(body, ValueError):
        return _unreadable(file.url, line, b"", str(body))
    capture = bare(body, file.url, Defaults(operation=operation), file.item.modified)
    return Response(file=file.url, line=line, capture=capture, sha256=capture.sha256)


def _unreadable(file: str, line: int, content: bytes, reason: str) -> Response:
    return Response(file=file, line=line, sha256=digest(content), reason=reason)
