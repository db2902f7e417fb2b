"""Spark makes of each string what the local engine makes of it, also of strings that no column holds."""

import json

from compiler.ir.plan import Plan
from runtime.transform import transform
from tests.spark.conftest import CAPTURED_AT
from tests.spark.test_differential import drawn
from tests.support.project import compiled, load_job
from tests.support.strings import COLUMNS, OTHER_KINDS, PINNED, cells, document, expected, plan, texts

COUNT = 400
"""Strings drawn besides the pinned ones; one Spark action takes them all."""


def differences(ours: list[dict], theirs: list[dict], sources: list) -> dict:
    """Return the cells that differ by source and column, so that a failure says which."""
    return {
        (source, name): (one[name], other[name])
        for source, one, other in zip(sources, ours, theirs, strict=True)
        for name in one
        if repr(one[name]) != repr(other[name])
    }


def test_strings(run) -> None:
    """Spark alone, before anything that has no place is taken out of its document."""
    found = [*PINNED, *drawn(texts, COUNT)]
    theirs = cells(run(Plan(operations=(plan(),)), document(found)))
    ours = cells(transform(load_job(plan()), document(found), {}).rows)
    pinned = [expected(text) for text in PINNED]
    assert differences(ours, theirs, found) == {}
    assert differences(pinned, theirs[: len(pinned)], list(PINNED)) == {}
    assert all(any(row[name] is not None for row in theirs[len(pinned) :]) for name in COLUMNS)


def test_values_of_another_kind(spark, job_of) -> None:
    """As the engine runs it: `from_json` alone would read a number as text, without a word."""
    from runtime.engines import Source
    from runtime.spark.captures import frame
    from runtime.spark.documents import transformed
    from runtime.spark.engine import rows_of

    body = json.dumps({"docId": 1, "items": OTHER_KINDS}).encode()
    source = Source(raw_id=1, captured_at=CAPTURED_AT, params={}, body=body)
    by_spark = job_of(Plan(operations=(plan(),)))
    with transformed(frame(spark, [source]), compiled(plan()), by_spark) as documents:
        (account,) = documents.accounts
        theirs = rows_of(documents)[1]
    assert account.is_ordinary, "nothing here keeps the document from Spark"
    ours = transform(load_job(plan()), json.loads(body), {})
    assert differences(cells(ours.rows), cells(theirs), list(map(str, OTHER_KINDS))) == {}
    assert account.counts == ours.counts
