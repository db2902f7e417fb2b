"""What a version promises to others: names and types of its Avro, SQL, Pydantic and Spark surfaces, and what they mean.

Read from the artefacts of a version (`reading`), kept with a release as JSON (`to_json`), compared by `compare`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import cast

import orjson

from compiler.ir.evolution import Tombstone

FORMAT = 1
"""The form of the JSON. A release is never written again, so a later form must read the earlier ones."""

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table.

    `source` says where its cells come from, as the catalog's comment does; `codec` how strings become its values
    (`decimal .000`, `instant`), "" where the JSON value is the cell; `sentinels` are strings that mean NULL.
    `was` are the names that the mapping says it had; what was given up takes nobody's place and has none.
    """

    name: str
    type: str
    nullable: bool = True
    default: str = ""
    source: str = ""
    codec: str = ""
    sentinels: tuple[str, ...] = ()
    was: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A relation: `kind` is `raw`, `normalized`, `dimension`, `view` or `query`. `rows` says what one row is."""

    name: str
    kind: str = "normalized"
    operation: str = ""
    rows: str = ""
    parent: str = ""
    key: tuple[str, ...] = ()
    partitioning: str = ""
    columns: tuple[Column, ...] = ()
    was: tuple[str, ...] = ()

    def column(self, name: str) -> Column | None:
        """Return a column by its name."""
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SparkTable:
    """What the Spark job of a table gives: the function in its module, and `name type` of each column, in order."""

    table: str
    module: str
    function: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """An attribute of a model: its name, the key of the API that it stands for, its annotation."""

    name: str
    key: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A class of `file`; its objects stand at `places` of the response."""

    file: str
    name: str
    places: tuple[str, ...] = ()
    attributes: tuple[Attribute, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A method of the API: the URLs that it answers, and the parameters that columns are read from."""

    name: str
    raw_table: str
    urls: tuple[str, ...] = ()
    params: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Surfaces:
    """The four surfaces of one version. `schemas` has Avro schemas by file, without their sentences."""

    version: str
    operations: tuple[Operation, ...] = ()
    tables: tuple[Table, ...] = ()
    spark: tuple[SparkTable, ...] = ()
    models: tuple[Model, ...] = ()
    schemas: Mapping[str, Json] = field(default_factory=dict[str, Json])
    reserved: tuple[Tombstone, ...] = ()

    @cached_property
    def table_by_name(self) -> dict[str, Table]:
        """The relations by name."""
        return {table.name: table for table in self.tables}

    @cached_property
    def spark_by_table(self) -> dict[str, SparkTable]:
        """What Spark gives, by table."""
        return {job.table: job for job in self.spark}

    @cached_property
    def operation_by_name(self) -> dict[str, Operation]:
        """The operations by name."""
        return {operation.name: operation for operation in self.operations}

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to compare."""
        return not (self.tables or self.schemas or self.models)

    def to_json(self) -> str:
        """Return JSON of one line: the same for the same surfaces."""
        members = {
            "format": FORMAT,
            "version": self.version,
            "operations": self.operations,
            "tables": self.tables,
            "spark": self.spark,
            "models": self.models,
            "schemas": dict(sorted(self.schemas.items())),
            "reserved": self.reserved,
        }
        return orjson.dumps(members, option=orjson.OPT_APPEND_NEWLINE).decode()

    @staticmethod
    def from_json(text: str) -> "Surfaces":
        """Read what `to_json` wrote.

        Raises:
            ValueError: it is no JSON, or not that of surfaces in a form that this compiler knows.
        """
        try:
            return _surfaces(orjson.loads(text))
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not the surfaces of a version: {error}") from error


_Members = dict[str, object]


def _surfaces(members: _Members) -> Surfaces:
    if members["format"] != FORMAT:
        raise ValueError(f"form {members['format']} is not known, this compiler knows {FORMAT}")
    return Surfaces(
        version=str(members["version"]),
        operations=tuple(Operation(**_tupled(item)) for item in _list(members["operations"])),  # pyright: ignore[reportArgumentType]  # as written
        tables=tuple(map(_table, _list(members["tables"]))),
        spark=tuple(SparkTable(**_tupled(item)) for item in _list(members["spark"])),  # pyright: ignore[reportArgumentType]  # as written
        models=tuple(map(_model, _list(members["models"]))),
        schemas=cast("dict[str, Json]", members["schemas"]),
        reserved=tuple(Tombstone(**item) for item in _list(members["reserved"])),  # pyright: ignore[reportArgumentType]  # as written
    )


def _table(members: _Members) -> Table:
    columns = tuple(Column(**_tupled(item)) for item in _list(members["columns"]))  # pyright: ignore[reportArgumentType]  # as written
    return Table(**{**_tupled(members), "columns": columns})  # pyright: ignore[reportArgumentType]  # as written


def _model(members: _Members) -> Model:
    attributes = tuple(Attribute(**item) for item in _list(members["attributes"]))  # pyright: ignore[reportArgumentType]  # as written
    return Model(**{**_tupled(members), "attributes": attributes})  # pyright: ignore[reportArgumentType]  # as written


def _tupled(members: _Members) -> _Members:
    return {
        name: tuple(cast("list[object]", value)) if isinstance(value, list) else value
        for name, value in members.items()
    }


def _list(value: object) -> list[_Members]:
    return cast("list[_Members]", value)
