"""Facts observed in captured responses: per path, what was seen and how often. No captured values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from compiler.ir.types import Kind

K = TypeVar("K", bound=str)


class TextClass(StrEnum):
    """Lexical classes of strings. A string belongs to exactly one; `decimal` also keeps its scale, `link` its noun."""

    EMPTY = "empty"
    INTEGER = "integer"
    """Prints back the same as an integer: `78`, `-3`, not `078`."""
    DECIMAL = "decimal"
    """Digits with a fraction, at most 15 of them; facts hold the format too: `decimal.000` (`.250`), `decimal0.00`
    (`0.25`), and `decimal1.00` (`4.50`: from one upwards both formats print alike)."""
    DATE = "date"
    """`2024-07-12`, a real day."""
    INSTANT = "instant"
    """`2024-07-13T01:40:00Z` or with milliseconds, a real moment."""
    SENTINEL = "sentinel"
    """A placeholder of dashes, dots and stars: `-.--`, `.---`, `-`, `*.**`."""
    LINK = "link"
    """The URI of one thing; facts hold the noun too: `link.people` (`/api/v1/people/660271`)."""
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What was seen at one path.

    `kinds` counts values by JSON kind; a number written with a fraction (`95.0`) is `number`. `texts` counts strings
    by class (`decimal` with its format appended). `longest` is the bucket (a power of two) of the longest string,
    `widest` that of the widest integer in bits, with its sign and also when it stands in a string: 32 fits `integer`,
    64 fits `bigint`.
    `maps` counts objects whose keys are values, by evidence (`key-in-value`, `lexical:<class>`); their values are
    folded under `{*}`. An object with such evidence contributes to `{*}`, any other to its fields.
    `repeats`: some array had two elements with the same value here, so that it cannot tell them apart.
    """

    kinds: Mapping[Kind, int]
    texts: Mapping[str, int]
    longest: int = 0
    widest: int = 0
    maps: Mapping[str, int]
    repeats: bool = False

    @property
    def seen(self) -> int:
        """Number of values seen at the path."""
        return sum(self.kinds.values())


def total(parts: Sequence[Facts]) -> Facts:
    """Return the facts of several places, or of several captures, together."""
    if len(parts) == 1:
        return parts[0]
    return Facts(
        kinds=_sum(part.kinds for part in parts),
        texts=_sum(part.texts for part in parts),
        longest=max((part.longest for part in parts), default=0),
        widest=max((part.widest for part in parts), default=0),
        maps=_sum(part.maps for part in parts),
        repeats=any(part.repeats for part in parts),
    )


def _sum(counts: Iterable[Mapping[K, int]]) -> Mapping[K, int]:
    totals: dict[K, int] = {}
    for part in counts:
        for key, count in part.items():
            totals[key] = totals.get(key, 0) + count
    return dict(sorted(totals.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """All facts of one operation: path text (as `ir.paths.show` prints it) -> facts, and the captures behind them."""

    operation: str
    captures: tuple[str, ...]
    paths: Mapping[str, Facts]


def decimal_format(texts: Iterable[str]) -> str | None:
    """Return the one format (as in `ir.types.DecimalText`) under which all classes of decimals print back, if any.

    >>> decimal_format(["decimal.000", "decimal1.000", "sentinel"])
    '.000'
    >>> decimal_format(["decimal.000", "decimal0.000"])
    """
    formats = {text.removeprefix("decimal") for text in texts if text.startswith("decimal")}
    exact = {found for found in formats if not found.startswith("1")}
    flexible = {found[1:] for found in formats if found.startswith("1")}
    if not exact:
        return f"0{flexible.pop()}" if len(flexible) == 1 else None
    chosen = exact.pop()
    return chosen if not exact and flexible <= {chosen.removeprefix("0")} else None
