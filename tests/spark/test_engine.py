"""How responses get to Spark and back: what does not fit, what is not JSON, the zone, the session."""

import json
from datetime import UTC, datetime

import pytest

from runtime.engines import Source
from tests.spark.conftest import CAPTURED_AT, ZONE, unwalked
from tests.spark.plans import LIVE
from tests.support.project import compiled


def source(body: bytes, number: int = 1) -> Source:
    return Source(raw_id=number, captured_at=CAPTURED_AT, params={}, body=body)


def plan_of(frame) -> str:
    return frame._jdf.queryExecution().executedPlan().toString()


def test_the_session_has_another_zone_and_our_settings(spark) -> None:
    assert spark.conf.get("spark.sql.session.timeZone") == ZONE
    assert spark.conf.get("spark.sql.ansi.enabled") == "true"
    assert spark.conf.get("spark.sql.caseSensitive") == "true"
    assert "InferFiltersFromGenerate" in spark.conf.get("spark.sql.optimizer.excludedRules")


@pytest.mark.parametrize("count", [1, 5])
def test_documents_are_walked_and_parsed_once_for_all_tables(spark, job_of, count) -> None:
    from runtime.spark.captures import frame
    from runtime.spark.documents import transformed

    live = job_of(LIVE)
    captures = frame(spark, [source(b'{"gamePk": 5}', number) for number in range(count)])
    with transformed(captures, compiled(LIVE.operations[0]), live) as documents:
        for name in documents.tables:
            plan = plan_of(documents.table(name))
            assert "InMemoryTableScan" in plan
            assert plan.count("from_json") == plan.count("ArrowEvalPython") == 1, name
            assert plan.count("Exchange") == 1, "the one that spreads the documents"
            assert "Union" not in plan
        rows = documents.table(live.tables[0].name).select("raw_id", "captured_at").toArrow().to_pylist()
    assert sorted(row["raw_id"] for row in rows) == [*range(count)]
    assert {row["captured_at"] for row in rows} == {CAPTURED_AT}


def test_without_a_cache_a_document_is_still_parsed_once(spark, job_of) -> None:
    """An inner explode would parse it three times: a filter on it is inferred, with a copy of `from_json`.

    A filter on the document itself is copied below the parse all the same; for that, the structs are kept.
    """
    live = job_of(LIVE)
    read = unwalked(spark, live, [source(b"{}")]).unpersist()
    for table in live.tables[1:]:
        assert plan_of(table.rows(read)).count("from_json") == 1, table.name


@pytest.mark.parametrize("body", [b"", b"{", b"<html>", b'{"a": 1} x', b'{"a": 1}, "b": {}'])
def test_what_is_not_json_is_partial(spark, job_of, body) -> None:
    read = unwalked(spark, job_of(LIVE), [source(body)])
    (row,) = read.select("body", "corrupt").collect()
    assert row["body"] is None or body.startswith(b'{"a": 1}')
    assert row["corrupt"] or body.startswith(b'{"a": 1}')


def test_instants_before_the_epoch_and_far_away(spark, job_of) -> None:
    from runtime.spark.engine import rows

    body = {"gamePk": 1, "gameData": {"datetime": {"dateTime": "0001-01-01T00:00:00Z"}}}
    live = job_of(LIVE)
    (row,) = rows(live.tables[0].rows(unwalked(spark, live, [source(json.dumps(body).encode())])))
    assert row[2] == datetime(1, 1, 1, tzinfo=UTC)
    assert row[-2:] == (1, CAPTURED_AT)
    assert isinstance(row[-1], datetime)
    assert row[-1].tzinfo is UTC
