"""`mlb-etl drift`: what responses hold beyond the tables."""

from textwrap import indent

import click
from rich.console import Console
from rich.text import Text

from runtime import database
from runtime.cli.options import App, as_json_option, database_option, print_lines
from runtime.cli.verbs import Verb
from runtime.drift import Drift
from runtime.drift import drift as drift_of
from runtime.registry import find, generated


@click.command(cls=Verb)
@click.argument("operations", nargs=-1, metavar="[OPERATION...]")
@database_option
@as_json_option
@click.pass_obj
def drift(app: App, operations: tuple[str, ...], database_url: str | None, as_json: bool) -> int:
    """Show what responses hold beyond the tables, by path.

    Reads the rescued values of the newest snapshots; proposes what would give each a place. Exit code 1 if there
    are any.

    Examples:
      mlb-etl drift
      mlb-etl drift game.liveGameV1 --json
    """
    catalog = generated(app.project.root)
    for name in operations:
        find(catalog, name)
    with database.opened(database.url_in_use(app.project, database_url)) as connection:
        found = drift_of(connection, catalog, operations)
    if as_json:
        print_lines(one.as_json() for one in found)
    elif found:
        _show(found, app.console())
    else:
        click.echo("no drift: every value of every loaded response has its place", err=True)
    return 1 if found else 0


def _show(found: list[Drift], console: Console) -> None:
    for one in found:
        console.print(Text.assemble((one.path, "bold"), f"  {one.operation}"))
        seen = f"{one.first_seen:%Y-%m-%d} to {one.last_seen:%Y-%m-%d}"
        count = f"{one.values:,} values in {len(one.documents):,} documents"
        console.print(f"  {count}, {seen}: {one.reason}", markup=False)
        console.print(f"  for example {one.example}", markup=False)
        console.print(indent(one.proposal, "  "), markup=False, soft_wrap=True)
