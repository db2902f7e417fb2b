"""The keys of raw rows are read anew from what is stored, as an ingest of the same responses would read them."""

from dataclasses import replace
from itertools import count

import pytest
from psycopg import sql

from runtime import reread
from runtime.ingest import Ingest
from runtime.job import Json, Params, RawKey
from tests.postgres import catalog as demo
from tests.postgres.catalog import capture, game, play

GAME = demo.CATALOG.operations["demo.game"]
GROWN = replace(
    GAME,
    raw_keys=(
        *GAME.raw_keys,
        RawKey(name="label", type="text", path=("state",)),
        RawKey(name="asked", type="text", param="fields"),
        RawKey(name="inner", type="bigint", path=("a", "0")),
    ),
)
ADD = 'ALTER TABLE demo.game_v1 ADD COLUMN label text, ADD COLUMN asked text, ADD COLUMN "inner" bigint'
ADDED = 'SELECT game_pk, label, asked, "inner" FROM demo.game_v1 ORDER BY raw_id'


@pytest.fixture
def stored(ingest: Ingest, monkeypatch: pytest.MonkeyPatch) -> Ingest:
    """Responses that were stored before the keys came; a page holds two of them."""
    monkeypatch.setattr(reread, "_ROWS", 2)
    for pk in range(5):
        ingest.capture(capture("demo.game", game(pk, f"s{pk}", [play(0)], a={"0": pk}), pk, fields="f"))
    ingest.capture(capture("demo.game", b"{", 30))
    ingest.connection.execute(ADD)
    return ingest


def test_new_keys_are_filled_once(stored: Ingest) -> None:
    connection = stored.connection
    expected = reread.Reread(operation="demo.game", table="demo.game_v1", responses=5, changed=5)
    assert reread.reread(connection, GROWN, write=False) == expected
    assert {row[1:] for row in connection.execute(ADDED)} == {(None, None, None)}
    assert reread.reread(connection, GROWN) == expected
    assert connection.execute(ADDED).fetchall() == [
        *((pk, f"s{pk}", "f", pk) for pk in range(5)),
        (None, None, None, None),
    ]
    assert reread.reread(connection, GROWN) == replace(expected, changed=0)


def test_an_interrupted_run_is_repeated(stored: Ingest, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = stored.connection
    key_of, calls = reread.key_of, count()

    def cut_off(key: RawKey, value: Json, params: Params) -> object:
        if next(calls) == 3 * len(GROWN.raw_keys):
            raise KeyboardInterrupt
        return key_of(key, value, params)

    monkeypatch.setattr(reread, "key_of", cut_off)
    with pytest.raises(KeyboardInterrupt):
        reread.reread(connection, GROWN)
    assert connection.execute("SELECT count(label) FROM demo.game_v1").fetchone() == (2,)
    monkeypatch.undo()
    assert reread.reread(connection, GROWN).changed == 3


@pytest.mark.parametrize(
    "body",
    [
        b'{"gamePk": 9223372036854775807, "played": "2024-02-30", "stamp": "20240712_000000"}',
        b'{"gamePk": 9223372036854775808, "played": "2024-07-12", "stamp": ["20240712_000000"]}',
        b'{"gamePk": true, "played": null, "stamp": ""}',
        b'{"gamePk": 1.0, "played": "2024-07-12T00:00:00Z", "stamp": "%s"}' % (b"x" * 501),
        b'{"gamePk": "1", "played": 20240712, "stamp": "caf\\u00e9 \\ud83d\\ude00"}',
        b'{"gamePk": -2, "played": "0001-01-01", "stamp": "a\\tb"}',
        b'[{"gamePk": 1}]',
        b"[]",
    ],
)
def test_a_key_is_what_an_ingest_reads(ingest: Ingest, body: bytes) -> None:
    keys = sql.SQL("SELECT game_pk, played, stamp FROM demo.game_v1")
    ingest.capture(capture("demo.game", body))
    before = ingest.connection.execute(keys).fetchall()
    ingest.connection.execute("UPDATE demo.game_v1 SET game_pk = 7, played = '2000-01-01', stamp = 'x'")
    reread.reread(ingest.connection, GAME)
    assert ingest.connection.execute(keys).fetchall() == before
