"""Write the tables of responses to files, without a database: in this process, or in several on this machine.

Responses are read, transformed and written some at a time; what is held of them does not grow with their number.
"""

import difflib
import signal
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import get_context

from runtime import accounts
from runtime.accounts import CLASSES, Origin
from runtime.capture import Request
from runtime.document import Document, parse
from runtime.errors import DataError, TerminalError
from runtime.formats import Encoded, Format, form
from runtime.job import Job, Operation, Row, Table
from runtime.output import TableFiles, staging
from runtime.progress import Progress, Quiet
from runtime.registry import Catalog, find
from runtime.responses import File, Line, Part, Response, parts, responses
from runtime.storage import place
from runtime.transform import Transformed, transform

_QUIET = Quiet()

_PARTS = 32
_BYTES = 16 * 2**20
"""So much is transformed at once: the output does not depend on the number of processes."""

_AHEAD = 3
"""Portions per process that wait for it, or for those before them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What to write: the responses of an operation, the tables to write of them, the format."""

    catalog: Catalog
    operation: Operation
    job: Job
    tables: tuple[Table, ...]
    form: Format

    @property
    def files(self) -> tuple[Table, ...]:
        """Every table that is written."""
        return (*self.tables, *accounts.TABLES)


@dataclass(slots=True)
class Exported:
    """What was written: rows by table, documents, their leaves by class, and responses that are no documents."""

    tables: Counter[str] = field(default_factory=Counter[str])
    documents: int = 0
    leaves: Counter[str] = field(default_factory=Counter[str])
    dead_letters: list[str] = field(default_factory=list[str])

    def __iadd__(self, other: "Exported") -> "Exported":
        self.tables.update(other.tables)
        self.documents += other.documents
        self.leaves.update(other.leaves)
        self.dead_letters += other.dead_letters
        return self


def wanted(catalog: Catalog, operation: str, tables: Sequence[str], form_name: str) -> Export:
    """Return what to write; no names of tables stand for all of them."""
    found = find(catalog, operation)
    job = catalog.job(operation)
    if job is None:
        raise DataError(f"operation `{operation}` has no tables", hint="it is kept raw only; add a mapping")
    known = {table.name: table for table in job.tables}
    for name in tables:
        if name not in known:
            raise TerminalError(f"`{operation}` has no table `{name}`", hint=_nearest(name, known))
    chosen = tuple(table for table in job.tables if not tables or table.name in tables)
    return Export(catalog=catalog, operation=found, job=job, tables=chosen, form=form(form_name))


def _nearest(name: str, known: Iterable[str]) -> str:
    known = [*known]
    near = difflib.get_close_matches(name, known, n=1)
    return f"did you mean `{near[0]}`?" if near else f"it has {', '.join(known)}"


def transform_files(
    export: Export,
    files: Sequence[File],
    to: str,
    *,
    processes: int = 1,
    progress: Progress = _QUIET,
) -> Exported:
    """Transform files with the local engine and write one file per table, all of them or none."""
    done = Exported(tables=Counter({table.name: 0 for table in export.files}))
    with staging(place(to)) as stage, TableFiles(stage, export.form, export.files) as tables:
        portions = _portions(export, files, progress)
        if processes == 1:
            shares = (share(export, portion) for portion in portions)
        else:
            shares = _in_processes(export, portions, processes)
        for one in shares:
            tables.add(one.rows)
            for said in one.done.dead_letters:
                progress.finding(said)
            done += one.done
        tables.publish()
    return done


@dataclass(frozen=True, slots=True)
class Portion:
    """Some responses that follow each other; the first has this number in the run."""

    first: int
    parts: tuple[Part, ...]


@dataclass(slots=True)
class Share:
    """What a portion became: encoded rows by table."""

    rows: dict[str, Encoded] = field(default_factory=dict[str, Encoded])
    done: Exported = field(default_factory=Exported)


