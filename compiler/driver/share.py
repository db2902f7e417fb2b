"""The typed share: of the leaves that captures had, how many go to columns of a type other than `jsonb`."""

from dataclasses import dataclass

from compiler.driver.ownership import Ownership
from compiler.ir.facts import Facts, Observed, TextClass
from compiler.ir.paths import parse
from compiler.ir.plan import Leaf, OperationPlan
from compiler.ir.types import (
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

_CONTENT = (Kind.STRING, Kind.INTEGER, Kind.NUMBER, Kind.BOOLEAN)
"""Kinds of a leaf that holds something."""


@dataclass(frozen=True, slots=True)
class Share:
    """Of so many leaves with content, how many go to columns of a type other than `jsonb`."""

    typed: int = 0
    content: int = 0

    def __add__(self, other: "Share") -> "Share":
        """Return the share of both."""
        return Share(self.typed + other.typed, self.content + other.content)

    @property
    def ratio(self) -> float | None:
        """The share as a number from 0 to 1; None of nothing."""
        return round(self.typed / self.content, 4) if self.content else None

    def to_text(self) -> str:
        """Return the share for people, rounded down: 100 % is all."""
        return f"{1000 * self.typed // self.content / 10:g} %" if self.content else "-"


def typed_share(plan: OperationPlan, observed: Observed | None) -> Share:
    """Return what the facts say of the leaves that captures had: placeholders of a column are no content."""
    ownership = Ownership(plan)
    total = Share()
    for text, facts in observed.paths.items() if observed else ():
        count = sum(facts.kinds.get(kind, 0) for kind in _CONTENT)
        if not count:
            continue
        owners = ownership.of(parse(text).steps)
        source = owners[0][1].source if owners else None
        if not isinstance(source, Leaf) or owners[0][1].type is Type.JSON:
            total += Share(0, count)
        else:
            empty = facts.texts.get(TextClass.SENTINEL, 0) if _has_sentinels(source.codec) else 0
            total += Share(_read(source.codec, owners[0][1].type, facts), count - empty)
    return total


def _has_sentinels(codec: Codec) -> bool:
    return isinstance(codec, IntegerText | DecimalText | InningsText) and bool(codec.sentinels)


def _read(codec: Codec, type_: Type, facts: Facts) -> int:
    """Return how many of the values at a path a codec takes."""
    match codec:
        case Native():
            return sum(facts.kinds.get(kind, 0) for kind in _NATIVE.get(type_, ()))
        case DateText():
            return facts.texts.get(TextClass.DATE, 0)
        case InstantText():
            return facts.texts.get(TextClass.INSTANT, 0)
        case IntegerText():
            return facts.texts.get(TextClass.INTEGER, 0)
        case DecimalText() | InningsText():
            return sum(count for text, count in facts.texts.items() if text.startswith(TextClass.DECIMAL))


_NATIVE = {
    Type.BOOLEAN: (Kind.BOOLEAN,),
    Type.INTEGER: (Kind.INTEGER,),
    Type.BIGINT: (Kind.INTEGER,),
    Type.DOUBLE: (Kind.INTEGER, Kind.NUMBER),
    Type.TEXT: (Kind.STRING,),
}
