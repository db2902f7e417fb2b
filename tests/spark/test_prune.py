"""A job parses no more than the tables of the run read, and that is enough for them."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest
from pyspark.sql.types import ArrayType, LongType, MapType, StringType, StructField, StructType

from compiler.ir.plan import Plan
from runtime.job import Row, SparkJob, SparkTable
from runtime.spark import prune
from tests.property.strategies import Target, documents
from tests.spark.conftest import CAPTURED_AT
from tests.spark.test_differential import drawn
from tests.support.project import OPERATIONS, job, operation, plan, responses

FEW = 4
"""Documents drawn for each operation."""

SIDE = StructType([StructField("id", LongType()), StructField("odd.name`", StringType())])
SCHEMA = StructType(
    [
        StructField("plays", ArrayType(StructType([StructField("a", LongType()), StructField("b", SIDE)]))),
        StructField("players", MapType(StringType(), SIDE)),
        StructField("sides", StructType([StructField("left", SIDE), StructField("right", SIDE)])),
    ]
)


def struct(**members) -> StructType:
    return StructType([StructField(name, of) for name, of in members.items()])


@pytest.mark.parametrize(
    ("reads", "expected"),
    [
        ((), struct()),
        (("plays", "players", "sides"), SCHEMA),
        (("plays.a",), struct(plays=ArrayType(struct(a=LongType())))),
        (("plays.{}",), struct(plays=ArrayType(struct()))),
        (("plays.{b.id, a}",), struct(plays=ArrayType(struct(a=LongType(), b=struct(id=LongType()))))),
        (("plays.a", "plays.b"), struct(plays=SCHEMA["plays"].dataType)),
        (("plays.{}", "plays"), struct(plays=SCHEMA["plays"].dataType)),
        (
            ("players.`odd.name```",),
            struct(players=MapType(StringType(), struct(**{"odd.name`": StringType()}))),
        ),
        (
            ("sides.{left, right}.id", "sides.left"),
            struct(sides=struct(left=SIDE, right=struct(id=LongType()))),
        ),
        (("unknown.a",), struct()),
    ],
)
def test_selections(reads, expected) -> None:
    assert prune.pruned(SCHEMA, reads) == expected


def test_a_document_that_is_an_array_or_a_scalar() -> None:
    assert prune.pruned(ArrayType(SIDE), ("id",)) == ArrayType(struct(id=LongType()))
    assert prune.pruned(ArrayType(LongType()), ()) == ArrayType(LongType())
    assert prune.pruned(StringType(), ()) == StringType()


def test_without_names_the_schema_is_whole() -> None:
    made = SparkJob(
        operation="a.b", schema=SCHEMA, tables=(SparkTable("a.t", len, key=(), reads=("plays",)),)
    )
    assert prune.schema(made) == SCHEMA
    assert prune.schema(made, ("a.t",)) == struct(plays=SCHEMA["plays"].dataType)


def compiled() -> tuple[str, ...]:
    return tuple(item.name for item in plan().operations if item.tables)


def test_the_schema_of_a_job_is_what_its_tables_read(job_of) -> None:
    for name in compiled():
        made = job_of(Plan(operations=(operation(name),)))
        assert prune.schema(made, tuple(table.name for table in made.tables)) == made.schema, name


def test_every_table_is_made_from_what_it_reads(spark, job_of) -> None:
    """Spark says so: a column that is not there is an error before any row is read."""
    from runtime.spark import engine

    captures = spark.createDataFrame([], engine.SCHEMA)
    for name in compiled():
        made = job_of(Plan(operations=(operation(name),)))
        for table in made.tables:
            table.rows(engine.documents(captures, replace(made, schema=prune.schema(made, (table.name,)))))


@pytest.mark.parametrize("name", OPERATIONS)
def test_rows_are_those_of_the_whole_schema(spark, job_of, name) -> None:
    from runtime.spark import engine

    made = job_of(Plan(operations=(operation(name),)))
    captures = engine.frame(spark, list(sources(name))).persist()
    whole = engine.documents(captures, made).persist()
    for table in made.tables:
        alone = engine.documents(captures, replace(made, schema=prune.schema(made, (table.name,))))
        assert as_set(engine.rows(alone, table)) == as_set(engine.rows(whole, table)), table.name
    whole.unpersist()
    captures.unpersist()


def sources(name: str) -> Iterator:
    """Yield the captures of an operation, and documents that fit it, without what Spark is not given."""
    from runtime.spark import engine

    made = [json.dumps(document).encode() for document in drawn(documents(Target(operation(name))), FEW)]
    bodies = [one.body for one in responses(name)] + made
    for number, body in enumerate(bodies):
        source = engine.Source(raw_id=number, captured_at=CAPTURED_AT, params={}, body=body)
        conformed, _ = engine.conform(job(name), source)
        if conformed is not None:
            yield conformed


def as_set(rows: list[Row]) -> Counter[str]:
    return Counter(map(repr, rows))
