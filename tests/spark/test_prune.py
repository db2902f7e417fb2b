"""A job parses no more than the tables of the run read, and that is enough for them."""

import json
from collections import Counter
from collections.abc import Iterator

import pytest
from pyspark.sql import DataFrame
from pyspark.sql.types import ArrayType, DataType, LongType, MapType, StringType, StructField, StructType

from compiler.ir.plan import Plan
from runtime.engines import Source, transform_one
from runtime.job import Row, SparkJob, SparkTable
from runtime.spark import prune
from runtime.spark.captures import SCHEMA as CAPTURES
from runtime.spark.captures import frame
from runtime.spark.documents import parse
from runtime.spark.engine import rows
from runtime.transform import Transformed
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


def _as_is(documents: DataFrame) -> DataFrame:
    return documents


def _any_type(schema: DataType) -> DataType:
    return schema


def test_without_names_the_schema_is_whole() -> None:
    table = SparkTable("a.t", _as_is, key=(), reads=("plays",))
    made = SparkJob(operation="a.b", schema=_any_type(SCHEMA), tables=(table,))
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
    captures = spark.createDataFrame([], CAPTURES)
    for name in compiled():
        made = job_of(Plan(operations=(operation(name),)))
        for table in made.tables:
            table.rows(bodies_of(captures, prune.schema(made, (table.name,))))


@pytest.mark.parametrize("name", OPERATIONS)
def test_rows_are_those_of_the_whole_schema(spark, job_of, name) -> None:
    made = job_of(Plan(operations=(operation(name),)))
    captures = frame(spark, sources(name)).persist()
    whole = bodies_of(captures, made.schema).persist()
    for table in made.tables:
        alone = bodies_of(captures, prune.schema(made, (table.name,)))
        assert as_set(rows(table.rows(alone))) == as_set(rows(table.rows(whole))), table.name
    whole.unpersist()
    captures.unpersist()


def bodies_of(captures, schema):
    """Parse bodies that fit: what does not is another test's."""
    return captures.select(
        "raw_id", "captured_at", "params", parse(captures["body"], schema)["body"].alias("body")
    )


def sources(name: str) -> Iterator[Source]:
    """Yield the captures of an operation, and documents that fit it."""
    made = [json.dumps(document).encode() for document in drawn(documents(Target(operation(name))), FEW)]
    for number, body in enumerate([one.body for one in responses(name)] + made):
        if not misplaced(name, body):
            yield Source(raw_id=number, captured_at=CAPTURED_AT, params={}, body=body)


def misplaced(name: str, body: bytes) -> bool:
    source = Source(raw_id=0, captured_at=CAPTURED_AT, params={}, body=body)
    found = transform_one(job(name), source)
    return not isinstance(found, Transformed) or bool(found.misplaced)


def as_set(found: list[Row]) -> Counter[str]:
    return Counter(map(repr, found))
