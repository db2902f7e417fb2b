"""Run the transforms of two versions on the same responses: drawn from the shape of each, and captures at hand.

As in `accounting`, generated code is imported from memory and run by the present runtime, found by name.
"""

import importlib
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Protocol, cast

from compiler.breaking import Surfaces
from compiler.breaking.outputs import Rows
from compiler.breaking.reading.exemplars import Document, ShapeError, exemplars
from compiler.breaking.surfaces import Operation
from compiler.driver.in_memory import importable
from compiler.driver.session import Session
from compiler.frontends.captures import read_capture
from compiler.project import captures, read_content

Files = Mapping[str, str]
CAPTURES = ".mlb/captures"
_REQUEST = "$request"


class _Column(Protocol):
    name: str


class _Table(Protocol):
    name: str
    columns: tuple[_Column, ...]


class _Job(Protocol):
    tables: tuple[_Table, ...]


class _Transformed(Protocol):
    rows: Mapping[str, list[tuple[object, ...]]]


_Transform = Callable[[_Job, object, Mapping[str, str]], _Transformed]


@dataclass(frozen=True, slots=True)
class Response:
    """A parsed response, and the parameters of its request."""

    document: Document
    params: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """Rows of the same responses by both versions.

    `failures`: why an old transform could not be run; `broken`: operations whose present one fails, and how.
    """

    pairs: tuple[tuple[Rows, Rows], ...] = ()
    failures: tuple[str, ...] = ()
    broken: tuple[tuple[str, str], ...] = ()


def outputs(session: Session, old: Surfaces, before: Files, new: Surfaces, after: Files) -> Outputs:
    """Run every operation whose transform is another text; one of the same text gives the same rows."""
    found = Outputs()
    for operation in old.operations:
        if operation.name in new.operation_by_name and _differ(operation, before, after):
            found = _both(session, operation, before, after, found)
    return found


def _both(session: Session, operation: Operation, before: Files, after: Files, found: Outputs) -> Outputs:
    try:
        responses = tuple(_responses(session, operation, before))
        rows = _run(operation, before, responses)
    except ShapeError as error:
        return replace(found, failures=(*found.failures, f"{operation.name}: {error}"))
    except Exception as error:  # noqa: BLE001  # code of another version fails with the present runtime in any way
        return replace(found, failures=(*found.failures, f"{operation.name}: {_said(error)}"))
    try:
        pairs = zip(rows, _run(operation, after, responses), strict=True)
        return replace(found, pairs=(*found.pairs, *pairs))
    except Exception as error:  # noqa: BLE001  # whatever it is, the old transform did not raise it
        return replace(found, broken=(*found.broken, (operation.name, _said(error))))


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _modules(operation: Operation) -> tuple[str, str]:
    slug = operation.raw_table.replace(".", "/")
    return f"jobs/documents/{slug}.py", f"jobs/local/{slug}.py"


def _differ(operation: Operation, before: Files, after: Files) -> bool:
    modules = _modules(operation)
    return all(name in before and name in after for name in modules) and any(
        before[name] != after[name] for name in modules
    )


def _responses(session: Session, operation: Operation, before: Files) -> Iterator[Response]:
    params = {name: str(number) for number, name in enumerate(operation.params, start=1)}
    for document in exemplars(before[_modules(operation)[0]]):
        yield Response(document, {**params, _REQUEST: operation.name})
    endpoint, _, method = operation.name.partition(".")
    for label in captures([(session.project.root / CAPTURES).as_posix()]):
        if f"/{endpoint}/{method}/" not in label:
            continue
        content = read_content(label, session.sink)
        capture = None if content is None else read_capture(label, content, operation.name, session.sink)
        if capture is not None and capture.operation == operation.name:
            yield Response(capture.response, {_REQUEST: operation.name, **dict(capture.params)})


def _run(operation: Operation, files: Files, responses: tuple[Response, ...]) -> list[Rows]:
    transform = cast("_Transform", vars(importlib.import_module("runtime.transform"))["transform"])
    module = _modules(operation)[1].removesuffix(".py").replace("/", ".")
    with importable(files):
        job = cast("_Job", vars(importlib.import_module(f"generated.{module}"))["JOB"])
    return [
        _cells(job, transform(job, deepcopy(response.document), response.params).rows)
        for response in responses
    ]


def _cells(job: _Job, rows: Mapping[str, list[tuple[object, ...]]]) -> Rows:
    return {
        table.name: {
            column.name: [row[place] for row in rows[table.name]]
            for place, column in enumerate(table.columns)
        }
        for table in job.tables
    }
