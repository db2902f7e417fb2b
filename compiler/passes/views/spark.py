"""Translate a SELECT for Spark. What Spark might understand otherwise is reported, never approximated."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

import re
from collections.abc import Iterable, Iterator

from sqlglot import exp

from compiler.diagnostics import Sink
from compiler.ir.views import ViewSpec
from compiler.passes.views.functions import FUNCTIONS
from compiler.passes.views.names import place_of
from compiler.passes.views.syntax import Call
from compiler.passes.views.tree import Tree, type_name
from compiler.passes.views.types import Family, family
from compiler.rules.views import NOT_PORTABLE
from compiler.source import Origin

_ADVICE = "write it otherwise, or say `engines: [postgres]`"

_SAME: tuple[type[exp.Expr], ...] = (
    # clauses
    exp.Select, exp.From, exp.Join, exp.Where, exp.Group, exp.Having, exp.Order, exp.Ordered, exp.Limit,
    exp.With, exp.CTE, exp.Table, exp.TableAlias, exp.Alias, exp.Subquery, exp.SetOperation, exp.Values, exp.Tuple,
    exp.Distinct, exp.Window, exp.WindowSpec, exp.Filter, exp.WithinGroup, exp.Star,
    # values
    exp.Column, exp.Identifier, exp.Literal, exp.Null, exp.Boolean, exp.Paren, exp.Cast, exp.DataType, exp.Var,
    exp.Collate,
    # conditions
    exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Is, exp.In, exp.Between,
    exp.And, exp.Or, exp.Not, exp.Like, exp.Exists, exp.Case, exp.If,
    # arithmetic
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg, exp.DPipe,
)  # fmt: skip
"""What means the same in both, under the conditions below. Functions are known by their names."""

_NOT_THE_SAME = (exp.CurrentDate, exp.CurrentTime, exp.CurrentTimestamp, exp.Localtimestamp, exp.Localtime)
_WHOLE = ("integer", "bigint")
_CASTS = {
    *((one, other) for one in _WHOLE for other in (*_WHOLE, "double precision", "text", "numeric")),
    *(("numeric", other) for other in ("integer", "bigint", "double precision")),
    *((name, name) for name in ("boolean", "date", "double precision", "text", "timestamptz", "jsonb")),
    ("boolean", "integer"),
    ("boolean", "text"),
    ("date", "text"),
}
"""Casts that do the same: rounding, text formats and time zones are not among them."""
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod)
_ORDERING = (
    exp.Ordered, exp.Min, exp.Max, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Greatest, exp.Least, exp.Between,
)  # fmt: skip
_RANKS = (exp.RowNumber, exp.Rank, exp.DenseRank)


def spark_text(spec: ViewSpec, tree: Tree, calls: Iterable[Call], sink: Sink) -> str:
    """Return the SELECT for Spark; what cannot keep its meaning is reported."""
    for call in calls:
        if call.name not in FUNCTIONS or not FUNCTIONS[call.name].is_portable:
            _report(spec.place(call.start, call.start + len(call.name)), f"`{call.name}`", sink)
    for node in tree.query.walk():
        for what in _differences(node):
            _report(_place(spec, node), what, sink)
    translated = tree.query.copy().transform(_translated)
    return translated.sql("spark", pretty=True)


def _report(origin: Origin, what: str, sink: Sink) -> None:
    sink.report(
        NOT_PORTABLE.at(
            origin, f"{what} has no translation for Spark that surely means the same", advice=_ADVICE
        )
    )


def _differences(node: exp.Expr) -> Iterator[str]:
    is_call = isinstance(node, exp.Func) and not isinstance(node, (exp.Binary, *_NOT_THE_SAME))
    if not (is_call or isinstance(node, _SAME)):
        yield f"`{_shown(node)}`"
        return
    if type_name(node.type) == "numeric" and not isinstance(node, exp.Paren | exp.Literal | exp.Alias):
        yield from _numeric(node)
    if isinstance(node, _ORDERING):
        yield from _order(node.this)
    match node:
        case exp.Cast():
            yield from _cast(node)
        case exp.Binary():
            yield from _operands(node)
        case exp.Window() | exp.WindowSpec():
            yield from _window(node)
        case _:
            pass


def _operands(node: exp.Binary) -> Iterator[str]:
    families = {family(node.this), family(node.expression)} - {None}
    if isinstance(node, _ARITHMETIC) and families - {Family.NUMBER}:
        yield f"arithmetic with dates (`{_shown(node)}`)"
    if isinstance(node, exp.DPipe) and families - {Family.TEXT}:
        yield f"`||` with what is no text (`{_shown(node)}`)"


def _window(node: exp.Expr) -> Iterator[str]:
    if isinstance(node.this, exp.Filter):
        yield "`FILTER` of a window"
    if node.args.get("kind") == "GROUPS" or node.args.get("exclude"):
        yield "this frame of a window"


def _numeric(node: exp.Expr) -> Iterator[str]:
    """Yield why a `numeric` differs: Spark has another type there. One that is cast at once is fine."""
    parent = node.parent
    while isinstance(parent, exp.Paren | exp.Filter | exp.Window):
        parent = parent.parent
    if isinstance(node, exp.Filter | exp.Window | exp.Cast):
        return
    if isinstance(node, exp.Sum) and isinstance(parent, exp.Cast):
        return
    yield f"`{_shown(node)}`, which is `numeric`,"


def _cast(node: exp.Cast) -> Iterator[str]:
    one, other = type_name(node.this.type), type_name(node.to)
    if isinstance(node.this, exp.Null) or (one, other) in _CASTS:
        return
    if isinstance(node.this, exp.Literal) and node.this.is_string:
        if other == "text" or (other == "date" and _ISO_DAY.fullmatch(node.this.name)):
            return
    elif isinstance(node.this, exp.Literal) and other == "double precision":
        return
    yield f"a cast from {one or 'an unknown type'} to {other or node.to.sql('postgres')} (`{_shown(node)}`)"


def _order(node: exp.Expr) -> Iterator[str]:
    if family(node) is Family.TEXT and not isinstance(node, exp.Collate):
        yield f'the order of texts (`{_shown(node)}`; with `COLLATE "C"` it is that of code points)'


def _translated(node: exp.Expr) -> exp.Expr:
    """Write what sqlglot leaves as it is, though Spark would take it for something else."""
    match node:
        case exp.Collate():
            return node.this
        case exp.Alias() if isinstance(node.this, exp.Column) and node.this.name == node.alias:
            return node.this  # Spark stumbles over aliases that say nothing
        case exp.Div() if type_name(node.this.type) in _WHOLE and type_name(node.expression.type) in _WHOLE:
            return exp.IntDiv(this=node.this, expression=node.expression)
        case exp.Window() if isinstance(node.this, _RANKS):
            return exp.cast(node, "bigint") if not isinstance(node.parent, exp.Cast) else node
        case _:
            return node


def _shown(node: exp.Expr) -> str:
    text = node.sql("postgres")
    return text if len(text) <= 50 else f"{text[:47]}..."


def _place(spec: ViewSpec, node: exp.Expr) -> Origin:
    named = next((found for found in node.walk() if "start" in found.meta), None)
    return spec.whole if named is None else place_of(spec, named)
