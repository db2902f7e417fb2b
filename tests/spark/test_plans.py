"""What a plan of a table must not do, however many rows a document has."""

import re

from compiler.backends.pyspark.scopes import scopes
from compiler.ir.plan import Plan
from tests.spark.conftest import unwalked
from tests.support.project import operation

CARRIED = re.compile(r"Generate \w+\(\S+?\), \[(.*?)\], ")
"""The columns that an explode repeats for each value."""


def test_no_row_drags_its_document_along(spark, job_of) -> None:
    """Beside an explode, Spark makes columns after it: from the record around, which it copies into each row."""
    live = operation("game.liveGameV1")
    job = job_of(Plan(operations=(live,)))
    read = unwalked(spark, job, [])
    for made, table in zip(live.tables, job.tables, strict=True):
        plan = table.rows(read)._jdf.queryExecution().optimizedPlan().toString()
        carried = [
            name.partition("#")[0] for columns in CARRIED.findall(plan) for name in columns.split(", ")
        ]
        assert len(CARRIED.findall(plan)) == len(scopes(made)) - 1, table.name
        assert not {"body", *(scope.element for scope in scopes(made))} & {*carried}, table.name
    read.unpersist()
