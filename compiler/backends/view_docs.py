"""The pages of views and named queries: what they return, what they read, and their SQL."""

from collections.abc import Mapping
from dataclasses import dataclass

from compiler.backends.base import render
from compiler.bundle import header
from compiler.ir.views import Kind, Param, View, ViewColumn

_KINDS = {
    Kind.VIEW: "view",
    Kind.MATERIALIZED: "materialized view, refreshed when rows changed",
    Kind.FUNCTION: "function",
    Kind.QUERY: "named query",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ParamText:
    """A row of the table of parameters."""

    name: str
    type: str
    default: str
    doc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnText:
    """A row of the table of columns."""

    name: str
    type: str
    doc: str
    aliases: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewText:
    """A page, and a line of the index. `page` is relative to `generated/`; `up` leads from the page to there."""

    name: str
    page: str
    up: str
    doc: str
    kind: str
    key: str
    ask: str
    question: str
    source: str
    reads: str
    spark: str
    params: tuple[ParamText, ...]
    columns: tuple[ColumnText, ...]
    sql: str


def view_pages(texts: tuple[ViewText, ...]) -> Mapping[str, str]:
    """Return a page per view and query."""
    return {
        text.page: header(text.page, text.source) + render("docs/view.md.jinja", view=text) for text in texts
    }


def view_text(view: View) -> ViewText:
    """Return the template model of a view or a query."""
    slug = view.name.replace(".", "/")
    folder = "queries" if view.kind is Kind.QUERY else "views"
    return ViewText(
        name=view.name,
        page=f"docs/{folder}/{slug}.md",
        up="../" * slug.count("/"),
        doc=_line(view.doc),
        kind=_KINDS[view.kind],
        key=", ".join(f"`{name}`" for name in view.key),
        ask=" ".join((f"mlb-etl query {view.name}", *(f"--param {param.name}=..." for param in view.params))),
        question=_line(view.question),
        source=view.file,
        reads=", ".join(f"`{name}`" for name in view.reads) or "nothing",
        spark=f"spark/views/{slug}.sql" if view.spark else "",
        params=tuple(map(_param, view.params)),
        columns=tuple(map(_column, view.columns)),
        sql=view.sql,
    )


def _param(param: Param) -> ParamText:
    given = "NULL" if param.is_optional else "" if param.default is None else f"`{param.default}`"
    return ParamText(name=f"`:{param.name}`", type=param.type, default=given, doc=_cell(param.doc))


def _column(column: ViewColumn) -> ColumnText:
    return ColumnText(
        name=column.name, type=column.type, doc=_cell(column.doc), aliases=", ".join(column.aliases)
    )


def _line(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return _line(text).replace("|", "\\|")
