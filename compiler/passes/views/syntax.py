"""Read a SELECT as PostgreSQL does: is it one, which functions does it call, where are its parameters."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false, reportMissingTypeStubs=false
# (pglast has no types)

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from pglast import ast
from pglast.parser import ParseError, parse_sql
from pglast.visitors import Visitor

from compiler.diagnostics import Sink, did_you_mean
from compiler.ir.views import ViewSpec, places
from compiler.passes.views.functions import FUNCTIONS
from compiler.passes.views.newer import OLDEST, Newer, newer_parts
from compiler.rules.views import NEWER_POSTGRES, UNKNOWN_FUNCTION, VIEW_PARAMETER, VIEW_SYNTAX

_WORD = re.compile(r"\w*")


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a function: its name (with a schema if one is written, in lower case), and where it is."""

    name: str
    start: int


def check_syntax(spec: ViewSpec, known: Collection[str], sink: Sink) -> tuple[Call, ...] | None:
    """Report what PostgreSQL would refuse to parse, and unknown functions and parameters; return the calls.

    `known` are the names of our own functions. None: it is no SELECT.
    """
    _check_parameters(spec, sink)
    try:
        statements = parse_sql(_without_parameters(spec.sql))
    except ParseError as error:
        start = min(_place_of(error), len(spec.sql) - 1)
        word = _WORD.match(spec.sql, start)
        end = max(word.end() if word else start, start + 1)
        sink.report(VIEW_SYNTAX.at(spec.place(start, end), f"{error.args[0]}"))
        return None
    found = [statement.stmt for statement in statements if statement.stmt]
    if len(found) != 1 or not _only_reads(found[0]):
        message = "this must be one SELECT that changes nothing and locks nothing"
        sink.report(VIEW_SYNTAX.at(spec.whole, message))
        return None
    for part in newer_parts(found[0]):
        _refuse_newer(spec, part, sink)
    calls = tuple(_calls(found[0]))
    for call in calls:
        _check_call(spec, call, known, sink)
    return calls


def _place_of(error: ParseError) -> int:
    """Return where the parser stopped; without a place it was at the end."""
    found = error.args[1] if len(error.args) > 1 else None
    return found if isinstance(found, int) else 1 << 31


def _without_parameters(sql: str) -> str:
    """Return a SELECT with constants in place of parameters, of the same length: places stay."""
    parts = list(sql)
    for place in places(sql):
        parts[place.start : place.end] = "1".ljust(place.end - place.start)
    return "".join(parts)


def _check_parameters(spec: ViewSpec, sink: Sink) -> None:
    declared = {param.name: param for param in spec.params}
    used = places(spec.sql)
    for place in used:
        if place.name not in declared:
            advice = did_you_mean(place.name, declared) or "declare it: `params: {name: {type: ...}}`"
            message = f"`:{place.name}` is not among the parameters"
            sink.report(VIEW_PARAMETER.at(spec.place(place.start, place.end), message, advice=advice))
    for name in declared.keys() - {place.name for place in used}:
        message = f"parameter `{name}` is never used"
        advice = f"write `:{name}` in the SELECT, or leave it out"
        sink.report(VIEW_PARAMETER.at(declared[name].origin, message, advice=advice))


def _only_reads(statement: ast.Node) -> bool:
    """Whether a statement is a SELECT without INTO, locks, and parts that write."""
    found = _Writes()
    found(statement)
    return isinstance(statement, ast.SelectStmt) and not found.any


class _Writes(Visitor):
    """Looks for what a SELECT can do beyond reading."""

    def __init__(self) -> None:
        super().__init__()
        self.any = False

    def visit_InsertStmt(self, _ancestors: object, _node: object) -> None:  # noqa: N802  # pglast's names
        self.any = True

    visit_UpdateStmt = visit_DeleteStmt = visit_MergeStmt = visit_InsertStmt  # noqa: N815
    visit_IntoClause = visit_LockingClause = visit_InsertStmt  # noqa: N815


class _Calls(Visitor):
    """Collects the calls of functions."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Call] = []

    def visit_FuncCall(self, _ancestors: object, node: ast.FuncCall) -> None:  # noqa: N802  # pglast's name
        parts = [part.sval for part in node.funcname or () if part.sval != "pg_catalog"]
        self.found.append(Call(".".join(parts), node.location or 0))


def _calls(statement: ast.Node) -> Iterator[Call]:
    found = _Calls()
    found(statement)
    return iter(found.found)


def _check_call(spec: ViewSpec, call: Call, known: Collection[str], sink: Sink) -> None:
    if call.name in FUNCTIONS or call.name in known:
        function = FUNCTIONS.get(call.name)
        if function is not None and function.since > OLDEST:
            _refuse_newer(spec, Newer(f"`{call.name}`", function.since, call.start), sink)
        return
    names = (*known, *FUNCTIONS)
    advice = did_you_mean(call.name, names) or "`mlbc explain V109` says which are"
    place = spec.place(call.start, call.start + len(call.name))
    sink.report(UNKNOWN_FUNCTION.at(place, f"`{call.name}` is no function that is known here", advice=advice))


def _refuse_newer(spec: ViewSpec, part: Newer, sink: Sink) -> None:
    word = _WORD.match(spec.sql, part.start or 0)
    place = spec.whole if part.start is None or word is None else spec.place(part.start, word.end())
    message = f"{part.what} needs PostgreSQL {part.since}, and {OLDEST} is supported"
    sink.report(NEWER_POSTGRES.at(place, message, advice="`mlbc explain V112` says what to write instead"))
