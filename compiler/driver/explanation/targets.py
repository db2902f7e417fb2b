"""What a column, or the value at a path, is called in every target: asked of the backends, never said twice."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from compiler.backends import avro, local, postgres, pydantic, pyspark
from compiler.backends.base import Name
from compiler.ir.paths import Path
from compiler.ir.plan import Column, OperationPlan, Table

_PACKAGE = "generated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A thing's name in one target: what tools read, and what people read."""

    target: str
    facts: Mapping[str, object]
    text: str

    @property
    def label(self) -> str:
        """The target in a word: a target may know a thing by two names."""
        return self.target.partition("_")[0]


_ORDER = ("postgres", "avro", "avro_row", "pydantic", "spark", "spark_schema", "local")


def in_order(found: Iterable[Target]) -> tuple[Target, ...]:
    """Return names in the order in which they are shown."""
    return tuple(sorted(found, key=lambda target: _ORDER.index(target.target)))


def of_path(operation: OperationPlan, path: Path) -> Iterator[Target]:
    """Yield what the response's schemas call the value at a path; nothing where they do not know it."""
    if record := avro.response_name(operation, path):
        yield Target(
            target="avro",
            facts={"file": record.file, "record": record.holder, "field": record.name},
            text=f"{record.holder}.{record.name}",
        )
    if attribute := pydantic.attribute_name(operation, path):
        yield Target(
            target="pydantic",
            facts={
                "module": _module(attribute),
                "class": attribute.holder,
                "attribute": attribute.name,
            },
            text=f"{_module(attribute)}.{attribute.holder}.{attribute.name}",
        )
    if field := pyspark.schema_name(operation, path):
        yield Target(
            target="spark_schema",
            facts={"module": _module(field), "schema": field.holder, "field": field.name},
            text=f"{field.holder}: {field.name}",
        )


def of_column(operation: OperationPlan, table: Table, column: Column) -> Iterator[Target]:
    """Yield what a column of a table is called where rows are made and kept."""
    physical = postgres.column_of(column)
    yield Target(
        target="postgres",
        facts={
            "table": table.name,
            "column": physical.name,
            "type": physical.type,
            "nullable": physical.nullable,
        },
        text=f"{table.name}.{physical.name}  {physical.type} {'NULL' if physical.nullable else 'NOT NULL'}",
    )
    row = avro.row_name(table, column.name)
    yield Target(
        target="avro_row",
        facts={"file": row.file, "record": row.holder, "field": row.name},
        text=f"{row.holder}.{row.name}",
    )
    yield _function("spark", pyspark.column_name(operation, table, column.name))
    yield _function("local", local.column_name(operation, table, column.name))


def _function(target: str, name: Name) -> Target:
    return Target(
        target=target,
        facts={"module": _module(name), "function": name.holder, "column": name.name},
        text=f"{_module(name)}.{name.holder}: {name.name}",
    )


def _module(name: Name) -> str:
    return f"{_PACKAGE}.{name.file.removesuffix('.py').replace('/', '.')}"


def to_object(targets: tuple[Target, ...]) -> Mapping[str, Mapping[str, object]]:
    """Return the names by target, as `--json` prints them."""
    return {found.target: found.facts for found in targets}
