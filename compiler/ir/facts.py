"""Facts observed in captured responses: per path, what was seen and how often. No captured values."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from compiler.ir.types import Kind


class TextClass(StrEnum):
    """Lexical classes of strings. A string belongs to exactly one; `decimal` also keeps its scale."""

    EMPTY = "empty"
    INTEGER = "integer"
    """Prints back the same as an integer: `78`, `-3`, not `078`."""
    DECIMAL = "decimal"
    """Digits with a fraction, `.250` or `4.50`; facts hold `decimal.000` and `decimal0.00`."""
    DATE = "date"
    """`2024-07-12`, a real day."""
    INSTANT = "instant"
    """`2024-07-13T01:40:00Z` or with milliseconds, a real moment."""
    SENTINEL = "sentinel"
    """A placeholder of dashes, dots and stars: `-.--`, `.---`, `-`, `*.**`."""
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What was seen at one path.

    `kinds` counts values by JSON kind. `texts` counts strings by class (`decimal` with its format appended).
    `longest` is the bucket (a power of two) of the longest string, `widest` that of the largest integer in bits.
    `maps` counts objects whose keys are values, by evidence (`key-in-value`, `lexical:<class>`); their values are
    folded under `{*}`. An object with such evidence contributes to `{*}`, any other to its fields.
    """

    kinds: Mapping[Kind, int]
    texts: Mapping[str, int]
    longest: int = 0
    widest: int = 0
    maps: Mapping[str, int]

    @property
    def seen(self) -> int:
        """Number of values seen at the path."""
        return sum(self.kinds.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """All facts of one operation: path text (as `ir.paths.show` prints it) -> facts, and the captures they come from."""

    operation: str
    captures: tuple[str, ...]
    paths: Mapping[str, Facts]
