"""What only the mapping knows of a response: the shapes it declares, and how they join what is known otherwise."""

from dataclasses import dataclass, replace

from compiler.ir.mapping import ArraySpec, LeafSpec, RecordSpec
from compiler.ir.shape import Array, Evidence, Member, Record, Scalar, Shape, Unknown
from compiler.ir.types import Codec, DateText, InstantText, Native, Type
from compiler.passes.codecs import codec_of


def declared_scalar(type_: Type, evidence: Evidence) -> Scalar:
    """Return a leaf of a type that only the mapping knows; dates and instants are strings in JSON."""
    codecs: dict[Type, Codec] = {Type.DATE: DateText(), Type.TIMESTAMP: InstantText()}
    return Scalar(type=type_, codec=codecs.get(type_, Native()), evidence=evidence)


def declared_shape(spec: RecordSpec | ArraySpec | LeafSpec, evidence: Evidence) -> Shape:
    """Return the shape that an author has written."""
    match spec:
        case RecordSpec(members=members):
            inner = (Member(item.name, declared_shape(item.shape, evidence)) for item in members)
            return Record(members=tuple(inner), evidence=evidence)
        case ArraySpec(item=item):
            return Array(item=declared_shape(item, evidence), evidence=evidence)
        case LeafSpec(type=""):
            return Unknown(mixed=True, evidence=evidence)
        case LeafSpec(type=type_):
            return declared_scalar(Type(type_), evidence)


def typed_column(found: Scalar, type_: Type, evidence: Evidence, sentinels: tuple[str, ...]) -> Scalar | None:
    """Return a leaf as a column of another type; what was never seen may be anything."""
    codec = codec_of(found, type_, "", sentinels)
    if codec is not None:
        return Scalar(type=type_, codec=codec, evidence=evidence)
    return None if found.evidence.seen and type_ is not Type.JSON else declared_scalar(type_, evidence)


@dataclass(frozen=True, slots=True)
class Extension:
    """Adds what an author declares to what is known; `sentinels` stand for "no value" in strings of numbers."""

    sentinels: tuple[str, ...]

    def of(self, found: Shape, declared: Shape) -> Shape | None:
        """Return what is known with what it lacks of a declaration, or None where the two contradict each other."""
        match found, declared:
            case Unknown(mixed=False), _:
                return declared
            case Unknown(), _:
                return declared if _never_seen(found) else found
            case _, Unknown():
                return declared
            case Record(), Record():
                return self._record(found, declared)
            case Array(), Array():
                item = self.of(found.item, declared.item)
                return None if item is None else replace(found, item=item)
            case Scalar(), Scalar() if found.type != declared.type:
                return typed_column(found, declared.type, found.evidence, self.sentinels)
            case Scalar(), Scalar():
                return found
            case _:
                return declared if _never_seen(found) else None

    def _record(self, found: Record, declared: Record) -> Record | None:
        members: list[Member] = []
        for member in found.members:
            wanted = declared.by_name.get(member.name)
            shape = self.of(member.shape, wanted) if wanted else member.shape
            if shape is None:
                return None
            members.append(Member(member.name, shape))
        members += (member for member in declared.members if member.name not in found.by_name)
        return Record(members=tuple(members), evidence=found.evidence)


def _never_seen(found: Shape) -> bool:
    """Whether upstream alone speaks of a place: an author who contradicts it knows better."""
    return not found.evidence.seen and not found.evidence.by_mapping
