"""Spark finds what the local engine finds: the same rows in quarantine, the same doubts, the same rows in tables."""

import json

import pytest

from compiler.ir.plan import Plan
from runtime.transform import Transformed
from tests.spark.conftest import CAPTURED_AT
from tests.support.faults import FAULTS, response
from tests.support.project import job, operation


def doubts(found: Transformed) -> list:
    return [(one.table.name, one.rule.name, one.row) for one in found.doubted]


@pytest.mark.parametrize("name", FAULTS)
def test_faults(spark, job_of, name) -> None:
    from runtime.spark import engine

    made, local, params = operation(name), job(name), response(name).params
    sources = []
    for number, edit in enumerate(FAULTS[name].values()):
        document = response(name).document
        edit(document)
        body = json.dumps(document).encode()
        sources.append(engine.Source(raw_id=number, captured_at=CAPTURED_AT, params=params, body=body))
    results = engine.transform(spark, job_of(Plan(operations=(made,))), local, sources)
    seen = set()
    for source, ours, fault in zip(sources, results, FAULTS[name], strict=True):
        _, expected = engine.conform(local, source)
        assert isinstance(ours, Transformed)
        assert isinstance(expected, Transformed)
        assert ours.quarantined == expected.quarantined, fault
        assert doubts(ours) == doubts(expected), fault
        counts = {table: len(rows) for table, rows in ours.rows.items()}
        assert counts == {table: len(rows) for table, rows in expected.rows.items()}, fault
        seen |= {(one.table.name, rule) for one in ours.quarantined for rule in one.rules}
        seen |= {(one.table.name, one.rule.name) for one in ours.doubted}
    assert {fault for fault in FAULTS[name] if fault[0] != name} <= seen
