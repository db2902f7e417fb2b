"""Where Spark's time goes: read, walk, parse, tables, write; each with what comes before it, in one session."""

import gc
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.benchmarks.tree import below

OPERATION = "game.liveGameV1"
CORES = 2
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Stages:
    """Milliseconds of processor time per game, by stage: of a first batch, and of one that finds Java warm."""

    games: int
    cold: dict[str, float] = field(default_factory=dict)
    warm: dict[str, float] = field(default_factory=dict)


def stages(files: Sequence[Path], state: Path) -> Stages:
    """Take a batch apart, twice."""
    from runtime.spark.session import Settings, running

    found = Stages(len(files))
    with running(Settings(state=state, master="local[2]", small=False)) as spark:
        for spent in (found.cold, found.warm):
            spent.update({name: used / len(files) * 1000 for name, used in _batch(spark, files, state)})
    return found


def _batch(spark, files: Sequence[Path], state: Path) -> Iterator[tuple[str, float]]:
    """Yield the processor time of each stage, without that of the stages before it."""
    from runtime.export import wanted
    from runtime.output import staging
    from runtime.registry import generated, job_of, spark_job
    from runtime.responses import files as found
    from runtime.spark import documents, reading
    from runtime.spark.export import Sink
    from runtime.storage import place
    from tests.support.project import ROOT

    export = wanted(generated(ROOT), OPERATION, (), "parquet")
    job, here = spark_job(export.operation), partial(job_of, export.operation)
    given = [one for file in files for one in found(str(file))]
    captures = reading.captures(
        spark, reading.surveyed(spark, given, export.operation, CORES), export.operation, CORES
    )
    read = _spent(lambda: _run(captures))
    yield "read the files", read
    walked = documents.walked(captures, here)
    walking = _spent(lambda: _run(walked))
    yield "walk: leaf accounting, rules, digests", walking - read
    parsing = _spent(lambda: _run(documents.parsed(walked, job.schema)))
    yield "parse, once for all tables", parsing - walking
    begun = processor_time()
    with (
        staging(place(str(state / "stages"))) as stage,
        Sink(export, stage) as sink,
        documents.transformed(captures, here, job) as made,
    ):
        yield "keep what was parsed, collect the accounts", processor_time() - begun - parsing
        yield f"{len(made.tables)} tables, written as Parquet", _spent(lambda: sink.write(made))


def _run(frame) -> None:
    frame.write.format("noop").mode("overwrite").save()


def _spent(work: Callable[[], object]) -> float:
    gc.collect()
    before = processor_time()
    work()
    time.sleep(0.5)  # Java goes on compiling for a moment
    return processor_time() - before


def processor_time() -> float:
    """Return the seconds that this process and all below it worked, and those that they waited for."""
    total = 0
    for pid in below(os.getpid()):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(map(int, fields[11:15]))
    return total / _TICKS
