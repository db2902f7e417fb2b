"""Turn the SQL of a mapping into expressions: sqlglot parses it, and what is not supported is reported at its place."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import cast

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError

from compiler.diagnostics import Sink, did_you_mean
from compiler.frontends.document import Scalar
from compiler.frontends.yaml_reader import Yaml, YamlReader
from compiler.ir.expression import Apply, Case, Constant, Expression, Reference, Value, Written
from compiler.ir.functions import FUNCTIONS, IN_ZONE
from compiler.ir.functions.row import BIGGEST, LARGEST_MEASURE, LEAST, SMALLEST_MEASURE
from compiler.rules import SQL_SYNTAX, SQL_UNSUPPORTED
from compiler.source import Origin, Span

_LONGEST = 4000
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|\+00)")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PLAIN = {
    "negate",
    "safe",
    "ignore_nulls",
    "typed",
    "big_int",
    "_type",
    "quoted",
    "nested",
    "only_json_types",
}
"""Settings of sqlglot's nodes that say nothing of the meaning."""

SUPPORTED = (
    "supported: AND OR NOT, = <> < <= > >=, IS NULL, IS TRUE, IS DISTINCT FROM, IN (...), BETWEEN, LIKE, CASE, "
    "+ - * / %, ||, casts to bigint, double precision, text, and "
    + ", ".join(
        sorted(
            {row.name for row in FUNCTIONS if row.name.isidentifier()}
            - {"and", "or", "not", "in", "like", "negative"}
        )
    )
)


def read_sql(read: YamlReader, at: Yaml | None) -> Written | None:
    """Read a scalar of a mapping as an expression; None where it is none, which is reported."""
    text = read.text(at)
    if at is None or not text:
        return None
    node = at.node
    start = node.span.start + (node.quote if isinstance(node, Scalar) else 0)
    is_exact = at.file.text[start : start + len(text)] == text
    return parse_expression(text, at.within(0, len(text)) if is_exact else at.origin, read.sink)


def parse_expression(text: str, origin: Origin, sink: Sink) -> Written | None:
    """Parse one SQL expression. Where the origin's span is as long as the text, findings point into it."""
    parsed = _parsed(text, origin, sink)
    if parsed is None:
        return None
    try:
        expression = _Reader(text, origin).read(parsed)
    except _UnsupportedError as error:
        sink.report(SQL_UNSUPPORTED.at(error.origin, error.message, advice=error.advice or SUPPORTED))
        return None
    return Written(text=" ".join(text.split()), expression=expression, origin=origin)


def _parsed(text: str, origin: Origin, sink: Sink) -> exp.Expr | None:
    try:
        if len(text) > _LONGEST:
            raise ParseError(f"more than {_LONGEST} characters")
        found = sqlglot.parse(text, dialect="postgres")
        if len(found) == 1 and isinstance(found[0], exp.Expr):
            return found[0]
        message, place = "not one expression", origin
    except ParseError as error:
        message, place = _syntax(error, text, origin)
    except SqlglotError as error:
        message, place = str(error).partition("\n")[0], origin
    except RecursionError:
        message, place = "nested too deep", origin
    sink.report(SQL_SYNTAX.at(place, f"not an SQL expression: {message}"))
    return None


def _syntax(error: ParseError, text: str, origin: Origin) -> tuple[str, Origin]:
    first = error.errors[0] if error.errors else {}
    message = str(first.get("description") or error).partition("\n")[0].rstrip(".")
    message = "something is missing" if "<class" in message else message
    column, line = first.get("col"), first.get("line")
    if line != 1 or not isinstance(column, int):
        return message[:1].lower() + message[1:], origin
    return message[:1].lower() + message[1:], _within(
        origin, text, max(column - 1, 0), min(column, len(text))
    )


def _within(origin: Origin, text: str, start: int, end: int) -> Origin:
    """Return the place of some characters, or of the whole text where it is not written as it reads."""
    span = origin.span
    if span is None or span.end - span.start != len(text) or end <= start:
        return origin
    return Origin(origin.file, origin.path, Span(span.start + start, span.start + end))


def _said(node: exp.Expr) -> Iterator[tuple[str, Sequence[object]]]:
    """Yield what sqlglot's node holds, by its names for it; nothing where there is nothing."""
    args = cast("dict[str, object]", node.args)
    for key, value in args.items():
        if value is not None and value is not False:
            yield key, cast("list[object]", value) if isinstance(value, list) else (value,)


