"""Bind the expressions of tables: their names to columns, their parts to types."""

from collections.abc import Iterator
from dataclasses import replace

from compiler.ir.expression import Input, Typed, Written
from compiler.ir.mapping import ColumnSpec, FilterSpec
from compiler.ir.plan import Column, Computed, OperationPlan, Plan, RowFilter, Table
from compiler.ir.shape import Evidence
from compiler.ir.types import Kind, Type
from compiler.passes.context import Context
from compiler.passes.filters import check_filter
from compiler.passes.typecheck import bind_expression
from compiler.rules import FILTER_PLACE, SQL_CYCLE, SQL_KEY


def expressions(plan: Plan, context: Context) -> Plan:
    """Return the Plan with typed expressions.

    before: `is_hard_hit text <- sql launch_speed >= 95`    after: `is_hard_hit boolean <- sql launch_speed >= 95`
    """
    operations = (
        replace(item, tables=tuple(_table(table, item, context) for table in item.tables))
        for item in plan.operations
    )
    return Plan(operations=tuple(operations))


def computed(spec: ColumnSpec, sql: Written) -> Column:
    """Return a column whose type is found when its names are bound, which is when all columns have theirs."""
    return Column(
        name=spec.name,
        type=Type.TEXT,
        source=Computed(expression=sql),
        doc=spec.doc,
        evidence=Evidence(because="an expression"),
        was=spec.was,
        origin=spec.origin,
    )


def unbound(spec: FilterSpec) -> RowFilter:
    """Return a filter as it is written."""
    return RowFilter(expression=spec.sql, because=spec.because, origin=spec.origin)


def inputs(table: Table) -> dict[str, Input]:
    """Return the columns of a table that expressions may read."""
    return {column.name: Input(type=column.type, is_array=column.is_array) for column in table.columns}


def never_filled(table: Table) -> frozenset[str]:
    """Return the columns that captures showed, and never with a value."""
    return frozenset(
        column.name
        for column in table.columns
        if column.evidence.seen and all(kind == Kind.NULL for kind, _ in column.evidence.kinds)
    )


def _table(table: Table, plan: OperationPlan, context: Context) -> Table:
    bound = _with_columns(table, context)
    if bound.filter is None:
        return bound
    _check_children(bound, bound.filter, plan, context)
    return replace(bound, filter=_filter(bound.filter, bound, context))


def _with_columns(table: Table, context: Context) -> Table:
    written = {column.name: column for column in table.columns if isinstance(column.source, Computed)}
    done: dict[str, Column] = {}
    known = {name: column for name, column in inputs(table).items() if name not in written}
    while ready := [column for column in written.values() if not _reads(column) & written.keys()]:
        for column in ready:
            done[column.name] = found = _column(column, table, known, context)
            del written[column.name]
            known[found.name] = Input(type=found.type, is_array=found.is_array)
    for column in written.values():
        cycle = ", ".join(f"`{name}`" for name in sorted(_reads(column) & written.keys()))
        message = f"column `{column.name}` is computed from itself"
        context.sink.report(SQL_CYCLE.at(column.origin, message, notes=(f"it reads {cycle}",)))
    return replace(table, columns=tuple(done.get(column.name, column) for column in table.columns))


def _reads(column: Column) -> set[str]:
    return set(column.source.expression.reads) if isinstance(column.source, Computed) else set()


def _column(column: Column, table: Table, known: dict[str, Input], context: Context) -> Column:
    source = column.source
    assert isinstance(source, Computed)
    assert isinstance(source.expression, Written)
    if column.in_key:
        message = f"key column `{column.name}` of `{table.name}` is computed"
        context.sink.report(
            SQL_KEY.at(column.origin, message, advice="choose columns that the document holds")
        )
    typed = bind_expression(source.expression, known, context.sink)
    if typed is None:
        return column
    return replace(column, source=Computed(expression=typed), type=typed.type, is_array=typed.is_array)


def _filter(item: RowFilter, table: Table, context: Context) -> RowFilter:
    assert isinstance(item.expression, Written)
    if not all(isinstance(expression, Typed) for expression in _computed(table)):
        return item
    typed = bind_expression(item.expression, inputs(table), context.sink, Type.BOOLEAN)
    if typed is None:
        return item
    check_filter(typed, item.expression.origin, context.sink, table.key, never_filled(table))
    return replace(item, expression=typed)


def _computed(table: Table) -> Iterator[Written | Typed]:
    return (column.source.expression for column in table.columns if isinstance(column.source, Computed))


def _check_children(table: Table, item: RowFilter, plan: OperationPlan, context: Context) -> None:
    below = [other.name for other in plan.tables if other.parent == table.name]
    if below:
        message = f"`{table.name}` has a filter and tables below its rows: {', '.join(f'`{name}`' for name in below)}"
        advice = (
            "ignore what they hold, keep it with `shapes: {path: json}`, or filter where the rows are used"
        )
        context.sink.report(FILTER_PLACE.at(item.origin, message, label="a filter", advice=advice))
