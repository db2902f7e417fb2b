"""Print views as the statements that make them, and list views and queries for the runtime."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import orjson

from compiler.backends.base import render
from compiler.backends.postgres.ddl import literal, qualified, quoted
from compiler.bundle import header
from compiler.ir import catalog
from compiler.ir.names import bounded, digest
from compiler.ir.views import Kind, Param, View, with_parameters

SCRIPT = "postgres/views.sql"
INDEX = "queries/index.json"

_NOUNS = {Kind.VIEW: "VIEW", Kind.MATERIALIZED: "MATERIALIZED VIEW", Kind.FUNCTION: "FUNCTION"}
_PERCENT = {ord("%"): "%%"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewText:
    """What the template of a view needs."""

    title: str
    create: str
    statements: tuple[str, ...]


def emit_views(views: tuple[View, ...], tables: frozenset[str]) -> Mapping[str, str]:
    """Return the script that makes the views, a text per query, and the index of both; `tables`: schemas of tables."""
    if not views:
        return {}
    made = [view for view in views if view.kind is not Kind.QUERY]
    queries = [view for view in views if view.kind is Kind.QUERY]
    texts = {f"queries/{query.name}.sql": _query_text(query) for query in queries}
    script = {SCRIPT: header(SCRIPT, "mappings/views/") + _script(made, tables)} if made else {}
    return {**script, **texts, INDEX: _index(made, queries, tables)}


def _script(views: list[View], tables: frozenset[str]) -> str:
    materialized = [view for view in views if view.kind is Kind.MATERIALIZED]
    return render(
        "postgres/views.sql.jinja",
        schemas=tuple(f"CREATE SCHEMA IF NOT EXISTS {quoted(name)};" for name in _schemas(views, tables)),
        views=tuple(_view_text(view) for view in views),
        materialized=", ".join(literal(qualified(view.name)) for view in materialized),
        analyzed=", ".join(literal(qualified(name)) for name in _tables_below(materialized, views)),
    )


def _tables_below(roots: list[View], views: list[View]) -> list[str]:
    """Return the tables that views read, directly or through others."""
    by_name = {view.name: view for view in views}
    waiting = [name for view in roots for name in view.reads]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += by_name[name].reads if name in by_name else ()
    return sorted(seen - by_name.keys())


def _schemas(views: list[View], tables: frozenset[str]) -> list[str]:
    """Return the schemas that only views have."""
    return sorted({view.schema for view in views} - tables)


def _view_text(view: View) -> ViewText:
    name = qualified(view.name)
    noun = _NOUNS[view.kind]
    comments = (
        f"COMMENT ON COLUMN {name}.{quoted(column.name)} IS {literal(column.doc)};"
        for column in view.columns
        if column.doc and view.kind is not Kind.FUNCTION
    )
    return ViewText(
        title=" ".join(view.doc.split()),
        create=_create(view),
        statements=(*_indexes(view), f"COMMENT ON {noun} {name} IS {literal(view.doc)};", *comments),
    )


def _create(view: View) -> str:
    name = qualified(view.name)
    if view.kind is not Kind.FUNCTION:
        return f"CREATE {_NOUNS[view.kind]} {name} AS\n{_ended(view.sql)}"
    arguments = ", ".join(map(_argument, view.params))
    rows = ", ".join(f"{quoted(column.name)} {column.type}" for column in view.columns)
    returned = f"SETOF {view.columns[0].type}" if len(view.columns) == 1 else f"TABLE ({rows})"
    numbers = {param.name: f"${place}" for place, param in enumerate(view.params, start=1)}
    body = with_parameters(view.sql, numbers)
    return (
        f"CREATE FUNCTION {name}({arguments}) RETURNS {returned}\n"
        f"LANGUAGE sql STABLE PARALLEL SAFE AS $view$\n{body}\n$view$;"
    )


def in_catalog(views: Iterable[View]) -> tuple[catalog.View, ...]:
    """Return the views and functions as the catalog lists them."""
    return tuple(_in_catalog(view) for view in views if view.kind is not Kind.QUERY)


def _in_catalog(view: View) -> catalog.View:
    text = _view_text(view)
    return catalog.View(
        name=view.name,
        kind=view.kind.value,
        columns=tuple(f"{column.name} {column.type}" for column in view.columns),
        digest=digest("\n".join((text.create, *text.statements)), 12),
    )


def _ended(sql: str) -> str:
    """Return a statement with its semicolon, behind a comment on a line of its own."""
    return f"{sql}\n;" if "--" in sql.rpartition("\n")[2] else f"{sql};"


def _argument(param: Param) -> str:
    default = "NULL" if param.is_optional else "" if param.default is None else literal(param.default)
    return f"{quoted(param.name)} {param.type}" + (f" DEFAULT {default}" if default else "")


def _indexes(view: View) -> Iterator[str]:
    if view.kind is not Kind.MATERIALIZED:
        return
    table = qualified(view.name)
    key = quoted(bounded(f"{view.short_name}_key"))
    yield f"CREATE UNIQUE INDEX {key} ON {table} ({', '.join(map(quoted, view.key))});"
    for columns in view.indexes:
        name = quoted(bounded(f"{view.short_name}_{'_'.join(columns)}_idx"))
        yield f"CREATE INDEX {name} ON {table} ({', '.join(map(quoted, columns))});"


# ------------------------------------------------------------------------------------------------- for the runtime


def _query_text(query: View) -> str:
    """Return a query as people read it, and as psql runs it (`-v game_pk=747175`)."""
    lines = [f"-- {' '.join(query.doc.split())}"]
    lines += [f"-- Answers: {query.question}"] if query.question else []
    lines += [f"-- :{param.name} {param.type}{_said(param)}" for param in query.params]
    return header(f"{query.name}.sql", query.file) + "\n" + "\n".join(lines) + f"\n{_ended(query.sql)}\n"


def _said(param: Param) -> str:
    default = "" if param.default is None else f" (default {param.default})"
    return f"{default}{'  ' + param.doc if param.doc else ''}"


def _index(views: list[View], queries: list[View], tables: frozenset[str]) -> str:
    listed = {
        "schemas": _schemas(views, tables),
        "views": [_entry(view) for view in views],
        "queries": [_entry(query) for query in queries],
    }
    return orjson.dumps(listed, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def _entry(view: View) -> dict[str, object]:
    return {
        "name": view.name,
        "kind": view.kind.value,
        "doc": " ".join(view.doc.split()),
        "question": view.question,
        "params": [
            {
                "name": param.name,
                "type": param.type,
                "doc": param.doc,
                "default": param.default,
                "required": param.default is None and not param.is_optional,
            }
            for param in view.params
        ],
        "columns": [{"name": column.name, "type": column.type, "doc": column.doc} for column in view.columns],
        "statement": _statement(view),
    }


def _statement(view: View) -> str:
    """Return the text that psycopg runs: `%(name)s` where a parameter is."""
    bound = {param.name: f"%({param.name})s::{param.type}" for param in view.params}
    match view.kind:
        case Kind.QUERY:
            return with_parameters(view.sql, bound, _PERCENT)
        case Kind.FUNCTION:
            only = view.columns[0].name
            alias = f" AS found({quoted(only)})" if len(view.columns) == 1 else ""
            return f"SELECT * FROM {qualified(view.name)}({', '.join(bound.values())}){alias}"  # quoted names  # nosec B608
        case Kind.VIEW | Kind.MATERIALIZED:
            order = f" ORDER BY {', '.join(map(quoted, view.key))}" if view.key else ""
            return f"SELECT * FROM {qualified(view.name)}{order}"  # quoted names  # nosec B608
