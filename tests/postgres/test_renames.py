"""A table that is renamed keeps its rows, its partitions and what the runtime knows of it, and a view its name."""

from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from compiler.ir.catalog import Catalog, Column, Index, Partitioning, Table
from runtime import migrations, migrator, views
from runtime.database import Connection, opened
from runtime.job import Conformed
from runtime.schema_drift import schema_drift
from tests.postgres.evolution import EMPTY, NewDatabase, dump, follow, fresh, write
from tests.unit.cli.conftest import MAPPING, Mlbc, begun, mlbc, project

__all__ = ["begun", "mlbc", "project"]

OLD, NEW = "game.plays", "game.every_play"
LONG = f"{'every_play_of_a_game_' * 3}"[:60]

DAYS = Table(
    name=OLD,
    kind="normalized",
    operation="game.live",
    columns=(
        Column(name="day", type="date", nullable=False),
        Column(name="inning", type="bigint", nullable=True),
    ),
    key=("day",),
    key_name="plays_pkey",
    indexes=(Index(name="plays_inning_idx", columns=("inning",)),),
    partitioning=Partitioning(column="day", every="month"),
)


def renamed(name: str) -> Table:
    short = name.partition(".")[2]
    index = Index(name=f"{short[:40]}_inning_idx", columns=("inning",))
    return replace(DAYS, name=name, was=(OLD,), key_name=f"{short[:40]}_pkey", indexes=(index,))


def fill(connection: Connection) -> None:
    """Rows of two months, a partition that was detached, and what the runtime keeps of the table."""
    for year in (2023, 2024, 2025):
        connection.execute(
            sql.SQL("CREATE TABLE {} PARTITION OF game.plays FOR VALUES FROM ({}) TO ({})").format(
                sql.Identifier("game", f"plays_y{year}m07"), f"{year}-07-01", f"{year}-08-01"
            )
        )
        connection.execute("INSERT INTO game.plays VALUES (%s, 9)", (f"{year}-07-12",))
    connection.execute("ALTER TABLE game.plays DETACH PARTITION game.plays_y2023m07")
    connection.execute(
        "INSERT INTO metadata.detached_partitions (table_name, partition_name, first_day, end_day)"
        " VALUES ('game.plays', 'plays_y2023m07', '2023-07-01', '2023-08-01')"
    )
    connection.execute(
        "INSERT INTO metadata.documents (operation, document_key, raw_id, captured_at, sha256, transform_digest,"
        " tables, counts) VALUES ('game.live', 'a', 1, now(), '', '', %s, '{}')",
        ('{"game.plays": [2, "x"], "game.other": [1, "y"]}',),
    )
    connection.execute(
        "INSERT INTO metadata.row_claims VALUES ('game.plays', '[1]', 'a', 'game.live', 1, now(), '')"
    )


def one(connection: Connection, query: str) -> Conformed:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize("name", [NEW, f"game.{LONG}", "season.plays", "season.every_play"])
def test_a_renamed_table_is_the_same_table(new_database: NewDatabase, tmp_path: Path, name: str) -> None:
    first = Catalog(tables=(DAYS,))
    second = follow([first], Catalog(tables=(renamed(name),)))
    files = write([first, second], tmp_path)
    with new_database(template=EMPTY) as url, opened(url) as connection:
        migrator.migrate(connection, files[:1])
        fill(connection)
        place = one(connection, "SELECT array_agg(ctid::text || day ORDER BY day) FROM game.plays")
        migrator.migrate(connection, files)
        assert one(connection, f"SELECT array_agg(ctid::text || day ORDER BY day) FROM {name}") == place
        parts = one(
            connection,
            "SELECT array_agg(inhrelid::regclass::text ORDER BY inhrelid::regclass::text) FROM pg_inherits"
            f" WHERE inhparent = '{name}'::regclass",
        )
        detached = one(
            connection, "SELECT table_name || ' ' || partition_name FROM metadata.detached_partitions"
        )
        schema, _, short = name.partition(".")
        prefix = short if len(short) < 55 else f"{short[:45]}_"
        assert [part.startswith(f"{schema}.{prefix}") for part in parts] == [True, True]
        assert [part[-9:] for part in parts] == ["_y2024m07", "_y2025m07"]
        assert detached.startswith(f"{name} {prefix}")
        assert one(connection, f"SELECT count(*) FROM {schema}.{detached.split()[1]}") == 1
        known = one(connection, "SELECT tables FROM metadata.documents")
        assert known == {name: [2, "x"], "game.other": [1, "y"]}
        assert one(connection, "SELECT table_name FROM metadata.row_claims") == name
        assert dump(url) == fresh(new_database, second)


def test_a_table_that_came_from_an_older_server_is_renamed(new_database: NewDatabase, tmp_path: Path) -> None:
    """Restored from PostgreSQL 15 to 17, each partition has NOT NULL names of its own, which 18 cannot rename."""
    first = Catalog(tables=(DAYS,))
    files = write([first, follow([first], Catalog(tables=(renamed(NEW),)))], tmp_path)
    with new_database(template=EMPTY) as url, opened(url) as connection:
        migrator.migrate(connection, files[:1])
        connection.execute("CREATE TABLE game.plays_y2024m07 (day date NOT NULL, inning bigint)")
        connection.execute(
            "ALTER TABLE game.plays ATTACH PARTITION game.plays_y2024m07"
            " FOR VALUES FROM ('2024-07-01') TO ('2024-08-01')"
        )
        connection.execute("INSERT INTO game.plays VALUES ('2024-07-12', 9)")
        migrator.migrate(connection, files)
        assert one(connection, f"SELECT tableoid::regclass::text FROM {NEW}") == f"{NEW}_y2024m07"


RENAMED = MAPPING.replace("season.seasons_normalized:", "season.years:\n    was: season.seasons_normalized")


def test_readers_go_on_under_the_former_name(mlbc: Mlbc, project: Path, new_database: NewDatabase) -> None:
    def migrate(connection: Connection) -> None:
        folder = project / "generated"
        migrator.migrate(connection, migrations.read(folder / "postgres"), views=views.read(folder))

    assert mlbc("generate").code == 0
    with new_database(template=EMPTY) as url, opened(url) as connection, opened(url) as reader:
        migrate(connection)
        connection.execute(
            "INSERT INTO season.seasons_normalized (season_id, raw_id, captured_at) VALUES ('2024', 1, now())"
        )
        query = "SELECT season_id FROM season.seasons_normalized"
        before = one(reader, query)
        (project / "mappings" / "seasons.yaml").write_text(RENAMED, "utf-8")
        assert mlbc("generate").code == 0
        files = migrations.read(project / "generated" / "postgres")
        assert any("rename" in file.name for file in files)
        with pytest.raises(psycopg.errors.DivisionByZero):  # as it is between the two
            migrator.migrate(connection, files, views=views.Views(text=b"SELECT 1 / 0"))
        assert one(reader, query) == before
        migrate(connection)
        assert one(reader, query) == one(reader, "SELECT season_id FROM season.years") == before
        assert schema_drift(connection, project / "generated") == ()
        changed = dump(url)
        with new_database(template=EMPTY) as other, opened(other) as anew:
            migrate(anew)
            assert dump(other) == changed
