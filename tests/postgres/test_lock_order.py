"""A migration locks a table before its partitions, as readers and writers do: else each would wait for the other."""

import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from psycopg import sql

from runtime import migrator
from runtime.database import Connection, opened
from tests.migrations.case import CASES, NAMES, read
from tests.postgres.evolution import EMPTY, NewDatabase, fill, write
from tests.support.traffic import LIMIT

PARTITIONED = [name for name in NAMES if "partition: {" in (CASES / f"{name}.txt").read_text("utf-8")]


@pytest.mark.parametrize("name", PARTITIONED)
def test_a_table_is_locked_before_its_partitions(
    name: str, new_database: NewDatabase, tmp_path: Path
) -> None:
    case = read(name)
    if case.refused:
        return
    files = write(case.steps, tmp_path)
    tables = [sql.Identifier(*one.name.split(".")) for one in case.steps[0].tables if one.partitioning]
    with new_database(template=EMPTY) as url, opened(url) as connection, opened(url) as writer:
        migrator.migrate(connection, files[:1])
        fill(connection, case.steps[0])
        with ThreadPoolExecutor(1) as pool:
            with writer.transaction():
                for table in tables:
                    writer.execute(sql.SQL("LOCK TABLE ONLY {} IN ROW EXCLUSIVE MODE").format(table))
                migrating = pool.submit(migrator.migrate, connection, files)
                waited = waits(writer, connection.info.backend_pid, migrating)
                for table in tables:
                    writer.execute(sql.SQL("LOCK TABLE {} IN ROW EXCLUSIVE MODE NOWAIT").format(table))
            migrating.result(8 * LIMIT)
    assert waited or not tables or "ACCESS EXCLUSIVE" not in case.said


def waits(connection: Connection, pid: int, migrating: Future[tuple[str, ...]]) -> bool:
    """Wait until a process waits for a lock, or the migration is done; return whether it waits."""
    while not migrating.done():
        if connection.execute("SELECT pid FROM pg_locks WHERE pid = %s AND NOT granted", (pid,)).fetchone():
            return True
        time.sleep(0.01)
    return False
