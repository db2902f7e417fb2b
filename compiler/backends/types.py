"""The type table: one row per logical type, one column per target, with the inverse.

Backends, tests and docs read it. A target type that two rows share (Spark and Arrow hold `jsonb` as text) belongs,
backwards, to the first of them.
"""

from dataclasses import dataclass

from compiler.ir.types import Type


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeRow:
    """How each target writes a logical type; `lossless` says whether a value comes back equal from all of them."""

    type: Type
    postgres: str
    avro: str
    avro_property: tuple[str, str] | None = None
    spark: str
    arrow: str
    python: str
    json_schema: str
    json_format: str = ""
    lossless: bool = True
    note: str = ""


TYPES: tuple[TypeRow, ...] = (
    TypeRow(
        type=Type.BOOLEAN,
        postgres="boolean",
        avro="boolean",
        spark="boolean",
        arrow="bool",
        python="bool",
        json_schema="boolean",
    ),
    TypeRow(
        type=Type.INTEGER,
        postgres="integer",
        avro="int",
        spark="int",
        arrow="int32",
        python="int",
        json_schema="integer",
        note="32 bits: counts and positions; a larger number is rescued",
    ),
    TypeRow(
        type=Type.BIGINT,
        postgres="bigint",
        avro="long",
        spark="bigint",
        arrow="int64",
        python="int",
        json_schema="integer",
        note="64 bits: ids; a larger number is rescued",
    ),
    TypeRow(
        type=Type.DOUBLE,
        postgres="double precision",
        avro="double",
        spark="double",
        arrow="double",
        python="float",
        json_schema="number",
        note="`95` and `95.0` are one value",
    ),
    TypeRow(
        type=Type.TEXT,
        postgres="text",
        avro="string",
        spark="string",
        arrow="string",
        python="str",
        json_schema="string",
        note="Postgres refuses the character U+0000",
    ),
    TypeRow(
        type=Type.DATE,
        postgres="date",
        avro="int",
        avro_property=("logicalType", "date"),
        spark="date",
        arrow="date32[day]",
        python="datetime.date",
        json_schema="string",
        json_format="date",
        note="a day without a zone: the baseball day",
    ),
    TypeRow(
        type=Type.TIMESTAMP,
        postgres="timestamptz",
        avro="long",
        avro_property=("logicalType", "timestamp-micros"),
        spark="timestamp",
        arrow="timestamp[us, tz=UTC]",
        python="datetime.datetime",
        json_schema="string",
        json_format="date-time",
        note="UTC, microseconds; `.000Z` and `Z` are one instant",
    ),
    TypeRow(
        type=Type.JSON,
        postgres="jsonb",
        avro="string",
        avro_property=("content", "json"),
        spark="string",
        arrow="string",
        python="runtime.job.Json",
        json_schema="",
        lossless=False,
        note="jsonb sorts keys, keeps the last of equal keys and rewrites `1e2` as `100`; elsewhere JSON text",
    ),
)
ROWS: dict[Type, TypeRow] = {row.type: row for row in TYPES}


def postgres(logical: Type, *, is_array: bool = False) -> str:
    """Return the Postgres type of a column."""
    return ROWS[logical].postgres + ("[]" if is_array else "")


def spark(logical: Type, *, is_array: bool = False) -> str:
    """Return the Spark type of a column, as DDL."""
    return f"array<{ROWS[logical].spark}>" if is_array else ROWS[logical].spark


def avro(logical: Type, *, is_array: bool = False) -> object:
    """Return the Avro type of a cell (without null; elements of an array may be null)."""
    row = ROWS[logical]
    one: object = dict([("type", row.avro), row.avro_property]) if row.avro_property else row.avro
    return {"type": "array", "items": ["null", one]} if is_array else one


def from_postgres(text: str) -> tuple[Type, bool]:
    """Return the logical type of a Postgres type, and whether it is an array."""
    element = text.removesuffix("[]")
    return next(row.type for row in TYPES if row.postgres == element), text.endswith("[]")


def from_spark(text: str) -> tuple[Type, bool]:
    """Return the logical type of a Spark type, and whether it is an array."""
    is_array = text.startswith("array<")
    element = text.removeprefix("array<").removesuffix(">")
    return next(row.type for row in TYPES if row.spark == element), is_array


def from_avro(name: str, extra: tuple[str, str] | None = None) -> Type:
    """Return the logical type of an Avro primitive with its further property, such as `logicalType`."""
    return next(row.type for row in TYPES if (row.avro, row.avro_property) == (name, extra))


def from_arrow(text: str) -> Type:
    """Return the logical type of an Arrow type, as pyarrow prints it."""
    return next(row.type for row in TYPES if row.arrow == text)
