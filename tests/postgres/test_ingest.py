"""Every response is kept: as a document, without data, or as a dead letter with its bytes; nothing stops the others."""

import gzip
import threading
from datetime import UTC, datetime
from pathlib import Path

import orjson
import psycopg
import pytest

from runtime.archive import Archive
from runtime.capture import Capture, Request, digest
from runtime.database import Connection, opened
from runtime.errors import MlbError
from runtime.ingest import Ingest
from runtime.partitions import Partitions
from runtime.progress import Quiet
from tests.postgres.catalog import CATALOG, capture, game

RAW = "SELECT document_key, game_pk, played::text, data IS NOT NULL FROM demo.game_v1 ORDER BY raw_id"
DEAD = (
    "SELECT operation, reason, bytes, request->>'method' FROM metadata.dead_letters ORDER BY dead_letter_id"
)


def rows(connection: Connection, query: str) -> list[tuple[object, ...]]:
    return connection.execute(query.encode()).fetchall()


def test_a_document_is_kept_with_its_request_and_keys(ingest: Ingest) -> None:
    document = game(7, "Live", [], note="é \\u0000 1.10")
    ingest.capture(capture("demo.game", document, 30, fields="a"))
    assert rows(ingest.connection, RAW) == [("7", 7, "2024-07-12", True)]
    kept = "SELECT endpoint, method, query_params, status_code, captured_at::text, data FROM demo.game_v1"
    assert rows(ingest.connection, kept) == [
        ("demo", "game", {"fields": "a"}, 200, "2024-07-12 12:30:00+00", document)
    ]


def test_the_same_response_again_is_known(ingest: Ingest) -> None:
    one = capture("demo.game", game(7, "Live", []))
    for _ in range(3):
        ingest.capture(one)
    ingest.capture(capture("demo.game", game(7, "Live", []), 1))
    ingest.capture(capture("demo.game", game(7, "Live", []), 0, fields="x"))
    assert (ingest.tally.stored, ingest.tally.known) == (3, 2)
    assert len(rows(ingest.connection, RAW)) == 3


def test_raw_ids_are_unique_over_all_tables(ingest: Ingest) -> None:
    for minute in range(3):
        ingest.capture(capture("demo.game", game(7, "Live", []), minute))
        ingest.capture(capture("demo.other", [], minute))
    ids = rows(ingest.connection, "SELECT raw_id FROM demo.game_v1 UNION SELECT raw_id FROM demo.other")
    assert len(ids) == 6


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<html>maintenance</html>", "markup"),
        (b'{"gamePk": 7, "sta', "truncated"),
        (b'{"gamePk": NaN}', "NaN"),
        (b'{"gamePk": 7, "x": 1e400}', "beyond a double"),
        (b'{"gamePk": 7, "gamePk": 8}', "twice"),
        (b'{"gamePk": 7, "x": "\\u0000"}', "u0000"),
        (b'{"gamePk": 7, "x": "\\ud800"}', "surrogate"),
        (b'{"gamePk": 7, "x": ' + b"[" * 2000 + b"]" * 2000 + b"}", "deeper"),
        (b"\xff\xfe", "UTF-8"),
        (b"", "empty"),
    ],
)
def test_a_body_that_is_no_document(ingest: Ingest, body: bytes, reason: str) -> None:
    one = capture("demo.game", body)
    for _ in range(2):
        ingest.capture(one)
    ingest.capture(capture("demo.game", game(8, "Live", []), 1))
    assert rows(ingest.connection, RAW) == [("demo.game", None, None, False), ("8", 8, "2024-07-12", True)]
    [(operation, why, content, method)] = rows(ingest.connection, DEAD)
    assert (operation, content, method) == ("demo.game", body, "game")
    assert reason in str(why)
    assert ingest.archive.body(one.sha256) == body
    assert not ingest.tally.clean


