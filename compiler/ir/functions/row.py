"""A row of the table of functions, and short ways to write many rows that differ in one type."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from compiler.ir.types import Type

BOOLEAN, BIGINT, DOUBLE, TEXT = Type.BOOLEAN, Type.BIGINT, Type.DOUBLE, Type.TEXT
DATE, INSTANT = Type.DATE, Type.TIMESTAMP
SCALARS = (BOOLEAN, BIGINT, DOUBLE, TEXT, DATE, INSTANT)
"""Types of values that can be compared; integers of all widths are `bigint` here."""

BIGGEST = 2**63 - 1
LEAST = -(2**63)
SMALLEST_MEASURE, LARGEST_MEASURE = 1e-150, 1e150
"""Measures that are not 0 are calculated with between these sizes, so that no result is beyond a double."""


class Limit(StrEnum):
    """What an argument must be that is written out; the text completes "must be ..."."""

    COUNT = "a whole number, 0 or more"
    PLACE = "a whole number, 1 or more"
    SOME_TEXT = "a text that is not empty"
    PATTERN = "a pattern in which `\\` stands before `%`, `_` or `\\` alone"
    DIVISOR = "a whole number other than 0 and -1"
    FACTOR = "a number other than 0"
    ZONE = "the name of a time zone, such as 'America/New_York'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    r"""One overload of an operator or a function: what it takes and gives, and a template for each target.

    In a template `{0}` is the first argument as it is, `{0:p}` the same in parentheses if it is compound, `{0:c}` if it
    is AND or OR; `{all}` are all arguments, `{rest}` all but the first. `is_variadic`: the last argument may be
    repeated. `is_strict`: NULL where an argument is NULL. `is_test`: constants among its arguments take the type of the
    others, without a cast. `written` says which arguments must be written out, and what they must be: of overloads
    that take the same types, the first is for arguments that are.
    """

    name: str
    takes: tuple[Type, ...]
    gives: Type
    postgres: str
    spark: str
    python: str
    is_variadic: bool = False
    is_strict: bool = True
    is_test: bool = False
    written: tuple[tuple[int, Limit], ...] = ()


Templates = tuple[str, str, str]
"""PostgreSQL, Spark SQL, Python."""


def row(name: str, takes: tuple[Type, ...], gives: Type, to: Templates, **written: Limit) -> Function:
    """Return a strict function; `second=Limit.COUNT` says what the second argument must be."""
    places = ("first", "second", "third")
    postgres, spark, python = to
    return Function(
        name=name,
        takes=takes,
        gives=gives,
        postgres=postgres,
        spark=spark,
        python=python,
        written=tuple((places.index(place), limit) for place, limit in written.items()),
    )


def condition(
    name: str, takes: tuple[Type, ...], to: Templates, *, variadic: bool = False, strict: bool = True
) -> Function:
    """Return a function that gives a boolean."""
    postgres, spark, python = to
    return Function(
        name=name,
        takes=takes,
        gives=BOOLEAN,
        postgres=postgres,
        spark=spark,
        python=python,
        is_variadic=variadic,
        is_strict=strict,
        is_test=True,
    )


def choices(
    name: str, types: tuple[Type, ...], count: int, to: Templates, *, variadic: bool
) -> Iterator[Function]:
    """Yield functions that give one of their arguments, or NULL, and all of whose arguments have one type."""
    postgres, spark, python = to
    for type_ in types:
        yield Function(
            name=name,
            takes=(type_,) * count,
            gives=type_,
            postgres=postgres,
            spark=spark,
            python=python,
            is_variadic=variadic,
            is_strict=False,
        )


def same(template: str, python: str) -> Templates:
    """Return the templates of what PostgreSQL and Spark write alike."""
    return template, template, python
