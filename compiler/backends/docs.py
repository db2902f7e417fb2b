"""Write `generated/README.md` and a page per operation: grain, key and columns of its tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from compiler.backends import types
from compiler.backends.base import render, sole_source, source_of
from compiler.backends.naming import root_name
from compiler.backends.provenance import absolute
from compiler.backends.view_docs import view_pages, view_text
from compiler.bundle import header
from compiler.ir.paths import show
from compiler.ir.plan import Column, Dimension, OperationPlan, Plan, Table
from compiler.ir.quality import DocumentRule, RowRule
from compiler.ir.shape import Unknown
from compiler.wording import counted

INDEX = "README.md"
DIMENSIONS = "docs/dimensions.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnText:
    """A row of a table of columns; texts are escaped for Markdown."""

    name: str
    type: str
    path: str
    doc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleText:
    """A quality rule: what it looks at is a condition, or the tables that it reads."""

    name: str
    severity: str
    looks_at: str
    doc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableText:
    """A section of a page."""

    name: str
    anchor: str
    grain: str
    key: str
    partitioning: str
    parent: str
    doc: str
    columns: tuple[ColumnText, ...]
    rules: tuple[RuleText, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationText:
    """An operation in the index, and the head of its page. Links are relative to `generated/`."""

    name: str
    slug: str
    summary: str
    urls: tuple[str, ...]
    source: str
    origin: str
    proof: str
    model: str
    raw_table: str
    raw_keys: str
    document: str
    tables: tuple[TableText, ...]
    ignored: tuple[tuple[str, str], ...]
    rules: tuple[RuleText, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DimensionText:
    """A section of the page of dimensions."""

    name: str
    doc: str
    key: str
    columns: tuple[ColumnText, ...]
    mentions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointText:
    """A section of the index."""

    name: str
    operations: tuple[OperationText, ...]


@dataclass(frozen=True, slots=True)
class Docs:
    """`README.md` for all, `docs/<endpoint>/<method>.md` for each operation that has tables."""

    name: str = "docs"

    def emit(self, plan: Plan) -> Mapping[str, str]:
        """Return the pages."""
        texts = [(operation, operation_text(operation)) for operation in plan.operations]
        pages = {
            f"docs/{text.slug}.md": header(f"docs/{text.slug}.md", text.source)
            + render("docs/operation.md.jinja", operation=text)
            for operation, text in texts
            if operation.tables
        }
        views = tuple(map(view_text, plan.views))
        pages |= view_pages(views)
        index = render(
            "docs/README.md.jinja",
            endpoints=_endpoints([text for _, text in texts]),
            types=types.TYPES,
            content=f"{counted(len(texts), 'operation')}, {counted(len(plan.tables), 'table')}",
            views=views,
        )
        if plan.dimensions:
            dimensions = tuple(map(_dimension, plan.dimensions))
            pages[DIMENSIONS] = header(DIMENSIONS, "mappings/dimensions.yaml") + render(
                "docs/dimensions.md.jinja", dimensions=dimensions
            )
        return {INDEX: header(INDEX, sole_source(plan.operations)) + index, **pages}


def operation_text(operation: OperationPlan) -> OperationText:
    """Return the template model of an operation."""
    return OperationText(
        name=operation.name,
        slug=operation.slug,
        summary=_cell(operation.operation.summary),
        urls=tuple(f"{variant.http_method} {variant.path}" for variant in operation.operation.variants),
        source=source_of(operation),
        origin="mapping" if operation.mapping_file else "declared in",
        proof=_proof(operation),
        model=root_name(operation.raw_table.partition(".")[2]),
        raw_table=operation.raw_table,
        raw_keys=", ".join(f"`{key.name}` ({_code(key.source)})" for key in operation.raw_keys),
        document=", ".join(f"`{name}`" for name in operation.document_key),
        tables=tuple(_table(table, operation) for table in operation.tables),
        ignored=tuple((_code(show(found.path)), _cell(found.because)) for found in operation.ignored),
        rules=tuple(_rule(rule, ", ".join(map(_code, rule.reads))) for rule in operation.rules),
    )


def _proof(operation: OperationPlan) -> str:
    """Say what the tables rest on, where it is little."""
    if operation.is_observed:
        return ""
    if isinstance(operation.response, Unknown):
        return "Not proved: the declaration says nothing of the content, and no response was captured: kept whole."
    said = (
        "what upstream declares and the mapping says" if operation.mapping_file else "the declaration alone"
    )
    return f"Not proved: compiled from {said}, because no response was captured."


def _table(table: Table, operation: OperationPlan) -> TableText:
    return TableText(
        name=table.name,
        anchor=table.name.replace(".", ""),
        grain=_code(show(table.scan)) + _condition(table) + _filter(table),
        key=", ".join(f"`{name}`" for name in table.key),
        partitioning=_partitioning(table, operation),
        parent=table.parent,
        doc=_cell(table.doc),
        columns=tuple(_column(column) for column in table.columns),
        rules=tuple(_rule(rule, _code(rule.check.text)) for rule in table.rules),
    )


def _partitioning(table: Table, operation: OperationPlan) -> str:
    asked = operation.partition
    return f"{asked.every} of `{table.partition_key}`" if asked else ""


def _rule(rule: RowRule | DocumentRule, looks_at: str) -> RuleText:
    return RuleText(name=rule.name, severity=rule.severity, looks_at=looks_at, doc=_cell(rule.doc))


def _filter(table: Table) -> str:
    if table.filter is None:
        return ""
    return f" if {_code(table.filter.expression.text)} ({table.filter.because})"


def _condition(table: Table) -> str:
    if table.where is None:
        return ""
    test = "" if table.where.equals is None else f" is `{table.where.equals}`"
    return f" where {'not ' if table.where.negated else ''}{_code(show(table.where.path, '.'))}{test}"


def _column(column: Column) -> ColumnText:
    return ColumnText(
        name=f"**{column.name}**" if column.in_key else column.name,
        type=types.postgres(column.type, is_array=column.is_array),
        path=_code(absolute(column)),
        doc=_cell(column.doc) + (f" Of `{column.references}`." if column.references else ""),
    )


def _dimension(dimension: Dimension) -> DimensionText:
    return DimensionText(
        name=dimension.name,
        doc=_cell(dimension.doc),
        key=dimension.key,
        columns=tuple(
            ColumnText(
                name=column.name,
                type=types.postgres(column.type),
                path=_code(show(column.path, ".")),
                doc=_cell(column.doc),
            )
            for column in dimension.columns
        ),
        mentions=tuple(f"{mention.table}.{mention.key}" for mention in dimension.mentions),
    )


def _endpoints(texts: list[OperationText]) -> tuple[EndpointText, ...]:
    grouped = groupby(texts, key=lambda text: text.name.partition(".")[0])
    return tuple(EndpointText(name=name, operations=tuple(found)) for name, found in grouped)


def _code(text: str) -> str:
    """Return inline code for a cell of a Markdown table."""
    fence = "``" if "`" in text else "`"
    return f"{fence}{_cell(text)}{fence}"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


BACKEND = Docs()
