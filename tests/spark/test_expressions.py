"""Spark gives what the generated Python gives, for expressions and rows drawn at random, in any time zone."""

from datetime import UTC, datetime, timedelta

import pytest

from compiler.backends.expressions import spark_sql
from compiler.backends.types import spark as spark_type
from compiler.ir.expression import Typed
from compiler.ir.types import Type
from tests.support.expressions import COLUMNS, batch, told

pytestmark = [pytest.mark.spark, pytest.mark.slow]

AT_ONCE = 150
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def test_spark_agrees_with_python(spark) -> None:
    expressions, rows = batch(400, 2)
    schema = ", ".join(["number INT", *(f"`{name}` {spark_type(type_)}" for name, type_ in COLUMNS.items())])
    frame = spark.createDataFrame(
        [(number, *row.values()) for number, row in enumerate(rows)], schema
    ).cache()
    for start in range(0, len(expressions), AT_ONCE):
        part = expressions[start : start + AT_ONCE]
        shown = [f"{asked(one)} AS c{place}" for place, one in enumerate(part)]
        found = sorted(tuple(row) for row in frame.selectExpr("number", *shown).collect())
        differences = [
            line
            for row, (_, *theirs) in zip(rows, found, strict=True)
            for line in told(part, row, tuple(map(answered, part, theirs)))
        ]
        assert not differences


def asked(one: Typed) -> str:
    """Ask for instants as numbers: PySpark would give them in the machine's time zone."""
    return f"unix_micros({spark_sql(one)})" if one.type is Type.TIMESTAMP else spark_sql(one)


def answered(one: Typed, cell: object) -> object:
    if one.type is not Type.TIMESTAMP or not isinstance(cell, int):
        return cell
    return EPOCH + timedelta(microseconds=cell)
