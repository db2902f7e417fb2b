"""`mlb-etl backfill`: fill new columns from the responses that are stored."""

from collections import Counter
from collections.abc import Iterable, Iterator
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
from runtime.registry import find
from runtime.reread import Reread
from runtime.reread import reread as reread_keys


@click.command(cls=Verb)
@click.argument("targets", nargs=-1, metavar="[OPERATION|TABLE[.COLUMN]...]")
@click.option("--raw", is_flag=True, help="first read the keys of the raw tables anew, all that is stored")
@click.option("--dry-run", is_flag=True, help="say how many documents it takes, do nothing")
@engine_options()
@database_option
@as_json_option
@click.pass_obj
def backfill(
    app: App,
    targets: tuple[str, ...],
    raw: bool,
    dry_run: bool,
    engine: Chosen,
    database_url: str | None,
    as_json: bool,
) -> int:
    """Fill new columns from the responses that are stored.

    Loads the newest response of every document that an older transform made, and says which columns have more values
    than before, and how many rescued values found their place. Safe to interrupt and to repeat.

    A key of a raw table that came or changed with a migration is empty, or as before, where responses are stored
    already: `--raw` fills it, in small transactions, while loads go on.

    Examples:
      mlb-etl backfill --raw --dry-run
      mlb-etl backfill game.live_game_plays.bat_speed
    """
    work = app.work(database_url, engine)
    wanted = resolve(work.catalog, targets)
    with opened(work.url) as connection:
        _refuse_old(connection, work)
        reread = tuple(_reread(app, connection, work, targets, write=not dry_run)) if raw else ()
        waiting = _waiting(connection, work, wanted.operations)
        touched = tuple(name for name in wanted.operations if name in waiting or targets)
        if dry_run:
            return _plan(waiting, reread, as_json)
        before = measure(connection, work.catalog, touched)
    with recorded(work.url, "backfill", arguments={"targets": list(targets), "engine": engine.name}) as run:
        outcome = work.load(tuple(waiting), run)
    with opened(work.url) as connection:
        after = measure(connection, work.catalog, touched)
        left = sum(_waiting(connection, work, wanted.operations).values())
    found = filled(before, after, wanted.columns)
    rescued = {"before": before.rescued, "after": after.rescued}
    if as_json:
        lists = {"raw": _objects(reread), "columns": _objects(found)}
        counts = asdict(outcome.loaded)
        print_json({**lists, "rescued_values": rescued, **counts, "left": left, "failed": outcome.failed})
    else:
        _show_raw(reread)
        _show(found)
        click.echo(
            f"{outcome.loaded.documents} documents loaded, {left} left;"
            f" rescued values: {before.rescued:,} -> {after.rescued:,}"
        )
    return 1 if left or outcome.failed else 0


def _objects(found: Iterable[Reread | Filled]) -> list[dict[str, object]]:
    return [asdict(one) for one in found]


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


def _reread(
    app: App, connection: Connection, work: Work, targets: tuple[str, ...], *, write: bool
) -> Iterator[Reread]:
    """Read the keys of raw tables anew: of some operations, or of all that have keys."""
    names = resolve(work.catalog, targets).operations if targets else tuple(work.catalog.operations)
    operations = [found for name in names if (found := find(work.catalog, name)).raw_keys]
    for operation in app.progress.track("raw keys", operations):
        yield reread_keys(connection, operation, write=write)


def _show_raw(found: Iterable[Reread]) -> None:
    for one in found:
        if one.changed:
            click.echo(f"{one.table}  keys of {one.changed:,} of {one.responses:,} responses")


def _plan(waiting: Counter[str], reread: tuple[Reread, ...], as_json: bool) -> int:
    if as_json:
        print_json({"documents": dict(waiting), "raw": _objects(reread)})
        return 0
    _show_raw(reread)
    for name, count in waiting.items():
        click.echo(f"{count:>9,}  {name}")
    if not waiting and not any(one.changed for one in reread):
        click.echo("nothing to fill: the present transforms made every document", err=True)
    return 0


def _show(found: Iterable[Filled]) -> None:
    listed = [(f"{one.table}.{one.column}", one) for one in found]
    width = max((len(name) for name, _ in listed), default=0)
    for name, one in listed:
        click.echo(f"{name:{width}}  {one.before:,} -> {one.after:,} of {one.rows:,} rows")
