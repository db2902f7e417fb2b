"""Tell filters that keep every row, or none."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from itertools import product
from operator import ge, gt
from typing import assert_never

from compiler.diagnostics import Sink
from compiler.ir.expression import Apply, Case, Constant, Expression, Reference, Typed
from compiler.passes.outcomes import outcomes
from compiler.rules import SQL_CONSTANT
from compiler.source import Origin

_TURNED = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_ADVICE = "compare columns with what they can hold; test for NULL with IS NULL"


def check_filter(
    typed: Typed, origin: Origin, sink: Sink, known: Collection[str], empty: Collection[str]
) -> None:
    """Report a filter that keeps no row, or every row; `known` columns are never NULL, `empty` ones always were."""
    found = outcomes(_without(typed.expression, empty), known)
    if True not in found or _excluded(typed.expression):
        sink.report(SQL_CONSTANT.at(origin, f"no row passes the filter `{typed.text}`", advice=_ADVICE))
    elif False not in found and None not in found:
        sink.report(SQL_CONSTANT.at(origin, f"every row passes the filter `{typed.text}`", advice=_ADVICE))


def _without(expression: Expression, empty: Collection[str]) -> Expression:
    """Return the expression with NULL in the place of columns that were never filled."""
    match expression:
        case Reference(name=name, type=type_, origin=origin) if name in empty:
            return Constant(value=None, type=type_, origin=origin)
        case Constant() | Reference():
            return expression
        case Apply(arguments=arguments):
            return replace(expression, arguments=tuple(_without(item, empty) for item in arguments))
        case Case(branches=branches, otherwise=otherwise):
            fitted = tuple((_without(test, empty), _without(value, empty)) for test, value in branches)
            return replace(expression, branches=fitted, otherwise=_without(otherwise, empty))
        case _:
            assert_never(expression)


def _excluded(condition: Expression) -> bool:
    """Whether the parts of an AND exclude each other: `inning > 9 and inning < 3`."""
    bounds = tuple(_bounds(condition))
    lower = [bound for bound in bounds if bound[1] in ("=", ">", ">=")]
    upper = [bound for bound in bounds if bound[1] in ("=", "<", "<=")]
    return any(
        one[0] == other[0] and _beyond(one, other)(one[2], other[2]) for one, other in product(lower, upper)
    )


def _beyond(lower: tuple[str, str, object], upper: tuple[str, str, object]) -> Callable[..., bool]:
    return ge if lower[1] == ">" or upper[1] == "<" else gt


def _bounds(condition: Expression) -> Iterator[tuple[str, str, object]]:
    """Yield column, operator and constant of the comparisons that must all be true."""
    match condition:
        case Apply(function="and", arguments=arguments):
            for argument in arguments:
                yield from _bounds(argument)
        case Apply(function=name, arguments=(Reference() as column, Constant(value=value))):
            if name in _TURNED and value is not None:
                yield column.name, name, value
        case Apply(function=name, arguments=(Constant(value=value), Reference() as column)):
            if name in _TURNED and value is not None:
                yield column.name, _TURNED[name], value
        case _:
            return
