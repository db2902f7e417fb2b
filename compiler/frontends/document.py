"""Turn the text of a JSON or YAML document into nodes that know their place.

JSON takes the fast path: values come from `json`, a place is a JSON Pointer, and the span behind it is computed
only when a diagnostic needs it (`pinpoint`). YAML comes from libyaml's events, so that a deep or hostile file
cannot exhaust the stack; anchors, aliases and tags are refused.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import cast

import yaml

from compiler.diagnostics import Diagnostic, Sink
from compiler.rules import YAML_SYNTAX, Rule
from compiler.source import Origin, SourceFile, Span

MAX_DEPTH = 100
"""How deep a YAML document may nest."""

# ------------------------------------------------------------------------------------------------- JSON


def as_object(value: object) -> dict[str, object] | None:
    """Narrow a JSON value to an object."""
    return cast("dict[str, object]", value) if isinstance(value, dict) else None


@dataclass(frozen=True, slots=True)
class Json:
    """A JSON value under its JSON Pointer (keys and indexes) in a file."""

    value: object
    file: SourceFile = field(repr=False)
    pointer: tuple[str | int, ...] = ()

    def at(self, step: str | int, value: object) -> "Json":
        """Return the node of `value` one step below."""
        return Json(value, self.file, (*self.pointer, step))

    def member(self, key: str) -> object:
        """Return the value under a key, or None."""
        members = as_object(self.value)
        return None if members is None else members.get(key)

    @property
    def origin(self) -> Origin:
        """The node's place, without a span: see `pinpoint`."""
        return Origin(self.file.path, show_pointer(self.pointer))

    @property
    def place(self) -> Origin:
        """The node's place with its span, which is searched for: only for diagnostics."""
        pointer = show_pointer(self.pointer)
        return Origin(self.file.path, pointer, span_of(self.file.text, pointer))

    @property
    def start(self) -> Origin:
        """The place of the node's first character: where something is missing inside."""
        place = self.place
        return replace(place, span=Span(place.span.start, place.span.start + 1)) if place.span else place


def read_json(file: SourceFile, rule: Rule, sink: Sink) -> Json | None:
    """Parse a JSON file; report where it stops being JSON as a finding of `rule`."""
    try:
        return Json(json.loads(file.text, parse_constant=_no_constant), file)
    except json.JSONDecodeError as error:
        origin = Origin(file.path, "", Span(error.pos, error.pos + 1))
        sink.report(rule.at(origin, f"not JSON: {_lower_first(error.msg)}"))
    except (ValueError, RecursionError) as error:
        sink.report(rule.at(Origin(file.path), f"not JSON: {_lower_first(str(error))}"))
    return None


def _no_constant(name: str) -> float:
    raise ValueError(f"`{name}` is not a JSON value")


def _lower_first(message: str) -> str:
    return message[:1].lower() + message[1:]


def show_pointer(pointer: tuple[str | int, ...]) -> str:
    """Print a JSON Pointer (RFC 6901).

    >>> show_pointer(("models", "Play", "a/b", 0))
    '/models/Play/a~1b/0'
    """
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in pointer)


def pinpoint(diagnostic: Diagnostic, files: Mapping[str, SourceFile]) -> Diagnostic:
    """Give a diagnostic whose origin is a JSON Pointer the span of the value there."""
    origin = diagnostic.origin
    file = files.get(origin.file)
    if origin.span is not None or file is None or not origin.path.startswith("/"):
        return diagnostic
    return replace(diagnostic, origin=replace(origin, span=span_of(file.text, origin.path)))


def span_of(text: str, pointer: str) -> Span | None:
    """Find the value at a JSON Pointer in the text of a JSON document.

    >>> text = '{"a": [1, {"b": "x"}]}'
    >>> span = span_of(text, "/a/1/b")
    >>> text[span.start:span.end]
    '"x"'
    """
    start = _skip_space(text, 0)
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        found = next((at for name, at in _members(text, start) if name == key), None)
        if found is None:
            return None
        start = found
    return Span(start, _DECODER.raw_decode(text, start)[1])


_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\n\r]*")


def _skip_space(text: str, position: int) -> int:
    space = _SPACE.match(text, position)
    return space.end() if space else position


def _members(text: str, position: int) -> Iterator[tuple[str, int]]:
    """Yield key (or index) and start of each value of the object or array at `position`."""
    if text[position] not in "{[":
        return
    is_object, position, index = text[position] == "{", position + 1, 0
    while text[position := _skip_space(text, position)] not in "]}":
        key: object = str(index)
        if is_object:
            key, position = _DECODER.raw_decode(text, position)
            position = _skip_space(text, _skip_space(text, position) + 1)
        yield str(key), position
        position = _skip_space(text, _DECODER.raw_decode(text, position)[1])
        position += text[position] == ","
        index += 1


