"""Which engine turns responses into rows: the generated Python, or the generated Spark transforms."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from runtime.document import Document, parse
from runtime.errors import DataError
from runtime.job import Job, Operation
from runtime.spark.settings import Settings
from runtime.transform import Transformed, transform

LOCAL, SPARK = "local", "spark"
NAMES = (LOCAL, SPARK)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The engine that a user wants, and how Spark is to be run if it is that."""

    name: str = LOCAL
    settings: Settings = field(default_factory=Settings)

    @property
    def is_spark(self) -> bool:
        """Whether it is Spark."""
        return self.name == SPARK


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


def locally(_operation: Operation, job: Job, sources: Iterable[Source]) -> Iterator[Result]:
    """Run the generated Python."""
    return (transform_one(job, source) for source in sources)


def transform_one(job: Job, source: Source) -> Result:
    """Transform one response with the generated Python."""
    parsed = parse(source.body)
    if not isinstance(parsed, Document):
        return DataError(f"the response is {parsed.reason}", where=f"raw_id {source.raw_id}")
    return transform(job, parsed.value, source.params)
