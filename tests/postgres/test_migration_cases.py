"""Every change of a schema on a real server: what it says, locks and leaves, while readers and writers go on."""

import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise, permutations
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from psycopg import sql

from compiler.diagnostics import Sink
from compiler.ir.catalog import Catalog, Column, Table
from compiler.migrate import diff, extend, lint
from compiler.migrate.changes import DropColumn, DropTable, MoveTable, RenameColumn, RenameTable
from compiler.migrate.history import SCHEMA
from runtime import migrator
from runtime.database import Connection, opened
from tests.migrations.case import NAMES, Case, case, read
from tests.postgres.evolution import EMPTY, VALUES, NewDatabase, dump, fill, follow, fresh, grown, made, write
from tests.postgres.locks import LOCKS, strength, watched
from tests.postgres.traffic import readers_and_writers
from tests.property.catalogs import renaming_catalogs
from tests.property.strategies import few
from tests.support.traffic import LIMIT, traffic


@pytest.mark.parametrize("name", NAMES)
def test_a_migration_says_what_it_does(name: str, update_golden: bool) -> None:
    case = read(name)
    if update_golden:
        case.accept()
    else:
        assert case.said == case.parts[-1]


@pytest.mark.parametrize("name", NAMES)
def test_a_busy_database_follows(name: str, new_database: NewDatabase, tmp_path: Path) -> None:
    case = read(name)
    if not case.refused:
        follows(case, new_database, tmp_path)


def follows(case: Case, new_database: NewDatabase, folder: Path, begun: int = 0) -> None:
    """A busy database with rows gets the schema of a fresh one, keeps its rows, and locks as is said."""
    files, steps = write(case.steps, folder), case.steps[begun:]
    known = len(grown(case.steps[: begun + 1], Sink()).migrations)
    with new_database(template=EMPTY) as url:
        with opened(url) as connection:
            migrator.migrate(connection, files[:known])
            fill(connection, steps[0])
            before = rows(connection, steps[0])
        with traffic(url, readers_and_writers(steps)) as seen, watched(url) as connection:
            migrator.migrate(connection, files)
            wrong = (connection.unsaid, connection.unused)
        assert seen.failed == []
        assert seen.longest < LIMIT
        assert wrong == ([], [])
        with opened(url) as connection:
            lasting(connection, steps, before)
            assert migrator.migrate(connection, files) == ()
            assert (
                connection.execute(
                    "SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid"
                ).fetchall()
                == []
            )
        assert dump(url) == fresh(new_database, case.steps[-1])
    plans_nothing_more(case)


TYPES = sorted({*VALUES, "text[]", "bigint[]"})


def test_every_type_becomes_every_other(new_database: NewDatabase, tmp_path: Path) -> None:
    pairs = list(permutations(TYPES, 2))
    old, new = (
        Table(
            name="game.plays",
            kind="normalized",
            operation="game.a",
            columns=tuple(
                Column(name=f"c{number}", type=pair[side], nullable=True) for number, pair in enumerate(pairs)
            ),
            key=(),
            key_name="plays_pkey",
        )
        for side in (0, 1)
    )
    plans = [(Catalog(tables=(table,)), frozenset[str]()) for table in (old, new)]
    found = case("types", (), plans)
    assert found.said.count("  rename column ") == found.said.count("  add column ") == len(pairs)
    assert "alter column" not in found.said
    follows(found, new_database, tmp_path)


