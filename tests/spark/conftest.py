"""One Spark session for the run, in a time zone that is as far from UTC as any."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import orjson
import pytest

from compiler.backends.pyspark import BACKEND
from compiler.ir.plan import Plan
from runtime.errors import TerminalError
from runtime.job import Row
from runtime.spark.session import Settings, session
from tests.support.compiled import imported

ZONE = "Pacific/Kiritimati"
CAPTURED_AT = datetime(2024, 7, 13, 4, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    settings = Settings(
        state=tmp_path_factory.mktemp("state"),
        master="local[2,4]",  # a task is tried again
        cores=2,
        conf={"spark.sql.session.timeZone": ZONE},
    )
    try:
        started = session(settings)
    except TerminalError as error:
        pytest.skip(str(error))
    yield started
    started.stop()


@pytest.fixture(scope="session")
def job_of() -> Callable:
    """Return the job of a plan with one operation, generated now, without a file."""

    def compiled(plan: Plan):
        (text,) = BACKEND.emit(plan).values()
        return imported(text, f"generated.jobs.spark.{plan.operations[0].raw_table}").JOB

    return compiled


@pytest.fixture(scope="session")
def run(spark, job_of) -> Callable[..., dict[str, list[Row]]]:
    """Run tables of a plan over documents; rows as the tables have them, without the bookkeeping."""
    from runtime.engines import Source
    from runtime.spark import engine

    jobs = {}

    def rows(plan: Plan, *documents: object, params=None, only=None) -> dict[str, list[Row]]:
        job = jobs.setdefault(id(plan), job_of(plan))
        wanted = tuple(table for table in job.tables if table.name in (only or table.name))
        sources = [
            Source(raw_id=number, captured_at=CAPTURED_AT, params=params or {}, body=orjson.dumps(document))
            for number, document in enumerate(documents)
        ]
        read = unwalked(spark, job, sources)
        found = {
            table.name: sorted(engine.rows(table.rows(read), table.json), key=document_of) for table in wanted
        }
        read.unpersist()
        return {name: [row[:-2] for row in rows] for name, rows in found.items()}

    return rows


def unwalked(spark, job, sources):
    """Parse responses as they are: nothing is taken out of them before."""
    from pyspark.sql import functions

    from runtime.spark.captures import frame
    from runtime.spark.documents import parse

    read = frame(spark, sources).select(
        "raw_id", "captured_at", "params", parse(functions.col("body"), job.schema).alias("parsed")
    )
    return read.select("raw_id", "captured_at", "params", "parsed.body", "parsed.corrupt").persist()


def document_of(row: Row) -> int:
    number = row[-2]
    assert isinstance(number, int)
    return number
