"""How responses get to Spark and back: what does not fit, what is not JSON, the zone, the session."""

import json
from datetime import UTC, datetime

import pytest

from runtime.errors import DataError
from runtime.transform import Transformed
from tests.spark.conftest import CAPTURED_AT, ZONE
from tests.spark.plans import LIVE
from tests.support.project import job


def source(body: bytes, number: int = 1):
    from runtime.engines import Source

    return Source(raw_id=number, captured_at=CAPTURED_AT, params={}, body=body)


def test_the_session_has_another_zone_and_our_settings(spark) -> None:
    assert spark.conf.get("spark.sql.session.timeZone") == ZONE
    assert spark.conf.get("spark.sql.ansi.enabled") == "true"
    assert spark.conf.get("spark.sql.caseSensitive") == "true"
    assert "InferFiltersFromGenerate" in spark.conf.get("spark.sql.optimizer.excludedRules")


def test_rows_end_with_their_response(spark, job_of) -> None:
    from runtime.spark import engine

    live = job_of(LIVE)
    read = engine.read_documents(spark, live, [source(b'{"gamePk": 5}', 77)])
    (row,) = engine.rows(read, live.tables[0])
    assert row[-2:] == (77, CAPTURED_AT)
    assert isinstance(row[-1], datetime)
    assert row[-1].tzinfo is UTC


def test_a_document_is_parsed_once_for_all_tables(spark, job_of) -> None:
    from runtime.spark import engine

    live = job_of(LIVE)
    read = engine.read_documents(spark, live, [source(b"{}")])
    for table in live.tables:
        plan = table.rows(read)._jdf.queryExecution().executedPlan().toString()
        assert plan.count("from_json") == 1, table.name
        assert "InMemoryTableScan" in plan
        assert "Exchange" not in plan, "one document is one partition: nothing to shuffle"


def test_without_a_cache_a_document_is_still_parsed_once(spark, job_of) -> None:
    """An inner explode would parse it three times: a filter on it is inferred, with a copy of `from_json`.

    A filter on the document itself is copied below the parse all the same; for that, the engine keeps the structs.
    """
    from runtime.spark import engine

    live = job_of(LIVE)
    read = engine.documents(engine.frame(spark, [source(b"{}")]), live)
    for table in live.tables[1:]:
        plan = table.rows(read)._jdf.queryExecution().executedPlan().toString()
        assert plan.count("from_json") == 1, table.name


def test_rows_of_many_documents_stay_in_their_partition(spark, job_of) -> None:
    from runtime.spark import engine

    live = job_of(LIVE)
    read = engine.read_documents(spark, live, [source(b"{}", number) for number in range(5)])
    plan = live.tables[2].rows(read)._jdf.queryExecution().executedPlan().toString()
    assert plan.count("Exchange") == 1, "the one that spreads the documents"
    read.unpersist()


@pytest.mark.parametrize("body", [b"", b"{", b"<html>", b'{"a": 1} x', b'{"a": 1}, "b": {}'])
def test_what_is_not_json_is_partial(spark, job_of, body) -> None:
    from runtime.spark import engine

    read = engine.documents(engine.frame(spark, [source(body)]), job_of(LIVE))
    (row,) = read.select("body", "is_partial").collect()
    assert row["body"] is None or body.startswith(b'{"a": 1}')
    assert row["is_partial"] or body.startswith(b'{"a": 1}')


def test_what_is_not_json_is_an_error_before_spark_sees_it() -> None:
    from runtime.spark import engine

    given, found = engine.conform(job("season.seasons"), source(b'{"seasons": ['))
    assert given is None
    assert isinstance(found, DataError)
    assert "truncated" in found.what


def test_what_has_no_column_is_taken_out_of_the_text() -> None:
    """Also `[]` in the place of a text, which is no value to rescue, and which Spark would read as the text `[]`."""
    from runtime.spark import engine

    seasons = [
        {"seasonId": "2024", "regularSeasonEndDate": 7, "preSeasonStartDate": []},
        "x",
        {"seasonId": "2025", "extra": {"a": 1}},
    ]
    conformed, local = engine.conform(
        job("season.seasons"), source(json.dumps({"seasons": seasons}).encode())
    )
    assert conformed is not None
    assert json.loads(conformed.body)["seasons"] == [
        {"seasonId": "2024", "regularSeasonEndDate": None, "preSeasonStartDate": None},
        None,
        {"seasonId": "2025", "extra": None},
    ]
    assert isinstance(local, Transformed)
    pointers = {one.pointer for one in local.rescued}
    assert pointers == {"/seasons/0/regularSeasonEndDate", "/seasons/1", "/seasons/2/extra"}


def test_instants_before_the_epoch_and_far_away(spark, job_of) -> None:
    from runtime.spark import engine

    body = {"gamePk": 1, "gameData": {"datetime": {"dateTime": "0001-01-01T00:00:00Z"}}}
    live = job_of(LIVE)
    read = engine.read_documents(spark, live, [source(json.dumps(body).encode())])
    (row,) = engine.rows(read, live.tables[0])
    assert row[2] == datetime(1, 1, 1, tzinfo=UTC)
