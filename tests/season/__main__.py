"""`python -m tests.season --season 2024 --games 2430 --to DIR`: write a season that was never played."""

import sys
from pathlib import Path

import click

from tests.season.calendar import GAMES
from tests.season.files import FORMATS, write
from tests.season.responses import Season


@click.command()
@click.option("--season", type=click.IntRange(1901, 2100), default=2024, show_default=True, help="its year")
@click.option(
    "--games", type=click.IntRange(1, GAMES), default=GAMES, show_default=True, help="the first so many"
)
@click.option("--seed", type=int, default=0, show_default=True, help="another season for another number")
@click.option(
    "--to", "folder", type=click.Path(path_type=Path), required=True, metavar="DIR", help="write here"
)
@click.option("--format", "form", type=click.Choice(FORMATS), default="files", show_default=True)
def main(season: int, games: int, seed: int, folder: Path, form: str) -> None:
    """Write a season that was never played, as responses in envelopes.

    The same year, seed and schema give the same bytes.
    """
    if form != "files" and folder.exists() and any(folder.rglob(f"*.{form}")):
        raise click.UsageError(f"{folder} has a season already")
    written = write(Season(season, seed, games).answers(), folder, form)
    click.echo(
        f"{written.games:,} games in {written.responses:,} responses: {written.plain / 1e6:,.1f} MB,"
        f" {written.packed / 1e6:,.1f} MB written"
    )


if __name__ == "__main__":
    sys.exit(main())
