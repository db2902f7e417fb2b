"""`mlb-etl captures`: real responses to work with."""

import click

from runtime import captures as shelf
from runtime.cli.options import App, as_json_option, print_json, print_lines
from runtime.cli.verbs import Verbs


@click.group(cls=Verbs)
def captures() -> None:
    """Pull and list real responses.

    They are MLB Advanced Media's: for individual, non-commercial, non-bulk use.

    Examples:
      mlb-etl captures pull
      mlb-etl captures list --json
    """


@captures.command()
@as_json_option
@click.pass_obj
def pull(app: App, as_json: bool) -> None:
    """Fetch the captures from the package index.

    Reads pip's configured index; writes `.mlb/captures/`. What is there already is not fetched again.

    Examples:
      mlb-etl captures pull
      PIP_INDEX_URL=... mlb-etl captures pull --json
    """
    folders = shelf.pull(app.project, app.progress)
    for folder in folders:
        count = sum(1 for path in folder.rglob("*") if path.is_file())
        if as_json:
            print_json({"folder": str(folder), "captures": count})
        else:
            click.echo(f"{count} captures in {app.project.shown(folder)}")


@captures.command(name="list")
@as_json_option
@click.pass_obj
def list_captures(app: App, as_json: bool) -> None:
    """List the captures that are here.

    Examples:
      mlb-etl captures list
      mlb-etl captures list --json | jq -r .operation | sort | uniq -c
    """
    found = shelf.listing(app.project, app.progress)
    if as_json:
        print_lines(found)
        return
    for one in found:
        click.echo(
            f"{one.body_bytes:>10,}  {one.status_code}  {one.captured_at:%Y-%m-%d %H:%M}  {one.request}"
        )
    if not found:
        click.echo("no captures here: run `mlb-etl captures pull`", err=True)
