"""The one door to generated code: which operations there are, and the jobs that transform them.

`generated` is imported here and nowhere else, by name and only when asked for, so that the runtime can be used,
tested and explained before anything was generated.
"""

import difflib
import hashlib
import importlib
import inspect
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Protocol, cast

from runtime import definitions
from runtime.definitions import Definition
from runtime.errors import TerminalError
from runtime.job import Check, Job, Operation

if TYPE_CHECKING:
    from runtime.spark.prune import AnyJob

_IMPORTED = re.compile(r"^from (generated\.[\w.]+) import", re.MULTILINE)


class Catalog(Protocol):
    """What the rest of the runtime needs of the generated code; tests bring their own."""

    @property
    def operations(self) -> Mapping[str, Operation]:
        """Every operation by name."""
        ...

    def job(self, operation: str) -> Job | None:
        """Return the local job of an operation; None when it is kept raw only."""
        ...

    def digest(self, operation: str) -> str:
        """Return the digest of the generated transform, so that a new one is noticed."""
        ...

    def schema_digest(self, operation: str) -> str:
        """Return the digest of the definition of an operation; "" if there is none."""
        ...

    def checks(self, operation: str) -> tuple[Check, ...]:
        """Return the rules of an operation as SQL."""
        ...


@dataclass(frozen=True)
class Generated:
    """The code below `generated/` of a project."""

    operations: Mapping[str, Operation]
    folder: Path | None = None

    def job(self, operation: str) -> Job | None:
        """Import the module of an operation's local transform."""
        found = find(self, operation)
        return None if found.local is None else job_of(found)

    def digest(self, operation: str) -> str:
        """Digest the source of the module that holds the job."""
        module = _local(find(self, operation))
        return "" if module is None else _source_digest(module)

    def schema_digest(self, operation: str) -> str:
        """Look the digest up in the registry of definitions."""
        found = self._definitions.get(operation)
        return "" if found is None else found.get("digest", "")

    @cached_property
    def _definitions(self) -> Mapping[str, Definition]:
        return definitions.NONE if self.folder is None else definitions.read(self.folder)

    def checks(self, operation: str) -> tuple[Check, ...]:
        """Import the module of an operation's rules."""
        return checks_of(find(self, operation))


def generated(root: Path) -> Generated:
    """Load the list of operations of a project."""
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    module = _module("generated.jobs.operations")
    found = cast("Iterable[Operation]", vars(module)["OPERATIONS"])
    return Generated({operation.name: operation for operation in found}, root / "generated")


def find(catalog: Catalog, name: str) -> Operation:
    """Return an operation by name; an unknown one is an error with the nearest names."""
    operation = catalog.operations.get(name)
    if operation is None:
        near = difflib.get_close_matches(name, catalog.operations, n=3)
        raise TerminalError(
            f"unknown operation `{name}`",
            hint=f"did you mean {' or '.join(f'`{one}`' for one in near)}?"
            if near
            else "`mlbc ls` lists them",
        )
    return operation


def spark_job(operation: Operation) -> "AnyJob":
    """Import the module of an operation's Spark transform."""
    if operation.spark is None:
        raise TerminalError(f"operation `{operation.name}` has no Spark transform")
    return cast("AnyJob", vars(_module(operation.spark))["JOB"])


def job_of(operation: Operation) -> Job:
    """Import the module of an operation's local transform, which has one."""
    module = _local(operation)
    if module is None:
        raise TerminalError(f"operation `{operation.name}` has no tables")
    return cast(Job, vars(module)["JOB"])


def checks_of(operation: Operation) -> tuple[Check, ...]:
    """Import the module of an operation's rules."""
    return (
        ()
        if operation.checks is None
        else cast("tuple[Check, ...]", vars(_module(operation.checks))["CHECKS"])
    )


def with_tables(catalog: Catalog) -> tuple[str, ...]:
    """Return the operations that fill tables."""
    return tuple(name for name, operation in catalog.operations.items() if operation.local)


def _local(operation: Operation) -> ModuleType | None:
    return None if operation.local is None else _module(operation.local)


@cache
def _source_digest(module: ModuleType) -> str:
    """Digest a generated module and the generated modules that it imports."""
    source = inspect.getsource(module)
    imported = "".join(_source_digest(_module(name)) for name in sorted(set(_IMPORTED.findall(source))))
    return hashlib.sha256((source + imported).encode("utf-8")).hexdigest()


def _module(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise TerminalError(
            f"there is no generated module `{error.name or name}`",
            hint="run `make generate` in the project folder",
        ) from error
