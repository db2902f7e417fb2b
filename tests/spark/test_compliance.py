"""Every construct goes through Spark and comes out as declared. One parse, one action per table."""

from dataclasses import replace

from compiler.ir.plan import Plan
from runtime.engines import Source, transform_one
from runtime.transform import Transformed
from tests.compliance.outcomes import Fate
from tests.compliance.response import Case, cases, plan
from tests.compliance.targets import fate_of_rows, parsed, told
from tests.spark.conftest import CAPTURED_AT
from tests.support.project import compiled


def test_constructs(spark, job_of) -> None:
    from runtime.spark.captures import frame
    from runtime.spark.documents import transformed
    from runtime.spark.engine import rows_of

    make = compiled(plan())
    job = make()
    shown = list(cases())
    sources = [
        Source(raw_id=case.number, captured_at=CAPTURED_AT, params={}, body=case.body) for case in shown
    ]
    with transformed(frame(spark, sources), make, job_of(Plan(operations=(plan(),)))) as documents:
        rows = rows_of(documents)

    def fate(case: Case, source: Source) -> Fate:
        body, local = parsed(case.body), transform_one(job, source)
        if not isinstance(local, Transformed):
            assert body is None
            return Fate.NEVER
        return fate_of_rows(plan(), job, body, replace(local, rows=rows[source.raw_id]))

    measured = [(case.construct, fate(case, source)) for case, source in zip(shown, sources, strict=True)]
    assert not list(told("Spark", measured))