def test_an_error_of_the_api_is_kept_and_is_no_finding(ingest: Ingest) -> None:
    body = orjson.dumps({"gamePk": 7, "message": "Object not found"})
    request = Request(
        endpoint="demo", method="game", status_code=404, captured_at=datetime(2024, 7, 1, tzinfo=UTC)
    )
    ingest.capture(Capture(request=request, body=body, sha256=digest(body), source="test"))
    assert rows(ingest.connection, RAW) == [("demo.game", None, None, False)]
    assert (ingest.tally.clean, ingest.tally.without_data) == (True, 1)


def test_files_that_are_no_responses(ingest: Ingest, tmp_path: Path) -> None:
    contents = {
        "a.json": b'{"endpoint": "demo", "method": "game", "response": {"gamePk": 1}}',
        "b.json.gz": gzip.compress(b"{}" * 100)[:-9],
        "c.json": b'{"endpoint": "demo", "method": "game", "response": {"gamePk": ',
        "d.json": b'{"endpoint": "demo", "method": "unknown", "response": {}}',
        "e.json": b'{"endpoint": "demo", "method": "game", "response": {"gamePk": 2}}',
        "f\udcff.json": b"nothing",
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    tally = ingest.files([str(tmp_path / name) for name in contents] + [str(tmp_path / "none.json")])
    assert (tally.responses, tally.stored, tally.dead_letters, tally.unreadable) == (7, 2, 4, 1)
    assert [key for key, *_ in rows(ingest.connection, RAW)] == ["1", "2"]
    kept = {bytes(content) for _, _, content, _ in rows(ingest.connection, DEAD)}  # pyright: ignore[reportArgumentType]
    assert kept == {contents["b.json.gz"], contents["c.json"], b"{}", b"nothing"}


def test_ten_megabytes_of_text(ingest: Ingest) -> None:
    ingest.capture(capture("demo.game", game(7, "Live", [], text="x" * 10_000_000)))
    query = "SELECT length(data->>'text') FROM demo.game_v1"
    assert rows(ingest.connection, query) == [(10_000_000,)]


@pytest.mark.parametrize("pk", ["7", 7.5, True, None, [7], 2**63, {"id": 7}])
def test_a_key_of_the_wrong_type_is_null(ingest: Ingest, pk: object) -> None:
    ingest.capture(capture("demo.game", {"gamePk": pk, "played": "yesterday"}, 0, a="1"))  # pyright: ignore[reportArgumentType]
    assert rows(ingest.connection, RAW) == [("demo.game?a=1", None, None, True)]


def test_a_long_request_has_a_short_key(ingest: Ingest) -> None:
    ingest.capture(capture("demo.other", [], 0, ids="1," * 5000))
    [(key,)] = rows(ingest.connection, "SELECT document_key FROM demo.other")
    assert len(str(key)) == 500


@pytest.mark.parametrize("year", [1876, 1999, 2024, 2100, 9998])
def test_partitions_for_any_date(ingest: Ingest, year: int) -> None:
    request = Request(
        endpoint="demo", method="other", captured_at=datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC)
    )
    ingest.capture(Capture(request=request, body=b"[]", sha256=digest(b"[]"), source="test"))
    query = "SELECT tableoid::regclass::text FROM demo.other"
    assert rows(ingest.connection, query) == [(f"demo.other_y{year}m12",)]


def test_partitions_that_are_wanted_at_once(url: str) -> None:
    failures: list[BaseException] = []

    def work() -> None:
        try:
            with opened(url) as connection:
                for month in range(1, 7):
                    Partitions(connection).ensure("demo.game_v1", datetime(2024, month, 1, tzinfo=UTC))
        except (MlbError, psycopg.Error) as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with opened(url) as connection:
        query = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'demo.game_v1'::regclass"
        assert rows(connection, query) == [(6,)]


def test_the_same_response_from_two_processes_is_kept_once(url: str, tmp_path: Path) -> None:
    def work() -> None:
        with opened(url) as connection:
            Ingest(connection, CATALOG, Archive(tmp_path), Quiet()).capture(
                capture("demo.game", game(7, "Live", []))
            )

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with opened(url) as connection:
        assert len(rows(connection, RAW)) == 1
