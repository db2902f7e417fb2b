"""Give an operation that no mapping gives tables its first one: a row per response, known by the request."""

import re
from dataclasses import replace

from compiler.ir.names import snake
from compiler.ir.plan import REQUEST, Column, OperationPlan, Param, Plan, Table
from compiler.ir.shape import Evidence, Unknown
from compiler.ir.types import Type
from compiler.passes.context import Context

DOCUMENT_KEY = "document_key"

_INTEGER = re.compile(r"\b(?:int|integer|long)\b", re.IGNORECASE)
"""Types of parameters that hold integers, as upstream spells them: `integer`, `Optional«int»`."""


def derive(plan: Plan, context: Context) -> Plan:
    """Return the Plan with a table for every operation, unless its mapping says `tables: {}`.

    before: `team.roster` without a mapping
    after: `team.roster_document (document_key)`, to which `unnest` gives columns, and tables for what is below
    """
    return Plan(operations=tuple(_operation(item, context) for item in plan.operations))


def _operation(plan: OperationPlan, context: Context) -> OperationPlan:
    if plan.tables or context.specs[plan.name].is_raw_only:
        return plan
    if isinstance(plan.response, Unknown):
        plan = replace(plan, response=replace(plan.response, mixed=True))
    origin = context.specs[plan.name].origin
    document = Table(
        name=f"{plan.raw_table}_document",
        scan=(),
        columns=() if plan.document_key else (request_key(plan),),
        is_derived=True,
        doc="One row per response.",
        origin=origin,
    )
    return replace(plan, document_key=plan.document_key or (DOCUMENT_KEY,), tables=(document,))


def request_key(plan: OperationPlan) -> Column:
    """Make the key of documents that do not name themselves: two requests never share rows."""
    return Column(
        name=DOCUMENT_KEY,
        type=Type.TEXT,
        source=Param(name=REQUEST, default=""),
        in_key=True,
        doc="The request that the response answers, as in the raw table.",
        evidence=Evidence(because="the response does not say what it answers"),
        origin=plan.operation.variants[0].origin,
    )


def request_columns(plan: OperationPlan) -> tuple[Column, ...]:
    """Return the columns for what the URL of the request names (`game_pk`), for operations known by the request."""
    if plan.document_key != (DOCUMENT_KEY,):
        return ()
    return tuple(
        Column(
            name=snake(parameter.name),
            type=Type.BIGINT if _INTEGER.search(parameter.type) else Type.TEXT,
            source=Param(name=parameter.name),
            doc=parameter.description,
            evidence=Evidence(because="a parameter of the request's URL"),
            origin=plan.operation.variants[0].origin,
        )
        for parameter in plan.operation.path_parameters
    )
