"""`explain`: a rule's page, where a column comes from, or where the values of a path go."""

from collections.abc import Iterable
from dataclasses import replace

from compiler import breaking
from compiler.diagnostics import did_you_mean
from compiler.driver.compilation import load, make_plan
from compiler.driver.explanation.columns import explain_bookkeeping, explain_column, explain_raw_column
from compiler.driver.explanation.dimensions import explain_detail, explain_dimension
from compiler.driver.explanation.paths import UnknownPathError, explain_path
from compiler.driver.explanation.report import Compiled, Explanation
from compiler.driver.explanation.subjects import view_of
from compiler.driver.explanation.tables import explain_raw_table, explain_table
from compiler.driver.former import former_views
from compiler.driver.selection import compiled_operation
from compiler.driver.session import Session
from compiler.ir.plan import OperationPlan, Plan, Table
from compiler.project import ProjectError
from compiler.rules import RULES, UNKNOWN_SELECTION
from compiler.source import Origin

__all__ = ["Compiled", "Explanation", "compile_for", "explain", "explain_rule", "explained"]


def explain(session: Session, subject: str) -> Explanation | None:
    """Explain a subject; None if the inputs have errors."""
    compiled = compile_for(session)
    if compiled is None:
        return None
    with session.during("explain"):
        view, column = view_of(compiled, subject)
        return _views(compiled, view, column) if view else explained(compiled, subject)


def _views(compiled: Compiled, name: str, column: str) -> Explanation | None:
    from compiler.driver.explanation.views import explain_views  # sqlglot is slow to import

    return explain_views(compiled, name, column)


def compile_for(session: Session) -> Compiled | None:
    """Make the Plan and keep it as each pass left it; None if the inputs have errors."""
    inputs = load(session)
    passes: dict[str, Plan] = {}
    plan = make_plan(session, inputs, passes.__setitem__)
    if plan is None:
        return None
    inputs = replace(inputs, views=(*inputs.views, *former_views(plan, inputs.views)))
    return Compiled(session=session, inputs=inputs, plan=plan, passes=passes)


def explain_rule(code: str) -> Explanation | None:
    """Return a rule's page, for which no project is needed; None if there is no such rule."""
    rule = RULES.get(code.upper())
    if rule is None:
        return _explain_breaking(code.upper())
    head = f"{rule.code} {rule.name} ({rule.severity})"
    facts = {
        "kind": "rule",
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity.value,
        "explanation": rule.explanation,
    }
    return Explanation((head, "", *rule.explanation.splitlines()), facts)


def _explain_breaking(code: str) -> Explanation | None:
    """Return the page of a rule of the gate."""
    found = breaking.RULES.get(code)
    if found is None:
        return None
    head = f"{found.id} ({found.category.name})"
    facts = {
        "kind": "rule",
        "code": found.id,
        "name": found.id.lower().replace("_", "-"),
        "severity": "error",
        "explanation": breaking.page(found),
        "categories": list(found.categories),
    }
    return Explanation((head, "", *breaking.page(found).splitlines()), facts)


def explained(compiled: Compiled, subject: str) -> Explanation:
    """Explain `TABLE`, `TABLE.COLUMN`, `OPERATION` or `OPERATION:$.path`; raise `ProjectError` for anything else."""
    name, colon, path = subject.partition(":")
    tables = compiled.plan.tables
    if colon:
        operation = compiled_operation(compiled.plan, compiled.inputs.api, name)
        try:
            return explain_path(compiled, operation, path)
        except UnknownPathError as error:
            raise _nothing(error.message, error.advice) from None
    if found := _dimension(compiled, subject):
        return found
    if subject in tables:
        return explain_table(compiled, _operation_of(compiled.plan, tables[subject]), tables[subject])
    owner, _, column = subject.rpartition(".")
    if owner in tables:
        return _column(compiled, tables[owner], column)
    return _raw_or_operation(compiled, subject, owner, column)


def _dimension(compiled: Compiled, subject: str) -> Explanation | None:
    """Explain a dimension or a column of one; None if the subject is neither."""
    for dimension in compiled.plan.dimensions:
        if subject == dimension.name:
            return explain_dimension(compiled, dimension)
        for column in dimension.columns:
            if subject == f"{dimension.name}.{column.name}":
                return explain_detail(dimension, column)
    return None


def _operation_of(plan: Plan, table: Table) -> OperationPlan:
    return next(operation for operation in plan.operations if table in operation.tables)


def _column(compiled: Compiled, table: Table, name: str) -> Explanation:
    operation = _operation_of(compiled.plan, table)
    column = next((found for found in table.columns if found.name == name), None)
    if column is not None:
        return explain_column(compiled, operation, table, column)
    found = explain_bookkeeping(operation, table, name)
    if found is None:
        raise _no_column(table.name, name, (column.name for column in table.columns))
    return found


def _raw_or_operation(compiled: Compiled, subject: str, owner: str, column: str) -> Explanation:
    """Explain what is no table of rows: an operation as its whole response, a raw table, a column of it."""
    operations = {operation.name: operation for operation in compiled.plan.operations}
    raw = {operation.raw_table: operation for operation in compiled.plan.operations}
    if subject in operations and subject not in raw:
        return explain_path(compiled, operations[subject], "$")
    if subject in raw:
        return explain_raw_table(raw[subject])
    if owner in raw:
        found = explain_raw_column(compiled, raw[owner], column)
        if found is None:
            keys = (key.name for key in raw[owner].raw_keys)
            raise _no_column(owner, column, (*keys, "captured_at", "document_key", "data"))
        return found
    known = (
        *compiled.plan.tables,
        *(found.name for found in compiled.plan.dimensions),
        *(found.name for found in compiled.inputs.views),
        *raw,
        *operations,
        *RULES,
    )
    advice = did_you_mean(subject, known) or did_you_mean(owner, known)
    message = f"`{subject}` is no rule, table, column, operation or path"
    raise _nothing(message, advice or "`mlbc ls --tables` lists the tables")


def _no_column(table: str, name: str, columns: Iterable[str]) -> ProjectError:
    known = tuple(columns)
    advice = did_you_mean(name, known) or f"`mlbc explain {table}` lists its columns"
    return _nothing(f"table `{table}` has no column `{name}`", advice)


def _nothing(message: str, advice: str) -> ProjectError:
    return ProjectError(UNKNOWN_SELECTION.at(Origin("SUBJECT"), message, advice=advice))
