"""Where what was seen has overruled the type that upstream declares."""

from compiler.ir.api import ArrayRef, MapRef, ModelRef, OpaqueRef, ScalarRef, TypeRef
from compiler.ir.shape import Array, Map, Record, Scalar, Shape, Unknown
from compiler.ir.types import NATIVE_KIND, DateText, InstantText, Kind, Native, Type

_NUMBERS = {Kind.INTEGER, Kind.NUMBER}


def is_overruled(shape: Shape) -> bool:
    """Whether values as upstream declares them would have no place here, because others were seen.

    What lies in an array or a map is not looked at: it is a place of its own. An author's word is no such case.

    >>> from compiler.ir.shape import Evidence
    >>> seen = Evidence(declares=ScalarRef("string"), seen=6)
    >>> is_overruled(Scalar(type=Type.BOOLEAN, codec=Native(), evidence=seen))
    True
    >>> is_overruled(Scalar(type=Type.TEXT, codec=Native(), evidence=seen))
    False
    """
    evidence = shape.evidence
    ref = evidence.declares
    if ref is None or isinstance(ref, OpaqueRef) or not evidence.seen or evidence.by_mapping:
        return False
    match shape:
        case Scalar():
            return not _takes(shape, ref)
        case Array():
            return not isinstance(ref, ArrayRef)
        case Map():
            return not isinstance(ref, MapRef)
        case Record():
            return not isinstance(ref, ModelRef)
        case Unknown(mixed=mixed):
            return not mixed


def _takes(scalar: Scalar, ref: TypeRef) -> bool:
    if not isinstance(ref, ScalarRef):
        return False
    kind = Kind(ref.type)
    match scalar.codec:
        case DateText():
            return ref.format == "date"
        case InstantText():
            return ref.format == "date-time"
        case Native() if scalar.type is Type.DOUBLE:
            return kind in _NUMBERS
        case Native():
            return kind is NATIVE_KIND[scalar.type]
        case _:
            return kind is Kind.STRING


def shown(shape: Shape) -> str:
    """Say in a word what was seen at a place: a column's type where strings became more than text.

    >>> from compiler.ir.shape import Evidence
    >>> shown(Scalar(type=Type.DATE, codec=DateText(), evidence=Evidence(kinds=((Kind.STRING, 6),))))
    'date'
    """
    match shape:
        case Map() if not isinstance(shape.evidence.declares, MapRef):
            return "map"
        case Scalar(type=Type.DATE, codec=DateText()):
            return "date"
        case Scalar(type=Type.TIMESTAMP, codec=InstantText()):
            return "instant"
        case _:
            kinds = [kind for kind, _ in shape.evidence.kinds if kind is not Kind.NULL]
            return " or ".join(kinds) or Kind.NULL
