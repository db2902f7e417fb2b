"""`mlb-etl db partitions`: what lies where, and how old rows go."""

from dataclasses import asdict

import click

from runtime import retention
from runtime.cli.options import App, as_json_option, database_option, print_lines
from runtime.cli.verbs import Verbs
from runtime.database import opened
from runtime.retention import DETACHED, Partition

_UNITS = ("B", "kB", "MB", "GB", "TB")


class _ListByDefault(Verbs):
    """A group that lists when no verb is given: what is no verb is a table."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the verb where there is none."""
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_ListByDefault)
def partitions() -> None:
    """List partitions, detach and drop old ones.

    `mlb-etl db partitions [TABLE...]` lists. Partitions are made by loads when they are needed.

    Examples:
      mlb-etl db partitions game.live_game_plays
      mlb-etl db partitions detach --before 2015 --dry-run
    """


@partitions.command("list")
@click.argument("tables", nargs=-1, metavar="[TABLE...]")
@database_option
@as_json_option
@click.pass_obj
def list_(app: App, tables: tuple[str, ...], database_url: str | None, as_json: bool) -> None:
    """List partitions: range, rows, size, state.

    Rows are the planner's estimate. What was detached is listed too, and what was dropped since.

    Examples:
      mlb-etl db partitions list
      mlb-etl db partitions list game.live_game_plays --json
    """
    work = app.work(database_url)
    with opened(work.url) as connection:
        found = retention.partitions(connection, retention.known_tables(work.catalog, tables))
    _show(found, as_json)


@partitions.command()
@click.option(
    "--before", type=click.IntRange(1, 9999), required=True, metavar="YEAR", help="all days before it"
)
@click.argument("tables", nargs=-1, metavar="[TABLE...]")
@click.option("--dry-run", is_flag=True, help="say what would be done, do nothing")
@database_option
@as_json_option
@click.pass_obj
def detach(
    app: App, before: int, tables: tuple[str, ...], dry_run: bool, database_url: str | None, as_json: bool
) -> None:
    """Take old partitions out of their tables.

    Their rows stay, each partition a table of its own. Documents of these days are not loaded any more, until
    `attach`. Raw months go as well, but for those that hold the present state of a document that stays.

    Examples:
      mlb-etl db partitions detach --before 2015 --dry-run
      mlb-etl db partitions detach --before 2015 game.live_game_pitch_events
    """
    work = app.work(database_url)
    with opened(work.url) as connection:
        names = retention.known_tables(work.catalog, tables)
        plan = retention.plan(connection, work.catalog, names, before)
        for kept in plan.kept:
            app.progress.note(f"stays: {kept.partition.name}: {kept.because}")
        for one in () if dry_run else plan.partitions:
            app.progress.note(f"detaching {one.name}")
            retention.detach(connection, one)
    _show(plan.partitions, as_json, "nothing to detach")


@partitions.command()
@click.argument("names", nargs=-1, required=True, metavar="PARTITION...")
@database_option
@as_json_option
@click.pass_obj
def attach(app: App, names: tuple[str, ...], database_url: str | None, as_json: bool) -> None:
    """Take detached partitions back.

    A partition that was dropped is opened again: the next `mlb-etl load` fills it from the raw tier.

    Examples:
      mlb-etl db partitions attach game.live_game_plays_y2014
      mlb-etl db partitions attach game.live_game_plays_y2014 --json
    """
    work = app.work(database_url)
    with opened(work.url) as connection:
        known = retention.partitions(connection, retention.known_tables(work.catalog))
        found = retention.named(known, names)
        for one in found:
            retention.attach(connection, work.catalog, one)
    _show(found, as_json)


@partitions.command()
@click.argument("tables", nargs=-1, metavar="[TABLE...]")
@click.option("--dry-run", is_flag=True, help="say what would be dropped, do nothing")
@database_option
@as_json_option
@click.pass_obj
def drop(app: App, tables: tuple[str, ...], dry_run: bool, database_url: str | None, as_json: bool) -> None:
    """Drop partitions that were detached.

    Prints what it drops. What is attached is never dropped.

    Examples:
      mlb-etl db partitions drop --dry-run
      mlb-etl db partitions drop game.live_game_pitch_events
    """
    work = app.work(database_url)
    with opened(work.url) as connection:
        known = retention.partitions(connection, retention.known_tables(work.catalog, tables))
        found = [one for one in known if one.state == DETACHED]
        for one in () if dry_run else found:
            retention.drop(connection, one)
    _show(found, as_json, "nothing to drop")


def _show(found: list[Partition] | tuple[Partition, ...], as_json: bool, otherwise: str = "none") -> None:
    if as_json:
        print_lines(asdict(one) for one in found)
        return
    width = max((len(one.name) for one in found), default=0)
    for one in found:
        rows = "?" if one.rows is None else f"{one.rows:,}"
        span = f"{one.first_day} .. {one.end_day}"
        click.echo(f"{one.name:{width}}  {span:24}  {rows:>12}  {_size(one.bytes):>9}  {one.state}")
    if not found:
        click.echo(otherwise)


def _size(number: float) -> str:
    """Return bytes as people read them.

    >>> _size(0), _size(1536)
    ('0 B', '1.5 kB')
    """
    for unit in _UNITS[:-1]:
        if number < 1024:
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1024
    return f"{number:.1f} {_UNITS[-1]}"
