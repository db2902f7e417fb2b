"""`mlb-etl query`: views and named queries."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from runtime import queries
from runtime.ask import Answer, asked, csv_lines, json_lines, write_parquet
from runtime.cli.options import App, as_json_option, database_option, print_lines
from runtime.cli.verbs import Verb
from runtime.database import opened, url_in_use
from runtime.queries import Entry

FORMATS = ("table", "csv", "json", "parquet")
_LINES = {"csv": csv_lines, "json": json_lines}
_NUMBERS = ("bigint", "integer", "double precision", "numeric")


@click.command(cls=Verb)
@click.argument("name", required=False)
@click.option("--param", "params", multiple=True, metavar="NAME=VALUE", help="a parameter of the query")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="table",
    show_default=True,
    help="how rows are written",
)
@click.option("--to", "file", metavar="FILE", help="write there; for Parquet it is needed")
@click.option("--limit", type=click.IntRange(min=0), help="at most so many rows")
@database_option
@as_json_option
@click.pass_obj
def query(
    app: App,
    name: str | None,
    params: tuple[str, ...],
    form: str,
    file: str | None,
    limit: int | None,
    database_url: str | None,
    as_json: bool,
) -> None:
    """Answer a named query, or list what there is to ask.

    NAME is a query or a view. JSON is one object per line. Nothing can be changed by a query.

    Examples:
      mlb-etl query game.extract_jsonpath --param game_pk=747175 --param 'path=$.gameData.venue.name'
      mlb-etl query mart.pitches --limit 1000 --format parquet --to pitches.parquet
    """
    known = queries.read(app.project.generated / "queries")
    if name is None:
        _list(known, app.console(), as_json=as_json)
        return
    entry = queries.find(known, name)
    values = queries.bound(entry, _given(params))
    chosen = "json" if as_json else form
    if chosen == "parquet" and file is None:
        raise click.UsageError("Parquet is not for a terminal: name a file with `--to`")
    with (
        opened(url_in_use(app.project, database_url)) as connection,
        asked(connection, entry, values, limit) as answer,
    ):
        _write(answer, chosen, file, app.console())


def _write(answer: Answer, form: str, file: str | None, console: Console) -> None:
    match form:
        case "table":
            _show(answer, console if file is None else None, file)
        case "parquet":
            assert file is not None
            write_parquet(answer, Path(file))
        case _:
            _pour(_LINES[form](answer), file)


def _pour(lines: Iterator[bytes], file: str | None) -> None:
    if file is None:
        for line in lines:
            sys.stdout.buffer.write(line)
        return
    with Path(file).open("wb") as stream:
        stream.writelines(lines)


def _show(answer: Answer, console: Console | None, file: str | None) -> None:
    """Print a table: it needs all rows, to know how wide a column is."""
    grid = Grid(box=None, header_style="dim", pad_edge=False)
    for name, kind in zip(answer.names, answer.types, strict=True):
        grid.add_column(name, justify="right" if kind in _NUMBERS else "left", no_wrap=True)
    for row in answer.rows:
        grid.add_row(*(Text(_cell(cell)) for cell in row))  # what is in brackets is no markup
    if console is not None:
        Console(highlight=False, width=_width(grid, console), no_color=console.no_color).print(grid)
        return
    assert file is not None
    with Path(file).open("w", encoding="utf-8") as stream:
        Console(file=stream, highlight=False, width=1 << 16).print(grid)


def _width(grid: Grid, console: Console) -> int:
    """Return the width of a table: cells are not cut, lines that are too long wrap at the terminal."""
    return max(console.width, Console(width=1 << 16).measure(grid).maximum)


def _cell(cell: object) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case float():
            return f"{cell:g}" if abs(cell) >= 1e6 else f"{round(cell, 3):.10g}"
        case _:
            return str(cell)


def _given(params: tuple[str, ...]) -> Mapping[str, str]:
    pairs = [param.partition("=") for param in params]
    for name, equals, _ in pairs:
        if not name or not equals:
            raise click.BadParameter(f"`{name}` is not NAME=VALUE", param_hint="--param")
    return {name: value for name, _, value in pairs}


def _list(known: queries.Queries, console: Console, *, as_json: bool) -> None:
    if as_json:
        print_lines(
            {key: value for key, value in entry.items() if key != "statement"}
            for entry in known.entries.values()
        )
        return
    if not known.entries:
        click.echo("there are no views and no queries: write one in mappings/queries/", err=True)
        return
    grid = Grid(box=None, show_header=False, pad_edge=False)
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column()
    for entry in known.entries.values():
        grid.add_row(
            entry["name"], Text(_params(entry), style="dim"), Text(entry["question"] or entry["doc"])
        )
    console.print(grid)


def _params(entry: Entry) -> str:
    return " ".join(param["name"] if param["required"] else f"[{param['name']}]" for param in entry["params"])
