"""`mlb-etl quality`: what the rules of the mappings find in what is loaded."""

import click
from rich import box
from rich.console import Console
from rich.table import Table as Grid

from runtime import database
from runtime.checks import Checked, check
from runtime.cli.options import App, as_json_option, database_option, print_lines
from runtime.cli.verbs import Verb
from runtime.registry import find


@click.command(cls=Verb)
@click.argument("operations", nargs=-1, metavar="[OPERATION...]")
@database_option
@as_json_option
@click.pass_obj
def quality(app: App, operations: tuple[str, ...], database_url: str | None, as_json: bool) -> int:
    """Run the quality rules over what is loaded.

    Reads the tables, whoever wrote them, and replaces metadata.quality_results; lists how often each rule is violated,
    and how many rows it keeps in metadata.quarantine. Exit code 1 if a rule of severity error found any.

    Examples:
      mlb-etl quality
      mlb-etl quality game.liveGameV1 --json
    """
    work = app.work(database_url)
    for name in operations:
        find(work.catalog, name)
    with database.opened(work.url) as connection:
        found = check(connection, work.catalog, operations)
    if as_json:
        print_lines(one.as_json() for one in found)
    elif found:
        _show(found, app.console())
    else:
        click.echo("no rules: give tables `rules:` in their mappings", err=True)
    return 1 if any(one.is_broken for one in found) else 0


def _show(found: list[Checked], console: Console) -> None:
    grid = Grid(box=box.SIMPLE_HEAD, header_style="dim", show_edge=False)
    for name in ("severity", "rule", "of", "violations", "documents", "quarantine"):
        grid.add_column(
            name, justify="right" if name in {"violations", "documents", "quarantine"} else "left"
        )
    for one in sorted(found, key=_worst_first):
        counts = (one.violations, one.documents, one.quarantined)
        grid.add_row(one.severity, one.rule, one.table or one.operation, *(f"{count:,}" for count in counts))
    console.print(grid)
    for one in found:
        if one.example:
            cells = {**one.example.row_key, **one.example.details}
            shown = ", ".join(f"{name} {cell}" for name, cell in cells.items())
            console.print(f"{one.rule}: {shown}", style="dim", markup=False, soft_wrap=True)


def _worst_first(one: Checked) -> tuple[bool, int, str]:
    return not one.is_broken, -one.violations - one.quarantined, one.rule
