"""The measurements of schema changes as a page."""

import os
import platform
from typing import TYPE_CHECKING

from tests.benchmarks.page import grid
from tests.benchmarks.traffic import Seen
from tests.season.calendar import GAMES

if TYPE_CHECKING:
    from tests.benchmarks.evolution import Measured

_HEAD = """\
# Changes of the schema, measured

Written by `python -m tests.benchmarks.evolution`. Compare lines with each other, not with another machine's.
"""


def page(measured: "Measured", load: tuple[float, float]) -> str:
    """Return the page."""
    machine = (
        f"{platform.system()} ({platform.machine()}), {os.cpu_count()} cores, Python {platform.python_version()},"
        f" PostgreSQL {measured.server}; load average {load[0]:.1f} before, {load[1]:.1f} after."
    )
    return (
        "\n\n".join(part.strip() for part in (_HEAD, machine, _planned(measured), _applied(measured))) + "\n"
    )


def _planned(measured: "Measured") -> str:
    rows = [
        (
            str(number),
            f"{diffing * 1000:,.0f} ms",
            f"{diffing / measured.reading:.1f}",
            f"{measured.planning[number] * 1000:,.0f} ms",
            f"{measured.planning[number] / measured.reading:.1f}",
        )
        for number, diffing in measured.diffing.items()
    ]
    head = ("changes", "compare", "x reading", "compare, settle, write migrations", "x reading")
    told = (
        f"CPU time on the whole catalog: {measured.tables} tables. Reading `generated/catalog.json` takes"
        f" {measured.reading * 1000:,.0f} ms. The changes are columns, types, indexes and comments in turn, over all"
        " tables."
    )
    return f"## Planning\n\n{told}\n\n{grid(head, rows)}"


def _applied(measured: "Measured") -> str:
    rows = [
        (one.what, str(one.migrations), f"{one.seconds * 1000:,.0f} ms", *_seen(one.seen))
        for one in measured.applied
    ]
    head = (
        "change",
        "migrations",
        "applied in",
        "lock held",
        "longest read",
        "longest write",
        "reads, writes",
    )
    quiet = ("none, for 5 seconds", "", "", *_seen(measured.quiet))
    told = (
        f"{measured.games:,} games of a season that was never played (of {GAMES:,}), live feeds alone, on a durable"
        f" server: {measured.megabytes:,.0f} MB. Each change is of `game.live_game_pitch_events`"
        f" ({measured.rows:,} rows, partitioned by year), while one connection reads and one writes rows of it"
        " without a pause. `Lock held` is the longest time for which the migration held a lock on a table that"
        " writers wait for, sampled every few milliseconds; a read or write is as long as its answer took, waiting"
        " included. Views are left out: they are made again after a migration where it changes what they read."
    )
    return f"## Applying\n\n{told}\n\n{grid(head, [quiet, *rows])}"


def _seen(seen: Seen | None) -> tuple[str, ...]:
    if seen is None:
        return ()
    failed = f"; failed: {', '.join(seen.traffic.failed)}" if seen.traffic.failed else ""
    return (
        *(f"{one * 1000:,.0f} ms" for one in seen.took),
        ", ".join(f"{one:,}" for one in seen.turns) + failed,
    )
