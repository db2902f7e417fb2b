"""What upstream declares of a place, and what captures have shown there: for people and as objects."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from compiler.ir.api import show_type
from compiler.ir.facts import Facts, total
from compiler.ir.facts import Observed as Seen
from compiler.ir.overruled import is_overruled, shown
from compiler.ir.paths import Each, Field, Path, branches, show
from compiler.ir.shape import Array, Shape
from compiler.ir.types import Kind
from compiler.wording import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """Where a place is declared; `document` is an upstream document, or the mapping that declares the place.

    `type` is what upstream says; `overruled_by` what was seen that has no place in it, or "".
    """

    document: str
    model: str = ""
    property: str = ""
    description: str = ""
    type: str = ""
    overruled_by: str = ""

    def to_object(self) -> Mapping[str, str | None]:
        """Return the object that `--json` prints."""
        return {
            "document": self.document,
            "model": self.model,
            "property": self.property,
            "type": self.type,
            "overruled_by": self.overruled_by or None,
            "description": self.description,
        }

    def to_lines(self) -> list[str]:
        """Return the place and what upstream says of it, for people."""
        model = f", model {self.model}" if self.model else ""
        property_ = f", property {self.property}" if self.property else ""
        type_ = f": {self.type}" if self.type else ""
        by = f"overruled: captured responses say {self.overruled_by}" if self.overruled_by else ""
        return [f"{self.document}{model}{property_}{type_}", *filter(None, [by, self.description])]


def declared(shape: Shape) -> Declared | None:
    """Return where a place is declared; None where nothing declares it."""
    evidence = shape.evidence
    if not evidence.declared:
        return None
    document, _, rest = evidence.declared.partition("#/models/")
    model, _, property_ = rest.partition("/")
    inside = (shape, shape.item) if isinstance(shape, Array) else (shape,)
    return Declared(
        document=document,
        model=model,
        property=property_,
        description=evidence.description,
        type=show_type(evidence.declares) if evidence.declares else "",
        overruled_by=next((shown(found) for found in inside if is_overruled(found)), ""),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Values that were seen, among so many records around them (0: they lie in an array or a map)."""

    count: int = 0
    parents: int = 0
    kinds: tuple[tuple[str, int], ...] = ()
    texts: tuple[tuple[str, int], ...] = ()

    def to_object(self) -> Mapping[str, object]:
        """Return the object that `--json` prints."""
        return {
            "count": self.count,
            "parents": self.parents,
            "kinds": dict(self.kinds),
            "string_classes": dict(self.texts),
        }

    @property
    def often(self) -> str:
        """How often, in words."""
        of = f"{self.count:,} of {counted(self.parents, 'time')}"
        return of if self.parents else counted(self.count, "time")

    @property
    def what(self) -> str:
        """The kinds of value, and the classes of strings, with their counts."""
        strings = _counts(self.texts)
        return ", ".join(
            f"{kind} {count:,}" + (f" ({strings})" if kind == "string" and strings else "")
            for kind, count in self.kinds
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What captures of the operation have shown at a place, and what is known of the same thing elsewhere.

    `pooled` counts both, if there is more than the operation's own; `shared` names the other places.
    """

    own: Counts
    captures: int
    items: Counts | None = None
    pooled: Counts | None = None
    shared: tuple[str, ...] = ()

    def to_object(self) -> Mapping[str, object]:
        """Return the object that `--json` prints."""
        return {
            **self.own.to_object(),
            "captures": self.captures,
            "items": self.items.to_object() if self.items else None,
            "pooled": self.pooled.to_object() if self.pooled else None,
            "shared_with": list(self.shared),
        }

    def to_lines(self) -> list[str]:
        """Return what was seen here and, with the same thing elsewhere, in all."""
        return [self._own(), *([self._pooled(self.pooled)] if self.pooled else [])]

    def _own(self) -> str:
        if not self.captures:
            return "never: no capture of the operation"
        if not self.own.count:
            return f"never, in {counted(self.captures, 'capture')}"
        items = f"; items: {self.items.what}" if self.items and self.items.count else ""
        return f"{self.own.often} in {counted(self.captures, 'capture')}: {self.own.what}{items}"

    def _pooled(self, pooled: Counts) -> str:
        others = sorted({place.partition(":")[0] for place in self.shared})
        where = f"the same in {', '.join(others)}" if others else "places that share its shape"
        return f"{pooled.often} with {where}: {pooled.what}"


def _counts(pairs: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in pairs)


def observed(shape: Shape, path: Path, seen: Seen | None) -> Observed:
    """Return what was observed at a path: `seen` holds the facts of the operation's own captures."""
    own, all_ = _own(path, seen), _known(shape)
    return Observed(
        own=own,
        captures=len(seen.captures) if seen else 0,
        items=_own((*path, Each()), seen) if isinstance(shape, Array) else None,
        pooled=all_ if all_.count > own.count else None,
        shared=shape.evidence.shared,
    )


def _own(path: Path, seen: Seen | None) -> Counts:
    paths: Mapping[str, Facts] = seen.paths if seen else {}
    places = [*branches(path)]
    facts = total([paths[text] for place in places if (text := show(place)) in paths])
    around = [paths.get(show(place[:-1])) for place in places if place and isinstance(place[-1], Field)]
    return Counts(
        count=facts.seen,
        parents=sum(found.kinds.get(Kind.OBJECT, 0) for found in around if found),
        kinds=tuple((kind.value, count) for kind, count in facts.kinds.items()),
        texts=tuple(facts.texts.items()),
    )


def _known(shape: Shape) -> Counts:
    evidence = shape.evidence
    return Counts(
        count=evidence.seen,
        parents=evidence.parent_seen,
        kinds=tuple((kind.value, count) for kind, count in evidence.kinds),
        texts=evidence.texts,
    )
