"""`mlb-etl db drift`: what differs between the database and the files."""

from dataclasses import asdict

import click
from rich.text import Text

from runtime import migrations, migrator
from runtime.cli.options import App, as_json_option, database_option, print_lines
from runtime.cli.verbs import Verb
from runtime.database import opened
from runtime.schema_drift import schema_drift


@click.command(cls=Verb)
@database_option
@as_json_option
@click.pass_obj
def drift(app: App, database_url: str | None, as_json: bool) -> int:
    """Show how the schema differs from the files.

    Compares tables, columns, keys, indexes, partitions, comments and views with `generated/`, and says for each
    difference what to do. Changes nothing. Exit code 1 if anything differs. Partitions of loads are no difference.

    Examples:
      mlb-etl db drift
      mlb-etl db drift --json | jq -r .object
    """
    files = migrations.read(app.project.migrations)
    with opened(app.work(database_url).url) as connection:
        migrator.require_current(connection, files)
        found = schema_drift(connection, app.project.generated)
    if as_json:
        print_lines(asdict(one) for one in found)
        return 1 if found else 0
    console = app.console()
    for one in found:
        console.print(Text.assemble((one.object, "bold"), f": {one.what}"), soft_wrap=True)
        console.print(Text(f"  {one.advice}"), soft_wrap=True)
    counted = f"{len(found)} difference{'s' * (len(found) != 1)}" if found else "no drift: as the files say"
    click.echo(counted, err=True)
    return 1 if found else 0
