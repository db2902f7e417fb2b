"""Responses -> tables in files, by Spark: tasks write files, the driver checks their rows and publishes them together.

All tables of a batch are written by one Spark job. A task writes where nobody looks, and reports its files with its
result: of a task that was tried again, or twice, Spark takes one report, and files that no report names are left behind
and removed.
"""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false, reportCallIssue=false, reportArgumentType=false
# pyright: reportAttributeAccessIssue=false
# (pyarrow has no types, and functions of it none that fit)

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial, reduce
from typing import TYPE_CHECKING, BinaryIO

import orjson
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import functions

from runtime import accounts
from runtime.accounts import CLASSES, LINE, SHA256, SOURCE, UNREADABLE, Origin
from runtime.errors import TerminalError
from runtime.export import Export, Exported
from runtime.formats import Format, Writer
from runtime.job import REQUEST, Partitioning, Table
from runtime.output import Staging, TableFiles, staging, written
from runtime.progress import Progress
from runtime.registry import checks_of, job_of, spark_job
from runtime.responses import File
from runtime.spark.documents import Account, Documents, transformed
from runtime.spark.reading import batches, captures, surveyed
from runtime.spark.session import running
from runtime.spark.settings import Settings
from runtime.storage import place

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A file that a task wrote: its table, its folder below that of the table, its name in staging, its rows."""

    table: str
    folder: str
    name: str
    rows: int


def transform_files(
    export: Export, files: Sequence[File], to: str, settings: Settings, progress: Progress
) -> Exported:
    """Transform files and write a folder per table, all of them or none."""
    tasks = settings.parallelism
    names = [table.name for table in export.tables]
    with (
        running(settings.sized(len(files)), say=progress.note) as spark,
        staging(place(to)) as stage,
        Sink(export, stage) as sink,
    ):
        stretches = surveyed(spark, files, export.operation, tasks)
        plan = [*batches(stretches, settings.documents_per_batch)]
        for batch in progress.track("transform", plan):
            read = captures(spark, batch, export.operation, tasks)
            job, checks = partial(job_of, export.operation), partial(checks_of, export.operation)
            with transformed(
                read, job, spark_job(export.operation), tables=names, checks=checks
            ) as documents:
                for said in sink.write(documents):
                    progress.finding(said)
        return sink.publish()


def write_batch(export: Export, documents: Documents, to: str, name: str) -> Exported:
    """Add the rows of a batch to the folders of its tables, in files with this name; a repeat replaces its own."""
    with staging(place(to)) as stage, Sink(export, stage) as sink:
        sink.write(documents)
        return sink.publish_batch(name)


@dataclass(slots=True)
class Sink:
    """What a run has written so far: files in staging, and the accounts of the responses."""

    export: Export
    stage: Staging
    done: Exported = field(default_factory=Exported)
    written: list[Written] = field(default_factory=list[Written])
    accounts: TableFiles = field(init=False)

    def __post_init__(self) -> None:
        own = (accounts.DOCUMENTS, accounts.DEAD_LETTERS)
        self.accounts = TableFiles(self.stage, self.export.form, own)
        self.done.tables.update({table.name: 0 for table in self.export.files})

    def __enter__(self) -> "Sink":
        return self

    def __exit__(self, *_: object) -> None:
        self.accounts.__exit__()

    def write(self, documents: Documents) -> list[str]:
        """Write the rows of a batch; return what is said of responses that are no documents."""
        expected = {table.name: documents.rows(table.name) for table in self.export.tables}
        frames = {name: documents.table(name) for name, rows in expected.items() if rows}
        found = [*_in_tasks(self.export, self.stage, frames | self._beside(documents))]
        counted: Counter[str] = Counter()
        for one in found:
            counted[one.table] += one.rows
        _check(expected, counted)
        self.written += found
        self.done.tables.update(counted)
        return self._account(documents.accounts)

    def _beside(self, documents: Documents) -> "dict[str, DataFrame]":
        """Return what no table took, where there is any."""
        operation = functions.lit(self.export.operation.name).alias("operation")
        value = functions.expr("nullif(value, 'null')").alias("value")
        found: dict[str, DataFrame] = {}
        if documents.rows(accounts.RESCUED.name):
            found[accounts.RESCUED.name] = documents.rescued().select(
                "raw_id", "ordinal", operation, "pointer", value, "reason"
            )
        if documents.rows(accounts.QUARANTINE.name):
            found[accounts.QUARANTINE.name] = documents.quarantined().select(
                "raw_id", operation, "table_name", "position", "rules", "rules_of", "row"
            )
        return found

    def _account(self, found: Iterable[Account]) -> list[str]:
        documents, letters = [], []
        said: list[str] = []
        for account in sorted(found, key=lambda one: one.raw_id):
            origin, reason = _origin(account, self.export.operation.name)
            if reason:
                letters.append(accounts.dead_letter(origin, reason))
                said.append(f"{origin}: {reason}")
                continue
            rows = {table.name: account.rows(table.name) for table in self.export.tables}
            request = account.params[REQUEST]
            documents.append(accounts.document(origin, request, account.captured_at, account.counts, rows))
            self.done.leaves.update({name: getattr(account.counts, name) for name in CLASSES})
        for table, rows in ((accounts.DOCUMENTS, documents), (accounts.DEAD_LETTERS, letters)):
            if rows:
                self.accounts.add({table.name: self.export.form.encode(table, rows)})
                self.done.tables[table.name] += len(rows)
        self.done.documents += len(documents)
        self.done.dead_letters += said
        return said

    def publish(self) -> Exported:
        """Give the files their names, each table as a whole; what was there of it is replaced, old partitions too."""
        suffix = self.export.form.suffix
        names = self._names("part")
        names |= self._empty({final.partition("/")[0] for final in names.values()})
        tables = [table.name for table in self.export.files]
        _check_all(self.stage, names)
        self.stage.publish(names, [*tables, *(f"{name}{suffix}" for name in tables)])
        return self.done

    def publish_batch(self, name: str) -> Exported:
        """Put the files beside those of other batches."""
        names = self._names(name)
        _check_all(self.stage, names)
        there = (item.name for table in self.export.files for item in self.stage.place.items(table.name))
        own = [found for found in there if found.rpartition("/")[2].startswith(f"{name}-")]
        self.stage.publish(names, own)
        return self.done

    def _names(self, name: str) -> dict[str, str]:
        """Return the final name of each file in staging."""
        self.accounts.close()
        suffix = self.export.form.suffix
        own = {table.name: f"{table.name}/{name}-00000{suffix}" for table in self.accounts.tables}
        return own | _numbered(self.written, name, suffix)

    def _empty(self, filled: set[str]) -> dict[str, str]:
        """Write a file without rows for every table that has none, so that readers find its columns."""
        rest = tuple(table for table in self.export.files if table.name not in filled)
        TableFiles(self.stage, self.export.form, rest).close()
        return {table.name: f"{table.name}/part-00000{self.export.form.suffix}" for table in rest}


def _numbered(files: Iterable[Written], name: str, suffix: str) -> dict[str, str]:
    """Return the final name of each file in staging."""
    numbers: Counter[str] = Counter()
    names: dict[str, str] = {}
    for one in files:
        folder = f"{one.table}/{one.folder}".rstrip("/")
        names[one.name] = f"{folder}/{name}-{numbers[folder]:05}{suffix}"
        numbers[folder] += 1
    return names


def _check(expected: Mapping[str, int], counted: Mapping[str, int]) -> None:
    for table, rows in expected.items():
        if counted.get(table, 0) != rows:
            raise TerminalError(
                f"Spark has {counted.get(table, 0):,} rows for `{table}`, the documents {rows:,}",
                hint="nothing was published; this is a bug in the generated transform, `--engine local` is right",
            )


def _check_all(stage: Staging, names: Mapping[str, str]) -> None:
    """Make sure that this process sees what the tasks wrote."""
    there = {item.name.rpartition("/")[2] for item in stage.place.items(stage.folder)}
    if missing := [name for name in names if name not in there]:
        raise TerminalError(
            f"{len(missing)} files that executors wrote are not there",
            where=stage.place.url,
            hint="nothing was published; name a folder that all machines share, or s3://bucket/prefix",
        )


def _origin(account: Account, operation: str) -> tuple[Origin, str]:
    """Return where a response is from, and why it is no document, or ""."""
    said = account.params
    origin = Origin(
        raw_id=account.raw_id,
        file=said.get(SOURCE, ""),
        line=int(said.get(LINE, "0")),
        operation=operation,
        sha256=said.get(SHA256, ""),
    )
    return origin, said.get(UNREADABLE) or account.unusable or ""


def _in_tasks(export: Export, stage: Staging, frames: "Mapping[str, DataFrame]") -> Iterator[Written]:
    """Write frames, all in one job; yield the files."""
    tables = {table.name: table for table in export.files}
    reports = [_reports(tables[name], export.form, stage, frame) for name, frame in frames.items()]
    if not reports:
        return
    found = reduce(lambda one, other: one.union(other), reports).where("report IS NOT NULL")
    for row in found.collect():
        for said in orjson.loads(row["report"]):
            yield Written(**said)


def _reports(table: Table, form: Format, stage: Staging, frame: "DataFrame") -> "DataFrame":
    def write(batches: Iterator[pa.Array]) -> Iterator[pa.Array]:
        """Write a partition. There is a row out for every row in: null but the last, which is the report."""
        files = _Files(table, form, stage)
        waiting = 0
        for batch in batches:
            if waiting:
                yield pa.nulls(waiting, pa.string())
            files.add(batch)
            waiting = len(batch)
        if waiting:
            yield pa.array([*[None] * (waiting - 1), files.close()], pa.string())

    writing = functions.arrow_udf(write, "string").asNondeterministic()
    columns = (functions.col(f"`{column.name}`") for column in table.columns)
    return frame.select(writing(functions.struct(*columns)).alias("report"))


class _Files:
    """The files of one task: one, or one for each partition of the table."""

    def __init__(self, table: Table, form: Format, stage: Staging) -> None:
        self.table = table
        self.form = form
        self.stage = stage
        self.open: dict[str, tuple[Writer, BinaryIO, str]] = {}
        self.rows: Counter[str] = Counter()

    def add(self, batch: pa.StructArray) -> None:
        rows = pa.RecordBatch.from_struct_array(batch)
        for folder, found in _by_partition(self.table.partitioning, rows):
            if folder not in self.open:
                name = f"{self.table.name}-{uuid.uuid4().hex}"
                stream = self.stage.create(name)
                self.open[folder] = (self.form.writer(self.table, stream), stream, name)
            with written(self.stage.place.url):
                self.open[folder][0].add(self.form.recode(self.table, found))
            self.rows[folder] += found.num_rows

    def close(self) -> str:
        said: list[dict[str, object]] = []
        for folder, (writer, stream, name) in self.open.items():
            with written(self.stage.place.url):
                writer.close()
                stream.close()
            said.append({"table": self.table.name, "folder": folder, "name": name, "rows": self.rows[folder]})
        return orjson.dumps(said).decode()


def _by_partition(by: Partitioning | None, rows: pa.RecordBatch) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Yield rows with the folder of their partition: `game_date_year=2024`; all in one where there are none."""
    if by is None:
        yield "", rows
        return
    told = pc.strftime(rows.column(by.column), "%Y" if by.every == "year" else "%Y-%m")
    for value in pc.unique(told).to_pylist():
        yield f"{by.column}_{by.every}={value}", rows.filter(pc.equal(told, value))
