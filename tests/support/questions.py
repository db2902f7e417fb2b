"""The named queries on a real server, over captured responses and the beginning of a season that was never played."""

import os
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import orjson
from psycopg import sql
from psycopg.rows import dict_row

from compiler.backends.postgres import script
from compiler.backends.postgres.views import INDEX, SCRIPT, emit_views
from runtime import database, queries
from runtime.database import Connection
from runtime.job import Conformed, Row, Table
from runtime.target import target
from runtime.transform import transform
from tests.support import project
from tests.support.season import answers
from tests.support.views import LIVE, TAIL, catalog, plan

OPERATIONS = (
    LIVE,
    "game.getWinProbability",
    "schedule.schedule",
    "season.seasons",
    "standings.standings",
    "draft.draftPicks",
)
Found = dict[str, object]


@dataclass(frozen=True)
class Analyst:
    """Asks named queries."""

    connection: Connection
    known: queries.Queries

    def ask(self, name: str, **params: object) -> list[Found]:
        """Return the rows of a query as records."""
        entry = queries.find(self.known, name)
        values = queries.bound(entry, {key: str(value) for key, value in params.items()})
        with self.connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(entry["statement"].encode(), values).fetchall()

    def run(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Run a statement of the test's own."""
        cursor = self.connection.execute(statement.encode(), values or None)
        return cursor.fetchall() if cursor.description else []


@contextmanager
def analyst(server: database.Status, folder: Path) -> Generator[Analyst]:
    """A database with the tables and views that queries read, filled."""
    name = f"questions_{os.getpid()}"
    assert server.settings is not None
    tables = catalog()
    emitted = emit_views(plan().views, tables.schemas | {"metadata"})
    (folder / Path(INDEX).name).write_text(emitted[INDEX], "utf-8")
    with database.opened(server.settings.url("postgres")) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        with database.opened(server.settings.url(name)) as connection:
            connection.execute(script(tables).encode())
            _fill(connection)
            connection.execute(emitted[SCRIPT].encode())
            connection.execute("SELECT * FROM metadata.refresh_all_views()")
            yield Analyst(connection, queries.read(folder))
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _fill(connection: Connection) -> None:
    made = {table.name for table in catalog().tables}
    for table in catalog().tables:
        if table.partitioning:
            connection.execute(f"CREATE TABLE {table.name}_all PARTITION OF {table.name} DEFAULT".encode())
    for operation in OPERATIONS:
        job = project.job(operation)
        for table, rows in _rows(operation):
            if table.name in made:
                target(table, job.document_key).copy(connection, rows, TAIL)


def _rows(operation: str) -> Iterator[tuple[Table, list[Row]]]:
    """Rows of all documents, one per key: documents of lists overlap."""
    job = project.job(operation)
    found = [transform(job, document, params).rows for params, document in documents(operation)]
    for table in job.tables:
        names = [column.name for column in table.columns]
        key = [names.index(name) for name in table.key]
        rows = {tuple(row[place] for place in key): row for made in found for row in made.get(table.name, [])}
        yield table, [*rows.values()]


def documents(operation: str) -> Iterator[tuple[Mapping[str, str], Conformed]]:
    """Captured responses, those with most content last, then generated ones; fresh copies."""
    for captured in sorted(project.responses(operation), key=lambda found: len(found.body)):
        yield captured.params, captured.document
    for answer in answers(operation):
        yield {**answer.path_params, **answer.query_params}, orjson.loads(orjson.dumps(answer.document))


@cache
def feeds() -> tuple[Conformed, ...]:
    """The newest live feed of every game."""
    return tuple({document["gamePk"]: document for _, document in documents(LIVE)}.values())


def sides(game: Conformed) -> list[Conformed]:
    """Return the two teams of a feed's boxscore."""
    return [*game["liveData"]["boxscore"]["teams"].values()]


def total(rows: list[Found], column: str) -> int:
    """Return the sum of a column of whole numbers."""
    return sum(int(str(row[column] or 0)) for row in rows)


def one(rows: list[Found], **wanted: object) -> Found:
    """Return the only row with these cells."""
    (found,) = [row for row in rows if wanted.items() <= row.items()]
    return found
