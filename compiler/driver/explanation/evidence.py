"""What upstream declares of a place, and what captures have shown there: for people and as objects."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from compiler.ir.shape import Array, Evidence, Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """Where a place is declared; `document` is an upstream document, or the mapping that declares the place."""

    document: str
    model: str = ""
    property: str = ""
    description: str = ""

    def to_object(self) -> Mapping[str, str]:
        """Return the object that `--json` prints."""
        return {
            "document": self.document,
            "model": self.model,
            "property": self.property,
            "description": self.description,
        }

    def to_lines(self) -> list[str]:
        """Return the place and what upstream says of it, for people."""
        model = f", model {self.model}" if self.model else ""
        property_ = f", property {self.property}" if self.property else ""
        return [f"{self.document}{model}{property_}", *filter(None, [self.description])]


def declared(evidence: Evidence) -> Declared | None:
    """Return where a place is declared; None where nothing declares it."""
    if not evidence.declared:
        return None
    document, _, rest = evidence.declared.partition("#/models/")
    model, _, property_ = rest.partition("/")
    return Declared(document=document, model=model, property=property_, description=evidence.description)


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What was seen at a place: values, among so many records around it (0: it lies in an array or a map)."""

    count: int
    parents: int
    captures: int
    kinds: tuple[tuple[str, int], ...]
    texts: tuple[tuple[str, int], ...]
    items: "Observed | None" = None

    def to_object(self) -> Mapping[str, object]:
        """Return the object that `--json` prints."""
        return {
            "count": self.count,
            "parents": self.parents,
            "captures": self.captures,
            "kinds": dict(self.kinds),
            "string_classes": dict(self.texts),
            "items": self.items.to_object() if self.items else None,
        }

    def to_text(self) -> str:
        """Return a line for people."""
        captures = amount(self.captures, "capture")
        if not self.captures:
            return "never: no capture of the operation"
        if not self.count:
            return f"never, in {captures}"
        often = (
            f"{self.count:,} of {amount(self.parents, 'time')}"
            if self.parents
            else amount(self.count, "time")
        )
        lines = f"{often} in {captures}: {self.kinds_text()}"
        return f"{lines}; items: {self.items.kinds_text()}" if self.items and self.items.count else lines

    def kinds_text(self) -> str:
        """Return the kinds, and the classes of strings, with their counts."""
        strings = _counts(self.texts)
        return ", ".join(
            f"{kind} {count:,}" + (f" ({strings})" if kind == "string" and strings else "")
            for kind, count in self.kinds
        )


def amount(count: int, noun: str) -> str:
    """Return a number with its noun.

    >>> amount(1, "time"), amount(1200, "time")
    ('1 time', '1,200 times')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _counts(pairs: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in pairs)


def observed(shape: Shape, captures: int) -> Observed:
    """Return what was seen at a place, and in it if it is an array."""
    evidence = shape.evidence
    return Observed(
        count=evidence.seen,
        parents=evidence.parent_seen,
        captures=captures,
        kinds=tuple((kind.value, count) for kind, count in evidence.kinds),
        texts=evidence.texts,
        items=observed(shape.item, captures) if isinstance(shape, Array) else None,
    )
