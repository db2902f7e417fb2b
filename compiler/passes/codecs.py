"""How what was seen becomes cells of the type that a mapping asks for."""

from compiler.ir.facts import TextClass, decimal_format
from compiler.ir.shape import Scalar
from compiler.ir.types import Codec, DateText, DecimalText, InstantText, IntegerText, Kind, Native, Type

_HELD: dict[Type, frozenset[Kind]] = {
    Type.BOOLEAN: frozenset({Kind.BOOLEAN}),
    Type.INTEGER: frozenset({Kind.INTEGER}),
    Type.BIGINT: frozenset({Kind.INTEGER}),
    Type.DOUBLE: frozenset({Kind.INTEGER, Kind.NUMBER}),
}
"""JSON kinds besides strings that a column of a type holds as they are."""


def codec_of(shape: Scalar, type_: Type, pattern: str, sentinels: tuple[str, ...]) -> Codec | None:
    """Return how values of a shape become cells of a type, or None if they cannot."""
    kinds = {kind for kind, _ in shape.evidence.kinds if kind is not Kind.NULL}
    if kinds == {Kind.STRING} or (not kinds and shape.type in (Type.TEXT, Type.DATE, Type.TIMESTAMP)):
        codec = _text_codec(type_, pattern, sentinels)
        return codec if codec and all(_fits(text, codec) for text, _ in shape.evidence.texts) else None
    return Native() if kinds <= _HELD.get(type_, frozenset()) else None


def _text_codec(type_: Type, pattern: str, sentinels: tuple[str, ...]) -> Codec | None:
    """Return how strings become cells of a type; a decimal needs the format that it prints back in."""
    match type_:
        case Type.DATE:
            return DateText()
        case Type.TIMESTAMP:
            return InstantText()
        case Type.INTEGER | Type.BIGINT:
            return IntegerText(sentinels)
        case Type.DOUBLE if pattern:
            return DecimalText(pattern, sentinels)
        case Type.TEXT:
            return Native()
        case _:
            return None


def _fits(text: str, codec: Codec) -> bool:
    """Whether strings of an observed class become cells; placeholders are NULL in every codec but text's."""
    match codec:
        case Native():
            return True
        case DateText():
            return text in (TextClass.DATE, TextClass.EMPTY)
        case InstantText():
            return text in (TextClass.INSTANT, TextClass.EMPTY)
        case IntegerText():
            return text in (TextClass.INTEGER, TextClass.SENTINEL, TextClass.EMPTY)
        case DecimalText(pattern):
            placeholder = text in (TextClass.SENTINEL, TextClass.EMPTY)
            return (
                placeholder
                or decimal_format([text]) == pattern
                or text == f"decimal1{pattern.removeprefix('0')}"
            )
