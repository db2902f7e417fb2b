"""`mlb-etl backfill`: fill new columns from the responses that are stored."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict

import click

from runtime import migrations, migrator
from runtime.backfill import Filled, filled, measure, resolve
from runtime.cli.engine import engine_options
from runtime.cli.options import App, as_json_option, database_option, print_json
from runtime.cli.verbs import Verb
from runtime.database import Connection, opened
from runtime.documents import Documents
from runtime.engines import Chosen
from runtime.errors import TerminalError
from runtime.jobs.runner import Work
from runtime.ledger import recorded
from runtime.load import pending


@click.command(cls=Verb)
@click.argument("targets", nargs=-1, metavar="[OPERATION|TABLE[.COLUMN]...]")
@click.option("--dry-run", is_flag=True, help="say how many documents it takes, do nothing")
@engine_options()
@database_option
@as_json_option
@click.pass_obj
def backfill(
    app: App,
    targets: tuple[str, ...],
    dry_run: bool,
    engine: Chosen,
    database_url: str | None,
    as_json: bool,
) -> int:
    """Fill new columns from the responses that are stored.

    Loads the newest response of every document that an older transform made, and says which columns have more values
    than before, and how many rescued values found their place. Safe to interrupt and to repeat.

    Examples:
      mlb-etl backfill --dry-run
      mlb-etl backfill game.live_game_plays.bat_speed
    """
    work = app.work(database_url, engine)
    wanted = resolve(work.catalog, targets)
    with opened(work.url) as connection:
        _refuse_old(connection, work)
        waiting = _waiting(connection, work, wanted.operations)
        touched = tuple(name for name in wanted.operations if name in waiting or targets)
        if dry_run:
            return _plan(waiting, as_json)
        before = measure(connection, work.catalog, touched)
    with recorded(work.url, "backfill", arguments={"targets": list(targets), "engine": engine.name}) as run:
        outcome = work.load(tuple(waiting), run)
    with opened(work.url) as connection:
        after = measure(connection, work.catalog, touched)
        left = sum(_waiting(connection, work, wanted.operations).values())
    found = filled(before, after, wanted.columns)
    rescued = {"before": before.rescued, "after": after.rescued}
    if as_json:
        columns = [asdict(one) for one in found]
        counts = asdict(outcome.loaded)
        print_json(
            {"columns": columns, "rescued_values": rescued, **counts, "left": left, "failed": outcome.failed}
        )
    else:
        _show(found)
        click.echo(
            f"{outcome.loaded.documents} documents loaded, {left} left;"
            f" rescued values: {before.rescued:,} -> {after.rescued:,}"
        )
    return 1 if left or outcome.failed else 0


def _refuse_old(connection: Connection, work: Work) -> None:
    """Stop where the tables are not yet those that the transforms fill."""
    waiting = migrator.pending(connection, migrations.read(work.project.migrations))
    if waiting:
        raise TerminalError(
            f"the database lacks {waiting[0].name}"
            + (f" and {len(waiting) - 1} more" if waiting[1:] else ""),
            hint="run `mlb-etl db migrate` first",
        )


def _waiting(connection: Connection, work: Work, operations: tuple[str, ...]) -> Counter[str]:
    documents = Documents(connection, work.catalog, work.archive)
    return Counter(
        snapshot.operation for snapshot in pending(documents, operations) if not snapshot.is_detached
    )


def _plan(waiting: Counter[str], as_json: bool) -> int:
    if as_json:
        print_json({"documents": dict(waiting)})
        return 0
    for name, count in waiting.items():
        click.echo(f"{count:>9,}  {name}")
    if not waiting:
        click.echo("nothing to fill: the present transforms made every document", err=True)
    return 0


def _show(found: Iterable[Filled]) -> None:
    listed = [(f"{one.table}.{one.column}", one) for one in found]
    width = max((len(name) for name, _ in listed), default=0)
    for name, one in listed:
        click.echo(f"{name:{width}}  {one.before:,} -> {one.after:,} of {one.rows:,} rows")
