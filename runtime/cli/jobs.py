"""`mlb-etl jobs`, `run`, `status`, `version`: named work and what became of it."""

import platform
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version as version_of

import click
from rich.console import Console
from rich.table import Table as Grid

from runtime import database
from runtime import jobs as shelf
from runtime.cli.engine import engine_options
from runtime.cli.options import App, as_json_option, database_option, print_json, print_lines
from runtime.cli.verbs import Verb
from runtime.engines import Chosen
from runtime.jobs.runner import carry_out
from runtime.ledger import Execution, recent
from runtime.report import render

DISTRIBUTION = "mlb-stats-compiler"


def _engine_of_job(parameters: Mapping[str, object]) -> Chosen:
    return shelf.recipe(str(parameters["job"])).engine


@click.command(cls=Verb)
@as_json_option
def jobs(as_json: bool) -> None:
    """List the jobs that `run` carries out.

    Examples:
      mlb-etl jobs
      mlb-etl jobs --json
    """
    found = shelf.recipes()
    if as_json:
        print_lines(found)
        return
    for one in found:
        click.echo(f"{one.name:<10} {one.about}\n{'':<10} {' > '.join(one.steps)}")


@click.command(cls=Verb)
@click.argument("job")
@click.option("--dry-run", is_flag=True, help="say which steps it has, do nothing")
@engine_options(_engine_of_job)
@database_option
@as_json_option
@click.pass_obj
def run(app: App, job: str, dry_run: bool, engine: Chosen, database_url: str | None, as_json: bool) -> int:
    """Carry out a job.

    Safe to repeat and to interrupt: what is there already is skipped.

    Examples:
      mlb-etl run demo
      mlb-etl run demo --database-url postgresql://me@db.example/mlb
    """
    recipe = shelf.recipe(job)
    if dry_run:
        print_json(recipe) if as_json else click.echo(" > ".join(recipe.steps))
        return 0
    done, report = carry_out(recipe, app.work(database_url, engine))
    if as_json:
        print_json({"run": done and asdict(done), "report": report and report.as_json()})
    elif report is not None:
        render(report, app.console())
    return 0 if done is None or (done.tally.clean and not done.findings) else 1


@click.command(cls=Verb)
@click.argument("number", type=int, required=False, metavar="[RUN]")
@click.option("--limit", type=click.IntRange(min=1), default=10, show_default=True, help="how many runs")
@database_option
@as_json_option
@click.pass_obj
def status(app: App, number: int | None, limit: int, database_url: str | None, as_json: bool) -> int:
    """Show the latest runs, or one.

    Examples:
      mlb-etl status
      mlb-etl status 12 --json
    """
    with database.opened(database.url_in_use(app.project, database_url)) as connection:
        found = recent(connection, limit, number)
    if as_json:
        print_lines(found)
    elif found:
        _show(found, app.console())
    else:
        click.echo("no such run" if number is not None else "no runs yet", err=True)
    return 1 if number is not None and not found else 0


@click.command(cls=Verb)
@as_json_option
def version(as_json: bool) -> None:
    """Print the version.

    Examples:
      mlb-etl version
      mlb-etl version --json
    """
    ours = version_of(DISTRIBUTION)
    if as_json:
        print_json({"version": ours, "python": platform.python_version()})
    else:
        click.echo(ours)


def _show(found: list[Execution], console: Console) -> None:
    grid = Grid(box=None, header_style="dim", pad_edge=False)
    for name in (
        "run",
        "what",
        "status",
        "started",
        "s",
        "responses",
        "inserted",
        "updated",
        "deleted",
        "unchanged",
    ):
        grid.add_column(
            name, justify="left" if name in {"what", "status", "started"} else "right", no_wrap=True
        )
    for one in reversed(found):
        seconds = (one.finished_at - one.started_at).total_seconds() if one.finished_at else None
        counts = (one.captures, one.rows_inserted, one.rows_updated, one.rows_deleted, one.rows_unchanged)
        grid.add_row(
            str(one.execution_id),
            " ".join(filter(None, (one.verb, one.job, one.operation))),
            one.status,
            f"{one.started_at:%Y-%m-%d %H:%M:%S}",
            "" if seconds is None else f"{seconds:.1f}",
            *(f"{count:,}" for count in counts),
        )
    console.print(grid)
    for one in found:
        if one.error:
            console.print(f"[dim]{one.execution_id}[/]: {one.error}", soft_wrap=True)
