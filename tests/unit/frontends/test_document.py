"""Places in JSON and YAML text."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.diagnostics import Sink
from compiler.frontends.document import (
    MAX_DEPTH,
    Block,
    Scalar,
    Sequence,
    read_json,
    read_yaml,
    show_pointer,
    span_of,
)
from compiler.rules import SWAGGER_SYNTAX
from compiler.source import SourceFile, Span

values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=10,
)


def _walk(value: object, pointer: tuple[str | int, ...] = ()):
    yield pointer, value
    entries = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for step, below in entries:
        yield from _walk(below, (*pointer, step))


@given(values, st.sampled_from([None, 1, 4]))
def test_every_pointer_leads_to_its_value(value: object, indent: int | None) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    for pointer, below in _walk(value):
        span = span_of(text, show_pointer(pointer))
        assert span is not None
        assert json.loads(text[span.start : span.end]) == below


def test_a_pointer_to_nothing_has_no_span() -> None:
    assert span_of('{"a": 1}', "/b") is None
    assert span_of('{"a": [1]}', "/a/1") is None


@pytest.mark.parametrize("text", ["", "{", '{"a": NaN}', "[" * 100_000, "9" * 5000, "<html>"])
def test_what_is_not_json_is_a_finding(text: str) -> None:
    sink = Sink()
    assert read_json(SourceFile("documents/x.json", text), SWAGGER_SYNTAX, sink) is None
    assert [found.code for found in sink.diagnostics] == ["S101"]


def read(text: str):
    sink = Sink()
    return read_yaml(SourceFile("mappings/x.yaml", text), sink), [found.message for found in sink.diagnostics]


def test_nodes_know_their_places() -> None:
    text = "é: ü\nlist: [.a, 'b c', {d: \"\"}]\n"
    node, _ = read(text)
    assert isinstance(node, Block)
    (key, value), (_, items) = node.entries
    assert isinstance(items, Sequence)
    assert [text[found.span.start : found.span.end] for found in (key, value, *items.items)] == [
        "é",
        "ü",
        ".a",
        "'b c'",
        '{d: ""}',
    ]


def test_what_is_written_is_kept() -> None:
    node, _ = read("[on, 2024, 1.50, ., ~, null, '', -.--]")
    assert isinstance(node, Sequence)
    scalars = [item for item in node.items if isinstance(item, Scalar)]
    assert [item.text for item in scalars] == ["on", "2024", "1.50", ".", "~", "null", "", "-.--"]
    assert [item.is_null for item in scalars] == [False, False, False, False, True, True, False, False]


def test_an_empty_file_is_an_empty_mapping() -> None:
    assert read("# nothing\n") == (Block((), Span(0, 0)), [])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: &x 1", "anchors and aliases are not supported"),
        ("a: *x", "anchors and aliases are not supported"),
        ("a: !!set {}", "tags are not supported"),
        ("a: 1\n---\nb: 2", "a second document in one file"),
        ("[a]: 1", "a key must be text"),
        ("a: \x01", "control characters are not allowed"),
        ("a: b: c", "mapping values are not allowed in this context"),
        ("\ta: 1", "found character that cannot start any token while scanning for the next token"),
        ("[" * 100_000, f"nested more than {MAX_DEPTH} deep"),
        ("- " * 100_000, f"nested more than {MAX_DEPTH} deep"),
        ("a: \ud800", "not valid Unicode text"),
    ],
)
def test_what_is_refused(text: str, message: str) -> None:
    assert read(text) == (None, [message])


@given(st.text("ab:-[]{}#&*!|>'\"%@` \n\t,?", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    node, messages = read(text)
    assert (node is None) == bool(messages)
