"""One Spark session for the run, in a time zone that is as far from UTC as any."""

import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from compiler.ir.plan import Plan
from runtime.errors import TerminalError
from runtime.job import Row
from runtime.session import Settings, session
from tests.spark.plans import write

ZONE = "Pacific/Kiritimati"
CAPTURED_AT = datetime(2024, 7, 13, 4, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    settings = Settings(
        state=tmp_path_factory.mktemp("state"),
        master="local[2]",
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
def job_of(tmp_path_factory: pytest.TempPathFactory) -> Callable:
    """Compile a hand-made plan and import its module."""

    def compiled(plan: Plan):
        folder = tmp_path_factory.mktemp("generated")
        write(plan, folder)
        file = folder / f"jobs/spark/{plan.operations[0].slug}.py"
        return _imported(file).JOB

    return compiled


@pytest.fixture(scope="session")
def run(spark, job_of) -> Callable[..., dict[str, list[Row]]]:
    """Run tables of a plan over documents; rows as the tables have them, without the bookkeeping."""
    from runtime import spark as engine

    jobs = {}

    def rows(plan: Plan, *documents: object, params=None, only=None) -> dict[str, list[Row]]:
        job = jobs.setdefault(id(plan), job_of(plan))
        wanted = tuple(table for table in job.tables if table.name in (only or table.name))
        sources = [
            engine.Source(
                raw_id=number, captured_at=CAPTURED_AT, params=params or {}, body=orjson.dumps(document)
            )
            for number, document in enumerate(documents)
        ]
        found = engine.collect(spark, replace(job, tables=wanted), sources)
        return {
            table.name: [row for source in sources for row in found[source.raw_id][table.name]]
            for table in wanted
        }

    return rows


def _imported(file: Path):
    spec = importlib.util.spec_from_file_location(f"generated_for_test_{file.stem}", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
