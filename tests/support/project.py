"""The real project compiled once, generated modules executed in memory, and the captures if they can be had."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import orjson
import pytest

from compiler.backends.local import BACKEND
from compiler.driver import Session
from compiler.driver.explanation import Compiled as Explainable
from compiler.driver.explanation import compile_for
from compiler.ir.plan import OperationPlan, Plan
from compiler.project import discover
from runtime import captures
from runtime.envelope import read
from runtime.errors import MlbError
from runtime.job import Conformed, Job
from runtime.progress import Quiet
from runtime.project import Project
from tests.support.compiled import Compiled

ROOT = Path(__file__).parents[2]
OPERATIONS = ("game.liveGameV1", "schedule.schedule", "season.seasons")
"""Operations to test one by one; the others are tested together."""


@dataclass(frozen=True, kw_only=True)
class Response:
    """A captured response; every `document` is a fresh copy."""

    operation: str
    params: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> Conformed:
        return orjson.loads(self.body)


@cache
def explainable() -> Explainable:
    """Return the project's inputs, its plan, and the plan as each pass left it."""
    session = Session(project=discover(ROOT))
    made = compile_for(session)
    assert made is not None, session.findings
    return made


def plan() -> Plan:
    return explainable().plan


@cache
def others() -> tuple[str, ...]:
    """Return the other operations that have tables."""
    return tuple(item.name for item in plan().operations if item.tables and item.name not in OPERATIONS)


@cache
def operation(name: str) -> OperationPlan:
    return next(item for item in plan().operations if item.name == name)


@cache
def job(name: str) -> Job:
    return load_job(operation(name))


def unruled(made: Job) -> Job:
    """Return a job without its quality rules, for tests of which rows are made: a rule may keep one out."""
    return replace(made, extractions=tuple(replace(found, rules=()) for found in made.extractions))


def local_modules(made: OperationPlan) -> tuple[str, str]:
    """Return the text of the generated modules of an operation: its documents and its transform."""
    files = BACKEND.emit(Plan(operations=(made,)))
    return files[f"jobs/documents/{made.slug}.py"], files[f"jobs/local/{made.slug}.py"]


def load_job(made: OperationPlan) -> Job:
    """Return the job of an operation, generated now, without a file."""
    return compiled(made)()


def compiled(made: OperationPlan) -> Compiled:
    """Return what makes the job of an operation, here or in a worker of Spark."""
    return Compiled(made.slug.replace("/", "."), *local_modules(made))


def execute(made: OperationPlan, documents: str, local: str) -> Job:
    """Execute generated modules and return their job."""
    return Compiled(made.slug.replace("/", "."), documents, local)()


def responses(name: str) -> tuple[Response, ...]:
    """Return the captures of an operation; skip the test where they cannot be had, fail it in CI."""
    return tuple(response for response in every_response() if response.operation == name)


def every_response() -> tuple[Response, ...]:
    """Return the captures of every operation; skip the test where they cannot be had, fail it in CI."""
    found, reason = _captured()
    if reason:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no captures: {reason}")
    return found


def live_game() -> Response:
    """Return the final state of the game that the domain's counts are about."""
    return max(responses("game.liveGameV1"), key=lambda found: len(found.body))


@cache
def _captured() -> tuple[tuple[Response, ...], str]:
    """Return all captures, or why there are none; asked once."""
    project = Project(ROOT)
    try:
        captures.pull(project, Quiet())
    except MlbError as error:
        return (), str(error)
    return tuple(_read(project)), ""


def _read(project: Project) -> Iterator[Response]:
    for file in captures.files(project):
        found = read(file)
        yield Response(operation=found.request.operation, params=found.request.params, body=found.body)
