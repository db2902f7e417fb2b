"""The source of raw responses: partitions, conditions that become SQL, and what `jsonb` makes of a body."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime

import orjson
import pytest
from pyspark.sql import functions as F
from pyspark.sql.datasource import EqualTo, GreaterThan, In, IsNotNull, StringStartsWith

from runtime.archive import Archive
from runtime.database import opened
from runtime.documents import Documents
from runtime.ingest import Ingest
from runtime.job import REQUEST
from runtime.progress import Quiet
from runtime.spark.raw import RawReader, pending_captures, raw_captures
from tests.postgres.catalog import CATALOG, capture, game

OPERATION = CATALOG.operations["demo.game"]
GAMES = 40


@pytest.fixture(scope="module")
def raw(
    new_database: Callable[..., AbstractContextManager[str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A database with forty games, one a minute, and two responses that cannot be transformed."""
    with new_database() as url, opened(url) as connection:
        ingest = Ingest(connection, CATALOG, Archive(tmp_path_factory.mktemp("archive")), Quiet())
        for number in range(GAMES):
            ingest.capture(capture("demo.game", game(number, "Final", []), number))
        ingest.capture(capture("demo.game", b"<html>", 50))
        ingest.capture(capture("demo.game", game(99, "Final", []), 51, fields="gamePk"))
        yield url


def test_captures_are_read_in_partitions_of_one_size(spark, raw: str) -> None:
    read = raw_captures(spark, raw, OPERATION, 4)
    parts = read.groupBy(F.spark_partition_id()).count().collect()
    assert [part["count"] for part in parts] == [10, 10, 10, 10]
    first = min(read.collect(), key=lambda row: row["raw_id"])
    assert orjson.loads(first["body"])["gamePk"] == 0
    assert first["params"] == {REQUEST: first["document_key"]}
    assert first["captured_at"].timestamp() == datetime(2024, 7, 12, 12, tzinfo=UTC).timestamp()


def test_conditions_select_what_they_say(spark, raw: str) -> None:
    read = raw_captures(spark, raw, OPERATION, 4)
    ids = sorted(row["raw_id"] for row in read.select("raw_id").collect())
    noon = F.lit(datetime(2024, 7, 12, 12, 30, tzinfo=UTC))
    for condition, count in (
        (F.col("raw_id") == ids[3], 1),
        (F.col("raw_id").isin(ids[::4]), 10),
        ((F.col("raw_id") > ids[3]) & (F.col("raw_id") <= ids[10]), 7),
        (F.col("captured_at") >= noon, 10),
        (F.col("document_key") == "7", 1),
        (F.col("document_key") < "2", 12),
        (F.col("document_key").startswith("3"), 11),
        (F.col("raw_id") == -1, 0),
    ):
        assert read.where(condition).count() == count, condition


def test_conditions_become_sql(raw: str) -> None:
    reader = RawReader(raw, OPERATION.raw_table, 4)
    for_spark = StringStartsWith(("document_key",), "3")
    taken = [IsNotNull(("raw_id",)), GreaterThan(("raw_id",), 0), In(("document_key",), ("7", "8"))]
    assert [*reader.pushFilters([*taken, for_spark, EqualTo(("params", "x"), "y")])] == [
        for_spark,
        EqualTo(("params", "x"), "y"),
    ]
    parts = reader.partitions()
    assert [len(batch) for part in parts for batch in reader.read(part)] == [1, 1]


def test_pending_responses_as_jsonb_has_them(spark, url: str, tmp_path) -> None:
    """Numbers and the order of keys are those of `jsonb`, which the local engine reads only without an archive."""
    text = b'{"gamePk": 7, "plays": [{"index": 0, "inning": 1e2, "speed": -0.0}], "b": 1.10, "a": 1E-7}'
    with opened(url) as connection:
        ingest = Ingest(connection, CATALOG, Archive(tmp_path), Quiet())
        ingest.capture(capture("demo.game", text))
        snapshots = Documents(connection, CATALOG, ingest.archive).pending("demo.game")
    (row,) = pending_captures(spark, url, OPERATION, snapshots, 2).collect()
    said = '{"a": 0.0000001, "b": 1.10, "plays": [{"index": 0, "speed": 0.0, "inning": 100}], "gamePk": 7}'
    assert row["body"] == said
    assert orjson.loads(said) == orjson.loads(text)


def test_a_database_that_is_gone(spark) -> None:
    with pytest.raises(Exception, match="nobody listens there"):
        raw_captures(spark, "postgresql://mlb@127.0.0.1:1/mlb", OPERATION, 2).count()
