"""A named query answers as CSV, JSON lines or Parquet; it cannot write, and its parameters are never pasted."""

import csv
import io
from datetime import UTC, date, datetime
from pathlib import Path

import orjson
import psycopg
import pyarrow.parquet as pq
import pytest

from runtime.ask import asked, csv_lines, json_lines, write_parquet
from runtime.database import Connection
from runtime.errors import DataError, TerminalError
from runtime.queries import Entry

TYPES = """
SELECT n::bigint AS pk, n / 3.0 AS ratio, 95.5::double precision AS mph, '2024-07-12'::date AS day,
       '2024-07-13 01:40:00Z'::timestamptz AS at, interval '90 seconds' AS pace, ARRAY[1, NULL]::bigint[] AS ids,
       '{"a": [1]}'::jsonb AS doc, CASE n WHEN 2 THEN NULL ELSE 'a,"b"' END AS name, n = 1 AS is_first
FROM generate_series(1, 3) AS n ORDER BY n
"""


def entry(statement: str) -> Entry:
    return Entry(name="q", kind="query", doc="", question="", params=[], columns=[], statement=statement)


def test_rows_come_in_order_and_no_more_than_asked(connection: Connection) -> None:
    many = entry("SELECT n FROM generate_series(1, 5000) AS n ORDER BY n")
    with asked(connection, many, {}) as answer:
        assert [row for (row,) in answer.rows] == list(range(1, 5001))
    with asked(connection, many, {}, limit=1500) as answer:
        assert [row for (row,) in answer.rows] == list(range(1, 1501))
    with asked(connection, many, {}, limit=0) as answer:
        assert [*answer.rows] == []


def test_csv(connection: Connection) -> None:
    with asked(connection, entry(TYPES), {}) as answer:
        text = b"".join(csv_lines(answer)).decode()
    first, second, _ = csv.DictReader(io.StringIO(text))
    assert (first["pk"], first["day"], first["doc"], first["name"]) == (
        "1",
        "2024-07-12",
        '{"a":[1]}',
        'a,"b"',
    )
    assert (second["name"], second["is_first"]) == ("", "false")


def test_json_lines(connection: Connection) -> None:
    with asked(connection, entry(TYPES), {}) as answer:
        lines = [orjson.loads(line) for line in json_lines(answer)]
    assert [line["pk"] for line in lines] == [1, 2, 3]
    assert lines[0]["doc"] == {"a": [1]}
    assert lines[0]["at"] == "2024-07-13T01:40:00Z"
    assert (lines[1]["name"], lines[2]["ratio"]) == (None, 1.0)


def test_parquet(connection: Connection, tmp_path: Path) -> None:
    with asked(connection, entry(TYPES), {}) as answer:
        write_parquet(answer, tmp_path / "a.parquet")
    first, second, third = pq.read_table(tmp_path / "a.parquet").to_pylist()
    assert first["day"] == date(2024, 7, 12)
    assert first["at"] == datetime(2024, 7, 13, 1, 40, tzinfo=UTC)
    assert (first["pace"], first["ids"], first["doc"]) == (90.0, [1, None], '{"a":[1]}')
    assert (second["name"], third["ratio"]) == (None, 1.0)


def test_a_query_cannot_write(connection: Connection) -> None:
    connection.execute("CREATE TABLE demo.a (a int)")
    connection.execute(
        "CREATE FUNCTION demo.write() RETURNS int LANGUAGE sql AS 'INSERT INTO demo.a VALUES (1) RETURNING a'"
    )
    with (
        pytest.raises(psycopg.errors.ReadOnlySqlTransaction),
        asked(connection, entry("SELECT demo.write()"), {}) as answer,
    ):
        assert [*answer.rows]


def test_a_parameter_is_a_value_whatever_it_holds(connection: Connection) -> None:
    text = "'; DROP TABLE demo.plays; -- %s %(a)s"
    with asked(connection, entry("SELECT %(a)s::text, '100%%'"), {"a": text}) as answer:
        assert [*answer.rows] == [(text, "100%")]


def test_what_the_database_says_of_a_value_is_said(connection: Connection) -> None:
    path = entry("SELECT %(path)s::jsonpath")
    with (
        pytest.raises(DataError, match=r"`q` cannot be answered: .*jsonpath"),
        asked(connection, path, {"path": "$$"}),
    ):
        pass


def test_a_view_that_was_never_made(connection: Connection) -> None:
    with (
        pytest.raises(TerminalError, match="`q` is not in the database") as caught,
        asked(connection, entry("SELECT * FROM mart.nothing"), {}),
    ):
        pass
    assert caught.value.hint == "run `mlb-etl db migrate`"
