"""The reference for expressions: evaluates the SQL of a mapping over one row, straight from sqlglot's tree.

It shares nothing with the compiler's lowering or with `runtime/sql.py`. Numbers are exact here: a double is the
fraction that it is, and rounded when it is done. A value carries its kind, so that an integer stays one however it came
about.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cache
from math import ceil, floor, inf
from zoneinfo import ZoneInfo

import sqlglot
from sqlglot import exp

from compiler.ir.types import Type
from runtime.job import Conformed

KINDS = {
    Type.BOOLEAN: bool,
    Type.INTEGER: int,
    Type.BIGINT: int,
    Type.DOUBLE: float,
    Type.TEXT: str,
    Type.DATE: date,
    Type.TIMESTAMP: datetime,
}
DECIMAL = "-?([0-9]{1,15}([.][0-9]{0,15})?|[.][0-9]{1,15})"
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Value:
    """A value and its kind; NULL as it is written has none."""

    kind: type | None
    it: Conformed

    @property
    def is_null(self) -> bool:
        return self.it is None


NULL = Value(None, None)


def evaluate(text: str, row: Mapping[str, tuple[Type, Conformed]]) -> Conformed:
    """Return what an expression gives; the row holds type and cell of each column."""
    return of(parsed(text), row).it


@cache
def parsed(text: str) -> exp.Expr:
    return sqlglot.parse_one(text, dialect="postgres")


def of(node: exp.Expr, row: Mapping[str, tuple[Type, Conformed]]) -> Value:
    if node.args.get("negate"):
        plain = node.copy()
        plain.set("negate", None)
        return negated(of(plain, row))
    found = next((read for kinds, read in READERS.items() if isinstance(node, kinds)), strict)
    return found(node, row)


def column(node: exp.Expr, row: Mapping) -> Value:
    type_, cell = row[node.name if node.this.args.get("quoted") else node.name.lower()]
    kind = KINDS.get(type_, object)
    return Value(kind, float(cell) if kind is float and cell is not None else cell)


def distinct(node: exp.Expr, row: Mapping) -> Value:
    one, other = alike([of(node.this, row), of(node.expression, row)])
    return Value(bool, (one.it == other.it) is isinstance(node, exp.NullSafeEQ))


def constant(node: exp.Expr, row: Mapping) -> Value:
    match node:
        case exp.Null():
            return NULL
        case exp.Boolean():
            return Value(bool, bool(node.this))
        case exp.Literal(is_string=True):
            return Value(str, node.name)
        case exp.Literal():
            return Value(int, int(node.name)) if node.name.isdigit() else Value(float, float(node.name))
        case _:
            inner = of(node.this, row)
            if inner.is_null:
                return inner
            return whole(-inner.it) if inner.kind is int else Value(float, -inner.it)


# ----------------------------------------------------------------------------------------------- logic


def negated(value: Value) -> Value:
    return Value(bool, None if value.is_null else not value.it)


def conjunction(*values: Conformed) -> Value:
    return Value(bool, False if False in values else None if None in values else True)


def logic(node: exp.Expr, row: Mapping) -> Value:
    match node:
        case exp.Not():
            return negated(of(node.this, row))
        case exp.And():
            return conjunction(of(node.this, row).it, of(node.expression, row).it)
        case exp.Or():
            parts = (negated(of(part, row)).it for part in (node.this, node.expression))
            return negated(conjunction(*parts))
        case exp.Is():
            return Value(bool, of(node.this, row).it is of(node.expression, row).it)
        case exp.In():
            item, *options = alike([of(part, row) for part in (node.this, *node.args["expressions"])])
            return negated(conjunction(*(negated(compared("=", item, option)).it for option in options)))
        case _:
            item, low, high = (of(node.args[part], row) for part in ("this", "low", "high"))
            return conjunction(
                compared(">=", *alike([item, low])).it, compared("<=", *alike([item, high])).it
            )


def compared(operator: str, one: Value, other: Value) -> Value:
    if one.is_null or other.is_null:
        return Value(bool, None)
    same, less = one.it == other.it, one.it < other.it
    found = {
        "=": same,
        "<>": not same,
        "<": less,
        "<=": less or same,
        ">": not (less or same),
        ">=": not less,
    }
    return Value(bool, found[operator])


def alike(values: list[Value]) -> list[Value]:
    """Return the values with one kind: integers become doubles beside a double."""
    kinds = {value.kind for value in values} - {None}
    if kinds == {int, float}:
        return [Value(float, None if value.is_null else float(value.it)) for value in values]
    return [Value(next(iter(kinds), None), value.it) for value in values]


def choice(node: exp.Expr, row: Mapping) -> Value:
    if isinstance(node, exp.Case):
        return case(node, row)
    others = [node.expression] if isinstance(node, exp.Nullif) else node.expressions
    values = alike([of(part, row) for part in (node.this, *others)])
    there = [value for value in values if not value.is_null]
    empty = Value(values[0].kind, None)
    match node:
        case exp.Nullif():
            return empty if compared("=", *values).it is True else values[0]
        case exp.Coalesce():
            return there[0] if there else empty
        case _:
            best = max if isinstance(node, exp.Greatest) else min
            return best(there, key=lambda value: value.it) if there else empty


def case(node: exp.Expr, row: Mapping) -> Value:
    branches = node.args["ifs"]
    default = node.args.get("default")
    values = alike([*(of(one.args["true"], row) for one in branches), of(default, row) if default else NULL])
    for one, value in zip(branches, values, strict=False):
        test = of(one.this, row)
        if node.this is not None:
            test = compared("=", *alike([of(node.this, row), test]))
        if test.it is True:
            return value
    return values[-1]


# ------------------------------------------------------------------------------------------- calculation


def whole(number: int) -> Value:
    return Value(int, number if -(2**63) <= number < 2**63 else None)


def strict(node: exp.Expr, row: Mapping) -> Value:
    """Evaluate what is NULL where an argument is."""
    names = ("this", "expression", "start", "length", "substr", "delimiter", "part_index", "replacement")
    values = [of(node.args[name], row) for name in names if isinstance(node.args.get(name), exp.Expr)]
    kind = type(node)
    if kind in TESTED:
        return compared(TESTED[kind], *alike(values))
    if kind in CALCULATED:
        return arithmetic(CALCULATED[kind], *alike(values))
    if isinstance(node, exp.Abs | exp.Round | exp.Floor | exp.Ceil):
        return rounded(node, values[0])
    return textual(node, values)


def arithmetic(operator: str, one: Value, other: Value) -> Value:
    kind = int if date in (one.kind, other.kind) else one.kind or int
    if one.is_null or other.is_null or (operator in "/%" and other.it == 0):
        return Value(kind, None)
    if one.kind is date:
        return Value(int, (one.it - other.it).days)
    if one.kind is float:
        return measured(operator, one.it, other.it)
    quotient = int(Fraction(one.it, other.it or 1))
    if operator == "%":
        return Value(int, None) if whole(quotient).is_null else whole(one.it - quotient * other.it)
    exact = {"+": one.it + other.it, "-": one.it - other.it, "*": one.it * other.it, "/": quotient}
    return whole(exact[operator])


def measured(operator: str, one: float, other: float) -> Value:
    if any(number and not 1e-150 <= abs(number) <= 1e150 for number in (one, other)):
        return Value(float, None)
    a, b = Fraction(one), Fraction(other)
    exact = a + b if operator == "+" else a - b if operator == "-" else a * b if operator == "*" else a / b
    return Value(float, float(exact))


def rounded(node: exp.Expr, value: Value) -> Value:
    if isinstance(node, exp.Abs):
        return (
            value
            if value.is_null
            else whole(abs(value.it))
            if value.kind is int
            else Value(float, abs(value.it))
        )
    if value.is_null or abs(value.it) == inf or abs(Fraction(value.it)) >= 2**53:
        return Value(int, None)
    how = floor if isinstance(node, exp.Floor) else ceil if isinstance(node, exp.Ceil) else round
    return Value(int, how(Fraction(value.it)))


# ------------------------------------------------------------------------------------------------- text


def textual(node: exp.Expr, values: list[Value]) -> Value:
    kind = int if isinstance(node, exp.Length | exp.StrPosition) else str
    kind = bool if isinstance(node, exp.Like | exp.StartsWith) else kind
    if any(value.is_null for value in values):
        return Value(kind, None)
    return Value(kind, TEXTS[type(node)](node, *(value.it for value in values)))


def cased(node: exp.Expr, text: str) -> str:
    wanted, other = (str.upper, LETTERS) if isinstance(node, exp.Upper) else (str.lower, LETTERS.upper())
    return "".join(wanted(letter) if letter in other else letter for letter in text)


def trimmed(node: exp.Expr, text: str) -> str:
    start = 0 if node.args.get("position") == "TRAILING" else len(text) - len(text.lstrip(" "))
    cut = text[start:]
    return cut if node.args.get("position") == "LEADING" else re.sub(" *\\Z", "", cut)


def letters(text: str, places: range) -> str:
    return "".join(letter for place, letter in enumerate(text, start=1) if place in places)


TEXTS: dict[type, Callable[..., Conformed]] = {
    exp.DPipe: lambda node, one, other: one + other,
    exp.Length: lambda node, text: len(text),
    exp.Upper: cased,
    exp.Lower: cased,
    exp.Trim: trimmed,
    exp.Substring: lambda node, text, start, count=2**31: letters(text, range(start, start + count)),
    exp.Left: lambda node, text, count: letters(text, range(1, count + 1)),
    exp.Right: lambda node, text, count: letters(text, range(len(text) - count + 1, len(text) + 1)),
    exp.SplitPart: lambda node, text, by, number: dict(enumerate(text.split(by), start=1)).get(number, ""),
    exp.Replace: lambda node, text, old, new: new.join(text.split(old)),
    exp.StrPosition: lambda node, text, part: len(text.partition(part)[0]) + 1 if part in text else 0,
    exp.StartsWith: lambda node, text, start: text[: len(start)] == start,
    exp.Like: lambda node, text, pattern: matches(text, signs(pattern)),
}


def signs(pattern: str) -> list[tuple[bool, str]]:
    """Return the signs of a pattern, and whether each is a wildcard."""
    rest = iter(pattern)
    return [(False, next(rest)) if sign == "\\" else (sign in "%_", sign) for sign in rest]


def matches(text: str, pattern: list[tuple[bool, str]]) -> bool:
    """Whether a text fits: the places in it that the pattern's first signs can reach, sign by sign."""
    reached = {0}
    for is_wild, sign in pattern:
        if is_wild and sign == "%":
            reached = set(range(min(reached), len(text) + 1)) if reached else set()
        else:
            reached = {
                place + 1 for place in reached if place < len(text) and (is_wild or text[place] == sign)
            }
    return len(text) in reached


