"""What is wrong with an expression is reported at the part that is wrong."""

import re
from pathlib import Path

import pytest

from compiler.diagnostics import Diagnostic, Sink
from compiler.frontends.sql import parse_expression
from compiler.ir.expression import Input
from compiler.ir.types import Type
from compiler.passes.typecheck import bind_expression
from compiler.source import Origin, Span
from tests.support.expressions import INPUTS

CASE = re.compile(r"(?P<text>.*?) +(?P<code>error\[E\d{3}\])(?:  (?P<part>\S+))?")
CASES = [
    match
    for line in Path(__file__).with_name("expressions.txt").read_text("utf-8").splitlines()
    if (match := CASE.fullmatch(line))
]
COLUMNS = INPUTS | {"info": Input(type=Type.JSON), "tags": Input(type=Type.TEXT, is_array=True)}
START = 1000


def findings(text: str) -> tuple[Diagnostic, ...]:
    sink = Sink()
    written = parse_expression(text, Origin("mapping.yaml", "sql", Span(START, START + len(text))), sink)
    bound = bind_expression(written, COLUMNS, sink) if written else None
    assert (bound is None) == sink.failed
    return sink.diagnostics


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"])
def test_a_mistake_is_reported_at_its_part(case: re.Match[str]) -> None:
    (found,) = findings(case["text"])
    assert f"{found.severity}[{found.code}]" == case["code"]
    assert found.origin.span is not None
    part = case["text"][found.origin.span.start - START : found.origin.span.end - START]
    assert part
    assert part.startswith(case["part"] or "")


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("spede >= 95", "did you mean `speed`?"),
        ("floro(speed)", "did you mean `floor`?"),
        ("speed >= '95'", "both sides have one type"),
        ("extract(year from at)", "it takes date"),
    ],
)
def test_a_mistake_has_advice(text: str, advice: str) -> None:
    (found,) = findings(text)
    assert found.help.startswith(advice)


def test_a_text_that_is_written_otherwise_is_pointed_at_whole() -> None:
    """As in a folded scalar of YAML: characters of the text are not characters of the file."""
    sink = Sink()
    written = parse_expression("spede >= 95", Origin("mapping.yaml", "sql", Span(0, 50)), sink)
    assert written is not None
    bind_expression(written, COLUMNS, sink)
    (found,) = sink.diagnostics
    assert found.origin.span == Span(0, 50)


@pytest.mark.parametrize(
    "text", ["(" * 900 + "1" + ")" * 900, "not " * 900 + "is_home", "1 +" * 2000 + "1", "", ";"]
)
def test_no_text_breaks_the_parser(text: str) -> None:
    findings(text)
