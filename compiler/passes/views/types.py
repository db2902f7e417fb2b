"""Report types that do not fit, before PostgreSQL does."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

import re
from collections.abc import Iterator
from enum import StrEnum

from sqlglot import exp

from compiler.diagnostics import Sink
from compiler.ir.views import ViewSpec
from compiler.passes.views.names import place_of
from compiler.passes.views.tree import type_name
from compiler.rules.views import VIEW_TYPE
from compiler.source import Origin


class Family(StrEnum):
    """Types that can be compared with each other."""

    NUMBER = "number"
    TEXT = "text"
    BOOLEAN = "boolean"
    TIME = "date or time"
    INTERVAL = "interval"
    JSON = "jsonb"
    ARRAY = "array"


_FAMILIES = {
    "integer": Family.NUMBER,
    "bigint": Family.NUMBER,
    "numeric": Family.NUMBER,
    "double precision": Family.NUMBER,
    "text": Family.TEXT,
    "boolean": Family.BOOLEAN,
    "date": Family.TIME,
    "timestamp": Family.TIME,
    "timestamptz": Family.TIME,
    "interval": Family.INTERVAL,
    "jsonb": Family.JSON,
}
_LITERALS = {
    Family.NUMBER: re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*", re.IGNORECASE),
    Family.BOOLEAN: re.compile(r"\s*(t|true|f|false|yes|no|on|off|1|0)\s*", re.IGNORECASE),
    Family.TIME: re.compile(
        r"\s*(\d{4,}-\d\d?-\d\d?.*|-?infinity|epoch|now|today|tomorrow|yesterday)\s*", re.IGNORECASE
    ),
    Family.INTERVAL: re.compile(r".*\d.*"),
    Family.JSON: re.compile(r"\s*[\[{\"\dtfn-].*", re.DOTALL),
    Family.ARRAY: re.compile(r"\s*\{.*\}\s*", re.DOTALL),
}
"""How a text constant must look to be read as another type: PostgreSQL takes it for what it stands beside."""

_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ)
_ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod)


def check_types(spec: ViewSpec, query: exp.Query, sink: Sink) -> None:
    """Report comparisons, arithmetic, branches and conditions whose types do not fit."""
    for node in query.walk():
        for origin_of, message in _problems(node):
            sink.report(
                VIEW_TYPE.at(
                    _place(spec, origin_of), message, advice="cast one side, or compare what is alike"
                )
            )


def _problems(node: exp.Expr) -> Iterator[tuple[exp.Expr, str]]:
    for one, other in _compared(node):
        yield from _together("compared with", one, other)
    match node:
        case exp.Coalesce() | exp.Greatest() | exp.Least():
            for item in node.expressions:
                yield from _together("in one column with", node.this, item)
        case exp.Case():
            yield from _branches(node)
        case exp.Sum() | exp.Avg():
            yield from _summed(node)
        case exp.Binary() if isinstance(node, _ARITHMETIC):
            yield from _computed(node)
        case _:
            yield from _conditions(node)


def _compared(node: exp.Expr) -> Iterator[tuple[exp.Expr, exp.Expr]]:
    match node:
        case exp.Binary() if isinstance(node, _COMPARISONS):
            yield node.this, node.expression
        case exp.In():
            yield from ((node.this, item) for item in node.expressions)
        case exp.Between():
            yield node.this, node.args["low"]
            yield node.this, node.args["high"]
        case _:
            pass


def _branches(node: exp.Case) -> Iterator[tuple[exp.Expr, str]]:
    results = [branch.args["true"] for branch in node.args["ifs"]]
    if (otherwise := node.args.get("default")) is not None:
        results.append(otherwise)
    typed = [result for result in results if family(result)]
    for result in typed[1:]:
        yield from _together("in one column with", typed[0], result)
    for branch in node.args["ifs"]:
        if node.this is not None:
            yield from _together("compared with", node.this, branch.this)
        else:
            yield from _condition(branch.this)


def _conditions(node: exp.Expr) -> Iterator[tuple[exp.Expr, str]]:
    match node:
        case exp.Where() | exp.Having() | exp.Not():
            yield from _condition(node.this)
        case exp.And() | exp.Or():
            yield from _condition(node.this)
            yield from _condition(node.expression)
        case exp.Join() if node.args.get("on") is not None:
            yield from _condition(node.args["on"])
        case _:
            pass


def _condition(node: exp.Expr) -> Iterator[tuple[exp.Expr, str]]:
    found = family(node)
    if found not in (None, Family.BOOLEAN):
        yield node, f"a condition must be boolean, this is {_shown(node)}"


def _together(how: str, left: exp.Expr, right: exp.Expr) -> Iterator[tuple[exp.Expr, str]]:
    one, other = family(left), family(right)
    if one is None or other is None or one is other or _reads_as(left, other) or _reads_as(right, one):
        return
    yield right if _is_named(right) else left, f"{_shown(left)} {how} {_shown(right)}"


def _computed(node: exp.Binary) -> Iterator[tuple[exp.Expr, str]]:
    one, other = family(node.this), family(node.expression)
    for side, found, beside in ((node.this, one, other), (node.expression, other, one)):
        if found in (Family.TEXT, Family.BOOLEAN) and not (beside and _reads_as(side, beside)):
            yield side, f"arithmetic with {_shown(side)}"


def _summed(node: exp.Expr) -> Iterator[tuple[exp.Expr, str]]:
    if family(node.this) in (Family.TEXT, Family.BOOLEAN, Family.TIME, Family.JSON):
        yield node.this, f"a sum of {_shown(node.this)}"


def family(node: exp.Expr) -> Family | None:
    """Return the family of an expression's type, or None where the type is not known."""
    if isinstance(node, exp.Null):
        return None
    name = type_name(node.type)
    return Family.ARRAY if name.endswith("[]") else _FAMILIES.get(name)


def _reads_as(node: exp.Expr, wanted: Family) -> bool:
    """Whether a text constant can be read as another type."""
    if not (isinstance(node, exp.Literal) and node.is_string):
        return False
    pattern = _LITERALS.get(wanted)
    return pattern is None or pattern.fullmatch(node.name) is not None


def _shown(node: exp.Expr) -> str:
    text = node.sql("postgres")
    return f"`{text if len(text) <= 40 else text[:37] + '...'}` ({type_name(node.type)})"


def _is_named(node: exp.Expr) -> bool:
    return any("start" in found.meta for found in node.walk())


def _place(spec: ViewSpec, node: exp.Expr) -> Origin:
    named = next((found for found in node.walk() if "start" in found.meta), None)
    return spec.whole if named is None else place_of(spec, named)
