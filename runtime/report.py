"""Say what is in the database: tables with rows, leaf accounting, three answers, how to connect."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import cast

import psycopg
from psycopg import sql
from rich import box
from rich.console import Console, Group
from rich.table import Table as Grid
from rich.text import Text

from runtime.database import Connection
from runtime.errors import redact
from runtime.job import Json, Row
from runtime.questions import QUESTIONS, Question
from runtime.registry import Catalog, with_tables

_LARGEST = 24
"""So many tables are listed; there may be hundreds."""

CLASSES = ("leaves", "typed", "json", "null", "sentinel", "empty", "ignored", "rescued", "lost")

_COUNTS = """
SELECT operation, count(*), jsonb_agg(counts) FROM metadata.documents GROUP BY operation ORDER BY operation
"""


@dataclass(frozen=True, slots=True)
class TableRows:
    """A table and how many rows it has; `kind` is raw or normalized."""

    operation: str
    kind: str
    table: str
    rows: int


@dataclass(frozen=True, slots=True)
class Leaves:
    """The leaf accounting of an operation's loaded documents."""

    operation: str
    documents: int
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Answer:
    """A question and its answer."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What is in the database."""

    server: str
    url: str
    tables: tuple[TableRows, ...]
    leaves: tuple[Leaves, ...]
    answers: tuple[Answer, ...]
    dead_letters: int

    def as_json(self) -> dict[str, object]:
        """Return the report for tools."""
        return asdict(self)


def build(connection: Connection, catalog: Catalog, url: str) -> Report:
    """Collect the report."""
    answers = (_answer(connection, question) for question in QUESTIONS)
    dead = connection.execute("SELECT count(*) FROM metadata.dead_letters").fetchone()
    return Report(
        server=f"PostgreSQL {connection.info.parameter_status('server_version')}",
        url=redact(url),
        tables=tuple(_tables(connection, catalog)),
        leaves=tuple(_leaves(connection)),
        answers=tuple(answer for answer in answers if answer is not None),
        dead_letters=dead[0] if dead else 0,
    )


def render(report: Report, console: Console) -> None:
    """Print the report for a person."""
    normalized = [entry for entry in report.tables if entry.kind == "normalized"]
    filled = [entry for entry in normalized if entry.rows]
    raw = [entry for entry in report.tables if entry.kind == "raw" and entry.rows]
    console.print(
        _title(f"{sum(entry.rows for entry in raw)} responses in {len(raw)} raw tables", report.server)
    )
    console.print(
        _title(
            f"{sum(entry.rows for entry in filled):,} rows in {len(filled)} tables",
            f"the largest of them; {len(normalized) - len(filled)} others wait for responses",
        )
    )
    console.print(_columns(sorted(filled, key=_by_size)[:_LARGEST], console.width))
    console.print(_title("Leaf accounting", "every leaf of every loaded response, in exactly one class"))
    console.print(_leaf_grid(report.leaves, filled))
    for answer in report.answers:
        console.print(_title(answer.title, ""))
        console.print(_grid(answer.columns, answer.rows))
    if report.dead_letters:
        console.print(f"[yellow]{report.dead_letters} dead letters[/]: see metadata.dead_letters")
    console.print(_title("How to go on", ""))
    console.print(
        "  mlb-etl db shell      a psql prompt\n  mlb-etl db url        the connection URL, for any client"
    )
    console.print(f"  mlb-etl status        the latest runs\n\n  {report.url}", highlight=False)


def _tables(connection: Connection, catalog: Catalog) -> list[TableRows]:
    names = [("raw", operation.name, operation.raw_table) for operation in catalog.operations.values()]
    for name in with_tables(catalog):
        job = catalog.job(name)
        names += [("normalized", name, table.name) for table in (job.tables if job else ())]
    with connection.pipeline():
        counts = [connection.execute(_count(table)) for _, _, table in names]
    return [
        TableRows(operation, kind, table, cast("tuple[int]", cursor.fetchone())[0])
        for (kind, operation, table), cursor in zip(names, counts, strict=True)
    ]


