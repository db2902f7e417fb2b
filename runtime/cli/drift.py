"""`mlb-etl drift`: what responses hold beyond the tables."""

from pathlib import Path
from textwrap import indent

import click
from rich.console import Console
from rich.text import Text

from runtime import database
from runtime.cli.options import App, as_json_option, database_option, print_lines
from runtime.cli.verbs import Verb
from runtime.documents import Documents
from runtime.drift import LEARNABLE, Drift
from runtime.drift import drift as drift_of
from runtime.registry import find
from runtime.rescued import export as export_of

_LOOP = (
    "mlb-etl drift --export && mlbc observe --from-rescued && mlbc generate"
    " && mlb-etl db migrate && mlb-etl backfill"
)


@click.command(cls=Verb)
@click.argument("operations", nargs=-1, metavar="[OPERATION...]")
@click.option(
    "--export", is_flag=True, help="write the newest responses concerned, for `mlbc observe --from-rescued`"
)
@click.option("--to", "folder", metavar="DIR", help="write them here, not to .mlb/rescued")
@database_option
@as_json_option
@click.pass_obj
def drift(
    app: App,
    operations: tuple[str, ...],
    export: bool,
    folder: str | None,
    database_url: str | None,
    as_json: bool,
) -> int:
    """Show what responses hold beyond the tables, by path.

    Reads the rescued values of the newest snapshots; proposes what would give each a place. Exit code 1 if there
    are any, unless they are exported: whole responses, for the compiler to learn from.

    Examples:
      mlb-etl drift game.liveGameV1 --json
      mlb-etl drift --export && mlbc observe --from-rescued && mlbc generate
    """
    work = app.work(database_url)
    to = Path(folder) if folder else app.project.rescued
    export = export or folder is not None
    for name in operations:
        find(work.catalog, name)
    with database.opened(work.url) as connection:
        found = drift_of(connection, work.catalog, operations)
        if export:
            written = export_of(Documents(connection, work.catalog, work.archive), found, to)
            app.progress.note(f"{len(written)} responses in {app.project.shown(to)}")
    if as_json:
        print_lines(one.as_json() for one in found)
    elif found:
        _show(found, app.console())
    else:
        click.echo("no drift: every value of every loaded response has its place", err=True)
    return 1 if found and not export else 0


def _show(found: list[Drift], console: Console) -> None:
    for one in found:
        console.print(Text.assemble((one.path, "bold"), f"  {one.operation}"))
        seen = f"{one.first_seen:%Y-%m-%d} to {one.last_seen:%Y-%m-%d}"
        count = f"{one.values:,} values in {len(one.documents):,} documents"
        console.print(f"  {count}, {seen}: {one.reason}", markup=False)
        console.print(f"  for example {one.example}", markup=False)
        console.print(indent(one.proposal, "  "), markup=False, soft_wrap=True)
    if any(one.reason in LEARNABLE for one in found):
        click.echo(f"to give them columns without a line of mapping: {_LOOP}", err=True)
