"""What analysts ask for most is answered from few partitions, by an index, on the rows of three short seasons."""

import os
from collections.abc import Iterator, Mapping
from datetime import date
from typing import cast

import pytest
from psycopg import sql

from compiler.backends.postgres import lower, script
from compiler.ir.catalog import Catalog
from runtime import database
from runtime.database import Connection
from runtime.partitions import create, range_of
from tests.support.project import plan

GAMES, PLAYS = "game.live_game_metadata", "game.live_game_plays"
LINES = "game.live_game_player_batting_stats"
YEARS = (2023, 2024, 2025)
SEASONS = """
CREATE TEMPORARY TABLE games AS
SELECT y * 1000 + g AS game_pk, make_date(y, 4, 1) + g / 15 AS game_date
FROM unnest(ARRAY[2023, 2024, 2025]) y, generate_series(0, 499) g
"""
ROWS = {
    GAMES: "INSERT INTO {} (game_pk, game_date, raw_id, captured_at) SELECT game_pk, game_date, 1, now() FROM games",
    PLAYS: "INSERT INTO {} (game_pk, at_bat_index, game_date, batter_id, pitcher_id, raw_id, captured_at)"
    " SELECT game_pk, n, game_date, (game_pk * 31 + n) % 700, (game_pk * 17 + n / 20) % 700, 1, now()"
    " FROM games, generate_series(0, 74) n",
    LINES: "INSERT INTO {} (game_pk, team_id, player_id, game_date, raw_id, captured_at)"
    " SELECT game_pk, 100 + n % 2, (game_pk * 31 + n) % 700, game_date, 1, now() FROM games, generate_series(0, 23) n",
}

Node = Mapping[str, object]


@pytest.fixture(scope="module")
def seasons(server: database.Status) -> Iterator[Connection]:
    """A database with the tables of the live feed that matter here, filled and analysed."""
    name = f"paths_{os.getpid()}"
    assert server.settings is not None
    tables = tuple(table for table in lower(plan()).tables if table.name in ROWS)
    with database.opened(server.settings.url("postgres")) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        with database.opened(server.settings.url(name)) as connection:
            connection.execute(script(Catalog(tables=tables)).encode())
            connection.execute(SEASONS.encode())
            for table, rows in ROWS.items():
                for year in YEARS:
                    create(connection, table, range_of(date(year, 1, 1), "year"))
                connection.execute(rows.format(table).encode())
                connection.execute(f"ANALYZE {table}".encode())
            yield connection
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def scans(connection: Connection, query: str) -> set[tuple[str, str]]:
    """The tables that a query reads, and how: those that were not executed are not read."""
    found = connection.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {query}".encode()).fetchone()
    assert found is not None
    return set(_scans(found[0][0]["Plan"]))


def _scans(node: Node) -> Iterator[tuple[str, str]]:
    kind, name = str(node["Node Type"]), node.get("Relation Name")
    if name and node["Actual Loops"]:
        yield str(name), kind.replace("Index Only", "Index").replace("Bitmap Heap", "Index")
    for child in cast("list[Node]", node.get("Plans", [])):
        yield from _scans(child)


@pytest.mark.parametrize("table", [PLAYS, LINES])
def test_a_game_is_found_by_its_key(seasons: Connection, table: str) -> None:
    short = table.partition(".")[2]
    alone = scans(seasons, f"SELECT * FROM {table} WHERE game_pk = 2024007")
    assert alone == {(f"{short}_y{year}", "Index Scan") for year in YEARS}
    dated = scans(seasons, f"SELECT * FROM {table} WHERE game_pk = 2024007 AND game_date = '2024-04-01'")
    assert dated == {(f"{short}_y2024", "Index Scan")}


def test_a_game_that_is_joined_is_looked_for_in_its_year(seasons: Connection) -> None:
    found = scans(
        seasons,
        f"SELECT * FROM {PLAYS} WHERE game_pk = 2024007"
        f" AND game_date = (SELECT game_date FROM {GAMES} WHERE game_pk = 2024007)",
    )
    assert [name for name, _ in found if "plays" in name] == ["live_game_plays_y2024"]
    assert {kind for _, kind in found} == {"Index Scan"}


@pytest.mark.parametrize(
    ("table", "player"), [(PLAYS, "batter_id"), (PLAYS, "pitcher_id"), (LINES, "player_id")]
)
def test_a_players_season_is_read_by_an_index_of_its_year(
    seasons: Connection, table: str, player: str
) -> None:
    season = "game_date >= '2024-01-01' AND game_date < '2025-01-01'"
    found = scans(seasons, f"SELECT * FROM {table} WHERE {player} = 5 AND {season}")
    assert found == {(f"{table.partition('.')[2]}_y2024", "Index Scan")}


def test_a_day_is_read_by_an_index_of_its_year(seasons: Connection) -> None:
    found = scans(seasons, f"SELECT * FROM {GAMES} WHERE game_date = '2024-04-20'")
    assert found == {("live_game_metadata_y2024", "Index Scan")}
