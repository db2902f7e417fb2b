"""Read typed values out of YAML nodes; unknown keys, wrong kinds and bad paths are reported at their place."""

from collections.abc import Collection
from dataclasses import dataclass

from compiler.diagnostics import Sink, did_you_mean
from compiler.frontends.document import Block, Node, Scalar, Sequence
from compiler.ir.mapping import PathText
from compiler.ir.paths import PathError, parse
from compiler.rules import (
    DUPLICATE_KEY,
    MISSING_KEY,
    PATH_SYNTAX,
    UNKNOWN_KEY,
    UNKNOWN_VALUE,
    WRONG_KIND,
    Rule,
)
from compiler.source import Origin, SourceFile, Span

_TRUTH = {"true": True, "True": True, "false": False, "False": False}


@dataclass(frozen=True, slots=True)
class Yaml:
    """A YAML node under the path of keys that leads to it: `tables.game.plays.columns.inning`."""

    node: Node
    file: SourceFile
    path: str = ""
    key: Scalar | None = None

    @property
    def origin(self) -> Origin:
        """The place of the value."""
        return Origin(self.file.path, self.path, self.node.span)

    @property
    def key_origin(self) -> Origin:
        """The place of the key, or of the value where there is no key."""
        return Origin(self.file.path, self.path, self.key.span if self.key else self.node.span)

    def below(self, name: str, node: Node, key: Scalar | None = None) -> "Yaml":
        """Return the node under a key."""
        return Yaml(node, self.file, f"{self.path}.{name}" if self.path else name, key)

    def within(self, start: int, end: int) -> Origin:
        """Return the place of some characters of a scalar's text."""
        node = self.node
        offset = node.span.start + (node.quote if isinstance(node, Scalar) else 0)
        return Origin(self.file.path, self.path, Span(offset + start, offset + end))


@dataclass(frozen=True, slots=True)
class YamlReader:
    """Reports to `sink`; a value that is not what it should be reads as the empty value of its kind."""

    sink: Sink

    def entries(self, at: Yaml) -> dict[str, Yaml]:
        """Return the entries of a mapping with any keys; a key that stands twice is reported."""
        found: dict[str, Yaml] = {}
        if not isinstance(at.node, Block):
            self._wrong_kind(at, "a mapping")
            return found
        for key, value in at.node.entries:
            entry = at.below(key.text, value, key)
            if key.text in found:
                message = f"`{key.text}` stands twice"
                self._report(
                    DUPLICATE_KEY, entry.key_origin, message, first=found[key.text].key_origin, file=at.file
                )
            else:
                found[key.text] = entry
        return found

    def fields(self, at: Yaml, known: Collection[str]) -> dict[str, Yaml]:
        """Return the entries of a mapping whose keys are `known`."""
        found = self.entries(at)
        for name in found.keys() - {*known}:
            advice = did_you_mean(name, known) or f"known here: {', '.join(f'`{word}`' for word in known)}"
            self.sink.report(UNKNOWN_KEY.at(found[name].key_origin, f"unknown key `{name}`", advice=advice))
        return {name: entry for name, entry in found.items() if name in known}

    def need(self, at: Yaml, fields: dict[str, Yaml], name: str) -> Yaml | None:
        """Return a field that must be there."""
        if name not in fields:
            self.sink.report(MISSING_KEY.at(at.key_origin, f"`{name}` is missing"))
        return fields.get(name)

    def items(self, at: Yaml | None) -> tuple[Yaml, ...]:
        """Return the items of a list."""
        if at is None:
            return ()
        if not isinstance(at.node, Sequence):
            self._wrong_kind(at, "a list")
            return ()
        return tuple(at.below(str(index), node) for index, node in enumerate(at.node.items))

    def text(self, at: Yaml | None) -> str:
        """Return a text as it was written: `2024`, `on` and `.` are texts where a text belongs."""
        if at is None:
            return ""
        if isinstance(at.node, Scalar) and not at.node.is_null:
            return at.node.text
        self._wrong_kind(at, "text")
        return ""

    def texts(self, at: Yaml | None) -> tuple[str, ...]:
        """Return a list of texts; a single text is a list of one."""
        if at is not None and isinstance(at.node, Scalar) and not at.node.is_null:
            return (at.node.text,)
        return tuple(self.text(item) for item in self.items(at))

    def names(self, at: Yaml | None) -> tuple[str, ...]:
        """Return a list of names."""
        return tuple(self.text(item) for item in self.items(at))

    def flag(self, at: Yaml | None) -> bool:
        """Return true or false."""
        if at is None:
            return False
        if isinstance(at.node, Scalar) and at.node.is_plain and at.node.text in _TRUTH:
            return _TRUTH[at.node.text]
        self._wrong_kind(at, "`true` or `false`")
        return False

    def number(self, at: Yaml) -> int:
        """Return a whole number that is not negative."""
        if (
            isinstance(at.node, Scalar)
            and at.node.is_plain
            and at.node.text.isascii()
            and at.node.text.isdigit()
        ):
            return int(at.node.text)
        self._wrong_kind(at, "a whole number")
        return 0

    def word(self, at: Yaml | None, known: Collection[str]) -> str:
        """Return one of the words that are known here."""
        text = self.text(at)
        if at is None or not text or text in known:
            return text
        advice = did_you_mean(text, known) or f"one of {', '.join(f'`{word}`' for word in known)}"
        self.sink.report(UNKNOWN_VALUE.at(at.origin, f"unknown value `{text}`", advice=advice))
        return ""

    def path(self, at: Yaml | None, *, is_absolute: bool = False) -> PathText | None:
        """Parse a path; `is_absolute`: it must start at the document."""
        text = self.text(at)
        return self.path_in(at, text, 0, is_absolute=is_absolute) if at is not None and text else None

    def path_in(self, at: Yaml, text: str, start: int, *, is_absolute: bool = False) -> PathText | None:
        """Parse the path that begins `start` characters into a scalar."""
        try:
            reference = parse(text)
        except PathError as error:
            place = at.within(start + error.offset, max(start + len(text), start + error.offset + 1))
            self.sink.report(PATH_SYNTAX.at(place, f"`{text}` is not a path: {error.message}"))
            return None
        if is_absolute and reference.anchor != "$":
            self.sink.report(
                PATH_SYNTAX.at(at.within(start, start + len(text)), "this path must start with `$`")
            )
            return None
        return PathText(text=text, reference=reference, origin=at.within(start, start + len(text)))

    def key_as_scalar(self, at: Yaml) -> Yaml:
        """Return the key of an entry as a node: some keys are paths."""
        return Yaml(at.key or at.node, at.file, at.path)

    def twice(self, rule: Rule, what: str, second: Yaml, first: Yaml) -> None:
        """Report a definition that there is already."""
        self._report(rule, second.key_origin, what, first=first.key_origin, file=first.file)

    def _report(self, rule: Rule, origin: Origin, message: str, *, first: Origin, file: SourceFile) -> None:
        location = file.locate(first.span or Span(0, 0))
        note = f"first at {first.file}:{location.line}:{location.column}"
        self.sink.report(rule.at(origin, message, notes=(note,)))

    def _wrong_kind(self, at: Yaml, wanted: str) -> None:
        name = at.key.text if at.key else at.path.rpartition(".")[2] or "the document"
        self.sink.report(WRONG_KIND.at(at.origin, f"`{name}` must be {wanted}, found {_kind(at.node)}"))


def _kind(node: Node) -> str:
    match node:
        case Block():
            return "a mapping"
        case Sequence():
            return "a list"
        case Scalar():
            return "nothing" if node.is_null else f"`{node.text}`"
