"""Every construct goes through Spark and comes out as declared. One parse, one action per table."""

from compiler.ir.plan import Plan
from runtime.engines import Source
from runtime.transform import Transformed
from tests.compliance.outcomes import Fate
from tests.compliance.response import Case, cases, plan
from tests.compliance.targets import fate_of_rows, parsed, told
from tests.spark.conftest import CAPTURED_AT
from tests.support.project import compiled


def test_constructs(spark, job_of) -> None:
    from runtime.spark.engine import transform

    make = compiled(plan())
    job = make()
    shown = list(cases())
    sources = [
        Source(raw_id=case.number, captured_at=CAPTURED_AT, params={}, body=case.body) for case in shown
    ]
    results = transform(spark, job_of(Plan(operations=(plan(),))), make, sources)

    def fate(case: Case, made: object) -> Fate:
        body = parsed(case.body)
        if not isinstance(made, Transformed):
            assert body is None
            return Fate.NEVER
        return fate_of_rows(plan(), job, body, made)

    measured = [(case.construct, fate(case, made)) for case, made in zip(shown, results, strict=True)]
    assert not list(told("Spark", measured))
