"""The tables of `metadata`, as views may read them: their template says what they are."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (pglast has no types)

from collections.abc import Iterable, Iterator
from functools import cache

from compiler.backends.base import render
from compiler.ir.views import Relations

_SPELLED = {"int4": "integer", "int8": "bigint", "float8": "double precision", "bool": "boolean"}


@cache
def metadata_relations() -> Relations:
    """Return the columns of every table of `metadata`, with their types."""
    from pglast import ast, parse_sql  # slow; only views need it

    tables = (found.stmt for found in parse_sql(render("postgres/metadata.sql.jinja")))
    return {
        f"metadata.{name}": dict(_columns(table.tableElts or ()))
        for table in tables
        if isinstance(table, ast.CreateStmt) and table.relation and (name := table.relation.relname)
    }


def _columns(elements: Iterable[object]) -> Iterator[tuple[str, str]]:
    from pglast import ast

    for element in elements:
        if isinstance(element, ast.ColumnDef) and element.colname and element.typeName:
            name: str = [*(element.typeName.names or ())][-1].sval
            yield element.colname, _SPELLED.get(name, name) + "[]" * len(element.typeName.arrayBounds or ())
