"""The views of the project, and the games that they are tried on: captured ones, and some that were never played."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache

import orjson

from compiler.backends.postgres import lower
from compiler.driver import Session
from compiler.driver.compilation import checked_plan
from compiler.ir.catalog import Catalog
from compiler.ir.plan import Plan
from compiler.ir.views import Kind, View
from compiler.project import discover
from runtime.job import Conformed, Row, Table
from runtime.transform import transform
from tests.support import project
from tests.support.season import answers

LIVE = "game.liveGameV1"
TAIL: Row = (1, datetime(2024, 7, 13, 12, tzinfo=UTC))


@cache
def plan() -> Plan:
    """The plan of the project, with its views."""
    session = Session(project=discover(project.ROOT))
    made = checked_plan(session)
    assert made is not None, session.findings
    return made


def views() -> tuple[View, ...]:
    """The views that can be read, in an order in which they can be made."""
    return tuple(view for view in plan().views if view.is_relation)


def portable() -> tuple[View, ...]:
    """Those of them that Spark can ask."""
    return tuple(view for view in views() if view.spark)


@cache
def read_tables() -> frozenset[str]:
    """The normalized tables that views read."""
    made = {view.name for view in plan().views}
    read = {name for view in plan().views if view.kind is not Kind.QUERY for name in view.reads}
    return frozenset(read - made) & {*plan().tables}


@cache
def games() -> tuple[Conformed, ...]:
    """Games: the captured ones, then generated ones."""
    captured = {found.document["gamePk"]: found.document for found in sorted_captures()}
    return (*captured.values(), *(answer.document for answer in answers(LIVE)))


def sorted_captures() -> list[project.Response]:
    """Captured feeds, those with most content last."""
    return sorted(project.responses(LIVE), key=lambda found: len(found.body))


def rows() -> Iterator[tuple[Table, list[Row]]]:
    """Rows of all games, table by table, without the bookkeeping; a transform uses its document up."""
    job = project.job(LIVE)
    made = [transform(job, orjson.loads(orjson.dumps(game)), {}).rows for game in games()]
    for table in job.tables:
        if table.name in read_tables():
            yield table, [row for found in made for row in found.get(table.name, [])]


def catalog() -> Catalog:
    """The tables that views read, as a database has them."""
    return Catalog(tables=tuple(table for table in lower(plan()).tables if _is_wanted(table.name)))


def _is_wanted(name: str) -> bool:
    read = {other for view in plan().views for other in view.reads}
    return name in read
