"""`python -m tests.upstream [EDIT...]`: rehearse updates of upstream, and tell the story command by command."""

from pathlib import Path
from tempfile import TemporaryDirectory

import click

from tests.upstream.edits import EDITS
from tests.upstream.loop import databases, populated, rehearse


@click.command()
@click.argument("names", nargs=-1, type=click.Choice([*EDITS]), metavar="[EDIT]...")
def main(names: tuple[str, ...]) -> None:
    """Rehearse what upstream can do, all of it or what is named, on a database with captured responses."""
    with databases() as new, TemporaryDirectory(prefix="mlb-upstream-") as folder:
        base = populated(Path(folder) / "base", new)
        for name in names or EDITS:
            home = base.copied(Path(folder) / name.replace(" ", "-"), new(base.database))
            click.echo(f"\n== {name}\n")
            try:
                outcome = rehearse(home, EDITS[name], new)
            finally:
                click.echo(home.story())
            click.echo(f"\nthe gate: {', '.join(outcome.breaks) or 'nothing breaks'}")


if __name__ == "__main__":
    main()
