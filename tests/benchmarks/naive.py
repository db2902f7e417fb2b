"""What an engineer in a hurry writes for Spark: `python -m tests.benchmarks.naive inferred|extracted FOLDER --to DIR`.

`inferred`: `spark.read.json` finds the schema, every table explodes what it found. `extracted`: no schema, every table
takes its columns out of the text with `get_json_object`. Both write the tables that we write, from the same files, with
all columns but those that need a lookup or an expression, on a Spark as it comes, documents kept in memory. They check
nothing: no types beyond a cast, no keys, no rules; they keep nothing that has no column, and count nothing.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import click
from pyspark.sql import Column as Cell
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, DataType, MapType, StringType, StructField, StructType

from runtime.job import EACH, Branches, Column, Table
from runtime.registry import generated
from tests.support.project import ROOT

OPERATION = "game.liveGameV1"
_OF_THE_GAME = {"game_pk": ["gamePk"], "game_date": ["gameData", "datetime", "officialDate"]}
"""Columns that every table has a copy of."""

_TYPES = {
    "bigint": "bigint",
    "integer": "int",
    "double precision": "double",
    "boolean": "boolean",
    "date": "date",
    "timestamptz": "timestamp",
    "text": "string",
    "jsonb": "string",
}


class Read(Protocol):
    """How to get at a value below another."""

    def value(self, holder: str, path: Sequence[str]) -> Cell:
        """Return the value at a path below a column; NULL where there is none."""
        ...

    def elements(self, holder: str, path: Sequence[str]) -> Cell:
        """Return an array as an array column."""
        ...

    def entries(self, holder: str, path: Sequence[str]) -> Cell:
        """Return an object with ids for keys as a map column."""
        ...

    def branch(self, holder: str, path: Sequence[str], name: str) -> Cell:
        """Return one of several values of a kind, which become rows of one table."""
        ...

    def typed(self, value: Cell, kind: str) -> Cell:
        """Return a cell."""
        ...


class Extracted:
    """Columns are JSON text."""

    def value(self, holder: str, path: Sequence[str]) -> Cell:
        return F.get_json_object(holder, ".".join(("$", *path))) if path else F.col(holder)

    def elements(self, holder: str, path: Sequence[str]) -> Cell:
        return F.from_json(self.value(holder, path), "array<string>")

    def entries(self, holder: str, path: Sequence[str]) -> Cell:
        return F.from_json(self.value(holder, path), "map<string,string>")

    def branch(self, holder: str, path: Sequence[str], name: str) -> Cell:
        return self.value(holder, (*path, name))

    def typed(self, value: Cell, kind: str) -> Cell:
        if kind.endswith("[]"):
            return F.from_json(value, f"array<{_TYPES[kind[:-2]]}>")
        return value.try_cast(_TYPES[kind])


class Inferred:
    """Columns are structs; `types` knows what the columns of the frames so far are."""

    def __init__(self, schema: DataType) -> None:
        self.types: dict[str, DataType] = {"row0": schema}

    def type_at(self, holder: str, path: Sequence[str]) -> DataType | None:
        found: DataType | None = self.types[holder]
        for name in path:
            found = _members(found).get(name)
        return found

    def value(self, holder: str, path: Sequence[str]) -> Cell:
        if self.type_at(holder, path) is None:
            return F.lit(None)
        return F.col(".".join(f"`{name}`" for name in (holder, *path)))

    def elements(self, holder: str, path: Sequence[str]) -> Cell:
        found = self.type_at(holder, path)
        self.types[_next(holder)] = found.elementType if isinstance(found, ArrayType) else StringType()
        return self.value(holder, path) if isinstance(found, ArrayType) else F.lit(None).cast("array<string>")

    def entries(self, holder: str, path: Sequence[str]) -> Cell:
        """One field per player: the fields of all players together are the type of each."""
        players = _members(self.type_at(holder, path))
        merged = self.types[_next(holder)] = _merged([*players.values()])
        return F.from_json(self.text(holder, path), MapType(StringType(), merged))

    def branch(self, holder: str, path: Sequence[str], name: str) -> Cell:
        """Home and away have other fields: the fields of both are the type of each."""
        merged = self.types[_next(holder)] = _merged([*_members(self.type_at(holder, path)).values()])
        text = self.text(holder, (*path, name))
        return F.from_json(text, merged) if isinstance(merged, StructType | ArrayType) else text

    def text(self, holder: str, path: Sequence[str]) -> Cell:
        """Write what was parsed again, so that it can be read with another type."""
        is_object = isinstance(self.type_at(holder, path), StructType | ArrayType)
        value = self.value(holder, path)
        return F.to_json(value) if is_object else value.cast("string")

    def typed(self, value: Cell, kind: str) -> Cell:
        return value if kind.endswith("[]") or kind == "jsonb" else value.try_cast(_TYPES[kind])


def _members(found: DataType | None) -> dict[str, DataType]:
    return {field.name: field.dataType for field in found.fields} if isinstance(found, StructType) else {}


def _merged(types: Sequence[DataType]) -> DataType:
    """Return a type that has the fields of all."""
    if all(isinstance(one, StructType) for one in types):
        names = dict.fromkeys(name for one in types for name in _members(one))
        inside = {name: [_members(one)[name] for one in types if name in _members(one)] for name in names}
        return StructType([StructField(name, _merged(found)) for name, found in inside.items()])
    if all(isinstance(one, ArrayType) for one in types):
        return ArrayType(_merged([one.elementType for one in types if isinstance(one, ArrayType)]))
    return types[0] if len(set(map(str, types))) == 1 else StringType()


def _next(holder: str) -> str:
    return f"row{int(holder.removeprefix('row')) + 1}"


class Rows:
    """The rows of one table: a frame with `row<n>` for the value and `atrow<n>` for the place of every loop."""

    def __init__(self, documents: DataFrame, read: Read, table: Table) -> None:
        self.read = read
        self.frame, self.holder, self.rest = documents, "row0", tuple[str, ...]()
        self.loops: dict[tuple, str] = {(): "row0"}
        for end, step in enumerate(table.scan):
            if isinstance(step, str):
                self.rest = (*self.rest, step)
            else:
                self.explode(step)
                self.loops[table.scan[: end + 1]] = self.holder

    def explode(self, step: object) -> None:
        match step:
            case Branches(names):
                held = [
                    F.struct(
                        F.lit(name).alias("at"), self.read.branch(self.holder, self.rest, name).alias("row")
                    )
                    for name in names
                ]
                each = F.inline(F.filter(F.array(*held), lambda one: one["row"].isNotNull()))
            case _ if step is EACH:
                each = F.posexplode(self.read.elements(self.holder, self.rest))
            case _:
                each = F.explode(self.read.entries(self.holder, self.rest))
        self.holder = _next(self.holder)
        self.frame = self.frame.select("*", each.alias(f"at{self.holder}", self.holder))
        self.rest = ()

    def cell(self, table: Table, column: Column, tables: Mapping[str, Table]) -> Cell:
        """Return the cell of a column: its own, or one that a table around this one has."""
        place = next((one for one in table.places if one.column == column.name), None)
        if place is not None:
            at = F.col(f"at{self.loops[table.scan[: place.step + 1]]}")
            return at == place.equals if place.equals else at + place.base if place.base else at
        if column.leaf is not None:
            end = max(end for end in range(len(table.scan) + 1) if table.scan[:end] in self.loops)
            path = [step for step in table.scan[end:] if isinstance(step, str)]
            value = self.read.value(self.loops[table.scan[:end]], (*path, *column.leaf))
            return self.read.typed(value, column.type)
        if column.name in _OF_THE_GAME:
            return self.read.typed(self.read.value("row0", _OF_THE_GAME[column.name]), column.type)
        above = tables.get(table.parent)
        found = [one for one in above.columns if one.name == column.name] if above else []
        if above is None or not found or table.scan[: len(above.scan)] != above.scan:
            return F.lit(None).cast(_TYPES[column.type])
        return self.cell(above, found[0], tables)

    def table(self, table: Table, tables: Mapping[str, Table]) -> DataFrame:
        frame = self.frame
        if table.where is not None:
            yes = self.read.value(self.holder, (*self.rest, *table.where.path)).try_cast("boolean")
            frame = frame.where(F.coalesce(yes, F.lit(False)) != table.where.negated)
        row = self.read.value(self.holder, self.rest)
        cells = [self.cell(table, column, tables).alias(column.name) for column in table.columns]
        return frame.where(row.isNotNull()).select(*cells)


def documents(spark: SparkSession, kind: str, folder: str) -> tuple[DataFrame, Read]:
    """Return the responses in the column `row0`, kept in memory, and how to read them."""
    if kind == "extracted":
        found = spark.read.text(folder).select(F.get_json_object("value", "$.response").alias("row0"))
        return found.persist(), Extracted()
    found = spark.read.json(folder).select(F.col("response").alias("row0"))
    return found.persist(), Inferred(found.schema["row0"].dataType)


@click.command()
@click.argument("kind", type=click.Choice(["inferred", "extracted"]))
@click.argument("folder")
@click.option("--to", "to", type=click.Path(path_type=Path), required=True)
@click.option("--table", "only", multiple=True, help="only these tables")
@click.option("--memory", default="2g", show_default=True)
def main(kind: str, folder: str, to: Path, only: tuple[str, ...], memory: str) -> None:
    """Transform the live feeds in a folder."""
    builder = SparkSession.builder.master("local[2]").config("spark.driver.memory", memory)
    builder = builder.config("spark.ui.enabled", "false").config("spark.sql.session.timeZone", "UTC")
    spark = builder.config("spark.driver.bindAddress", "127.0.0.1").getOrCreate()
    job = generated(ROOT).job(OPERATION)
    assert job is not None
    tables = {table.name: table for table in job.tables}
    held, read = documents(spark, kind, folder)
    for table in job.tables:
        if not only or table.name in only:
            rows = Rows(held, read, table).table(table, tables)
            rows.write.parquet(str(to / table.name), compression="zstd")
    spark.stop()


if __name__ == "__main__":
    main()