@settings(
    few,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(plans=st.lists(renaming_catalogs(), min_size=2, max_size=4), data=st.data())
def test_a_busy_database_follows_any_plans_at_once(
    new_database: NewDatabase, plans: list[Catalog], data: st.DataObject
) -> None:
    begun = data.draw(st.integers(0, len(plans) - 2), label="where the database is")
    with TemporaryDirectory() as folder:
        drawn = case("drawn", (), [(plan, frozenset()) for plan in plans])
        assert not drawn.refused
        follows(drawn, new_database, Path(folder), begun)


def test_a_lock_that_is_not_said_is_seen(new_database: NewDatabase) -> None:
    case = read("index-added-partitioned")
    with new_database(template=EMPTY) as url, watched(url) as connection:
        connection.execute(made(case.steps[0])[SCHEMA].encode())
        said = b"-- 1/1  add index\n--      lock   SHARE UPDATE EXCLUSIVE: so it says\n"
        connection.execute(said + b"CREATE INDEX a ON ONLY game.plays (id)")
        assert connection.unsaid == ["1/1  add index: SHARE on game.plays, said SHARE UPDATE EXCLUSIVE"]
        connection.execute(b"-- 1/1  comment\nCOMMENT ON TABLE game.plays IS 'a'")
        assert connection.unsaid[1:] == ["1/1  comment: SHARE UPDATE EXCLUSIVE on game.plays, said none"]


@pytest.mark.parametrize(
    "statement", [b"CREATE INDEX CONCURRENTLY more ON a (a)", b"DROP INDEX CONCURRENTLY a_idx"]
)
def test_what_runs_concurrently_locks_as_is_said(new_database: NewDatabase, statement: bytes) -> None:
    with (
        new_database(template=EMPTY) as url,
        opened(url) as writer,
        opened(url) as other,
        opened(url) as sees,
    ):
        writer.execute("CREATE TABLE a (a int); CREATE INDEX a_idx ON a (a)")
        pid = (other.info.backend_pid,)
        with ThreadPoolExecutor(1) as pool:
            with writer.transaction():
                writer.execute("INSERT INTO a VALUES (1)")
                waiting = pool.submit(other.execute, statement)
                while not sees.execute(
                    "SELECT pid FROM pg_locks WHERE pid = %s AND NOT granted", pid
                ).fetchone():
                    time.sleep(0.01)
                locks = {lock for _, lock in sees.execute(LOCKS, pid)}
                writer.execute("INSERT INTO a VALUES (2)")
            waiting.result(LIMIT)
        assert max(map(strength, locks)) == strength("SHARE UPDATE EXCLUSIVE")


def plans_nothing_more(case: Case) -> None:
    again = follow(case.steps, case.planned[-1])
    assert diff(case.steps[-1], again) == ()
    sink = Sink()
    assert extend(case.history, made(again), sink).migrations == case.history.migrations
    assert not sink.failed


# ------------------------------------------------------------------------------------------------- rows


Rows = dict[tuple[int, str], tuple[object, ...]]
"""Where a row lies (which changes if its table is rewritten) -> its values as text."""


def rows(connection: Connection, catalog: Catalog) -> dict[str, Rows]:
    """All rows of a database, per table."""
    return {
        table.name: table_rows(connection, table.name, [one.name for one in table.columns])
        for table in catalog.tables
    }


def table_rows(connection: Connection, table: str, columns: list[str]) -> Rows:
    """The rows of a table."""
    texts = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(name)) for name in columns)
    query = sql.SQL("SELECT tableoid::bigint, ctid::text, {} FROM {}").format(
        texts, sql.Identifier(*table.split("."))
    )
    return {(row[0], row[1]): row[2:] for row in connection.execute(query)}


def lasting(connection: Connection, steps: Sequence[Catalog], before: dict[str, Rows]) -> None:
    """What was there is there, where it was: nothing was rewritten."""
    for table in steps[0].tables:
        place = Place(table.name, {column.name: column.name for column in table.columns})
        for old, new in pairwise(steps):
            place = place.after(old, new)
        if not place.table:
            continue
        names = list(place.columns.values())
        found = table_rows(connection, place.table, names)
        indexes = [[one.name for one in table.columns].index(name) for name in place.columns]
        expected = {
            where: tuple(row[index] for index in indexes) for where, row in before[table.name].items()
        }
        assert {where: row for where, row in found.items() if where in expected} == expected, table.name


@dataclass(frozen=True)
class Place:
    """Where the rows of a table are: its name, "" when it was dropped; and per column, what it is called now."""

    table: str
    columns: dict[str, str]

    def after(self, old: Catalog, new: Catalog) -> "Place":
        """Where they are after a step, by what the step says that it changes."""
        table, columns = self.table, dict(self.columns)
        for change in diff(old, new):
            match change:
                case MoveTable(before=before, after=after) | RenameTable(before=before, after=after) if (
                    before == table
                ):
                    table = after
                case DropTable(table=dropped) if dropped.name == table:
                    return Place("", {})
                case RenameColumn(table=where, before=before, after=after) if where == table:
                    columns = {name: after if now == before else now for name, now in columns.items()}
                case DropColumn(table=where, column=gone) if where == table:
                    columns = {name: now for name, now in columns.items() if now != gone.name}
                case _:
                    pass
        return Place(table, columns)


# ------------------------------------------------------------------------------------------------- linter


def test_the_linter_finds_nothing_but_the_hazards(tmp_path: Path) -> None:
    texts = {
        f"{case}-{name}": text
        for case in NAMES
        for name, text in [*read(case).history.migrations.items()][1:]
    }
    assert len(texts) > len(NAMES) // 2
    for name, text in texts.items():
        (tmp_path / name).write_text(text, "utf-8")
    online = {name for name, text in texts.items() if "-- mlbc: no-transaction" in text}
    found = linted(tmp_path, online) + linted(tmp_path, set(texts) - online, "--assume-in-transaction")
    assert [(name, rule) for name, rule in found if not is_said(rule, texts[name])] == []
    assert {name: [*lint.risks(text)] for name, text in texts.items() if any(lint.risks(text))} == {}


def is_said(rule: str, text: str) -> bool:
    """Whether a migration says itself what the linter finds."""
    return any(lint.NAMED.get(rule) in step.names for step in lint.steps(text))


def linted(folder: Path, names: set[str], *options: str) -> list[tuple[str, str]]:
    """File and rule of each finding."""
    squawk = str(Path(sys.executable).with_name("squawk"))
    command = [
        squawk,
        *options,
        "--reporter=Json",
        f"--exclude={','.join(sorted(lint.HARMLESS))}",
        *sorted(names),
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return [(Path(one["file"]).name, one["rule_name"]) for one in orjson.loads(done.stdout or "[]")]


def test_no_file_is_read_twice() -> None:
    assert len({read(name).parts[1:-1] for name in NAMES}) == len(NAMES)
