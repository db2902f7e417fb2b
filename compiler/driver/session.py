"""What every verb works with: a project, a place for findings, a listener for progress."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Protocol

from compiler.diagnostics import Diagnostic, Severity, Sink
from compiler.frontends.document import pinpoint
from compiler.project import Project


class Collector(Protocol):
    """Hears what the compiler is doing; the command line decides what to show."""

    def stage(self, name: str) -> None:
        """Begin a stage."""
        ...

    def step(self, done: int, total: int, label: str) -> None:
        """Tell how far a long stage has come."""
        ...


class Silence:
    """A collector that shows nothing."""

    def stage(self, name: str) -> None:
        """Begin a stage."""

    def step(self, done: int, total: int, label: str) -> None:
        """Tell how far a long stage has come."""


@dataclass(slots=True, kw_only=True)
class Session:
    """One run of a verb. `stage` names what it is doing, for the report of a bug."""

    project: Project
    sink: Sink = field(default_factory=Sink)
    collector: Collector = field(default_factory=Silence)
    strict: bool = False
    stage: str = "start"

    @contextmanager
    def during(self, name: str) -> Generator[None]:
        """Name the stage of what happens inside."""
        self.stage = name
        self.collector.stage(name)
        yield

    @property
    def findings(self) -> tuple[Diagnostic, ...]:
        """All findings, with their spans."""
        found = (pinpoint(one, self.project.seen) for one in self.sink.diagnostics)
        return tuple(replace(one, severity=Severity.ERROR) if self.strict else one for one in found)

    @property
    def failed(self) -> bool:
        """Whether a finding is an error."""
        return any(found.severity is Severity.ERROR for found in self.findings)


def endpoint_of(path: str) -> str:
    """Return the endpoint that an upstream document declares."""
    return PurePosixPath(path).stem
