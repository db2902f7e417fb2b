"""What a condition can come to, whatever a row holds: true, false, unknown. Too much rather than too little."""

import operator
from collections.abc import Callable, Collection, Set
from functools import partial
from itertools import product
from typing import TypeAlias, assert_never

from compiler.ir.expression import Apply, Case, Constant, Expression, Reference
from compiler.ir.functions import FUNCTIONS
from compiler.ir.types import Type

VALUE = "value"
"""Stands for any value that is no boolean."""

Outcome: TypeAlias = bool | str | None
Outcomes: TypeAlias = Set[Outcome]

_REFLEXIVE: dict[str, bool] = {"=": True, "<=": True, ">=": True, "<>": False, "<": False, ">": False}
"""What a comparison of something with itself gives, unless it is NULL."""

_COMPARISONS: dict[str, Callable[[object, object], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
}


def outcomes(expression: Expression, known: Collection[str]) -> Outcomes:
    """Return what an expression can come to; `known` columns are never NULL."""
    match expression:
        case Constant(value=None):
            return {None}
        case Constant(value=bool() as value):
            return {value}
        case Constant():
            return {VALUE}
        case Reference(name=name, type=type_):
            values: Outcomes = {True, False} if type_ is Type.BOOLEAN else {VALUE}
            return values if name in known else values | {None}
        case Case(branches=branches, otherwise=otherwise):
            results = (*(result for _, result in branches), otherwise)
            return {outcome for result in results for outcome in outcomes(result, known)}
        case Apply():
            return _applied(expression, known)
        case _:
            assert_never(expression)


def _applied(apply: Apply, known: Collection[str]) -> Outcomes:
    found = [outcomes(argument, known) for argument in apply.arguments]
    match apply.function:
        case "and" | "or" | "not" | "is true" | "is false" | "is null" | "is not null":
            function = _LOGIC[apply.function]
            return {function(*values) for values in product(*found)}
        case "coalesce":
            values = {outcome for values in found for outcome in values if outcome is not None}
            return values | {None} if all(None in values for values in found) else values
        case "in":
            first, *others = apply.arguments
            each = [_compared("=", (first, other), known) for other in others]
            return {_any(*values) for values in product(*each)}
        case "is distinct from":
            return {False} if apply.arguments[0] == apply.arguments[1] else {True, False}
        case name if name in _REFLEXIVE:
            return _compared(name, apply.arguments, known)
        case _:
            return _any_value(apply, found)


def _compared(name: str, arguments: tuple[Expression, ...], known: Collection[str]) -> Outcomes:
    left, right = arguments
    sides = (outcomes(left, known), outcomes(right, known))
    unknown: Outcomes = {None} if any(None in side for side in sides) else set()
    if {None} in sides:
        return {None}
    if left == right:
        return {_REFLEXIVE[name]} | unknown
    if isinstance(left, Constant) and isinstance(right, Constant) and name in _COMPARISONS:
        return {_COMPARISONS[name](left.value, right.value)}
    return {True, False} | unknown


def _any_value(apply: Apply, found: list[Outcomes]) -> Outcomes:
    """Return all that a function may give: nothing is known of it but its row."""
    row = FUNCTIONS[apply.overload]
    if row.is_strict and {None} in found:
        return {None}
    values: Outcomes = {True, False} if row.gives is Type.BOOLEAN else {VALUE}
    is_certain = row.is_test and row.is_strict and not any(None in one for one in found)
    return values if is_certain else values | {None}


def _and(left: Outcome, right: Outcome) -> Outcome:
    return False if False in (left, right) else None if None in (left, right) else True


def _any(*values: Outcome) -> Outcome:
    return True if True in values else None if None in values else False


def _not(value: Outcome) -> Outcome:
    return None if value is None else not value


_LOGIC: dict[str, Callable[..., Outcome]] = {
    "and": _and,
    "or": _any,
    "not": _not,
    "is true": partial(operator.is_, True),
    "is false": partial(operator.is_, False),
    "is null": partial(operator.is_, None),
    "is not null": partial(operator.is_not, None),
}
