"""`mlb-etl spark`: what a cluster needs."""

from pathlib import Path

import click

from runtime.cli.options import App, as_json_option, print_json
from runtime.cli.verbs import Verbs
from runtime.registry import generated
from runtime.spark import package as packaging


@click.group(cls=Verbs)
def spark() -> None:
    """Take the transforms to a Spark cluster.

    With --master or --remote, other verbs send a cluster what it needs by themselves. For `spark-submit`, make it here.

    Examples:
      mlb-etl spark package --to dist
      spark-submit --master yarn --py-files dist/mlb.zip dist/main.py load --engine spark
    """


@spark.command()
@click.option("--to", "folder", required=True, metavar="DIR", help="write mlb.zip and main.py here")
@as_json_option
@click.pass_obj
def package(app: App, folder: str, as_json: bool) -> None:
    """Write what `spark-submit` takes: mlb.zip and main.py.

    The zip has the runtime and the generated transforms, and no compiler; the same files give the same bytes. Where the
    driver runs, Python needs what `pip install 'mlb-stats-compiler[spark]'` installs; on the workers it needs msgspec,
    obstore, orjson, pgpq, psycopg and pyarrow. `load` finds migrations in a project folder: `-C DIR`.

    Examples:
      mlb-etl spark package --to dist && spark-submit --py-files dist/mlb.zip dist/main.py load --engine spark
      mlb-etl spark package --to dist --json | jq -r '."mlb.zip".path'
    """
    generated(app.project.root)
    target = Path(folder)
    written = [packaging.write(target / packaging.NAME), packaging.write_main(target / packaging.MAIN)]
    if as_json:
        print_json({path.name: {"path": path, "bytes": path.stat().st_size} for path in written})
    else:
        for path in written:
            click.echo(f"{path.stat().st_size:>9,}  {path}")
