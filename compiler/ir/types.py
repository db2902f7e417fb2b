"""Logical types of columns, and the codecs between them and what a JSON document holds."""

from dataclasses import dataclass
from enum import StrEnum


class Type(StrEnum):
    """A column's type, named as Postgres names it; `backends/types.py` has the other targets."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    BIGINT = "bigint"
    DOUBLE = "double precision"
    TEXT = "text"
    DATE = "date"
    TIMESTAMP = "timestamptz"
    JSON = "jsonb"


class Kind(StrEnum):
    """The kinds of JSON value that the API's facts tell apart; `integer` is a number without a fraction."""

    OBJECT = "object"
    ARRAY = "array"
    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    NULL = "null"


NATIVE_KIND = {
    Type.BOOLEAN: Kind.BOOLEAN,
    Type.INTEGER: Kind.INTEGER,
    Type.BIGINT: Kind.INTEGER,
    Type.DOUBLE: Kind.NUMBER,
    Type.TEXT: Kind.STRING,
}
"""The JSON kind that holds a type as it is; dates, instants and numbers in strings need a codec."""


@dataclass(frozen=True, slots=True)
class Native:
    """The JSON value is the cell: a number in `bigint`, a string in `text`."""


@dataclass(frozen=True, slots=True)
class DateText:
    """A string `2024-07-12` for a `date`."""


@dataclass(frozen=True, slots=True)
class InstantText:
    """A string `2024-07-13T01:40:00Z`, with or without milliseconds, for a `timestamptz`."""


@dataclass(frozen=True, slots=True)
class IntegerText:
    """A string that holds an integer and prints back the same: `"78"`; not `"078"`, `"+78"`. At most 18 digits."""

    sentinels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DecimalText:
    """A string that holds a decimal with a fixed number of digits: `".250"` is format `.000`, `"4.50"` is `0.00`.

    Under `.000` a value of one or more keeps its leading digit, as the API prints it (`1.000`). At most
    `EXACT_DIGITS` digits.
    """

    format: str
    sentinels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InningsText:
    """A string of whole innings and outs, for outs: `"8.2"` is 26; not `"8"`, `"8.3"`. At most 8 digits of innings."""

    sentinels: tuple[str, ...] = ()


Codec = Native | DateText | InstantText | IntegerText | DecimalText | InningsText
"""How a document's value becomes a cell, and back. Values that a codec refuses are rescued."""

EXACT_DIGITS = 15
"""A double keeps this many decimal digits, so a longer decimal would not print back the same."""

INNINGS = "innings"
"""The format of `InningsText` in a mapping; any other format is that of a decimal."""
