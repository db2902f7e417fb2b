"""Hold quality rules against the tables: a check is bound to its columns, SQL over tables is read as a view is."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from collections.abc import Iterator, Mapping
from dataclasses import replace

import sqlglot
from sqlglot import exp

from compiler.ir.expression import Input
from compiler.ir.mapping import TableSpec
from compiler.ir.plan import OperationPlan, Plan, Table
from compiler.ir.quality import DocumentRule, DocumentRuleSpec, Mention, RowRule, RowRuleSpec
from compiler.ir.types import Type
from compiler.ir.views import Engine, Kind, Relations, ViewSpec
from compiler.passes.anchors import tables_of
from compiler.passes.context import Context
from compiler.passes.names import bounded_table
from compiler.passes.outcomes import outcomes
from compiler.passes.typecheck import bind_expression
from compiler.passes.views import bind_views
from compiler.rules import (
    RULE_ALWAYS_APPLIES,
    RULE_NEVER_APPLIES,
    RULE_WITHOUT_DOCUMENT,
)
from compiler.source import Origin

_BOOKKEEPING = {"raw_id": "bigint", "captured_at": "timestamptz"}


def quality(plan: Plan, context: Context) -> Plan:
    """Return the Plan with the rules of its tables and operations.

    before: `outs_in_range: {check: outs between 0 and 3}`      after: a rule of the table, over its column `outs`
    """
    relations = {name: _columns(table) for name, table in plan.tables.items()}
    return replace(plan, operations=tuple(_operation(item, relations, context) for item in plan.operations))


def _columns(table: Table) -> dict[str, str]:
    own = {column.name: f"{column.type}{'[]' * column.is_array}" for column in table.columns}
    return {**own, **_BOOKKEEPING}


def _operation(plan: OperationPlan, relations: Relations, context: Context) -> OperationPlan:
    spec = context.specs[plan.name]
    written = {bounded_table(table.name): table for table, _ in tables_of(spec.tables)}
    rules = (_document_rule(rule, plan, relations, context) for rule in spec.rules)
    return replace(
        plan,
        tables=tuple(_table(table, written.get(table.name), context) for table in plan.tables),
        rules=tuple(rule for rule in rules if rule is not None),
    )


# ------------------------------------------------------------------------------------------------- rows


def _table(table: Table, spec: TableSpec | None, context: Context) -> Table:
    if spec is None or not spec.rules:
        return table
    inputs = {column.name: Input(type=column.type, is_array=column.is_array) for column in table.columns}
    rules = (_row_rule(rule, table, inputs, context) for rule in spec.rules)
    return replace(table, rules=tuple(rule for rule in rules if rule is not None))


def _row_rule(
    spec: RowRuleSpec, table: Table, inputs: Mapping[str, Input], context: Context
) -> RowRule | None:
    check = bind_expression(spec.check, inputs, context.sink, Type.BOOLEAN)
    if check is None:
        return None
    found = outcomes(check.expression, frozenset(table.key))
    if False not in found:
        message = f"no row of `{table.name}` can violate rule `{spec.name}`"
        advice = "a row violates a rule where its check is false; unknown passes"
        context.sink.report(RULE_NEVER_APPLIES.at(spec.check.origin, message, advice=advice))
    elif found == {False}:
        message = f"every row of `{table.name}` violates rule `{spec.name}`"
        context.sink.report(RULE_ALWAYS_APPLIES.at(spec.check.origin, message))
    return RowRule(name=spec.name, severity=spec.severity, check=check, doc=spec.doc, origin=spec.origin)


# ------------------------------------------------------------------------------------------------- documents


def _document_rule(
    spec: DocumentRuleSpec, plan: OperationPlan, relations: Relations, context: Context
) -> DocumentRule | None:
    if not plan.document_key:
        message = f"documents of `{plan.name}` have no key of their own, by which rule `{spec.name}` could name them"
        advice = "say `document:` with raw keys, or give a table a `check`"
        context.sink.report(RULE_WITHOUT_DOCUMENT.at(spec.origin, message, advice=advice))
        return None
    bound = bind_views((_as_query(spec),), relations, {}, context.sink)
    if not bound:
        return None
    columns = tuple(column.name for column in bound[0].columns)
    if columns[: len(plan.document_key)] != plan.document_key:
        wanted = ", ".join(f"`{name}`" for name in plan.document_key)
        message = f"what rule `{spec.name}` returns must begin with {wanted}, found `{columns[0]}`"
        context.sink.report(RULE_WITHOUT_DOCUMENT.at(_select(spec), message))
    own = {table.name for table in plan.tables}
    if not own.intersection(bound[0].reads):
        message = f"rule `{spec.name}` reads no table of `{plan.name}`"
        context.sink.report(RULE_NEVER_APPLIES.at(_select(spec), message))
    return DocumentRule(
        name=spec.name,
        severity=spec.severity,
        sql=spec.sql,
        columns=columns,
        reads=bound[0].reads,
        mentions=tuple(_mentions(spec.sql, own)),
        doc=spec.doc,
        origin=spec.origin,
    )


def _as_query(spec: DocumentRuleSpec) -> ViewSpec:
    return ViewSpec(
        name=spec.name,
        kind=Kind.QUERY,
        doc=spec.doc,
        engines=(Engine.POSTGRES,),
        sql=spec.sql,
        start=spec.start,
        origin=spec.origin,
    )


def _select(spec: DocumentRuleSpec) -> Origin:
    return _as_query(spec).whole


def _mentions(sql: str, tables: set[str]) -> Iterator[Mention]:
    """Yield where the text names tables of the document; names of parts of the text itself have no schema."""
    found = sqlglot.parse_one(sql, dialect="postgres").find_all(exp.Table)
    named = [(table, table.args["db"].meta["start"]) for table in found if table.args.get("db")]
    for table, start in sorted(named, key=lambda one: one[1]):
        name = f"{table.db}.{table.name}"
        if name in tables:
            yield Mention(start=start, end=table.this.meta["end"] + 1, table=name, is_named=bool(table.alias))
