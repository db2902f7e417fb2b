"""A view in Spark has the rows that it has in PostgreSQL."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from compiler.backends import types
from compiler.ir.catalog import Catalog
from runtime import parquet
from runtime.database import Connection
from runtime.job import Column, Row
from tests.postgres.conftest import open_folder, server
from tests.postgres.test_marts import marts
from tests.support.views import TAIL, catalog, portable, rows

__all__ = ["marts", "open_folder", "server"]
pytestmark = [pytest.mark.postgres, pytest.mark.slow]

SCHEMAS = ("game", "mart")


@pytest.fixture(scope="module")
def warehouse(spark, tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    """The tables that the views read, with the same rows, and the views."""
    folder = tmp_path_factory.mktemp("warehouse")
    for name in SCHEMAS:
        spark.sql(f"CREATE DATABASE {name} LOCATION '{folder / name}'")
    fill(spark, catalog(), folder)
    for view in portable():
        spark.sql(f"CREATE VIEW {view.name} AS {view.spark}")
    yield spark
    for name in SCHEMAS:
        spark.sql(f"DROP DATABASE {name} CASCADE")


def fill(spark, tables: Catalog, folder: Path) -> None:
    for table, found in rows():
        file = folder / f"{table.name}.parquet"
        columns = tuple(Column(column.name, column.type) for column in tables.by_name[table.name].columns)
        parquet.write(columns, [(*row, *TAIL) for row in found], file)
        spark.sql(f"CREATE TABLE {table.name} USING parquet LOCATION '{file}'")


def spark_type(postgres: str) -> str:
    logical, is_array = types.from_postgres(postgres)
    return types.spark(logical, is_array=is_array)


@pytest.mark.parametrize("view", portable(), ids=lambda view: view.name)
def test_rows_are_those_of_postgres(view, warehouse, marts: Connection) -> None:
    names = [column.name for column in view.columns]
    expected = marts.execute(f"SELECT {', '.join(map(quoted, names))} FROM {view.name}".encode()).fetchall()
    frame = warehouse.table(view.name)
    told = [(column.name, spark_type(column.type)) for column in view.columns]
    assert [(name, kind) for name, kind in frame.dtypes] == told
    found = frame.toArrow().to_pylist()
    assert ordered(tuple(row.values()) for row in found) == ordered(expected)
    assert found, "a view without rows proves nothing"


def quoted(name: str) -> str:
    return f'"{name}"'


def ordered(found: Iterable[Row]) -> list[Row]:
    plain = (
        tuple(cell.astimezone(UTC) if isinstance(cell, datetime) else cell for cell in row) for row in found
    )
    return sorted(plain, key=repr)
