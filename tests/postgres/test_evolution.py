"""Migrations 1..n on a database with rows give the schema of a fresh install, and leave the rows as they are."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from psycopg import sql

from compiler.backends.postgres import lower
from compiler.ir.catalog import Catalog, Column, Index, Partitioning, Table
from compiler.ir.settle import GRAVE, Before, settled
from runtime import migrations, migrator
from runtime.database import Connection, opened
from tests.postgres.evolution import EMPTY, NewDatabase, dump, fill, follow, fresh, write
from tests.property.catalogs import normalized_catalogs
from tests.property.strategies import few
from tests.unit.backends.plans import PLAN

ROOT = Path(__file__).parents[2]


def less(table: Table, *names: str) -> Table:
    return replace(table, columns=tuple(one for one in table.columns if one.name not in names))


def steps() -> tuple[Catalog, Catalog, Catalog]:
    """A catalog without a table and some columns, without one column, and whole."""
    whole = lower(PLAN)
    plays = "game.live_game_plays"
    pitches = next(table for table in whole.tables if table.kind != "raw" and table.name != plays)
    first = [
        less(table, "inning", "half_inning") if table.name == plays else table
        for table in whole.tables
        if table is not pitches
    ]
    second = [less(table, "half_inning") if table.name == plays else table for table in whole.tables]
    third = [*second[:-1], replace(second[-1], comment="It says something else now.")]
    found: list[Catalog] = []
    for tables in (first, second, third, whole.tables):
        found.append(follow(found, Catalog(tables=tuple(tables))))
    return tuple(found)  # pyright: ignore[reportReturnType]


def checksums(connection: Connection, catalog: Catalog) -> dict[str, object]:
    """Per table the digest of its rows, over the columns that a catalog knows."""
    found: dict[str, object] = {}
    for table in catalog.tables:
        columns = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns)
        query = sql.SQL("SELECT md5(string_agg(r::text, '|' ORDER BY r::text)) FROM (SELECT {} FROM {}) r")
        row = connection.execute(query.format(columns, sql.Identifier(*table.name.split(".")))).fetchone()
        found[table.name] = row
    return found


def test_a_database_with_rows_becomes_a_fresh_one(new_database: NewDatabase, tmp_path: Path) -> None:
    first, *_, last = history = steps()
    files = write(history, tmp_path)
    assert len(files) == len(history)
    with new_database(template=EMPTY) as url, opened(url) as connection:
        migrator.migrate(connection, files[:1])
        fill(connection, first)
        before = checksums(connection, first)
        assert all(row != (None,) for row in before.values())
        assert migrator.migrate(connection, files) == tuple(one.name for one in files[1:])
        assert checksums(connection, first) == before
        assert dump(url) == fresh(new_database, last)
        assert migrator.migrate(connection, files) == ()
    with new_database(template=EMPTY) as url, opened(url) as connection:
        migrator.migrate(connection, files)
        assert dump(url) == fresh(new_database, last)


def test_the_dump_sees_what_differs(new_database: NewDatabase) -> None:
    *_, last = steps()
    (table,) = [table for table in last.tables if table.name == "game.live_game_plays"]
    for other in (
        replace(table, comment="another"),
        replace(table, columns=tuple(reversed(table.columns))),
        replace(table, key_name="another_pkey"),
        less(table, "inning"),
    ):
        changed = [other if one is table else one for one in last.tables]
        assert fresh(new_database, Catalog(tables=tuple(changed))) != fresh(new_database, last)


@settings(
    few,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(plans=st.lists(normalized_catalogs(), min_size=2, max_size=3))
def test_any_database_follows_any_plan(new_database: NewDatabase, plans: list[Catalog]) -> None:
    steps: list[Catalog] = []
    filled: dict[tuple[str, str], object] = {}
    with TemporaryDirectory() as folder, new_database(template=EMPTY) as url, opened(url) as connection:
        for plan in plans:
            number = len(write(steps, Path(folder))) + 1 if steps else 1
            before = Before(catalog=steps[-1] if steps else Catalog(), number=f"{number:04d}")
            steps.append(settled(before, plan))
            migrator.migrate(connection, write(steps, Path(folder)))
            if len(steps) == 1:
                fill(connection, plan)
                filled = {where: values(connection, *where) for where in columns_of(plan)}
        assert dump(url) == fresh(new_database, steps[-1])
        for (table, column), found in filled.items():
            assert values(connection, *successor(steps[-1], plans[0].by_name[table], column)) == found
        assert connection.execute("SELECT FROM pg_index WHERE NOT indisvalid").fetchall() == []


class CutError(Exception):
    pass


@pytest.mark.parametrize("cut", range(6))
def test_a_migration_cut_off_anywhere_goes_on(
    new_database: NewDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: int
) -> None:
    part = Partitioning(column="day", every="year")
    columns = tuple(
        Column(name=name, type="date", nullable=name == "seen") for name in ("day", "end", "seen")
    )
    plays = Table(
        name="game.plays", kind="normalized", operation="game.a", columns=columns, key=("day",), key_name="k",
        partitioning=part,
    )  # fmt: skip
    days = replace(plays, name="game.days", key_name="d", partitioning=None)
    index = Index(name="more_idx", columns=("seen",))
    grown = replace(plays, indexes=(index,)), replace(days, indexes=(replace(index, name="days_idx"),))
    first = Catalog(tables=(plays, days))
    second = follow([first], Catalog(tables=grown))
    files = write([first, second], tmp_path)
    with new_database(template=EMPTY) as url, opened(url) as connection:
        migrator.migrate(connection, files[:1])
        fill(connection, first)
        run, count = migrator.run_alone, iter(range(100))

        def cut_off(connection: Connection, statement: str) -> None:
            if next(count) == cut:
                raise CutError
            run(connection, statement)
            if next(count) == cut:
                raise CutError

        monkeypatch.setattr(migrator, "run_alone", cut_off)
        with pytest.raises(CutError):
            migrator.migrate(connection, files)
        monkeypatch.undo()
        assert migrator.migrate(connection, files) == (files[1].name,)
        assert connection.execute("SELECT FROM pg_index WHERE NOT indisvalid").fetchall() == []
        assert dump(url) == fresh(new_database, second)


def columns_of(catalog: Catalog) -> list[tuple[str, str]]:
    return [(table.name, column.name) for table in catalog.tables for column in table.columns]


def values(connection: Connection, table: str, column: str) -> object:
    """The values of a column where its rows lie: another place would tell of a rewrite."""
    query = (
        "SELECT array_agg({}::text ORDER BY tableoid::int, ctid), array_agg(ctid::text ORDER BY ctid) FROM {}"
    )
    names = sql.Identifier(column), sql.Identifier(*table.split("."))
    return connection.execute(sql.SQL(query).format(*names)).fetchone()


def successor(catalog: Catalog, table: Table, column: str) -> tuple[str, str]:
    """Where the values of a column are after some steps: whatever took its name came later."""
    graves = sorted(one.name for one in catalog.tables if one.given_up and table.name in one.was)
    found = catalog.by_name[next((name for name in graves if name.startswith(GRAVE)), table.name)]
    buried = sorted(one.name for one in found.columns if one.given_up and column in one.was)
    return found.name, next(iter(buried), column)


def test_the_committed_history_makes_the_committed_schema(new_database: NewDatabase) -> None:
    folder = ROOT / "generated" / "postgres"
    with new_database(template=EMPTY) as url, opened(url) as connection:
        migrator.migrate(connection, migrations.read(folder))
        by_history = dump(url)
    with new_database(template=EMPTY) as url, opened(url) as connection:
        connection.execute((folder / "schema.sql").read_bytes())
        assert dump(url) == by_history


NOT_OURS = (
    "prefer-bigint-over-int",  # positions in arrays are integers
    "prefer-robust-stmts",  # the migrator runs each file in one transaction, once
    "require-lock-timeout",  # the migrator sets it
    "require-statement-timeout",
    "require-timeout-settings",
)


def test_the_linter_finds_nothing_but_the_hazards(tmp_path: Path) -> None:
    history = [*steps(), Catalog()]
    history[-1] = follow(history[:-1], Catalog(tables=tuple(map(another, history[-2].tables))))
    write(history, tmp_path)
    squawk = Path(sys.executable).with_name("squawk")
    for file in sorted((tmp_path / "migrations").glob("00*.sql"))[1:]:
        text = file.read_text("utf-8")
        alone = [] if "-- mlbc: no-transaction" in text else ["--assume-in-transaction"]
        named = ["renaming-column", "renaming-table"] if "hazard breaks-readers" in text else []
        command = [str(squawk), *alone, f"--exclude={','.join((*NOT_OURS, *named))}", str(file)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


def another(table: Table) -> Table:
    """A table with another type of a column, and an index more."""
    if table.kind == "raw":
        return table
    last = next(column for column in reversed(table.columns) if column.nullable)
    columns = (replace(one, type="jsonb") if one is last else one for one in table.columns)
    index = Index(name=f"{table.short_name}_more_idx", columns=(table.columns[0].name,))
    return replace(table, columns=tuple(columns), indexes=(*table.indexes, index))