class _UnsupportedError(Exception):
    """Something that parses and has no meaning here."""

    def __init__(self, message: str, origin: Origin, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.origin = origin
        self.advice = advice


_OPERATORS: dict[type[exp.Expr], str] = {
    exp.And: "and",
    exp.Or: "or",
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.NullSafeNEQ: "is distinct from",
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
    exp.Mod: "%",
    exp.DPipe: "||",
    exp.Like: "like",
    exp.Nullif: "nullif",
    exp.Coalesce: "coalesce",
    exp.Greatest: "greatest",
    exp.Least: "least",
    exp.In: "in",
    exp.Abs: "abs",
    exp.Round: "round",
    exp.Floor: "floor",
    exp.Ceil: "ceil",
    exp.Length: "length",
    exp.Lower: "lower",
    exp.Upper: "upper",
    exp.Substring: "substring",
    exp.Left: "left",
    exp.Right: "right",
    exp.StartsWith: "starts_with",
    exp.StrPosition: "strpos",
    exp.SplitPart: "split_part",
    exp.Replace: "replace",
}
"""What is applied to its parts in the order in which sqlglot holds them."""

_CASTS: dict[exp.DType, str] = {
    exp.DType.BIGINT: "bigint",
    exp.DType.INT: "bigint",
    exp.DType.DOUBLE: "double precision",
    exp.DType.TEXT: "text",
}
_UNITS = {"year", "month", "day", "doy", "isodow", "hour", "minute"}
_TRIMS = {None: "trim", "BOTH": "trim", "LEADING": "ltrim", "TRAILING": "rtrim"}


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns sqlglot's tree into ours. The tree is as deep as the text is long, which is bounded."""

    text: str
    origin: Origin

    def read(self, node: exp.Expr) -> Expression:
        found = self.positive(node)
        return self.negation(found, node) if node.args.get("negate") else found

    def negation(self, found: Expression, node: exp.Expr) -> Expression:
        if isinstance(found, Apply) and found.function == "is null":
            return replace(found, function="is not null")
        return self.apply("not", found, at=node)

    def not_(self, node: exp.Expr) -> Expression:
        return self.negation(self.read(node.this), node)

    def positive(self, node: exp.Expr) -> Expression:
        """Read a node but for the NOT that some of sqlglot's have inside."""
        special = _SPECIAL.get(type(node))
        if special is not None:
            return special(self, node)
        name = _OPERATORS.get(type(node))
        if name is None:
            raise self.unsupported(node)
        return self.apply(name, *self.parts(node), at=node)

    def parts(self, node: exp.Expr) -> Iterator[Expression]:
        """Yield the parts of a node, all of which are expressions."""
        for item in (item for key, items in _said(node) if key not in _PLAIN for item in items):
            if not isinstance(item, exp.Expr):
                raise self.unsupported(node)
            yield self.read(item)

    def only(self, node: exp.Expr, *known: str) -> None:
        """Refuse a node that says more than is read of it."""
        if any(items for key, items in _said(node) if key not in _PLAIN and key not in known):
            raise self.unsupported(node)

    def place(self, node: exp.Expr) -> Origin:
        """Return from where to where the names and calls below a node are written."""
        marks = [found.meta for found in node.walk() if "start" in found.meta]
        if not marks:
            return self.origin
        start, end = min(mark["start"] for mark in marks), max(mark["end"] for mark in marks) + 1
        return _within(self.origin, self.text, start, end)

    def unsupported(self, node: exp.Expr, advice: str = "") -> _UnsupportedError:
        if isinstance(node, exp.Anonymous):
            name = str(node.this).lower()
            advice = did_you_mean(name, [row.name for row in FUNCTIONS])
            return _UnsupportedError(f"no function `{name}` here", self.place(node), advice)
        written = node.sql(dialect="postgres")
        short = written if len(written) <= 60 else f"{written[:57]}..."
        return _UnsupportedError(f"`{short}` has no meaning that all engines share", self.place(node), advice)

    def apply(self, function: str, *arguments: Expression, at: exp.Expr) -> Apply:
        return Apply(function=function, arguments=arguments, origin=self.place(at))

    def constant(self, value: Value, at: exp.Expr) -> Constant:
        return Constant(value=value, origin=self.place(at))

    # ---------------------------------------------------------------------------------------- one node each

    def paren(self, node: exp.Expr) -> Expression:
        return self.read(node.this)

    def column(self, node: exp.Expr) -> Expression:
        if not isinstance(node.this, exp.Identifier) or node.args.get("table") is not None:
            raise self.unsupported(node, "name a column of the row, without a table")
        name = str(node.this.this)
        return Reference(name=name if node.this.args.get("quoted") else name.lower(), origin=self.place(node))

    def literal(self, node: exp.Expr) -> Expression:
        text = str(node.this)
        if node.args.get("is_string"):
            if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
                raise self.unsupported(node, "no column holds this character")
            return self.constant(text, node)
        return self.number(node, text)

    def number(self, node: exp.Expr, text: str) -> Constant:
        if text.isdigit():
            value: int | float = int(text)
            fits = -value >= LEAST and value <= BIGGEST + 1
        else:
            value = float(text)
            fits = value == 0 or SMALLEST_MEASURE <= abs(value) <= LARGEST_MEASURE
        if not fits:
            raise self.unsupported(
                node, "whole numbers have 64 bits, others are from 1e-150 to 1e150 in size"
            )
        return self.constant(value, node)

    def negative(self, node: exp.Expr) -> Expression:
        inner = self.read(node.this)
        if (
            isinstance(node.this, exp.Literal)
            and isinstance(inner, Constant)
            and isinstance(inner.value, int | float)
        ):
            return self.constant(-inner.value, node)
        return self.apply("negative", inner, at=node)

    def boolean(self, node: exp.Expr) -> Expression:
        return self.constant(bool(node.this), node)

    def null(self, node: exp.Expr) -> Expression:
        return self.constant(None, node)

    def is_(self, node: exp.Expr) -> Expression:
        self.only(node, "this", "expression")
        match node.expression:
            case exp.Null():
                name = "is null"
            case exp.Boolean() as wanted:
                name = "is true" if wanted.this else "is false"
            case _:
                raise self.unsupported(node)
        return self.apply(name, self.read(node.this), at=node)

    def same(self, node: exp.Expr) -> Expression:
        differs = self.apply("is distinct from", *self.parts(node), at=node)
        return self.apply("not", differs, at=node)

    def between(self, node: exp.Expr) -> Expression:
        self.only(node, "this", "low", "high")
        item, low, high = (self.read(node.args[key]) for key in ("this", "low", "high"))
        above, below = self.apply(">=", item, low, at=node), self.apply("<=", item, high, at=node)
        return self.apply("and", above, below, at=node)

    def case(self, node: exp.Expr) -> Expression:
        self.only(node, "this", "ifs", "default")
        subject = self.read(node.this) if node.this is not None else None
        branches: list[tuple[Expression, Expression]] = []
        for branch in node.args["ifs"]:
            condition = self.read(branch.this)
            if subject is not None:
                condition = self.apply("=", subject, condition, at=branch)
            branches.append((condition, self.read(branch.args["true"])))
        default = node.args.get("default")
        otherwise = self.read(default) if default is not None else self.constant(None, node)
        return Case(branches=tuple(branches), otherwise=otherwise, origin=self.place(node))

    def cast(self, node: exp.Expr) -> Expression:
        self.only(node, "this", "to")
        kind, inner = node.args["to"].this, node.this.unnest()
        match inner:
            case exp.Literal() if kind in (exp.DType.DATE, exp.DType.TIMESTAMPTZ):
                return self.moment(node, str(inner.this), is_day=kind is exp.DType.DATE)
            case exp.AtTimeZone() if kind is exp.DType.DATE:
                return self.in_zone("date", inner)
            case _:
                pass
        if kind not in _CASTS or node.args["to"].expressions:
            raise self.unsupported(node)
        return self.apply(_CASTS[kind], self.read(node.this), at=node)

    def moment(self, node: exp.Expr, text: str, *, is_day: bool) -> Constant:
        form, advice = (
            (_DAY, "DATE '2024-07-12'") if is_day else (_INSTANT, "TIMESTAMPTZ '2024-07-13T01:40:00Z'")
        )
        try:
            if form.fullmatch(text):
                found = date.fromisoformat(text) if is_day else datetime.fromisoformat(text).astimezone(UTC)
                return self.constant(found, node)
        except ValueError:
            pass
        raise self.unsupported(node, f"write it as in {advice}")

    def in_zone(self, part: str, node: exp.Expr) -> Expression:
        return self.apply(f"{part}{IN_ZONE}", self.read(node.this), self.read(node.args["zone"]), at=node)

    def extract(self, node: exp.Expr) -> Expression:
        unit, inner = str(node.this).lower(), node.expression.unnest()
        if unit == "epoch" and isinstance(inner, exp.Sub):
            return self.apply("epoch", *self.parts(inner), at=node)
        if isinstance(inner, exp.AtTimeZone) and unit in _UNITS:
            return self.in_zone(unit, inner)
        if unit not in {*_UNITS, "epoch"}:
            raise self.unsupported(node)
        return self.apply(unit, self.read(node.expression), at=node)

    def trim(self, node: exp.Expr) -> Expression:
        self.only(node, "this", "position")
        return self.apply(_TRIMS[node.args.get("position")], self.read(node.this), at=node)


_SPECIAL: dict[type[exp.Expr], Callable[[_Reader, exp.Expr], Expression]] = {
    exp.Paren: _Reader.paren,
    exp.Column: _Reader.column,
    exp.Literal: _Reader.literal,
    exp.Neg: _Reader.negative,
    exp.Not: _Reader.not_,
    exp.Boolean: _Reader.boolean,
    exp.Null: _Reader.null,
    exp.Is: _Reader.is_,
    exp.NullSafeEQ: _Reader.same,
    exp.Between: _Reader.between,
    exp.Case: _Reader.case,
    exp.Cast: _Reader.cast,
    exp.Extract: _Reader.extract,
    exp.Trim: _Reader.trim,
}
"""What is not simply applied to its parts."""
