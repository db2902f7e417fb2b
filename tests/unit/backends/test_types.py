"""The type table: complete, and readable in both directions."""

import pytest

from compiler.backends import types
from compiler.ir.types import Type


def test_every_logical_type_has_a_row() -> None:
    assert [row.type for row in types.TYPES] == list(Type)


@pytest.mark.parametrize("logical", Type)
@pytest.mark.parametrize("is_array", [False, True])
def test_postgres_is_read_back(logical: Type, is_array: bool) -> None:
    assert types.from_postgres(types.postgres(logical, is_array=is_array)) == (logical, is_array)


@pytest.mark.parametrize("row", types.TYPES, ids=lambda row: row.type.name)
def test_avro_is_read_back(row: types.TypeRow) -> None:
    assert types.from_avro(row.avro, row.avro_property) is row.type


@pytest.mark.parametrize(
    "row", [row for row in types.TYPES if row.type is not Type.JSON], ids=lambda row: row.type.name
)
def test_spark_and_arrow_are_read_back(row: types.TypeRow) -> None:
    assert types.from_spark(types.spark(row.type)) == (row.type, False)
    assert types.from_spark(types.spark(row.type, is_array=True)) == (row.type, True)
    assert types.from_arrow(row.arrow) is row.type


def test_json_is_text_where_there_is_no_json() -> None:
    assert types.from_spark(types.spark(Type.JSON)) == (Type.TEXT, False)
    assert not types.ROWS[Type.JSON].lossless
    assert types.ROWS[Type.JSON].note


def test_arrow_types_are_as_pyarrow_prints_them() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    made = (
        pyarrow.bool_(), pyarrow.int32(), pyarrow.int64(), pyarrow.float64(), pyarrow.string(), pyarrow.date32(),
        pyarrow.timestamp("us", tz="UTC"), pyarrow.string(),
    )  # fmt: skip
    assert [row.arrow for row in types.TYPES] == [str(found) for found in made]
