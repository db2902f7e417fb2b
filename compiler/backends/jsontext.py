"""Lay out JSON for reading: what fits stays on one line, so that one field is one line of a diff."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from json.encoder import encode_basestring
from typing import cast

WIDTH = 120
_ENCODER = json.JSONEncoder(ensure_ascii=False)


def layout(value: object, width: int = WIDTH, *, breaking: str = "") -> str:
    r"""Return JSON text that ends in a line break; objects and arrays break when they do not fit in `width`.

    With `breaking`, the width does not count: what has that key, or something below that has it, breaks.

    >>> print(layout({"name": "a", "fields": [{"name": "b"}, {"name": "c"}]}, width=45), end="")
    {
      "name": "a",
      "fields": [{"name": "b"}, {"name": "c"}]
    }
    >>> print(layout({"fields": [{"name": "b"}, {"name": "c"}]}, breaking="fields"), end="")
    {
      "fields": [
        {"name": "b"},
        {"name": "c"}
      ]
    }
    """
    text: list[str] = []
    _print(_tree(value, f"{compact(breaking)}: " if breaking else None), 0, 0, width, text)
    return "".join(text) + "\n"


def compact(value: object) -> str:
    """Return JSON on one line."""
    return encode_basestring(value) if isinstance(value, str) else _ENCODER.encode(value)


@dataclass(slots=True)
class _Text:
    """A value with its text on one line; `breaks`: whether it breaks, or None where the width decides."""

    flat: str
    parts: Sequence[tuple[str, "_Text"]] = ()
    breaks: bool | None = None


def _tree(value: object, mark: str | None) -> _Text:
    """Make the texts from the leaves up, each once."""
    if isinstance(value, str):
        return _Text(encode_basestring(value), breaks=None if mark is None else False)
    if isinstance(value, dict):
        members = cast("dict[str, object]", value)
        return _joined(
            "{}",
            [(f"{encode_basestring(key)}: ", _tree(member, mark)) for key, member in members.items()],
            mark,
        )
    if isinstance(value, list | tuple):
        elements = cast("Sequence[object]", value)
        return _joined("[]", [("", _tree(element, mark)) for element in elements], mark)
    return _Text(compact(value), breaks=None if mark is None else False)


def _joined(brackets: str, parts: list[tuple[str, _Text]], mark: str | None) -> _Text:
    flat = brackets[0] + ", ".join(prefix + part.flat for prefix, part in parts) + brackets[1]
    if mark is None:
        return _Text(flat, parts)
    for prefix, part in parts:
        part.breaks = part.breaks or prefix == mark
    return _Text(flat, parts, any(part.breaks for _, part in parts))


def _print(node: _Text, indent: int, column: int, width: int, text: list[str]) -> None:
    fits = column + len(node.flat) <= width if node.breaks is None else not node.breaks
    if fits or not node.parts:
        text.append(node.flat)
        return
    inner = "\n" + " " * (indent + 2)
    text.append(node.flat[0])
    for number, (prefix, part) in enumerate(node.parts):
        text += ["," + inner if number else inner, prefix]
        _print(part, indent + 2, indent + 2 + len(prefix), width, text)
    text.append("\n" + " " * indent + node.flat[-1])
