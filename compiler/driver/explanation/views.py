"""What a view returns and reads, and what each of its columns is made of, down to the API's paths."""

from textwrap import wrap

from compiler.backends.postgres import lower
from compiler.backends.postgres.metadata import metadata_relations
from compiler.backends.provenance import absolute
from compiler.diagnostics import did_you_mean
from compiler.driver.compilation import with_views
from compiler.driver.explanation.report import Compiled, Explanation, Section, laid_out, pairs, shortened
from compiler.driver.views import relations_of
from compiler.ir.plan import Plan
from compiler.ir.views import Relations, View, ViewColumn, ViewSpec
from compiler.passes.views.lineage import Traced, trace
from compiler.passes.views.names import relation_of
from compiler.project import ProjectError
from compiler.rules import UNKNOWN_SELECTION
from compiler.source import Origin


def explain_views(compiled: Compiled, name: str, column: str) -> Explanation | None:
    """Explain a view, or one of its columns; None if the views have errors."""
    plan = with_views(compiled.session, compiled.inputs, compiled.plan)
    if plan is None:
        return None
    view = next(found for found in plan.views if found.name == name)
    if not column:
        return explain_view(plan, view)
    found = next((found for found in view.columns if found.name == column), None)
    if found is None:
        names = [found.name for found in view.columns]
        advice = did_you_mean(column, names) or f"`mlbc explain {name}` lists its columns"
        message = f"`{name}` has no column `{column}`"
        raise ProjectError(UNKNOWN_SELECTION.at(Origin("SUBJECT"), message, advice=advice))
    return explain_view_column(compiled, plan, view, found)


def explain_view(plan: Plan, view: View) -> Explanation:
    """Explain a view or a named query."""
    used = [other.name for other in plan.views if view.name in other.reads]
    sections: list[Section] = [
        ("is", [view.kind.value]),
        ("answers", [view.question] if view.question else []),
        ("key", [", ".join(view.key)] if view.key else []),
        ("params", pairs((f":{param.name} {param.type}", param.doc) for param in view.params)),
        ("reads", [*view.reads]),
        ("read by", used),
        ("spark", ["the same SELECT" if view.spark else "none"]),
        ("written", [view.file]),
        ("columns", pairs((f"{column.name} {column.type}", column.doc) for column in view.columns)),
    ]
    facts: dict[str, object] = {
        "kind": view.kind.value.replace(" ", "_"),
        "view": view.name,
        "doc": view.doc,
        "question": view.question or None,
        "key": list(view.key),
        "params": [{"name": param.name, "type": param.type, "doc": param.doc} for param in view.params],
        "reads": list(view.reads),
        "read_by": used,
        "file": view.file,
        "columns": [
            {"name": column.name, "type": column.type, "doc": column.doc, "aliases": list(column.aliases)}
            for column in view.columns
        ],
    }
    head = [f"{view.name}  {len(view.columns)} columns", *wrap(view.doc, 96)]
    return Explanation(laid_out(head, sections), facts)


def explain_view_column(compiled: Compiled, plan: Plan, view: View, column: ViewColumn) -> Explanation:
    """Explain a column of a view: how it is computed, from what, and where that comes from in the end."""
    specs = {spec.name: spec for spec in compiled.inputs.views}
    relations = {
        **relations_of(lower(plan)),
        **metadata_relations(),
        **{other.name: relation_of(other) for other in plan.views},
    }
    traced = trace(specs[view.name], column.name, _readable(view, relations))
    origins = _origins(traced, plan, specs, relations)
    sections: list[Section] = [
        ("computed", [shortened(traced.expression)]),
        (
            "from",
            [f"{relation}.{name}" for relation, name in traced.sources]
            or ["no column: it counts rows, or is the same in all of them"],
        ),
        ("in the end", pairs(_shown(plan, relation, name) for relation, name in origins)),
        ("known as", [*column.aliases]),
    ]
    facts: dict[str, object] = {
        "kind": "view_column",
        "column": f"{view.name}.{column.name}",
        "type": column.type,
        "doc": column.doc,
        "aliases": list(column.aliases),
        "expression": traced.expression,
        "sources": [f"{relation}.{name}" for relation, name in traced.sources],
        "origins": [
            {"column": f"{relation}.{name}", "path": _shown(plan, relation, name)[1] or None}
            for relation, name in origins
        ],
    }
    head = [f"{view.name}.{column.name}  {column.type}", *wrap(column.doc, 96)]
    return Explanation(laid_out(head, sections), facts)


def _readable(view: View, relations: Relations) -> Relations:
    return {name: relations[name] for name in view.reads if name in relations}


def _origins(
    traced: Traced, plan: Plan, specs: dict[str, ViewSpec], relations: Relations
) -> list[tuple[str, str]]:
    """Return the columns of tables that a column of a view is made of, through all views between, sorted."""
    views = {other.name: other for other in plan.views}
    waiting, seen = [*traced.sources], set[tuple[str, str]]()
    while waiting:
        relation, name = waiting.pop()
        if (relation, name) in seen:
            continue
        seen.add((relation, name))
        if relation in views:
            waiting += trace(specs[relation], name, _readable(views[relation], relations)).sources
    return sorted(found for found in seen if found[0] not in views)


def _shown(plan: Plan, relation: str, name: str) -> tuple[str, str]:
    """Return a column of a table and its path in the responses."""
    table = plan.tables.get(relation)
    column = next((found for found in table.columns if found.name == name), None) if table else None
    return f"{relation}.{name}", absolute(column) if column else ""