# ------------------------------------------------------------------------------------------------- YAML


@dataclass(frozen=True, slots=True)
class Scalar:
    """A YAML scalar: its text as written, without quotes. `is_null` is a plain `null`, `~` or nothing."""

    text: str
    span: Span
    is_plain: bool = True
    quote: int = 0
    """Characters before the text inside the span: 1 in quotes, 0 plain."""

    @property
    def is_null(self) -> bool:
        """Whether nothing was written."""
        return self.is_plain and self.text in ("", "~", "null", "Null", "NULL")


@dataclass(frozen=True, slots=True)
class Sequence:
    """A YAML sequence."""

    items: tuple["Node", ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Block:
    """A YAML mapping: its entries in written order, duplicates included."""

    entries: tuple[tuple[Scalar, "Node"], ...]
    span: Span


Node = Scalar | Sequence | Block


class YamlError(Exception):
    """A YAML document that does not parse: what was found, and where."""

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(message)
        self.message = message
        self.span = span


def read_yaml(file: SourceFile, sink: Sink) -> Node | None:
    """Parse a YAML file of one document; an empty file is an empty mapping."""
    try:
        return _compose(file.text)
    except YamlError as error:
        sink.report(YAML_SYNTAX.at(Origin(file.path, "", error.span), error.message))
        return None


@dataclass(slots=True)
class _Open:
    """A collection whose end has not come yet."""

    is_mapping: bool
    span: Span
    nodes: list[Node] = field(default_factory=list[Node])

    def close(self, end: Span) -> Node:
        # The end of a block collection is an empty span at the next token: its last node tells better.
        last = end.end if end.end > end.start else self.nodes[-1].span.end if self.nodes else self.span.end
        span = Span(self.span.start, last)
        if not self.is_mapping:
            return Sequence(tuple(self.nodes), span)
        pairs = zip(self.nodes[::2], self.nodes[1::2], strict=True)
        return Block(tuple((_key(key), value) for key, value in pairs), span)


def _key(node: Node) -> Scalar:
    if isinstance(node, Scalar):
        return node
    raise YamlError("a key must be text", node.span)


def _compose(text: str) -> Node:
    stack = [_Open(False, Span(0, 0))]
    for event in _events(text):
        span = _span(event)
        _refuse(event, span, stack)
        match event:
            case yaml.ScalarEvent():
                stack[-1].nodes.append(_scalar(event, span))
            case yaml.CollectionStartEvent():
                stack.append(_Open(isinstance(event, yaml.MappingStartEvent), span))
            case yaml.CollectionEndEvent():
                closed = stack.pop().close(span)
                stack[-1].nodes.append(closed)
            case _:
                pass
    return stack[0].nodes[0] if stack[0].nodes else Block((), Span(0, 0))


def _span(event: yaml.Event) -> Span:
    start, end = event.start_mark, event.end_mark
    return Span(start.index if start else 0, end.index if end else 0)


def _scalar(event: yaml.ScalarEvent, span: Span) -> Scalar:
    style = event.style
    return Scalar(event.value, span, not style, 1 if style in ("'", '"') else 0)


def _refuse(event: yaml.Event, span: Span, stack: list[_Open]) -> None:
    if isinstance(event, yaml.AliasEvent):
        raise YamlError("anchors and aliases are not supported", span)
    if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
        raise YamlError("anchors and aliases are not supported", span)
    if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag is not None:
        raise YamlError("tags are not supported", span)
    if isinstance(event, yaml.DocumentStartEvent) and stack[0].nodes:
        raise YamlError("a second document in one file", span)
    if len(stack) > MAX_DEPTH:
        raise YamlError(f"nested more than {MAX_DEPTH} deep", span)


def _events(text: str) -> Iterator[yaml.Event]:
    try:
        yield from yaml.parse(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        start = mark.index if mark else 0
        message = " ".join(part for part in (error.problem, error.context) if part)
        raise YamlError(message, Span(start, start + 1)) from None
    except yaml.reader.ReaderError as error:
        position = int(str(error.position))
        raise YamlError(f"{error.reason}", Span(position, position + 1)) from None
    except UnicodeEncodeError as error:
        raise YamlError("not valid Unicode text", Span(error.start, error.end)) from None
