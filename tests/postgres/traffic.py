"""Readers and writers that go on while a database is migrated, each on a connection of its own."""

import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count, pairwise

import psycopg
from psycopg import sql

from compiler.ir.catalog import Catalog, Column, Table
from compiler.migrate import diff
from compiler.migrate.changes import MoveTable, RenameColumn
from runtime.database import Connection, connect
from tests.postgres.evolution import value

LIMIT = 5.0
"""Seconds: what the migrator waits at most for a lock, and others behind it."""


@dataclass
class Traffic:
    """What readers and writers saw: how often each did something, how long the longest took, and what failed."""

    done: list[int] = field(default_factory=list)
    longest: float = 0.0
    failed: list[str] = field(default_factory=list)

    def rest(self) -> None:
        """Wait until each did something more."""
        before, ends = list(self.done), time.monotonic() + 2 * LIMIT
        while any(now <= then for now, then in zip(self.done, before, strict=True)):
            assert time.monotonic() < ends, (self.failed, before, self.done)
            if self.failed:
                return
            time.sleep(0.001)


@contextmanager
def traffic(url: str, steps: Sequence[Catalog]) -> Generator[Traffic]:
    """Read and write what keeps its name through all steps, for the length of a block."""
    lasting = list(_lasting(steps))
    seen, stop = Traffic(), threading.Event()
    work = [_reading(lasting), *(_writing(table, written) for table, written in lasting if written)]
    threads = [
        threading.Thread(target=_run, args=(url, one, seen, number, stop)) for number, one in enumerate(work)
    ]
    seen.done = [0] * len(work)
    for thread in threads:
        thread.start()
    try:
        seen.rest()
        yield seen
        seen.rest()
    finally:
        stop.set()
        for thread in threads:
            thread.join()


Work = Callable[[Connection, int], None]


def _run(url: str, work: Work, seen: Traffic, number: int, stop: threading.Event) -> None:
    with connect(url, "traffic") as connection:
        connection.execute("SELECT set_config('statement_timeout', %s, false)", (f"{LIMIT}s",))
        for turn in count(1000):
            if stop.is_set():
                return
            started = time.monotonic()
            try:
                work(connection, turn)
            except psycopg.Error as error:
                seen.failed.append(f"{type(error).__name__}: {error}")
                return
            seen.longest = max(seen.longest, time.monotonic() - started)
            seen.done[number] += 1
            time.sleep(0.001)


def _reading(lasting: Sequence[tuple[Table, Sequence[Column]]]) -> Work:
    queries = [
        sql.SQL("SELECT {} FROM {}").format(_names(table.columns), sql.Identifier(*table.name.split(".")))
        for table, _ in lasting
    ]

    def read(connection: Connection, turn: int) -> None:
        connection.execute(queries[turn % len(queries)] if queries else sql.SQL("SELECT 1")).fetchall()

    return read


def _writing(table: Table, written: Sequence[Column]) -> Work:
    name, columns = sql.Identifier(*table.name.split(".")), _names(written)
    values = sql.SQL(", ").join(value(column.type) for column in written)
    one = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM (SELECT {} AS n) one")

    def write(connection: Connection, turn: int) -> None:
        with connection.transaction():
            connection.execute(one.format(name, columns, values, sql.Literal(turn)))

    return write


def _names(columns: Sequence[Column]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(column.name) for column in columns)


def _lasting(steps: Sequence[Catalog]) -> Iterator[tuple[Table, Sequence[Column]]]:
    """Yield the tables, with the columns, that have their names in all steps, and those that a row must have.

    There are none of these where a row cannot be written the same way before and after.
    """
    changes = [change for old, new in pairwise(steps) for change in diff(old, new)]
    moved = {change.before for change in changes if isinstance(change, MoveTable)}
    renamed = {(one.table, one.before) for one in changes if isinstance(one, RenameColumn)}
    for table in steps[0].tables:
        later = [step.by_name.get(table.name) for step in steps[1:]]
        if table.name in moved or None in later:
            continue
        every = [table, *filter(None, later)]
        kept = [
            column
            for column in table.columns
            if (table.name, column.name) not in renamed
            and all(
                (column.name, column.type) in [(one.name, one.type) for one in also.columns] for also in every
            )
        ]
        required = {
            one.name for also in every for one in also.columns if not one.nullable and not one.default
        }
        written = [column for column in kept if column.name in required]
        if kept:
            yield (
                replace(table, columns=tuple(kept)),
                written if required <= {one.name for one in kept} else (),
            )
