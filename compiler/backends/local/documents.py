"""Lower tables and the response's shape to the constants that conforming and loading need."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from compiler.backends.base import render, source_of
from compiler.backends.local.shapes import ShapeLowering
from compiler.ir.paths import Branches, Each, Field, Step, field_names, starts_with
from compiler.ir.plan import BranchOf, Column, Leaf, MapKey, OperationPlan, Ordinal, Table

_NAMES = (
    "BIGINT",
    "BOOLEAN",
    "DATE",
    "DOUBLE",
    "EACH",
    "ENTRIES",
    "INSTANT",
    "JSON",
    "TEXT",
    "UNPLACED",
    "Array",
    "Branches",
    "Ignored",
    "Leaves",
    "Map",
    "Partitioning",
    "Place",
    "Record",
    "Split",
    "Where",
    "decimal",
    "innings",
    "integer",
)
"""What shapes and tables are made of; `Column` and `Table` are always there."""


@dataclass(frozen=True, slots=True)
class _Table:
    """A template model: every value but the constant's name is a Python literal."""

    constant: str
    name: str
    scan: str
    places: str
    where: str
    parent: str
    key: str
    partitioning: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """A template model: the shape of the rows of a scan."""

    constant: str
    shape: str


def document_module(plan: OperationPlan) -> str:
    """Return the module with an operation's tables and shape."""
    lowering = ShapeLowering(plan)
    root = lowering.root()
    tables = tuple(_table(table, plan) for table in plan.tables)
    body = [
        root,
        *lowering.rows.values(),
        *(f"{table.scan} {table.places} {table.where} {table.partitioning}" for table in tables),
    ]
    return render(
        "local/documents.py.jinja",
        source=source_of(plan),
        operation=plan.name,
        imports=("Column", "Table", *used(_NAMES, "\n".join(body))),
        tables=tables,
        rows=tuple(_Row(constant, shape) for constant, shape in lowering.rows.items()),
        root=root,
    )


def used(names: tuple[str, ...], body: str) -> tuple[str, ...]:
    """Return the names that stand in a text as words of their own, outside of quotes."""
    code = re.sub(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", "''", body)
    return tuple(name for name in names if re.search(rf"\b{name}\b", code))


def _table(table: Table, plan: OperationPlan) -> _Table:
    return _Table(
        constant=table.short_name.upper(),
        name=repr(table.name),
        scan=_tuple(tuple(_step(step) for step in table.scan)),
        places=_tuple(tuple(_places(table))),
        where=_where(table),
        parent=repr(table.parent),
        key=repr(table.key),
        partitioning=_partitioning(table, plan),
        columns=tuple(_column(table, column) for column in table.columns),
    )


def _partitioning(table: Table, plan: OperationPlan) -> str:
    asked = plan.partition
    return f"Partitioning({table.partition_key!r}, {asked.every!r})" if asked else ""


def _tuple(parts: tuple[str, ...]) -> str:
    return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"


def _step(step: Step) -> str:
    match step:
        case Field(name):
            return repr(name)
        case Each():
            return "EACH"
        case Branches(names):
            return f"Branches({names!r})"
        case _:
            return "ENTRIES"


def _places(table: Table) -> Iterator[str]:
    """Yield the columns that tell where in the loops of its scan a row stood."""
    for column in table.columns:
        match column.source:
            case Ordinal(loop=loop, base=base) if starts_with(table.scan, loop):
                yield f"Place({column.name!r}, {len(loop) - 1}{f', base={base}' if base else ''})"
            case MapKey(loop=loop) if starts_with(table.scan, loop):
                yield f"Place({column.name!r}, {len(loop) - 1})"
            case BranchOf(loop=loop, equals=equals, lookup="") if starts_with(table.scan, loop):
                yield f"Place({column.name!r}, {len(loop) - 1}{f', equals={equals!r}' if equals else ''})"
            case _:
                pass


def _where(table: Table) -> str:
    if table.where is None:
        return "None"
    return f"Where({field_names(table.where.path)!r}, {table.where.equals!r}, {table.where.negated!r})"


def _column(table: Table, column: Column) -> str:
    type_ = f"{column.type}[]" if column.is_array else str(column.type)
    source = column.source
    if isinstance(source, Leaf) and source.owns:
        return f"Column({column.name!r}, {type_!r}, {field_names(source.path[len(table.scan) :])!r})"
    return f"Column({column.name!r}, {type_!r})"
