"""Captures as Spark gets them."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pyspark.sql import functions
from pyspark.sql.types import (
    BinaryType,
    LongType,
    MapType,
    StringType,
    StructField,
    StructType,
    TimestampType,
)

from runtime.engines import Source

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

SCHEMA = StructType(
    [
        StructField("raw_id", LongType()),
        StructField("captured_at", TimestampType()),
        StructField("params", MapType(StringType(), StringType())),
        StructField("body", StringType()),
    ]
)
"""Captures as Spark gets them: the body is text, or bytes that are no text: no document then, but with its raw id."""

_BYTES = StructType([*SCHEMA.fields[:-1], StructField("body", BinaryType())])


def frame(session: "SparkSession", sources: Iterable[Source]) -> "DataFrame":
    """Hand captures of this process to Spark."""
    rows = [(one.raw_id, one.captured_at, dict(one.params), one.body) for one in sources]
    captures = session.createDataFrame(rows, _BYTES)  # pyright: ignore[reportUnknownMemberType]  # of pandas, too
    return captures.withColumn("body", functions.col("body").cast("string"))
