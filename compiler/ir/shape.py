"""The resolved type tree of a response: declared and observed merged, maps told from records."""

from dataclasses import dataclass
from functools import cached_property

from compiler.ir.api import TypeRef
from compiler.ir.types import Codec, Kind, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why a node is what it is, for `mlbc explain`.

    `declared` names document, model and property, or is ""; `declares` is the type that upstream gives the place.
    `seen` counts values, `kinds` what they were. `because` is the decision in words; `by_mapping` says that the author
    took it. `shared` names the other places of the same thing (`game.playByPlay:$.allPlays[*]`) whose facts are counted
    in.
    """

    declared: str = ""
    declares: TypeRef | None = None
    description: str = ""
    seen: int = 0
    parent_seen: int = 0
    kinds: tuple[tuple[Kind, int], ...] = ()
    texts: tuple[tuple[str, int], ...] = ()
    because: str = ""
    by_mapping: bool = False
    shared: tuple[str, ...] = ()

    @property
    def is_only_declared(self) -> bool:
        """Whether upstream declares the place, no capture has it, and no mapping speaks of it."""
        return bool(self.declared) and not self.seen and not self.by_mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """A leaf with a column type and the codec that reads it."""

    type: Type
    codec: Codec
    evidence: Evidence


@dataclass(frozen=True, kw_only=True)
class Record:
    """An object with known keys, in the order of the declaration, then of the alphabet."""

    members: tuple["Member", ...]
    evidence: Evidence

    @cached_property
    def by_name(self) -> dict[str, "Shape"]:
        """Member shapes by key."""
        return {member.name: member.shape for member in self.members}


@dataclass(frozen=True, slots=True)
class Member:
    """A key of a record and what lies under it."""

    name: str
    shape: "Shape"


@dataclass(frozen=True, slots=True, kw_only=True)
class Array:
    """An array whose elements share a shape."""

    item: "Shape"
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Map:
    """An object whose keys are values (`ID660271`, dates): its values share a shape."""

    value: "Shape"
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A place without one shape.

    `mixed`: its values go whole to a `jsonb` column, because kinds disagreed, because it is declared but was never
    seen (or is opaque), or because the mapping says so. Otherwise only null, `{}` and `[]` were seen: it has no column,
    and what turns up there is rescued.
    """

    mixed: bool
    evidence: Evidence


Shape = Scalar | Record | Array | Map | Unknown


def is_document(shape: Shape) -> bool:
    """Whether values of this shape are kept whole, in a `jsonb` column."""
    return isinstance(shape, Unknown) and shape.mixed
