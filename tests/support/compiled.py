"""Generated modules as text, executed where their job is needed: here, or in a worker of Spark."""

from dataclasses import dataclass
from functools import cache
from types import ModuleType
from unittest.mock import patch

from runtime.job import Job


@dataclass(frozen=True, slots=True)
class Compiled:
    """The modules of one operation: `name` as in `generated.jobs.local.<name>`."""

    name: str
    documents: str
    local: str

    def __call__(self) -> Job:
        """Return the job."""
        return _job(self)


@cache
def _job(of: Compiled) -> Job:
    module = imported(of.documents, f"generated.jobs.documents.{of.name}")
    with patch.dict("sys.modules", {module.__name__: module}):
        return vars(imported(of.local, f"generated.jobs.local.{of.name}"))["JOB"]


def imported(text: str, name: str) -> ModuleType:
    """Execute the text of a generated module."""
    module = ModuleType(name)
    exec(compile(text, name, "exec"), vars(module))
    return module
