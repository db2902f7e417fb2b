"""`python -m tests.benchmarks.scaling`: live feeds, from files to Parquet, one to a season: `SPARK.md` and a plot.

Each way runs as a command of its own, on the same files, one after the other; the times are of that command with all
that it starts. The naive jobs (`naive.py`) stop at the first number of games that they do not survive.
"""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import click

from tests.benchmarks import spark_page
from tests.benchmarks.stages import Stages, stages
from tests.benchmarks.tree import Took, take
from tests.season.calendar import GAMES
from tests.season.files import write
from tests.season.responses import Season
from tests.support.project import ROOT

OPERATION = "game.liveGameV1"
SIZES = (1, 10, 100, 1000, GAMES)
HERE = Path(__file__).parent
LOCAL, TWO, SPARK = "local", "local, 2 processes", "Spark local[2]"
OURS = (LOCAL, TWO, SPARK)
INFERRED, EXTRACTED = "naive: inferred schema", "naive: get_json_object"

Arguments = Callable[[Path, Path], Sequence[str]]


def _ours(*options: str) -> Arguments:
    def arguments(folder: Path, to: Path) -> Sequence[str]:
        command = str(Path(sys.executable).with_name("mlb-etl"))
        return (
            command,
            "-q",
            "transform",
            OPERATION,
            str(folder),
            "--to",
            str(to),
            "--format",
            "parquet",
            *options,
        )

    return arguments


def _naive(kind: str) -> Arguments:
    return lambda folder, to: (
        sys.executable,
        "-m",
        "tests.benchmarks.naive",
        kind,
        str(folder),
        "--to",
        str(to),
    )


WAYS: dict[str, Arguments] = {
    LOCAL: _ours(),
    TWO: _ours("--processes", "2"),
    SPARK: _ours("--engine", "spark", "--master", "local[2]"),
    EXTRACTED: _naive("extracted"),
    INFERRED: _naive("inferred"),
}


@dataclass(slots=True)
class Measured:
    """What each way took, by its name and the number of games; and the stages of Spark."""

    took: dict[str, dict[int, Took]] = field(default_factory=dict)
    stages: Stages | None = None
    load: list[float] = field(default_factory=list)

    def survives(self, way: str) -> bool:
        """Whether nothing went wrong so far."""
        return not any(one.failed for one in self.took.get(way, {}).values())

    def next_seconds(self, way: str, games: int) -> float:
        """Return how long a way will take, if it goes on as it went at last."""
        sizes = self.took.get(way)
        return sizes[max(sizes)].seconds * games / max(sizes) if sizes else 0


@click.command()
@click.option("--games", "sizes", type=int, multiple=True, default=SIZES, show_default=True, help="how many")
@click.option("--way", "ways", type=click.Choice([*WAYS]), multiple=True, default=[*WAYS], help="only these")
@click.option("--season", type=click.Path(path_type=Path), help="live feeds that are there already")
@click.option("--limit", default=600.0, show_default=True, help="seconds that one run may take")
@click.option("--staged", default=512, show_default=True, help="games whose stages are taken apart; 0: none")
@click.option(
    "--resume", type=click.Path(path_type=Path), help="keep what is measured in this file, and go on from it"
)
@click.option("--to", "page", type=click.Path(path_type=Path), default=HERE / "SPARK.md", show_default=True)
def main(
    sizes: Sequence[int],
    ways: Sequence[str],
    season: Path | None,
    limit: float,
    staged: int,
    resume: Path | None,
    page: Path,
) -> None:
    """Measure. A season takes 360 MB of disk and, with the naive jobs, most of an hour on two idle cores."""
    measured = _kept(resume)
    with tempfile.TemporaryDirectory(prefix="mlb-scaling-") as scratch:
        files = _files(season, max(sizes), Path(scratch))
        for games in sorted(sizes):
            for way in ways:
                if games not in measured.took.get(way, {}) and _is_worth_it(measured, way, games, limit):
                    _measure(measured, way, files[:games], Path(scratch), limit)
                    _keep(measured, resume)
        if staged and measured.stages is None:
            measured.stages = stages(files[:staged], Path(scratch) / "state")
            _keep(measured, resume)
    page.write_text(spark_page.page(measured), "utf-8")
    click.echo(page.read_text("utf-8"))


def _files(season: Path | None, games: int, scratch: Path) -> list[Path]:
    if season is None:
        season = scratch / "season"
        write((one for one in Season(2024, 0, games).answers() if one.operation == OPERATION), season)
    return sorted(season.rglob("liveGameV1/*.json.gz"))


def _is_worth_it(measured: Measured, way: str, games: int, limit: float) -> bool:
    """Say whether a way got here, and may end in time: naive jobs are not waited for."""
    return way in OURS or (measured.survives(way) and measured.next_seconds(way, games) / 2 < limit)


def _measure(measured: Measured, way: str, files: Iterable[Path], scratch: Path, limit: float) -> None:
    folder, to = scratch / "games", scratch / "tables"
    for place in (folder, to):
        shutil.rmtree(place, ignore_errors=True)
    folder.mkdir()
    for file in files:
        (folder / file.name).symlink_to(file.resolve())
    games = len([*folder.iterdir()])
    measured.load.append(os.getloadavg()[0])
    took = take(
        WAYS[way](folder, to),
        cwd=ROOT,
        environment=dict(os.environ) if way in OURS else _environment(scratch),
        log=scratch / "log",
        limit=limit,
        has_rows=lambda: _has_rows(to),
    )
    measured.took.setdefault(way, {})[games] = took
    said = f"{took.seconds:,.1f} s, CPU {took.cpu:,.1f} s, {took.peak:,.0f} MB {took.failed}"
    click.echo(f"{way}, {games:,} games: {said}", err=True)


def _environment(scratch: Path) -> dict[str, str]:
    """Return the environment of the naive jobs: with the Java that we find."""
    from runtime.spark.java import java_home

    return {**os.environ, "JAVA_HOME": str(java_home(scratch)), "SPARK_LOCAL_IP": "127.0.0.1"}


def _has_rows(folder: Path) -> bool:
    """Say whether a table is there: written, and in its final place."""
    return any(
        not any(part.startswith((".", "_")) for part in file.relative_to(folder).parts)
        for file in folder.rglob("*.parquet")
        if file.is_file()
    )


def _keep(measured: Measured, file: Path | None) -> None:
    if file is not None:
        file.write_text(json.dumps(asdict(measured)), "utf-8")


def _kept(file: Path | None) -> Measured:
    if file is None or not file.exists():
        return Measured()
    found = json.loads(file.read_text("utf-8"))
    took = {
        way: {int(games): Took(**one) for games, one in sizes.items()} for way, sizes in found["took"].items()
    }
    return Measured(took, Stages(**found["stages"]) if found["stages"] else None, found["load"])


if __name__ == "__main__":
    main()
