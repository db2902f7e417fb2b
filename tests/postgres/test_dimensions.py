"""A dimension on a real server: per column the newest mention that says it, whatever the order of loads."""

from collections.abc import Sequence
from itertools import permutations
from pathlib import Path

import pytest

from compiler.backends.postgres.dimensions import dimension_files
from compiler.ir.paths import Field
from compiler.ir.plan import Dimension, DimensionColumn, Mention, Plan
from compiler.ir.types import Type
from compiler.source import Origin
from runtime.database import Connection
from runtime.dimensions import refresh

COLUMNS = (
    ("full_name", Type.TEXT),
    ("height", Type.DOUBLE),
    ("born", Type.DATE),
    ("is_active", Type.BOOLEAN),
)
PERSON = Dimension(
    name="d.person",
    key="person_id",
    columns=tuple(
        DimensionColumn(name=name, type=type_, path=(Field(name),), doc="") for name, type_ in COLUMNS
    ),
    mentions=(
        Mention(table="d.players", key="player_id", columns=("full_name", "height", "born", "is_active")),
        Mention(table="d.plays", key="batter_id", columns=("batter_name", "", "", "")),
        Mention(table="d.credits", key="person", columns=("", "", "", "")),
    ),
    origin=Origin(""),
)
TABLES = """
CREATE SCHEMA d;
CREATE TABLE d.players (player_id bigint, full_name text, height double precision, born date, is_active boolean,
                        captured_at timestamptz);
CREATE TABLE d.plays (batter_id bigint, batter_name text, full_name text, captured_at timestamptz);
CREATE TABLE d.credits (person bigint, captured_at timestamptz);
CREATE TABLE d.person (person_id bigint CONSTRAINT person_pkey PRIMARY KEY, full_name text, height double precision,
                       born date, is_active boolean, sources jsonb NOT NULL, captured_at timestamptz NOT NULL);
"""
ROWS = (
    "INSERT INTO d.players VALUES (1, 'Shohei Ohtani', 75.5, '1994-07-05', true, '2024-07-01Z')",
    "INSERT INTO d.players VALUES (1, NULL, NULL, NULL, false, '2024-07-03Z')",
    "INSERT INTO d.plays VALUES (1, 'S. Ohtani', 'not his name', '2024-07-02Z')",
    "INSERT INTO d.players VALUES (2, 'Rich', 70, NULL, NULL, '2024-07-01Z')",
    "INSERT INTO d.plays VALUES (2, 'Poor', NULL, '2024-07-01Z')",
    "INSERT INTO d.plays VALUES (3, 'B', NULL, '2024-07-01Z'), (3, 'A', NULL, '2024-07-01Z')",
    "INSERT INTO d.credits VALUES (4, '2024-07-01Z'), (NULL, '2024-07-01Z')",
)
EXPECTED = [
    (1, "S. Ohtani", 75.5, "1994-07-05", False),
    (2, "Rich", 70.0, None, None),
    (3, "A", None, None, None),
    (4, None, None, None, None),
]


@pytest.fixture
def statements(connection: Connection, tmp_path: Path) -> Path:
    """The folder of the generated statement; the tables are there and empty."""
    connection.execute(TABLES)
    for path, text in dimension_files(Plan(operations=(), dimensions=(PERSON,))).items():
        (tmp_path / Path(path).name).write_text(text, "utf-8")
    return tmp_path


def held(connection: Connection) -> list[tuple[object, ...]]:
    """Return the rows, without where they come from."""
    query = "SELECT person_id, full_name, height, born::text, is_active FROM d.person ORDER BY person_id"
    return list(connection.execute(query))


def fill(connection: Connection, rows: Sequence[str]) -> None:
    """Run inserts."""
    for row in rows:
        connection.execute(row.encode())


def test_each_column_has_the_newest_mention_that_says_it(connection: Connection, statements: Path) -> None:
    fill(connection, ROWS)
    assert [found.rows for found in refresh(connection, statements)] == [4]
    assert held(connection) == EXPECTED
    sources = connection.execute("SELECT sources, captured_at::date::text FROM d.person WHERE person_id = 1")
    players, plays = "d.players", "d.plays"
    assert sources.fetchone() == (
        {"full_name": plays, "height": players, "born": players, "is_active": players},
        "2024-07-03",
    )


@pytest.mark.parametrize("order", [*permutations(ROWS[2:])][::24])
def test_the_order_of_loads_cannot_be_seen(
    connection: Connection, statements: Path, order: tuple[str, ...]
) -> None:
    for row in (*order, *ROWS[:2]):
        fill(connection, [row])
        refresh(connection, statements)
    assert held(connection) == EXPECTED
    assert [found.rows for found in refresh(connection, statements)] == [0]


def test_what_nobody_mentions_any_more_is_gone(connection: Connection, statements: Path) -> None:
    fill(connection, ROWS)
    refresh(connection, statements)
    connection.execute("DELETE FROM d.credits")
    connection.execute("DELETE FROM d.plays WHERE batter_id = 1")
    refresh(connection, statements)
    assert held(connection) == [(1, "Shohei Ohtani", 75.5, "1994-07-05", False), *EXPECTED[1:3]]
