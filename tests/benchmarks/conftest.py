"""Measurements against a baseline of the same run, in one table at the end; a busy machine makes nothing fail."""

import gc
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import TypeVar

import pytest
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from runtime.job import Job
from runtime.registry import generated
from tests.support.project import ROOT

T = TypeVar("T")

FAR_OFF = 5
"""A ratio so many times its aim is no noise."""


@dataclass(frozen=True)
class Measured:
    """One line of the table. `ratio` is what it costs in the baseline's time."""

    what: str
    value: str
    ratio: float | None = None
    baseline: str = ""
    aim: float | None = None


@dataclass
class Sheet:
    """All lines, in the order of the tests."""

    lines: list[Measured] = field(default_factory=list)

    def seconds(self, what: str, seconds: float) -> None:
        """Add a time that stands for itself."""
        self.lines.append(Measured(what, _shown(seconds)))

    def ratio(self, what: str, seconds: float, to: str, base: float, aim: float | None = None) -> None:
        """Add a time as a ratio to a baseline's; far beyond its aim is a failure."""
        self.rounds(what, [seconds], to, [base], aim)

    def rounds(
        self, what: str, spent: Sequence[float], to: str, bases: Sequence[float], aim: float | None = None
    ) -> None:
        """Add the median of the ratios within each round."""
        ratio = median(one / base for one, base in zip(spent, bases, strict=True))
        self.lines.append(
            Measured(what, _shown(median(spent)), ratio, f"{to} ({_shown(median(bases))})", aim)
        )
        assert aim is None or ratio < aim * FAR_OFF, f"{what}: {ratio:.1f} x {to}, the aim is {aim}"

    def memory(self, what: str, megabytes: float, baseline: str, base: float) -> None:
        """Add a peak of memory."""
        self.lines.append(
            Measured(what, f"{megabytes:.0f} MB", megabytes / base, f"{baseline} ({base:.0f} MB)")
        )

    def printed(self) -> Table:
        """Return the table."""
        grid = Table(box=SIMPLE_HEAD, header_style="dim", show_edge=False)
        for name in ("what", "", "ratio", "to", "aim"):
            grid.add_column(name, justify="left" if name in {"what", "to"} else "right", no_wrap=True)
        for line in self.lines:
            aim = f"<= {line.aim:g}" if line.aim else ""
            style = "yellow" if line.aim and line.ratio and line.ratio > line.aim else ""
            ratio = f"{line.ratio:.2f}" if line.ratio else ""
            grid.add_row(line.what, line.value, ratio, line.baseline, aim, style=style)
        return grid


def _shown(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"


@dataclass(frozen=True)
class Times:
    """Seconds of every round."""

    rounds: tuple[float, ...]

    @property
    def best(self) -> float:
        return min(self.rounds)

    @property
    def median(self) -> float:
        return median(self.rounds)


def timed(work: Callable[[T], object], prepare: Callable[[], T], rounds: int) -> Times:
    """Time `work` on what `prepare` makes anew for each round; making it does not count, nor does collecting."""
    return Times(tuple(_once(work, prepare) for _ in range(rounds)))


def timed_in_turn(
    works: Mapping[str, tuple[Callable[[T], object], Callable[[], T]]], rounds: int
) -> dict[str, Times]:
    """Time several works, one after the other in each round: what disturbs the machine disturbs them all."""
    found = [{name: _once(*work) for name, work in works.items()} for _ in range(rounds)]
    return {name: Times(tuple(one[name] for one in found)) for name in works}


def _once(work: Callable[[T], object], prepare: Callable[[], T]) -> float:
    prepared = prepare()
    gc.collect()
    begun = time.perf_counter()
    work(prepared)
    return time.perf_counter() - begun


def job_of(operation: str) -> Job:
    """Return the generated local transform of an operation."""
    job = generated(ROOT).job(operation)
    assert job is not None
    return job


@pytest.fixture(scope="session")
def sheet() -> Iterator[Sheet]:
    """The table, printed when all is measured."""
    made = Sheet()
    yield made
    console = Console(width=120)
    console.print()
    console.print(made.printed())
