"""Expressions over the columns of one row: what an author writes as SQL, with one meaning in every engine.

A frontend makes them without types; binding names to columns gives every node its type. What each function takes,
returns and becomes in a target is in `ir/functions.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeAlias, assert_never

from compiler.ir.types import Type
from compiler.source import Origin

Value: TypeAlias = bool | int | float | str | date | datetime | None
"""A constant: None is NULL, an instant is in UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """A value that is written out. NULL takes the type that its place asks for."""

    value: Value
    type: Type | None = None
    origin: Origin = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A column of the row."""

    name: str
    type: Type | None = None
    is_array: bool = False
    origin: Origin = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Apply:
    """An operator or a function, by its name in `ir/functions.py`; `overload` is its row there once bound."""

    function: str
    arguments: tuple["Expression", ...]
    overload: int = -1
    type: Type | None = None
    origin: Origin = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The value beside the first condition that is true, else `otherwise`."""

    branches: tuple[tuple["Expression", "Expression"], ...]
    otherwise: "Expression"
    type: Type | None = None
    origin: Origin = field(compare=False, repr=False)


Expression: TypeAlias = Constant | Reference | Apply | Case


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A column that expressions may read."""

    type: Type
    is_array: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A bound expression and what it gives. `text` is what the author wrote, on one line."""

    text: str
    expression: Expression
    type: Type
    is_array: bool = False

    @property
    def reads(self) -> tuple[str, ...]:
        """Names of the columns that it reads, in the order in which they are first mentioned."""
        return tuple(dict.fromkeys(names(self.expression)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What an author wrote, parsed and not bound; `text` is on one line."""

    text: str
    expression: Expression
    origin: Origin = field(compare=False, repr=False)

    @property
    def reads(self) -> tuple[str, ...]:
        """Names that it mentions, in the order in which they are first mentioned."""
        return tuple(dict.fromkeys(names(self.expression)))


def parts(expression: Expression) -> tuple[Expression, ...]:
    """Return the expressions that one is directly made of."""
    match expression:
        case Constant() | Reference():
            return ()
        case Apply(arguments=arguments):
            return arguments
        case Case(branches=branches, otherwise=otherwise):
            return (*(part for branch in branches for part in branch), otherwise)
        case _:
            assert_never(expression)


def references(expression: Expression) -> Iterator[Reference]:
    """Yield every mention of a column, in written order."""
    if isinstance(expression, Reference):
        yield expression
    for part in parts(expression):
        yield from references(part)


def names(expression: Expression) -> Iterator[str]:
    """Yield the name of every mention of a column, in written order."""
    return (reference.name for reference in references(expression))
