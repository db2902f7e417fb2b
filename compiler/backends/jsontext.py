"""Lay out JSON for reading: what fits stays on one line, so that one field is one line of a diff."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

WIDTH = 120


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
    return "".join(_Layout(width, f"{compact(breaking)}: " if breaking else "").lines(value, 0)) + "\n"


def compact(value: object) -> str:
    """Return JSON on one line."""
    return json.dumps(value, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class _Layout:
    width: int
    mark: str

    def lines(self, value: object, indent: int, prefix: str = "") -> list[str]:
        flat = compact(value)
        parts = () if self._fits(flat, indent + len(prefix), prefix) else _parts(value)
        if not parts:
            return [flat]
        inner = "\n" + " " * (indent + 2)
        text = [flat[0]]
        for number, (opening, item) in enumerate(parts):
            text += [",", inner] if number else [inner]
            text += [opening, *self.lines(item, indent + 2, opening)]
        return [*text, "\n" + " " * indent, flat[-1]]

    def _fits(self, flat: str, indent: int, prefix: str) -> bool:
        if self.mark:
            return self.mark not in flat and prefix != self.mark
        return len(flat) + indent <= self.width


def _parts(value: object) -> list[tuple[str, object]]:
    """Return what stands between the brackets: prefix and value of each member or element."""
    if isinstance(value, Mapping):
        members = cast("Mapping[str, object]", value)
        return [(f"{compact(key)}: ", member) for key, member in members.items()]
    elements = cast("Sequence[object]", value) if isinstance(value, list | tuple) else ()
    return [("", element) for element in elements]