def _count(table: str) -> sql.Composed:
    return sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(*table.split(".")))


def _leaves(connection: Connection) -> list[Leaves]:
    found: list[Leaves] = []
    for operation, documents, counts in connection.execute(_COUNTS):
        total: Counter[str] = Counter()
        for one in cast("list[dict[str, Json]]", counts):
            total.update({name: value for name, value in one.items() if isinstance(value, int)})
        found.append(Leaves(operation, documents, {name: total[name] for name in CLASSES}))
    return found


def _answer(connection: Connection, question: Question) -> Answer | None:
    """Answer a question; None while its tables are not there."""
    try:
        with connection.transaction():
            cursor = connection.execute(question.sql)
            rows = tuple(cursor.fetchall())
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn):
        return None
    columns = tuple(column.name for column in cursor.description or ())
    answer = Answer(question.title, columns, rows)
    return _across(answer) if "inning" in columns and "runs" in columns else answer


def _across(answer: Answer) -> Answer:
    """Turn one row per team and inning into one row per team, as a scoreboard shows it: innings, then the totals."""
    innings = sorted({cast(int, row[2]) for row in answer.rows})
    lines: dict[Row, dict[int, object]] = {}
    for day, team, inning, runs, *totals in answer.rows:
        lines.setdefault((day, team, *totals), {})[cast(int, inning)] = runs
    rows = tuple(
        (day, team, *("X" if line.get(inning) is None else line[inning] for inning in innings), *totals)
        for (day, team, *totals), line in lines.items()
    )
    return Answer(answer.title, ("date", "team", *map(str, innings), *answer.columns[4:]), rows)


def _title(text: str, note: str) -> Text:
    return Text.assemble("\n", (text, "bold"), ("  " + note if note else "", "dim"))


def _columns(tables: Sequence[TableRows], width: int) -> Group:
    """Show tables side by side, as many columns as fit."""
    if not tables:
        return Group(Text("  none yet", "dim"))
    widest = max(len(entry.table) for entry in tables) + 9
    across = max(1, min(3, width // (widest + 2)))
    height = -(-len(tables) // across)
    grid = Grid.grid(padding=(0, 3, 0, 0))
    for _ in range(across):
        grid.add_column()
        grid.add_column(justify="right")
    for line in range(height):
        picked = tables[line::height]
        grid.add_row(*(cell for entry in picked for cell in (f"  {entry.table}", f"{entry.rows:,}")))
    return Group(grid)


_MANY = 12
"""Columns that need the room between them."""


def _by_size(entry: TableRows) -> tuple[int, str]:
    return -entry.rows, entry.table


def _leaf_grid(leaves: Sequence[Leaves], filled: Sequence[TableRows]) -> Grid:
    stored: Counter[str] = Counter()
    for table in filled:
        stored[table.operation] += table.rows
    rows = [
        (
            entry.operation,
            entry.documents,
            stored[entry.operation],
            *(entry.counts[name] for name in CLASSES),
        )
        for entry in leaves
    ]
    return _grid(("operation", "docs", "rows", *CLASSES), rows)


def _grid(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Grid:
    padding = (0, 1) if len(columns) < _MANY else (0, 1, 0, 0)
    grid = Grid(box=box.SIMPLE_HEAD, padding=padding, header_style="dim", show_edge=False)
    for index, name in enumerate(columns):
        numeric = any(isinstance(row[index], int | float) for row in rows)
        grid.add_column(name, justify="right" if numeric else "left", no_wrap=True)
    for row in rows:
        grid.add_row(*map(_shown, row))
    return grid


def _shown(cell: object) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case int():
            return f"{cell:,}"
        case float():
            return f"{cell:g}"
        case date() | datetime():
            return cell.isoformat()
        case _:
            return str(cell)
