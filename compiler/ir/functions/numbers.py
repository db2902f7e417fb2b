"""Arithmetic that never fails: NULL where a result is beyond its type, and for a division by zero.

Whole numbers are 64 bits wide; their division truncates, and a remainder has the sign of the dividend. Measures are
doubles, calculated with where they are 0 or between 1e-150 and 1e150 in size.
"""

from compiler.ir.functions.row import (
    BIGGEST,
    BIGINT,
    DOUBLE,
    LARGEST_MEASURE,
    LEAST,
    SMALLEST_MEASURE,
    Function,
    Limit,
    Templates,
    row,
    same,
)

_WHOLE = (BIGINT, BIGINT)
_MEASURES = (DOUBLE, DOUBLE)
_EXACT = 2**53
"""From here on a double holds no fractions, and soon not every integer."""

_ON_MEASURES = {
    "+": "add_measures",
    "-": "subtract_measures",
    "*": "multiply_measures",
    "/": "divide_measures",
}


def _exact(operator: str, spark: str, python: str) -> Templates:
    result = f"{{0:p}}::numeric {operator} {{1:p}}"
    postgres = f"CASE WHEN {result} BETWEEN {LEAST} AND {BIGGEST} THEN ({result})::bigint END"
    return postgres, f"{spark}({{0}}, {{1}})", f"sql.{python}({{0}}, {{1}})"


def _divided(operator: str, spark: str, python: str) -> Templates:
    """The least number has no counterpart: divided by -1 it is beyond 64 bits."""
    test = "{1:p} <> 0 AND ({1:p} <> -1 OR {0:p} <> "
    least = f"{-BIGGEST}"
    return (
        f"CASE WHEN {test}{least} - 1) THEN {{0:p}} {operator} {{1:p}} END",
        f"CASE WHEN {test}{least}L - 1L) THEN {{0:p}} {spark} {{1:p}} END",
        f"sql.{python}({{0}}, {{1}})",
    )


def _absolute() -> Templates:
    return (
        f"CASE WHEN {{0:p}} <> {-BIGGEST} - 1 THEN abs({{0}}) END",
        f"CASE WHEN {{0:p}} <> {-BIGGEST}L - 1L THEN abs({{0}}) END",
        "sql.absolute({0})",
    )


def _negative() -> Templates:
    postgres = f"CASE WHEN {{0:p}} <> {-BIGGEST} - 1 THEN - {{0:p}} END"
    return postgres, "try_subtract(0L, {0})", "sql.subtract(0, {0})"


def _scaled(operator: str, python: str) -> Templates:
    """By a number that is written out."""

    def text(suffix: str) -> str:
        sizes = f"BETWEEN {SMALLEST_MEASURE}{suffix} AND {LARGEST_MEASURE}{suffix}"
        return f"CASE WHEN {{0:p}} = 0 OR abs({{0}}) {sizes} THEN {{0:p}} {operator} {{1}} END"

    return text("::float8"), text("D"), f"sql.{python}({{0}}, {{1}})"


def _measured(operator: str, python: str, more: str = "") -> Templates:
    def text(suffix: str) -> str:
        sizes = f"BETWEEN {SMALLEST_MEASURE}{suffix} AND {LARGEST_MEASURE}{suffix}"
        test = " AND ".join(f"({{{n}:p}} = 0 OR abs({{{n}}}) {sizes})" for n in (0, 1))
        return f"CASE WHEN {test}{more} THEN {{0:p}} {operator} {{1:p}} END"

    return text("::float8"), text("D"), f"sql.{python}({{0}}, {{1}})"


def _rounded(name: str, spark: str) -> Templates:
    test = f"CASE WHEN abs({{0}}) < {_EXACT} THEN"
    return (
        f"{test} {name}({{0}})::bigint END",
        f"{test} CAST({spark}({{0}}) AS BIGINT) END",
        f"sql.{name}({{0}})",
    )


NUMBERS: tuple[Function, ...] = (
    row("+", _WHOLE, BIGINT, _exact("+", "try_add", "add")),
    row("-", _WHOLE, BIGINT, _exact("-", "try_subtract", "subtract")),
    row("*", _WHOLE, BIGINT, _exact("*", "try_multiply", "multiply")),
    row("/", _WHOLE, BIGINT, ("{0:p} / {1}", "{0:p} div {1}", "sql.divide({0}, {1})"), second=Limit.DIVISOR),
    row("/", _WHOLE, BIGINT, _divided("/", "div", "divide")),
    row("%", _WHOLE, BIGINT, same("{0:p} % {1}", "sql.remainder({0}, {1})"), second=Limit.DIVISOR),
    row("%", _WHOLE, BIGINT, _divided("%", "%", "remainder")),
    *(
        row(name, _MEASURES, DOUBLE, _scaled(name, python), second=Limit.FACTOR)
        for name, python in _ON_MEASURES.items()
    ),
    row("+", _MEASURES, DOUBLE, _measured("+", "add_measures")),
    row("-", _MEASURES, DOUBLE, _measured("-", "subtract_measures")),
    row("*", _MEASURES, DOUBLE, _measured("*", "multiply_measures")),
    row("/", _MEASURES, DOUBLE, _measured("/", "divide_measures", " AND {1:p} <> 0")),
    row("abs", (BIGINT,), BIGINT, _absolute()),
    row("abs", (DOUBLE,), DOUBLE, same("abs({0})", "sql.absolute_measure({0})")),
    row("negative", (BIGINT,), BIGINT, _negative()),
    row("negative", (DOUBLE,), DOUBLE, same("- {0:p}", "sql.negative({0})")),
    row("round", (DOUBLE,), BIGINT, _rounded("round", "rint")),
    row("floor", (DOUBLE,), BIGINT, _rounded("floor", "floor")),
    row("ceil", (DOUBLE,), BIGINT, _rounded("ceil", "ceil")),
)
