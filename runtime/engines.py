"""Which engine turns responses into rows: the generated Python, or the generated Spark transforms."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from runtime.document import Document, parse
from runtime.errors import DataError, TerminalError
from runtime.job import Job, Operation
from runtime.registry import spark_job
from runtime.transform import Transformed, transform

LOCAL, SPARK = "local", "spark"
NAMES = (LOCAL, SPARK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A response to transform: its identity in the raw tier, the request's parameters, the exact bytes."""

    raw_id: int
    captured_at: datetime
    params: Mapping[str, str]
    body: bytes = field(repr=False)


Result: TypeAlias = Transformed | DataError
Engine: TypeAlias = Callable[[Operation, Job, Iterable[Source]], Iterator[Result]]
"""Transform the responses of one operation: a result for each, in their order; a bad one does not stop the others."""


def engine(name: str, state: Path) -> Engine:
    """Return an engine by its name. `state` is a folder for what Spark and Java need on disk."""
    return _spark(state) if name == SPARK else locally


def locally(_operation: Operation, job: Job, sources: Iterable[Source]) -> Iterator[Result]:
    """Run the generated Python."""
    return (transform_one(job, source) for source in sources)


def transform_one(job: Job, source: Source) -> Result:
    """Transform one response with the generated Python."""
    parsed = parse(source.body)
    if not isinstance(parsed, Document):
        return DataError(f"the response is {parsed.reason}", where=f"raw_id {source.raw_id}")
    return transform(job, parsed.value, source.params)


def _spark(state: Path) -> Engine:
    """Start Spark, which is large and optional, only when it is asked for."""
    try:
        from runtime.spark.engine import transform as by_spark
        from runtime.spark.session import Settings, session
    except ModuleNotFoundError as error:
        hint = "install the extra `spark`"
        raise TerminalError(f"the Spark engine needs `{error.name}`", hint=hint) from error
    running = session(Settings(state=state))

    def run(operation: Operation, job: Job, sources: Iterable[Source]) -> Iterator[Result]:
        return by_spark(running, spark_job(operation), job, sources)

    return run
