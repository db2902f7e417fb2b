"""`catalog.json`, and the pages of views and named queries -> relations and operations."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import takewhile

from compiler.breaking.surfaces import Column, Operation, Table
from compiler.ir import catalog
from compiler.ir.catalog import source_of

VIEW_PAGES = "docs/views/"
QUERY_PAGES = "docs/queries/"
_URLS = re.compile(r"\((?P<urls>[^()]*)\)\.$")
_PARAM = re.compile(r"\{(\w+)\}")
_REQUEST = "request parameter "
_CELLS = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """How strings become the values of a column, and which of them mean NULL."""

    text: str = ""
    sentinels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a module of documents says of a table.

    The table around it, `name type` of its columns as PostgreSQL has them, and the codec of each that has one.
    """

    parent: str = ""
    columns: tuple[str, ...] = ()
    codecs: Mapping[str, Codec] = field(default_factory=dict[str, Codec])


_NOTHING = Known()


def tables(text: str, known: Mapping[str, Known]) -> tuple[Table, ...]:
    """Return the tables of a catalog; raise `ValueError` where it is none."""
    return tuple(
        _table(table, known.get(table.name, _NOTHING)) for table in catalog.Catalog.from_json(text).tables
    )


def _table(table: catalog.Table, known: Known) -> Table:
    by = table.partitioning
    return Table(
        name=table.name,
        kind=table.kind,
        operation=table.operation,
        rows=table.rows if table.kind == "normalized" else "",
        parent=known.parent,
        key=table.key,
        partitioning=f"{by.column} by {by.every}" if by else "",
        columns=tuple(_column(column, table, known) for column in table.columns),
        was=() if table.given_up else table.was,
    )


def _column(column: catalog.Column, table: catalog.Table, known: Known) -> Column:
    codec = known.codecs.get(column.name, Codec())
    return Column(
        name=column.name,
        type=column.type,
        nullable=column.nullable,
        default=column.default,
        source="" if column.given_up else table.source(column),
        codec=codec.text,
        sentinels=codec.sentinels,
        was=() if column.given_up else column.was,
    )


def operations(text: str) -> Iterator[Operation]:
    """Yield the operations: every one has a raw table. One whose table was given up is compiled no more."""
    found = catalog.Catalog.from_json(text).tables
    for table in (table for table in found if table.kind == "raw" and not table.given_up):
        urls = _URLS.search(table.comment)
        listed = tuple(urls["urls"].split(", ")) if urls else ()
        own = [other for other in found if other.operation == table.operation]
        params = {*_PARAM.findall(" ".join(listed)), *_params(own)}
        yield Operation(name=table.operation, raw_table=table.name, urls=listed, params=tuple(sorted(params)))


def _params(found: Iterable[catalog.Table]) -> Iterator[str]:
    for table in found:
        for column in table.columns:
            if column.comment.startswith(_REQUEST):
                yield source_of(column.comment).removeprefix(_REQUEST)


def page(path: str, text: str) -> Table:
    """Return the view, or the named query with its parameters as `:name`, that a page describes."""
    kind, folder = ("view", VIEW_PAGES) if path.startswith(VIEW_PAGES) else ("query", QUERY_PAGES)
    name = path.removeprefix(folder).removesuffix(".md").replace("/", ".")
    params = (
        Column(name=cells[0].strip("`"), type=cells[1], nullable=bool(cells[2]), default=cells[2].strip("`"))
        for cells in _listed(text, "parameter")
    )
    columns = (Column(name=cells[0], type=cells[1]) for cells in _listed(text, "column"))
    return Table(name=name, kind=kind, columns=(*params, *columns))


def _listed(text: str, head: str) -> Iterator[tuple[str, ...]]:
    """Yield the rows of the table of a page whose first column is `head`."""
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith(f"| {head} | "):
            next(lines)
            for row in takewhile(lambda found: found.startswith("|"), lines):
                yield tuple(cell.strip() for cell in _CELLS.split(row)[1:-1])
