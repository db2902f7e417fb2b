"""What a SELECT uses that the oldest supported PostgreSQL does not have."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false, reportMissingTypeStubs=false
# (pglast has no types)

from collections.abc import Iterator
from dataclasses import dataclass

from pglast import ast
from pglast.visitors import Visitor

OLDEST = 15
"""The oldest major version of PostgreSQL that every SELECT shall run on."""

_CONSTRUCTS: dict[type[ast.Node], tuple[str, int]] = {
    ast.JsonIsPredicate: ("IS JSON", 16),
    ast.JsonArrayConstructor: ("JSON_ARRAY", 16),
    ast.JsonArrayQueryConstructor: ("JSON_ARRAY", 16),
    ast.JsonObjectConstructor: ("JSON_OBJECT", 16),
    ast.JsonAggConstructor: ("an aggregate into standard JSON", 16),
    ast.JsonFuncExpr: ("a query of standard JSON", 17),
    ast.JsonTable: ("JSON_TABLE", 17),
    ast.JsonParseExpr: ("JSON(...)", 17),
    ast.JsonScalarExpr: ("JSON_SCALAR", 17),
    ast.JsonSerializeExpr: ("JSON_SERIALIZE", 17),
}


@dataclass(frozen=True, slots=True)
class Newer:
    """A part of a SELECT, the major version that brought it, and where it is; None: somewhere."""

    what: str
    since: int
    start: int | None


def newer_parts(statement: ast.Node) -> Iterator[Newer]:
    """Return the parts of a SELECT that the oldest supported version cannot parse."""
    found = _Parts()
    found(statement)
    return iter(found.found)


class _Parts(Visitor):
    """Collects what came later. A number such as 0x1F is not told from 31: in the tree they are the same."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Newer] = []

    def visit(self, _ancestors: object, node: ast.Node) -> None:  # pyright: ignore[reportIncompatibleVariableOverride]  # None there: visit nothing
        if type(node) in _CONSTRUCTS:
            what, since = _CONSTRUCTS[type(node)]
            self.found.append(Newer(what, since, _place(node)))

    def visit_RangeSubselect(self, _ancestors: object, node: ast.RangeSubselect) -> None:  # noqa: N802  # pglast's name
        if node.alias is None:
            columns = getattr(node.subquery, "targetList", None)
            start = _place(columns[0]) if columns else None
            self.found.append(Newer("a subquery in FROM without a name", 16, start))


def _place(node: ast.Node) -> int | None:
    return getattr(node, "location", None)
