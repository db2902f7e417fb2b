"""The measurements of a season as a page."""

import os
import platform
from collections.abc import Iterable, Sequence

from tests.benchmarks.plans import Read
from tests.benchmarks.season import Asked, Measured

LARGE = 10_000
"""Rows: a table of which so many are expected is one that should be read by an index, or for a good reason."""

_HEAD = """\
# A season, measured

Written by `python -m tests.benchmarks`, which generates a season that was never played (`tests/season`), takes it in
with `mlb-etl ingest`, loads it with `mlb-etl load`, and asks every view and named query. Times are those of the clock
on a shared machine; compare lines with each other, not with another machine's.
"""


def page(measured: Measured, load: tuple[float, float]) -> str:
    """Return the page."""
    machine = (
        f"{measured.games:,} games on {platform.system()} ({platform.machine()}), {os.cpu_count()} cores, Python"
        f" {platform.python_version()}, PostgreSQL {measured.server}; load average {load[0]:.1f} before,"
        f" {load[1]:.1f} after: one process was measured."
    )
    parts = [
        _HEAD,
        machine,
        _steps(measured),
        _pace(measured),
        _sizes(measured),
        _largest(measured),
        questions(measured),
    ]
    return "\n\n".join(part.strip() for part in parts if part) + "\n"


def grid(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of Markdown."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _steps(measured: Measured) -> str:
    rows = [
        (
            step,
            f"{spent.seconds:,.0f}",
            f"{measured.games / spent.seconds:,.1f}",
            f"{spent.cpu / measured.games * 1000:,.0f} ms",
            f"{spent.peak:,.0f} MB" if spent.peak else "",
        )
        for step, spent in measured.steps.items()
    ]
    head = ("step", "seconds", "games per second", "CPU of the command per game", "peak memory")
    return f"## Speed\n\n{grid(head, rows)}"


def _pace(measured: Measured) -> str:
    if len(measured.batches) < 2:
        return ""
    paces = [games / seconds for games, seconds in measured.batches]
    return (
        f"Ingested and loaded: {paces[0]:.1f} games per second in the first of {len(paces)} batches, {paces[-1]:.1f} in"
        f" the last, {min(paces):.1f} in the slowest."
    )


def _sizes(measured: Measured) -> str:
    written = measured.written
    rows = [
        ("responses, plain", written.plain),
        ("responses, as files", written.packed),
        ("archive", measured.archive),
        *((f"{kind}, with indexes", total) for kind, (_, total) in measured.sizes.items()),
        *(
            (f"of which indexes of {kind}", indexes)
            for kind, (indexes, _) in measured.sizes.items()
            if indexes
        ),
    ]
    shown = [(name, f"{size / 1e6:,.1f} MB", f"{size / 1e3 / measured.games:,.1f} kB") for name, size in rows]
    return f"## Size\n\n{grid(('what', 'all', 'per game'), shown)}"


def _largest(measured: Measured) -> str:
    rows = [(f"`{name}`", f"{rows:,}", f"{size / 1e6:,.1f} MB") for name, rows, size in measured.largest]
    return grid(("largest tables", "rows", "with indexes"), rows)


def questions(measured: Measured) -> str:
    """Return how long every view and named query takes, slowest first."""
    if not measured.asked and not measured.failed:
        return ""
    slowest = sorted(measured.asked, key=lambda asked: -asked.again)
    rows = [
        (
            f"`{asked.name}`",
            f"{asked.rows:,}",
            f"{asked.first:,.0f} ms",
            f"{asked.again:,.0f} ms",
            _whole(asked),
        )
        for asked in slowest
    ]
    head = ("view or query", "rows", "first", "again", "large tables read whole")
    failed = [f"* `{name}`: {why}" for name, why in measured.failed.items()]
    missing = "\n\nNot measured:\n\n" + "\n".join(failed) if failed else ""
    told = "Slowest first; time in the server, planning included, without sending the rows."
    return f"## Questions\n\n{told}\n\n{grid(head, rows)}{missing}"


def _whole(asked: Asked) -> str:
    return ", ".join(sorted({read.relation for read in asked.reads if _is_large(read)}))


def _is_large(read: Read) -> bool:
    return not read.by_index and read.rows >= LARGE
