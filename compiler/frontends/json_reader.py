"""Read typed values out of JSON nodes; what is missing or of another kind is reported at its place."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeVar, cast

from compiler.diagnostics import Sink
from compiler.frontends.document import Json, as_object
from compiler.rules import Rule

_KINDS: dict[type, str] = {
    dict: "an object",
    list: "a list",
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    type(None): "null",
}


_Kind = TypeVar("_Kind")


@dataclass(frozen=True, slots=True)
class JsonReader:
    """Reports to `sink`: a missing key as a finding of `missing`, a wrong kind of value as one of `kind`."""

    sink: Sink
    missing: Rule
    kind: Rule

    def member(self, node: Json, key: str) -> Json | None:
        """Return the value under a key that must be there."""
        members = self._object(node)
        if members is None:
            return None
        if key not in members:
            near = get_close_matches(key, members, n=1)
            advice = f"`{near[0]}` is there: should it be `{key}`?" if near else ""
            self.sink.report(self.missing.at(node.start, f"`{key}` is missing", advice=advice))
            return None
        return node.at(key, members[key])

    def text(self, node: Json, key: str) -> str:
        """Return the text under a key that must be there, or ""."""
        found = self.member(node, key)
        return "" if found is None else self._expect(found, str, "")

    def optional_text(self, node: Json, key: str) -> str:
        """Return the text under a key, or "" if there is none."""
        return self.text(node, key) if key in self._members(node) else ""

    def flag(self, node: Json, key: str) -> bool:
        """Return the truth value under a key, or False if there is none."""
        members = self._members(node)
        return self._expect(node.at(key, members[key]), bool, False) if key in members else False

    def items(self, node: Json, key: str) -> Iterator[Json]:
        """Yield the elements of the list under a key that must be there."""
        found = self.member(node, key)
        if found is not None:
            values = cast("list[object]", self._expect(found, list, []))
            yield from (found.at(index, value) for index, value in enumerate(values))

    def entries(self, node: Json, key: str) -> Iterator[tuple[str, Json]]:
        """Yield name and value of each member of the object under a key that must be there."""
        found = self.member(node, key)
        members = None if found is None else self._object(found)
        if found is not None and members is not None:
            yield from ((name, found.at(name, value)) for name, value in members.items())

    def _object(self, node: Json) -> dict[str, object] | None:
        members = as_object(node.value)
        if members is None:
            self.wrong_kind(node, "an object")
        return members

    def _members(self, node: Json) -> dict[str, object]:
        return as_object(node.value) or {}

    def _expect(self, node: Json, kind: type[_Kind], default: _Kind) -> _Kind:
        if type(node.value) is kind:
            return cast("_Kind", node.value)
        self.wrong_kind(node, _KINDS[kind])
        return default

    def wrong_kind(self, node: Json, wanted: str) -> None:
        """Report that a node holds something else than `wanted`."""
        is_scalar = isinstance(node.value, str | int | float) and not isinstance(node.value, bool)
        found = f"`{node.value}`" if is_scalar else _KINDS[type(node.value)]
        self.sink.report(self.kind.at(node.place, f"{_name(node)} must be {wanted}, found {found}"))


def _name(node: Json) -> str:
    match node.pointer:
        case (*_, str(around), int(index)):
            return f"item {index + 1} of `{around}`"
        case (*_, last):
            return f"`{last}`"
        case _:
            return "the document"
