"""Raw tables with rows follow their keys: what is stored stays, the schema becomes that of a fresh install."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from compiler.backends.postgres import lower
from compiler.ir.catalog import Catalog, Column, Index
from runtime import migrator, reread
from runtime.database import Connection, opened
from runtime.job import Operation, RawKey
from tests.postgres.test_evolution import EMPTY, NewDatabase, dump, follow, fresh, write
from tests.unit.backends.plans import PLAN

RAW = "game.live_game_v1"
BODY = '{"gamePk": 7, "stamp": "20240712_000000", "day": "2024-07-12", "note": "n"}'


def key(name: str, type_: str, path: str) -> tuple[Column, Index]:
    """A key as the compiler lowers it: a column behind the others, and its index."""
    column = Column(name=name, type=type_, nullable=True, comment=f"$.{path}")
    return column, Index(name=f"live_game_v1_{name}_idx", columns=(name,))


def planned(*keys: tuple[Column, Index]) -> Catalog:
    """The raw table of the plan with these keys, and no other table."""
    (table,) = (one for one in lower(PLAN).tables if one.name == RAW)
    columns = [one for one in table.columns if one.name == "data" or not one.comment]
    found = (*columns[:-1], *(column for column, _ in keys), columns[-1])
    return Catalog(tables=(replace(table, columns=found, indexes=(table.indexes[0], *(i for _, i in keys))),))


def steps(plans: Sequence[Catalog]) -> list[Catalog]:
    found: list[Catalog] = []
    for plan in plans:
        found.append(follow(found, plan))
    return found


def store(connection: Connection) -> None:
    connection.execute(f"CREATE TABLE {RAW}_y2024m07 PARTITION OF {RAW} DEFAULT".encode())
    connection.execute(
        f"INSERT INTO {RAW} (captured_at, endpoint, method, path_params, query_params, status_code, sha256,"
        " document_key, data, game_pk, gone) SELECT TIMESTAMPTZ '2024-07-12Z' + n * INTERVAL '1s', 'game', 'm',"
        " '{}', '{}', 200, 'x', 'k' || n, %s, 7, n FROM generate_series(1, 50) n".encode(),
        (BODY,),
    )


def test_a_raw_table_with_rows_follows_its_keys(new_database: NewDatabase, tmp_path: Path) -> None:
    first = planned(
        key("game_pk", "bigint", "gamePk"), key("gone", "bigint", "gone"), key("stamp", "bigint", "s")
    )
    second = planned(
        key("game_pk", "bigint", "gamePk"), key("day", "date", "day"), key("stamp", "text", "stamp")
    )
    third = planned(key("note", "text", "note"), key("game_pk", "bigint", "id"), key("day", "date", "day"))
    history = steps((first, second, third))
    files = write(history, tmp_path)
    with new_database(template=EMPTY) as url, opened(url) as connection:
        migrator.migrate(connection, files[:1])
        store(connection)
        kept = f"SELECT md5(string_agg((raw_id, captured_at, data, document_key)::text, '' ORDER BY raw_id)) FROM {RAW}"
        where = f"SELECT array_agg(ctid::text ORDER BY ctid) FROM {RAW}"
        before = [connection.execute(query.encode()).fetchone() for query in (kept, where)]
        migrator.migrate(connection, files)
        assert [connection.execute(query.encode()).fetchone() for query in (kept, where)] == before
        assert dump(url) == fresh(new_database, history[-1])
        assert connection.execute("SELECT FROM pg_index WHERE NOT indisvalid").fetchall() == []
        row = connection.execute(f"SELECT gone, day, note, stamp FROM {RAW} ORDER BY raw_id LIMIT 1".encode())
        assert row.fetchone() == (1, None, None, None)
        keys = (
            RawKey(name="day", type="date", path=("day",)),
            RawKey(name="note", type="text", path=("note",)),
        )
        filled = reread.reread(connection, Operation(name="game.liveGameV1", raw_table=RAW, raw_keys=keys))
        assert (filled.responses, filled.changed) == (50, 50)
        found = connection.execute(f"SELECT DISTINCT day::text, note, gone IS NULL FROM {RAW}".encode())
        assert found.fetchall() == [("2024-07-12", "n", False)]