# ---------------------------------------------------------------------------------------- casts and moments


def moment(node: exp.Expr, row: Mapping) -> Value:
    if isinstance(node, exp.Cast):
        return cast(node, row)
    unit, inner = str(node.this).lower(), node.expression.unnest()
    if unit == "epoch":
        ends = [
            of(part, row).it
            for part in ([inner.this, inner.expression] if isinstance(inner, exp.Sub) else [inner])
        ]
        return Value(float, None if None in ends else seconds(*ends))
    found = local(inner, row)
    return Value(int, None if found is None else part_of(found, unit))


def seconds(one: datetime, other: datetime = datetime(1970, 1, 1, tzinfo=UTC)) -> float:
    return float((one - other) / timedelta(microseconds=1)) / 1e6


def local(node: exp.Expr, row: Mapping) -> date | None:
    """Return a day, or what clocks show at an instant in a zone."""
    if not isinstance(node, exp.AtTimeZone):
        return of(node, row).it
    instant = of(node.this, row).it
    edges = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
    if instant is None or not edges[0] <= instant <= edges[1]:
        return None
    zone = ZoneInfo(node.args["zone"].name)
    return instant.replace(tzinfo=None) + (
        zone.utcoffset(zone.fromutc(instant.replace(tzinfo=zone))) or timedelta()
    )


