"""Files with responses -> captures, read by the executors; the driver knows names, sizes and numbers.

A batch is so many responses that follow each other. It is cut into portions of about equal size: a portion is some
small files, or a stretch of a file with many responses. Each is a row for which a Python worker reads the captures.
"""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false, reportCallIssue=false, reportArgumentType=false
# (pyarrow has no types, and functions of it none that fit)

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

import orjson
import pyarrow as pa
from pyspark.sql import functions

from runtime.accounts import LINE, SHA256, SOURCE, UNREADABLE
from runtime.job import Operation
from runtime.responses import BEGINNING, File, Mark, Part, Response, Survey, parts, responses, survey

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_RESPONSES = 16
_BYTES = 16 * 2**20
"""So many responses are in a portion at most, and of a file with many about so many bytes."""

_CAPTURES = "array<struct<raw_id bigint, captured_at timestamp, params map<string, string>, body binary>>"
_ARROW = pa.list_(
    pa.struct(
        [
            ("raw_id", pa.int64()),
            ("captured_at", pa.timestamp("us", tz="UTC")),
            ("params", pa.map_(pa.string(), pa.string())),
            ("body", pa.binary()),
        ]
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Responses of a file that follow each other: `count` of them, of about `size` bytes, the first is `raw_id`.

    Reading may begin at `mark`; there are `skip` responses between it and the first.
    """

    raw_id: int
    file: File
    count: int
    size: float
    mark: Mark = BEGINNING
    skip: int = 0

    def part(self, first: int, count: int) -> "Stretch":
        """Return some of them."""
        size = self.size * count / self.count
        return replace(self, raw_id=self.raw_id + first, skip=self.skip + first, count=count, size=size)


Portion: TypeAlias = tuple[Stretch, ...]


def surveyed(
    session: "SparkSession", files: Sequence[File], operation: Operation, tasks: int
) -> list[Stretch]:
    """Number the responses of files; executors count those in files with many."""
    archives = [file for file in files if file.is_archive]
    found = dict(zip(archives, _surveys(session, archives, operation, tasks), strict=True))
    stretches: list[Stretch] = []
    raw_id = 1
    for file in files:
        seen = found.get(file) or Survey(count=1)
        ends = [*(mark.before for mark in seen.marks[1:]), seen.count]
        for mark, end in zip(seen.marks, ends, strict=True):
            count = end - mark.before
            size = file.item.size * count / max(seen.count, 1)
            if count:
                stretches.append(Stretch(raw_id=raw_id, file=file, count=count, size=size, mark=mark))
            raw_id += count
    return stretches


def _surveys(
    session: "SparkSession", archives: Sequence[File], operation: Operation, tasks: int
) -> list[Survey]:
    def count(numbers: Iterator[pa.Array]) -> Iterator[pa.Array]:
        for batch in numbers:
            for number in batch.to_pylist():
                seen = survey(archives[number], operation, _RESPONSES, _BYTES)
                yield pa.array([orjson.dumps([seen.count, seen.marks])], pa.binary())

    if not archives:
        return []
    rows = session.range(0, len(archives), 1, min(tasks, len(archives)))
    counted = rows.select("id", functions.arrow_udf(count, "binary")("id").alias("seen"))
    said = {row["id"]: orjson.loads(row["seen"]) for row in counted.collect()}
    found = (said[number] for number in range(len(archives)))
    return [Survey(count=count, marks=tuple(Mark(**mark) for mark in marks)) for count, marks in found]


def batches(stretches: Sequence[Stretch], documents: int) -> Iterator[list[Stretch]]:
    """Cut stretches into batches of so many responses."""
    batch: list[Stretch] = []
    room = documents
    for stretch in stretches:
        done = 0
        while done < stretch.count:
            taken = stretch.part(done, min(room, stretch.count - done))
            batch.append(taken)
            done += taken.count
            room -= taken.count
            if not room:
                yield batch
                batch, room = [], documents
    if batch:
        yield batch


def captures(
    session: "SparkSession", stretches: Sequence[Stretch], operation: Operation, tasks: int
) -> "DataFrame":
    """Return the captures of a batch, as `runtime.spark.captures.SCHEMA` has them."""
    portions = _portions(stretches, tasks)

    def read(numbers: Iterator[pa.Array]) -> Iterator[pa.Array]:
        reader = _Reader(operation)
        for batch in numbers:
            for number in batch.to_pylist():
                found = [one for stretch in portions[number] for one in reader.captures(stretch)]
                yield pa.array([found], _ARROW)

    rows = session.range(0, len(portions), 1, min(tasks, len(portions)))
    reading = functions.arrow_udf(read, _CAPTURES).asNondeterministic()
    found = rows.select(functions.inline(reading("id")))
    return found.withColumn("body", functions.col("body").cast("string"))


def _portions(stretches: Sequence[Stretch], tasks: int) -> list[Portion]:
    """Join and cut stretches to portions of about equal size, several per task: tasks get about as much to do."""
    total = sum(stretch.size for stretch in stretches)
    most = max(total / (8 * tasks), 1.0)
    made: list[Portion] = []
    held: list[Stretch] = []
    size, count = 0.0, 0
    for stretch in stretches:
        for first in range(0, stretch.count, _RESPONSES):
            piece = stretch.part(first, min(_RESPONSES, stretch.count - first))
            if held and (size + piece.size > most or count + piece.count > _RESPONSES):
                made.append(tuple(held))
                held, size, count = [], 0.0, 0
            held.append(piece)
            size += piece.size
            count += piece.count
    return [*made, tuple(held)]


class _Reader:
    """Reads stretches; one that follows the last one in its file goes on where that ended."""

    def __init__(self, operation: Operation) -> None:
        self.operation = operation
        self.following: tuple[File, int] | None = None
        self.open: Iterator[Response] = iter(())

    def captures(self, stretch: Stretch) -> Iterator[dict[str, object]]:
        if self.following != (stretch.file, stretch.raw_id):
            self.open = self.responses(parts(stretch.file, self.operation, stretch.mark), stretch.skip)
        for raw_id, response in enumerate(islice(self.open, stretch.count), stretch.raw_id):
            yield _capture(raw_id, response, stretch.file)
        self.following = (stretch.file, stretch.raw_id + stretch.count)

    def responses(self, found: Iterator[Part], skip: int) -> Iterator[Response]:
        """Yield the responses of parts; those that are skipped are not read."""
        for part in found:
            if skip >= part.count:
                skip -= part.count
                continue
            yield from islice(responses(part, self.operation.name), skip, None)
            skip = 0


def _capture(raw_id: int, response: Response, file: File) -> dict[str, object]:
    said = {SOURCE: response.file, LINE: str(response.line), SHA256: response.sha256}
    if response.capture is None:
        params, captured_at, body = said | {UNREADABLE: response.reason}, file.item.modified, b""
    else:
        request = response.capture.request
        params, captured_at = {**request.params, **said}, request.captured_at
        body = response.capture.body
    return {"raw_id": raw_id, "captured_at": captured_at, "params": [*params.items()], "body": body}
