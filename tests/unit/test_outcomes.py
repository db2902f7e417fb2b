"""What a check can come to is never less than what it comes to on some row."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.diagnostics import Sink
from compiler.frontends.sql import parse_expression
from compiler.ir.expression import Input, Typed
from compiler.ir.types import Type
from compiler.passes.outcomes import outcomes
from compiler.passes.typecheck import bind_expression
from compiler.source import Origin
from runtime import sql

COLUMNS = {
    "id": Input(type=Type.BIGINT),
    "a": Input(type=Type.BIGINT),
    "b": Input(type=Type.BIGINT),
    "t": Input(type=Type.TEXT),
    "f": Input(type=Type.BOOLEAN),
}


def bound(text: str) -> Typed:
    sink = Sink()
    written = parse_expression(text, Origin("x"), sink)
    assert written is not None, sink.diagnostics
    typed = bind_expression(written, COLUMNS, sink, Type.BOOLEAN)
    assert typed is not None, sink.diagnostics
    return typed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a > 1", {True, False, None}),
        ("id > 1", {True, False}),
        ("id IS NULL", {False}),
        ("a IS NULL", {True, False}),
        ("a = NULL", {None}),
        ("a = a", {True, None}),
        ("id <> id", {False}),
        ("1 = 1", {True}),
        ("1 = 2", {False}),
        ("a IN (1, NULL)", {True, None}),
        ("id IN (1, 2)", {True, False}),
        ("f OR true", {True}),
        ("f AND false", {False}),
        ("NOT (a = NULL)", {None}),
        ("coalesce(a, 0) > 1", {True, False}),
        ("CASE WHEN f THEN true ELSE true END", {True}),
        ("a IS DISTINCT FROM a", {False}),
        ("f IS TRUE", {True, False}),
    ],
)
def test_outcomes(text: str, expected: set[bool | None]) -> None:
    assert outcomes(bound(text).expression, {"id"}) == expected


ATOMS = st.sampled_from(
    [
        "a > 1", "a = b", "a = a", "a <> NULL", "id >= 0", "id IS NULL", "f", "t = 'x'", "t LIKE 'x%'",
        "b IN (1, NULL)",
        "coalesce(a, b) = 1", "a IS DISTINCT FROM b", "a + b > 2", "true",
        "nullif(a, 1) = 1",
    ]
)  # fmt: skip
CHECKS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds("({} AND {})".format, inner, inner),
        st.builds("({} OR {})".format, inner, inner),
        st.builds("(NOT {})".format, inner),
        st.builds("({}) IS TRUE".format, inner),
        st.builds("(CASE WHEN {} THEN {} ELSE {} END)".format, inner, inner, inner),
    ),
    max_leaves=6,
)
NUMBERS = st.sampled_from([None, 0, 1, 2, 5])
ROWS = st.fixed_dictionaries(
    {
        "id": st.integers(0, 3),
        "a": NUMBERS,
        "b": NUMBERS,
        "t": st.sampled_from([None, "", "x", "xy"]),
        "f": st.sampled_from([None, True, False]),
    }
)


@given(text=CHECKS, row=ROWS)
def test_what_a_row_gives_is_among_the_outcomes(text: str, row: dict[str, object]) -> None:
    from compiler.backends.expressions import python_source  # slow to import

    typed = bound(text)
    value = eval(python_source(typed), {"sql": sql, **row})
    assert value in outcomes(typed.expression, {"id"})
