"""How what was seen becomes cells of the type that a mapping asks for."""

from compiler.ir.facts import TextClass, decimal_format
from compiler.ir.shape import Scalar
from compiler.ir.types import (
    INNINGS,
    Codec,
    DateText,
    DecimalText,
    InningsText,
    InstantText,
    IntegerText,
    Kind,
    Native,
    Type,
)

_HELD: dict[Type, frozenset[Kind]] = {
    Type.BOOLEAN: frozenset({Kind.BOOLEAN}),
    Type.INTEGER: frozenset({Kind.INTEGER}),
    Type.BIGINT: frozenset({Kind.INTEGER}),
    Type.DOUBLE: frozenset({Kind.INTEGER, Kind.NUMBER}),
}
"""JSON kinds besides strings that a column of a type holds as they are."""


def codec_of(shape: Scalar, type_: Type, pattern: str, sentinels: tuple[str, ...]) -> Codec | None:
    """Return how values of a shape become cells of a type, or None if they cannot; `pattern` is that of strings."""
    kinds = {kind for kind, _ in shape.evidence.kinds if kind is not Kind.NULL}
    if kinds == {Kind.STRING} or (not kinds and shape.type in (Type.TEXT, Type.DATE, Type.TIMESTAMP)):
        codec = _text_codec(type_, pattern, sentinels)
        return codec if codec and all(_fits(text, codec) for text, _ in shape.evidence.texts) else None
    return Native() if not pattern and kinds <= _HELD.get(type_, frozenset()) else None


def formatted_type(pattern: str) -> Type:
    """Return the type of a column that has a format and names no type."""
    return Type.BIGINT if pattern == INNINGS else Type.DOUBLE


def has_placeholders(codec: Codec) -> bool:
    """Whether a codec reads some strings as "no value": those of numbers do, a text is itself."""
    return isinstance(codec, IntegerText | DecimalText | InningsText)


def _text_codec(type_: Type, pattern: str, sentinels: tuple[str, ...]) -> Codec | None:
    """Return how strings become cells of a type; a decimal needs the format that it prints back in."""
    match type_:
        case Type.INTEGER | Type.BIGINT if pattern == INNINGS:
            return InningsText(sentinels)
        case Type.DOUBLE if pattern and pattern != INNINGS:
            return DecimalText(pattern, sentinels)
        case _ if pattern:
            return None
        case Type.INTEGER | Type.BIGINT:
            return IntegerText(sentinels)
        case Type.DATE:
            return DateText()
        case Type.TIMESTAMP:
            return InstantText()
        case Type.TEXT:
            return Native()
        case _:
            return None


def _fits(text: str, codec: Codec) -> bool:
    """Whether strings of an observed class become cells; placeholders are NULL in every codec but text's."""
    is_blank = text in (TextClass.SENTINEL, TextClass.EMPTY)
    match codec:
        case Native():
            return True
        case DateText():
            return text in (TextClass.DATE, TextClass.EMPTY)
        case InstantText():
            return text in (TextClass.INSTANT, TextClass.EMPTY)
        case IntegerText():
            return is_blank or text == TextClass.INTEGER
        case DecimalText(pattern):
            return is_blank or _is_decimal(text, pattern)
        case InningsText():
            return is_blank or _is_decimal(text, "0.0")


def _is_decimal(text: str, pattern: str) -> bool:
    return decimal_format([text]) == pattern or text == f"decimal1{pattern.removeprefix('0')}"
