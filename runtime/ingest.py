"""Take responses in: archive, then one raw row each, in one transaction per response; nothing is lost.

What is no document does not stop the others: it is archived, put into the dead letters with the reason, and counted.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from runtime import raw
from runtime.archive import Archive
from runtime.capture import Capture, digest
from runtime.database import Connection
from runtime.document import Document, Parsed, Unusable, parse
from runtime.envelope import Defaults, UnreadableError, read
from runtime.errors import DataError
from runtime.partitions import DetachedError, Partitions
from runtime.progress import Progress
from runtime.raw import RawRow
from runtime.registry import Catalog


@dataclass(slots=True)
class Tally:
    """What became of the responses. `stored` of them are new, `known` were there, `detached` are of a closed month."""

    responses: int = 0
    stored: int = 0
    known: int = 0
    without_data: int = 0
    dead_letters: int = 0
    unreadable: int = 0
    detached: int = 0

    @property
    def clean(self) -> bool:
        """Say whether every response became a document or was an error of the API, kept as such."""
        return not self.dead_letters and not self.unreadable and not self.detached


@dataclass(frozen=True, slots=True)
class Received:
    """A response in the raw tier. `document` is None when it is kept without data."""

    capture: Capture
    row: RawRow
    document: Document | None


@dataclass(frozen=True, slots=True)
class Ingest:
    """Everything that taking responses in needs."""

    connection: Connection
    catalog: Catalog
    archive: Archive
    progress: Progress
    defaults: Defaults = field(default_factory=Defaults)
    tally: Tally = field(default_factory=Tally)
    partitions: Partitions = field(init=False)
    _writer: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "archive"), repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "partitions", Partitions(self.connection))

    def files(self, sources: Sequence[str]) -> Tally:
        """Take in files; each is independent of the others."""
        for source in self.progress.track("ingest", sources):
            self.file(source)
        return self.tally

    def file(self, source: str) -> Received | None:
        """Take in one file; what cannot be read goes to the dead letters."""
        self.tally.responses += 1
        try:
            return self.capture(read(source, self.defaults))
        except UnreadableError as error:
            self.unreadable(error)
        except DetachedError as error:
            self.tally.detached += 1
            self.progress.finding(f"{source}: {error.what}; kept in the archive only")
        except DataError as error:
            self.tally.unreadable += 1
            self.progress.finding(f"{source}: {error.what}")
        return None

    def unreadable(self, error: UnreadableError) -> None:
        """Keep bytes that are no response."""
        self.archive.put_unreadable(error.content, error.source, error.what)
        self._bury(error.what, error.content, error.source, None)

    def capture(self, capture: Capture) -> Received | None:
        """Take in one response. The archive is written meanwhile, and is whole before the database commits."""
        archived = self._writer.submit(self.archive.put, capture)
        operation = self.catalog.operations.get(capture.request.operation)
        if operation is None:
            archived.result()
            self._bury(
                f"unknown operation `{capture.request.operation}`", capture.body, capture.source, capture
            )
            return None
        parsed = parse(capture.body)
        try:
            self.partitions.ensure(operation.raw_table, capture.request.captured_at)
        except DetachedError:
            archived.result()
            raise
        ok = capture.request.status_code == 200
        with self.connection.transaction():
            row = raw.insert(self.connection, operation, capture, parsed)
            if ok and isinstance(parsed, Unusable):
                self._bury(parsed.reason, capture.body, capture.source, capture)
            archived.result()
        return self._count(capture, row, parsed if ok else None)

    def _count(self, capture: Capture, row: RawRow, parsed: Parsed | None) -> Received:
        self.tally.stored += row.new
        self.tally.known += not row.new
        document = parsed if isinstance(parsed, Document) else None
        self.tally.without_data += document is None
        return Received(capture, row, document)

    def _bury(self, reason: str, content: bytes, source: str, capture: Capture | None) -> None:
        with self.connection.transaction():
            raw.bury(self.connection, reason=reason, content=content, source=source, capture=capture)
        self.tally.dead_letters += 1
        self.progress.finding(f"{source}: {reason}; kept in metadata.dead_letters ({digest(content)[:12]})")


def from_archive(ingest: Ingest) -> Tally:
    """Take in everything that is archived."""
    for entry in ingest.progress.track("rebuild", tuple(ingest.archive.entries())):
        body = ingest.archive.body(entry.sha256)
        if body is None:
            continue  # its request was written, its body not: the run that wrote them did not get further
        ingest.tally.responses += 1
        if entry.request is None:
            ingest.unreadable(UnreadableError(entry.reason, entry.source, body))
        else:
            ingest.capture(
                Capture(request=entry.request, body=body, sha256=entry.sha256, source=entry.source)
            )
    return ingest.tally
