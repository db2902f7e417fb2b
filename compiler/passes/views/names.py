"""Report relations and columns that there are not, or that are not clear, and columns without a name of their own."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from collections.abc import Iterable

from sqlglot import exp
from sqlglot.optimizer.resolver import Resolver
from sqlglot.optimizer.scope import Scope, build_scope

from compiler.diagnostics import Sink, did_you_mean
from compiler.ir.views import Docs, Kind, Relations, View, ViewSpec, Word
from compiler.passes.views.tree import CALLED, Tree, read_by
from compiler.rules.views import AMBIGUOUS_COLUMN, UNKNOWN_RELATION, UNKNOWN_VIEW_COLUMN, VIEW_OUTPUT
from compiler.source import Origin


def relation_name(table: exp.Table) -> str:
    """Return the name of a relation as a mapping writes it."""
    return f"{table.db}.{table.name}" if table.db else table.name


def place_of(spec: ViewSpec, node: exp.Expr) -> Origin:
    """Return the place of a name in the text, or of the whole SELECT if it was not written there."""
    start, end = node.meta.get("start"), node.meta.get("end")
    return spec.whole if start is None or end is None else spec.place(start, end + 1)


def check_relations(
    spec: ViewSpec, tree: exp.Query, known: Iterable[str], functions: Iterable[str], sink: Sink
) -> tuple[str, ...] | None:
    """Report relations that there are not; return what is read, sorted, if all are there.

    `functions` are relations where they are called.
    """
    names, called = {*known}, {*functions}
    found: set[str] = set()
    for table in read_by(tree):
        name = relation_name(table)
        found.add(name)
        if name not in (called if table.meta.get(CALLED) else names):
            advice = _near_relation(name, names)
            message = f"there is no table or view `{name}`"
            sink.report(UNKNOWN_RELATION.at(place_of(spec, table.this), message, advice=advice))
    return tuple(sorted(found)) if found <= names | called else None


def _near_relation(name: str, known: set[str]) -> str:
    schemas = [other for other in known if other.rpartition(".")[2] == name]
    if schemas:
        return f"say its schema: `{min(schemas)}`"
    return did_you_mean(name, sorted(known)) or "`mlbc ls --tables` lists what there is"


def check_columns(spec: ViewSpec, tree: Tree, before: Relations, sink: Sink) -> None:
    """Report columns that no source has, or more than one. `before`: relations of the last compilation."""
    for scope, resolver in tree.scopes:
        sources = {name: tuple(resolver.get_source_columns(name)) for name in scope.selected_sources}
        for column in scope.columns:
            _check_column(spec, column, scope, resolver, sources, before, sink)


def _check_column(
    spec: ViewSpec,
    column: exp.Column,
    scope: Scope,
    resolver: Resolver,
    sources: dict[str, tuple[str, ...]],
    before: Relations,
    sink: Sink,
) -> None:
    name, table = column.name, column.table
    if table in scope.sources:
        columns = tuple(resolver.get_source_columns(table))
        if columns and name not in columns:
            _unknown(spec, column, columns, _dropped([scope.sources[table]], name, before), sink)
    elif table:
        if not scope.can_be_correlated:
            advice = did_you_mean(table, sources) or f"here are {_listed(sources)}"
            message = f"`{table}` is nothing that this SELECT reads"
            sink.report(UNKNOWN_VIEW_COLUMN.at(place_of(spec, column.args["table"]), message, advice=advice))
    elif not scope.can_be_correlated or scope.parent is None:
        _unresolved(spec, column, scope, sources, before, sink)


def _unresolved(
    spec: ViewSpec,
    column: exp.Column,
    scope: Scope,
    sources: dict[str, tuple[str, ...]],
    before: Relations,
    sink: Sink,
) -> None:
    having = [source for source, columns in sources.items() if column.name in columns]
    if len(having) > 1:
        message = f"`{column.name}` is a column of {_listed(having)}"
        advice = f"write `{having[0]}.{column.name}`"
        sink.report(AMBIGUOUS_COLUMN.at(place_of(spec, column.this), message, advice=advice))
    elif column.name not in _outputs_for(column, scope):
        known = tuple(name for columns in sources.values() for name in columns)
        note = _dropped([scope.sources.get(name) for name in sources], column.name, before)
        _unknown(spec, column, known, note, sink)


def _outputs_for(column: exp.Column, scope: Scope) -> tuple[str, ...]:
    """Return the names that the SELECT itself gives, where they can be used: to sort and to group."""
    clause = column.find_ancestor(exp.Order, exp.Group, exp.Select)
    names = getattr(scope.expression, "named_selects", ())
    return tuple(names) if isinstance(clause, exp.Order | exp.Group) else ()


def _unknown(spec: ViewSpec, column: exp.Column, known: Iterable[str], note: str, sink: Sink) -> None:
    names = [*dict.fromkeys(known)]
    advice = did_you_mean(column.name, names) or f"known here: {_listed(names)}"
    message = f"there is no column `{column.name}`"
    origin = place_of(spec, column.this)
    sink.report(UNKNOWN_VIEW_COLUMN.at(origin, message, notes=(note,) if note else (), advice=advice))


def _dropped(sources: Iterable[object], name: str, before: Relations) -> str:
    """Say that a table had the column in the last compilation."""
    tables = (relation_name(source) for source in sources if isinstance(source, exp.Table))
    table = next((table for table in tables if name in before.get(table, {})), "")
    return f"`{table}` had it: a mapping that drops or renames it must change this view too" if table else ""


def _listed(names: Iterable[str]) -> str:
    found = [f"`{name}`" for name in names]
    return ", ".join((*found[:12], "...") if len(found) > 12 else found)


# ------------------------------------------------------------------------------------------------- output


def check_output(spec: ViewSpec, query: exp.Query, sink: Sink) -> None:
    """Report outputs without a name, or with that of another, and words of the head that are no output."""
    names = [_output_name(select) for select in query.selects]
    seen: set[str] = set()
    for select, name in zip(query.selects, names, strict=True):
        if not name:
            message = "this column has no name of its own"
            sink.report(VIEW_OUTPUT.at(_nearest(spec, select), message, advice="write `... AS name`"))
        elif name in seen:
            message = f"two columns are called `{name}`"
            sink.report(VIEW_OUTPUT.at(_nearest(spec, select), message, advice="name one of them otherwise"))
        elif name != name.lower():
            sink.report(VIEW_OUTPUT.at(_nearest(spec, select), f"`{name}` is not in lower case"))
        seen.add(name)
    words = (*spec.key, *(word for index in spec.indexes for word in index), *spec.docs)
    others = (Word(name=word.said, origin=word.origin) for word in spec.aliases)
    for word in (*words, *others):
        if word.name not in seen:
            advice = did_you_mean(word.name, names) or f"it returns {_listed(names)}"
            message = f"the SELECT returns no column `{word.name}`"
            sink.report(UNKNOWN_VIEW_COLUMN.at(word.origin, message, advice=advice))


def inherited(tree: Tree, docs: Docs) -> dict[str, str]:
    """Return what is known of outputs that are columns of a table or a view, as they are."""
    scope = build_scope(tree.query)
    found: dict[str, str] = {}
    for select in tree.query.selects:
        column = select.unalias()
        source = scope.sources.get(column.table) if scope and isinstance(column, exp.Column) else None
        if isinstance(source, exp.Table):
            found[select.output_name] = docs.get((relation_name(source), column.name), "")
    return found


def _output_name(select: exp.Expr) -> str:
    """Return the name of an output; sqlglot calls those without one `_col_0`, as PostgreSQL does not."""
    name = select.output_name
    return "" if name.startswith("_col_") else name


def _nearest(spec: ViewSpec, node: exp.Expr) -> Origin:
    """Return the place of an expression: of the last name in it."""
    named = [found for found in node.walk() if "start" in found.meta]
    return place_of(spec, named[-1]) if named else spec.whole


def relation_of(view: View) -> dict[str, str]:
    """Return a view as another SELECT reads it."""
    return {column.name: column.type or "unknown" for column in view.columns}


KINDS_THAT_ARE_READ = (Kind.VIEW, Kind.MATERIALIZED)
