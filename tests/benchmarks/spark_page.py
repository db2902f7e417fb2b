"""The measurements of Spark at scale as a page and a plot."""

import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import plotext

from tests.benchmarks.tree import Took

if TYPE_CHECKING:
    from tests.benchmarks.scaling import Measured

GAMES_SINCE_1901 = 230_000
"""About so many major league games were played to 2025: 16 teams and 154 games a year at first, 30 and 162 now."""

_HEAD = """\
# From one game to a season, and on

Written by `python -m tests.benchmarks.scaling`: live feeds of a season that was never played (`tests/season`, a game is
0.8 MB of JSON), from `.json.gz` files to the Parquet files of all 45 tables, with leaf accounting, rules and
quarantine. Each cell is one run of the whole command, start included; CPU is user and system time of all its processes.
Compare lines with each other, not with another machine's.
"""
_NAIVE = """\
The naive jobs (`naive.py`) write the same tables from the same files, with the columns that need no lookup and no
expression; they check nothing and count nothing. *Inferred schema*: `spark.read.json`, and every table explodes what it
found; a map with players for keys becomes a struct with a field for every player. *get_json_object*: no schema, every
table takes its columns out of the text. Both keep the documents in memory, with 2 GB of heap, on a Spark as it comes.
"""


def page(measured: "Measured") -> str:
    """Return the page."""
    load = f"; load average {min(measured.load):.1f} to {max(measured.load):.1f}" if measured.load else ""
    system = f"{platform.system()} ({platform.machine()}), {os.cpu_count()} cores"
    machine = f"{system}, Python {platform.python_version()}{load}."
    parts = [
        _HEAD,
        machine,
        _plot(measured),
        *_tables(measured),
        _ratios(measured),
        _stages(measured),
        _all_games(measured),
        _NAIVE if any(way.startswith("naive") for way in measured.took) else "",
    ]
    return "\n\n".join(part.strip() for part in parts if part) + "\n"


def _tables(measured: "Measured") -> Iterable[str]:
    yield _by_size(measured, "Games per second", lambda games, took: f"{games / took.seconds:,.2f}")
    yield _by_size(measured, "CPU seconds per game", lambda games, took: f"{took.cpu / games:,.3f}")
    yield _by_size(measured, "Memory at the peak, all processes, MB", lambda _, took: f"{took.peak:,.0f}")
    first = lambda _, took: f"{took.first:,.1f}" if took.first is not None else ""  # noqa: E731
    yield _by_size(measured, "Seconds until the first rows are there", first)
    failed = [
        f"* {way}, {games:,} games: {took.failed}"
        for way, sizes in measured.took.items()
        for games, took in sizes.items()
        if took.failed
    ]
    if failed:
        yield "Not survived:\n\n" + "\n".join(failed)


def _by_size(measured: "Measured", title: str, shown) -> str:
    sizes = sorted({games for sizes in measured.took.values() for games in sizes})
    rows = [
        (way, *(_cell(took.get(games), games, shown) for games in sizes))
        for way, took in measured.took.items()
    ]
    return f"## {title}\n\n" + _grid(("games", *(f"{games:,}" for games in sizes)), rows)


def _cell(took: Took | None, games: int, shown) -> str:
    if took is None:
        return ""
    return "failed" if took.failed else shown(games, took)


def _grid(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _ratios(measured: "Measured") -> str:
    """Hold Spark against the others, at the largest number of games that both took, and each game more."""
    from tests.benchmarks.scaling import EXTRACTED, INFERRED, LOCAL, SPARK

    spark, lines = _done(measured.took.get(SPARK, {})), []
    for other in (LOCAL, EXTRACTED, INFERRED):
        theirs = _done(measured.took.get(other, {}))
        both = spark.keys() & theirs.keys()
        if both:
            games = max(both)
            ratio = f"{theirs[games].cpu / spark[games].cpu:,.2f}"
            ours, more = _more(spark), _more(theirs)
            lines.append((other, f"{games:,}", ratio, f"{more[0] / ours[0]:,.2f}" if ours and more else ""))
    if not lines:
        return ""
    told = (
        f"CPU, in parts of what {SPARK} takes. A game more: between the two largest sizes, without the start."
    )
    head = ("", "at games", "per game, start included", "a game more")
    return f"## Ratios\n\n{told}\n\n{_grid(head, lines)}"


def _done(sizes: Mapping[int, Took]) -> dict[int, Took]:
    return {games: took for games, took in sorted(sizes.items()) if not took.failed}


def _more(done: Mapping[int, Took]) -> tuple[float, float] | None:
    """Return the seconds of CPU and of the clock that a game more takes, between the two largest sizes."""
    if len(done) < 2:
        return None
    few, many = sorted(done)[-2:]
    games = many - few
    return (done[many].cpu - done[few].cpu) / games, (done[many].seconds - done[few].seconds) / games


def _stages(measured: "Measured") -> str:
    found = measured.stages
    if found is None:
        return ""
    spent = {**found.spent, "all": sum(found.spent.values())}
    rows = [(name, f"{each:,.1f}") for name, each in spent.items()]
    told = (
        f"Milliseconds of CPU per game in a batch of {found.games:,}, each stage without those before it, in a session"
        " that is warm. The walk is what leaf accounting costs: without it, a job has the other lines."
    )
    return f"## Where Spark's time goes\n\n{told}\n\n{_grid(('stage', 'ms'), rows)}"


def _all_games(measured: "Measured") -> str:
    """Estimate all games from what one more game takes: between the two largest sizes, without the start."""
    rows = []
    for way, sizes in measured.took.items():
        done = _done(sizes)
        more = _more(done)
        if more and max(done) >= 1000:
            hours = [f"{each * GAMES_SINCE_1901 / 3600:,.1f}" for each in more]
            rows.append((way, f"{more[0] * 1000:,.0f} ms", *hours))
    if not rows:
        return ""
    told = (
        f"About {GAMES_SINCE_1901:,} games at the CPU of one game more, measured between the two largest sizes. It"
        " takes every game for as rich as one of today: older ones have no pitches, so this is an upper bound."
    )
    head = ("", "CPU per game more", "CPU hours", "hours on this machine")
    return f"## All games since 1901\n\n{told}\n\n{_grid(head, rows)}"


def _plot(measured: "Measured") -> str:
    """Return games per second against games, both logarithmic."""
    plotext.clear_figure()
    plotext.theme("clear")
    plotext.plotsize(90, 20)
    for mark, (way, sizes) in zip("oxn*+", measured.took.items(), strict=False):
        ran = [(games, games / took.seconds) for games, took in sorted(sizes.items()) if not took.failed]
        if ran:
            plotext.plot(*zip(*ran, strict=True), label=way, marker=mark)
    plotext.xscale("log")
    plotext.yscale("log")
    plotext.xlabel("games")
    plotext.xticks(sorted({games for sizes in measured.took.values() for games in sizes}))
    plotext.yticks([0.01, 0.1, 1, 10])
    lines = plotext.uncolorize(plotext.build()).splitlines()
    drawn = "\n".join(line.rstrip() for line in lines)
    return f"Games per second:\n\n```\n{drawn}\n```"
