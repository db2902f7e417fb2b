"""Where Spark's time goes: read, walk, parse, tables, write; each with what comes before it, in one session."""

import ctypes
import gc
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.benchmarks.tree import below

OPERATION = "game.liveGameV1"
CORES = 2
AGAIN = 3
_SUBREAPER = 36
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Stages:
    """Milliseconds of processor time per game, by stage, in a session that is warm."""

    games: int
    spent: dict[str, float] = field(default_factory=dict)


def stages(files: Sequence[Path], state: Path) -> Stages:
    """Take a batch apart: once to warm Java, then again and again; the least that each part took counts."""
    from runtime.spark.session import Settings, running

    _inherit_orphans()
    with running(Settings(state=state, master="local[2]", small=False)) as spark:
        batches = [_batch(spark, files, state) for _ in range(1 + AGAIN)][1:]
    read, walked, parsed, kept, written = map(min, zip(*batches, strict=True))
    spent = {
        "read the files": read,
        "walk: leaf accounting, rules, digests": walked - read,
        "parse, once for all tables": parsed - walked,
        "keep what was parsed, collect the accounts": kept - parsed,
        "all tables, written as Parquet": written,
    }
    return Stages(len(files), {name: used / len(files) * 1000 for name, used in spent.items()})


def _batch(spark, files: Sequence[Path], state: Path) -> tuple[float, ...]:
    """Return what it takes to read, to read and walk, and so on; and, by itself, what the tables take."""
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
    walked = documents.walked(captures, here)
    parsed = documents.parsed(walked, job.schema)
    frames = [_spent(partial(_run, frame)) for frame in (captures, walked, parsed)]
    begun = processor_time()
    with (
        staging(place(str(state / "stages"))) as stage,
        Sink(export, stage) as sink,
        documents.transformed(captures, here, job) as made,
    ):
        return *frames, processor_time() - begun, _spent(lambda: sink.write(made))


def _run(frame) -> None:
    frame.write.format("noop").mode("overwrite").save()


def _spent(work: Callable[[], object]) -> float:
    gc.collect()
    before = processor_time()
    work()
    time.sleep(0.5)  # Java goes on compiling for a moment
    return processor_time() - before


def _inherit_orphans() -> None:
    """Become the parent of what the processes below leave behind: its time counts, too."""
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)


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
