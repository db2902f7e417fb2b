"""Put together the tables of what many responses mention, from every table that has its id."""

from collections.abc import Iterator
from dataclasses import replace

from compiler.diagnostics import did_you_mean
from compiler.ir.mapping import ColumnSpec, DimensionSpec
from compiler.ir.paths import Path, show
from compiler.ir.plan import Column, Dimension, DimensionColumn, Leaf, Mention, Plan, Table
from compiler.ir.types import Type
from compiler.passes.context import Context
from compiler.passes.references import ID
from compiler.rules import UNKNOWN_DETAIL

_NUMBERS = {Type.INTEGER: 1, Type.BIGINT: 2, Type.DOUBLE: 3}

_Details = dict[Path, Column]
"""The columns of a table that say something of what a row mentions, by their path below the mention."""


def dimensions(plan: Plan, context: Context) -> Plan:
    """Return the Plan with its dimensions.

    before: `full_name: .fullName` of `person.person`
    after: a column of that name and type, and per table that mentions people the column that feeds it
    """
    return replace(
        plan, dimensions=tuple(_dimension(plan, spec, context) for spec in context.mapping.dimensions)
    )


def _dimension(plan: Plan, spec: DimensionSpec, context: Context) -> Dimension:
    found = [
        (table, column, details)
        for table in plan.tables.values()
        for column, details in _mentions(table, spec.name)
    ]
    columns = tuple(
        column
        for item in spec.columns
        if (column := _column(item, [details for *_, details in found], context))
    )
    mentions = tuple(
        Mention(table=table.name, key=key.name, columns=feeding)
        for table, key, details in found
        if any(feeding := _feeding(columns, details)) or _owns(key)
    )
    return Dimension(
        name=spec.name, key=spec.key, columns=columns, mentions=mentions, doc=spec.doc, origin=spec.origin
    )


def _mentions(table: Table, dimension: str) -> Iterator[tuple[Column, _Details]]:
    """Yield the columns that hold ids of a dimension's rows, with what else the table says of these."""
    for column in table.columns:
        if column.references == dimension:
            yield column, dict(_details(table, column))


def _details(table: Table, key: Column) -> Iterator[tuple[Path, Column]]:
    source = key.source
    if not isinstance(source, Leaf) or not source.path or source.path[-1] != ID:
        return
    mention = source.path[:-1]
    for column in table.columns:
        other = column.source
        if not isinstance(other, Leaf) or column.is_array or column.type is Type.JSON:
            continue
        if other.lookup == source.lookup and other.path[: len(mention)] == mention:
            yield other.path[len(mention) :], column


def _owns(key: Column) -> bool:
    """Whether the id itself is stored here; a copy of it tells nothing new."""
    return not isinstance(key.source, Leaf) or key.source.owns or bool(key.source.lookup)


def _column(spec: ColumnSpec, mentions: list[_Details], context: Context) -> DimensionColumn | None:
    assert spec.path is not None
    path = spec.path.reference.steps
    types = {details[path].type for details in mentions if path in details}
    if types:
        return DimensionColumn(name=spec.name, type=_common(types), path=path, doc=spec.doc)
    known = {show(other, ".") for details in mentions for other in details}
    message = f"no table has `{spec.path.text}` of what it mentions"
    advice = did_you_mean(spec.path.text, known)
    context.sink.report(UNKNOWN_DETAIL.at(spec.path.origin, message, advice=advice))
    return None


def _common(types: set[Type]) -> Type:
    """Return the type that holds all values: the widest of numbers, else text."""
    if len(types) == 1:
        return next(iter(types))
    return max(types, key=_NUMBERS.__getitem__) if types <= _NUMBERS.keys() else Type.TEXT


def _feeding(columns: tuple[DimensionColumn, ...], details: _Details) -> tuple[str, ...]:
    return tuple(details[column.path].name if column.path in details else "" for column in columns)
