"""`python -m tests.benchmarks [--games N]`: load a season, ask the named queries, and write `SEASON.md`."""

import os
from pathlib import Path

import click

from tests.benchmarks.page import page, questions
from tests.benchmarks.season import Measured, ask, load, weigh
from tests.e2e.conftest import new_place
from tests.season.calendar import GAMES

PAGE = Path(__file__).parent / "SEASON.md"
QUERIES = Path(__file__).parents[2] / "generated" / "queries"


@click.command()
@click.option(
    "--games", type=click.IntRange(1, GAMES), default=GAMES, show_default=True, help="the first so many"
)
@click.option("--batch", type=click.IntRange(1), default=810, show_default=True, help="games at a time")
@click.option(
    "--database-url", metavar="URL", help="only ask the questions there, and print how long they take"
)
@click.option(
    "--to", "file", type=click.Path(path_type=Path), default=PAGE, metavar="FILE", help="write here"
)
def main(games: int, batch: int, database_url: str | None, file: Path) -> None:
    """Measure a season: needs 8 GB of disk for all of it, and takes a quarter of an hour on two idle cores."""
    if database_url is not None:
        measured = Measured(games)
        ask(database_url, QUERIES, measured)
        click.echo(questions(measured))
        return
    before = os.getloadavg()[0]
    with new_place() as place:
        measured = load(place, games, batch)
        weigh(place, measured)
        ask(place.url, place.root / "generated" / "queries", measured)
    text = page(measured, (before, os.getloadavg()[0]))
    file.write_text(text, "utf-8")
    click.echo(text)


if __name__ == "__main__":
    main()