def part_of(found: date, unit: str) -> int:
    if unit == "doy":
        return (date(found.year, found.month, found.day) - date(found.year, 1, 1)).days + 1
    return found.isoweekday() if unit == "isodow" else getattr(found, unit)


def cast(node: exp.Expr, row: Mapping) -> Value:
    target, inner = node.args["to"].this, node.this.unnest()
    if isinstance(inner, exp.Literal) and target is exp.DType.DATE:
        return Value(date, date.fromisoformat(inner.name))
    if isinstance(inner, exp.Literal) and target is exp.DType.TIMESTAMPTZ:
        return Value(datetime, datetime.fromisoformat(inner.name))
    if isinstance(inner, exp.AtTimeZone):
        found = local(inner, row)
        return Value(date, None if found is None else date(found.year, found.month, found.day))
    value = of(node.this, row)
    kind, read = CASTS[target]
    return Value(kind, None if value.is_null else read(value))


def written(value: Conformed) -> str:
    return {True: "true", False: "false"}[value] if value is True or value is False else str(value)


def number(value: Value, form: str, kind: type) -> Conformed:
    if value.kind is not str:
        return kind(value.it)
    return kind(value.it) if re.fullmatch(form, value.it) else None


CALCULATED: dict[type, str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%"}
TESTED: dict[type, str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
CASTS = {
    exp.DType.TEXT: (str, lambda value: written(value.it)),
    exp.DType.DOUBLE: (float, lambda value: number(value, DECIMAL, float)),
    exp.DType.BIGINT: (int, lambda value: number(value, "-?[0-9]{1,18}", int)),
}
READERS = {
    exp.Paren: lambda node, row: of(node.this, row),
    exp.Column: column,
    (exp.Literal, exp.Boolean, exp.Null, exp.Neg): constant,
    (exp.And, exp.Or, exp.Not, exp.Is, exp.In, exp.Between): logic,
    (exp.Case, exp.Coalesce, exp.Nullif, exp.Greatest, exp.Least): choice,
    (exp.Cast, exp.Extract): moment,
    (exp.NullSafeEQ, exp.NullSafeNEQ): distinct,
}
