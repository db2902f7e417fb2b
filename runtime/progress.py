"""Say how far long work is: to nobody, to a log line by line, or on one line of a terminal."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

T = TypeVar("T")


class Progress(Protocol):
    """Where work reports to; `cli` chooses which."""

    def note(self, text: str) -> None:
        """Say one thing."""
        ...

    def finding(self, text: str) -> None:
        """Say what is wrong with some input."""
        ...

    def track(self, what: str, items: Sequence[T]) -> Iterable[T]:
        """Pass items on and show how many are done."""
        ...


class Quiet:
    """Reports nothing."""

    def note(self, text: str) -> None:
        """Say nothing."""

    def finding(self, text: str) -> None:
        """Say nothing."""

    def track(self, what: str, items: Sequence[T]) -> Iterable[T]:  # noqa: ARG002  # the protocol's
        """Pass items on."""
        return items


@dataclass(frozen=True, slots=True)
class Lines:
    """Reports on a stream: a line per stage, and every few seconds how far it is."""

    console: Console = field(default_factory=lambda: Console(stderr=True, highlight=False))
    every: float = 5.0

    def note(self, text: str) -> None:
        """Write a line."""
        self.console.print(text, markup=False, soft_wrap=True)

    def finding(self, text: str) -> None:
        """Write a warning."""
        self.console.print(f"[yellow]warning[/]: {escape(text)}", soft_wrap=True)

    def track(self, what: str, items: Sequence[T]) -> Iterator[T]:
        """Pass items on; say how far we are, now and then and at the end."""
        started = said = time.monotonic()
        for number, item in enumerate(items, 1):
            yield item
            if time.monotonic() - said > self.every and number < len(items):
                said = time.monotonic()
                self.note(f"{what}: {number} of {len(items)}")
        if items:
            self.note(f"{what}: {len(items)} done ({time.monotonic() - started:.1f} s)")


@dataclass(frozen=True, slots=True)
class Terminal(Lines):
    """Reports on a terminal: one line per stage, rewritten in place."""

    def track(self, what: str, items: Sequence[T]) -> Iterator[T]:
        """Pass items on under a bar."""
        columns = (
            TextColumn("{task.description:<12}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Bars(*columns, console=self.console) as bars:
            yield from bars.track(items, description=what)


def for_stderr(*, quiet: bool = False) -> Progress:
    """Return what suits the standard error that we have."""
    if quiet:
        return Quiet()
    console = Console(stderr=True, highlight=False)
    return Terminal(console) if console.is_terminal else Lines(console)
