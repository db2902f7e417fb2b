"""Trace a column of a SELECT to the columns that it is made of."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from dataclasses import dataclass

from sqlglot import exp
from sqlglot.lineage import lineage
from sqlglot.optimizer.scope import build_scope

from compiler.diagnostics import Sink
from compiler.ir.views import Relations, ViewSpec
from compiler.passes.views.names import relation_name
from compiler.passes.views.syntax import check_syntax
from compiler.passes.views.tree import DIALECT, bound, parsed


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """How a column is computed, and from which columns of which relations, sorted. A constant is made of none."""

    expression: str
    sources: tuple[tuple[str, str], ...]


def trace(spec: ViewSpec, column: str, relations: Relations) -> Traced:
    """Trace a column that the SELECT returns; its own CTEs are looked through."""
    calls = check_syntax(spec, [name for name in relations if "." in name], Sink()) or ()
    functions = {call.name: call.start for call in calls if call.name in relations}
    tree = bound(parsed(spec, functions), relations)
    query = tree.query
    root = lineage(column, query, tree.schema, dialect=DIALECT, scope=build_scope(query), trim_selects=False)
    found = {
        (relation_name(node.expression), node.name.rpartition(".")[2])
        for node in root.walk()
        if isinstance(node.expression, exp.Table)
    }
    select = next(select for select in query.selects if select.output_name == column)
    return Traced(expression=select.unalias().sql(DIALECT), sources=tuple(sorted(found)))
