"""Spark finds what the local engine finds: the same rows violate the same rules, and stay out of their tables."""

import json

import pytest

from compiler.ir.plan import Plan
from runtime.engines import Source, transform_one
from runtime.job import Job
from runtime.quarantine import put_back, violated
from runtime.transform import Transformed
from tests.spark.conftest import CAPTURED_AT, unwalked
from tests.support.faults import FAULTS, response
from tests.support.project import compiled, operation


def faulty(name: str) -> list[Source]:
    """Return a response for each fault of an operation's rules."""
    found = []
    for number, edit in enumerate(FAULTS[name].values()):
        document = response(name).document
        edit(document)
        body = json.dumps(document).encode()
        params = response(name).params
        found.append(Source(raw_id=number, captured_at=CAPTURED_AT, params=params, body=body))
    return found


def of_local(job: Job, sources: list[Source]) -> set[tuple]:
    """Return response, table, rule and key of each row that violates a rule, whether or not it stays in its table."""
    found = set()
    for source in sources:
        local = transform_one(job, source)
        assert isinstance(local, Transformed)
        rows = put_back(local.rows, local.quarantined)
        widths = {table.name: len(table.key) for table in job.tables}
        found |= {
            (source.raw_id, name, rule.name, rows[name][number][: widths[name]])
            for name, numbers in violated(job, rows).items()
            for number, rules in numbers.items()
            for rule in rules
        }
    return found


def of_spark(read, job) -> set[tuple]:
    from runtime.spark.engine import rows

    return {
        (raw_id, table.name, rule.name, tuple(key))
        for table in job.tables
        for rule in table.rules
        for raw_id, *key in rows(table.rows(read).where(f"NOT ({rule.holds})").select("raw_id", *table.key))
    }


@pytest.mark.parametrize("name", FAULTS)
def test_faults(spark, job_of, name) -> None:
    from runtime.spark.captures import frame
    from runtime.spark.documents import transformed

    make, by_spark = compiled(operation(name)), job_of(Plan(operations=(operation(name),)))
    sources = faulty(name)
    found = of_spark(unwalked(spark, by_spark, sources), by_spark)
    assert found == of_local(make(), sources)
    assert {fault for fault in FAULTS[name] if fault[0] != name} <= {
        (table, rule) for _, table, rule, _ in found
    }
    with transformed(frame(spark, sources), make, by_spark) as documents:
        assert any(account.is_ordinary for account in documents.accounts), "Spark keeps rows out, too"
        counted = {table: documents.table(table).count() for table in documents.tables}
        assert counted == {table: documents.rows(table) for table in documents.tables}
        assert documents.quarantined().count() == sum(
            int(str(account.summaries["metadata.quarantine"]["rows"])) for account in documents.accounts
        )