def _portions(export: Export, files: Sequence[File], progress: Progress) -> Iterator[Portion]:
    first, count, size = 1, 0, 0
    held: list[Part] = []
    for file in progress.track("transform", files):
        for part in parts(file, export.operation):
            held.append(part)
            count += part.count
            size += len(part.content) if isinstance(part, Line) else 0
            if count >= _PARTS or size >= _BYTES:
                yield Portion(first, tuple(held))
                first, count, size, held = first + count, 0, 0, []
    if held:
        yield Portion(first, tuple(held))


_EXPORT: list[Export] = []
"""What this process works on, if it is one of several."""


def _begin(catalog: Catalog, operation: str, tables: Sequence[str], form_name: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process says when to stop
    _EXPORT.append(wanted(catalog, operation, tables, form_name))


def _in_processes(export: Export, portions: Iterable[Portion], processes: int) -> Iterator[Share]:
    """Transform portions in other processes; the shares come in order."""
    waiting: deque[Future[Share]] = deque()
    names = [table.name for table in export.tables]
    given = (export.catalog, export.operation.name, names, export.form.name)
    pool = ProcessPoolExecutor(processes, get_context("spawn"), initializer=_begin, initargs=given)
    try:
        for portion in portions:
            waiting.append(pool.submit(_share_here, portion))
            if len(waiting) > _AHEAD * processes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool as error:
        hint = "it was killed, perhaps for want of memory; try fewer --processes"
        raise TerminalError("a process that transforms responses ended", hint=hint) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _share_here(portion: Portion) -> Share:
    return share(_EXPORT[0], portion)


def share(export: Export, portion: Portion) -> Share:
    """Read and transform a portion."""
    made = _Share(export)
    found = (one for part in portion.parts for one in responses(part, export.operation.name))
    for raw_id, response in enumerate(found, portion.first):
        made.add(raw_id, response)
    return made.encoded()


class _Share:
    """Collects what the responses of a portion become."""

    def __init__(self, export: Export) -> None:
        self.export = export
        self.rows: dict[str, list[Row]] = {table.name: [] for table in export.files}
        self.done = Exported()

    def add(self, raw_id: int, response: Response) -> None:
        origin = Origin(
            raw_id=raw_id,
            file=response.file,
            line=response.line,
            operation=self.export.operation.name,
            sha256=response.sha256,
        )
        if response.capture is None:
            self.reject(origin, response.reason)
            return
        parsed = parse(response.capture.body)
        if isinstance(parsed, Document):
            request = response.capture.request
            self.keep(origin, request, transform(self.export.job, parsed.value, request.params))
        else:
            self.reject(origin, parsed.reason)

    def reject(self, origin: Origin, reason: str) -> None:
        self.rows[accounts.DEAD_LETTERS.name].append(accounts.dead_letter(origin, reason))
        self.done.dead_letters.append(f"{origin}: {reason}")

    def keep(self, origin: Origin, request: Request, found: Transformed) -> None:
        counts = {table.name: len(found.rows[table.name]) for table in self.export.tables}
        for name in counts:
            self.rows[name] += found.rows[name]
        row = accounts.document(origin, request.name, request.captured_at, found.counts, counts)
        self.rows[accounts.DOCUMENTS.name].append(row)
        self.rows[accounts.RESCUED.name] += accounts.rescued(origin, found.rescued)
        self.rows[accounts.QUARANTINE.name] += accounts.quarantined(origin, found.quarantined)
        self.done.documents += 1
        self.done.leaves.update({name: getattr(found.counts, name) for name in CLASSES})

    def encoded(self) -> Share:
        tables = {table.name: table for table in self.export.files if self.rows[table.name]}
        self.done.tables.update({name: len(self.rows[name]) for name in tables})
        encode = self.export.form.encode
        return Share({name: encode(table, self.rows[name]) for name, table in tables.items()}, self.done)
