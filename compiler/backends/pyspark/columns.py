"""Turn what a column reads into a PySpark expression: text of Python, casts that never raise."""

import re
from dataclasses import dataclass
from typing import assert_never

from compiler.backends.pyspark.schema import Read, part_name, quoted
from compiler.backends.types import spark
from compiler.ir.names import snake
from compiler.ir.paths import Each, Field, Path, show
from compiler.ir.plan import Column, Leaf, Where
from compiler.ir.types import (
    EXACT_DIGITS,
    Codec,
    DateText,
    DecimalText,
    InningsText,
    InstantText,
    IntegerText,
    Native,
    Type,
)

PARSED_AS = {
    Type.BOOLEAN: "BooleanType",
    Type.INTEGER: "LongType",
    Type.BIGINT: "LongType",
    Type.DOUBLE: "DoubleType",
    Type.JSON: "VariantType",
}
"""How `from_json` reads a native leaf. All others are read as text: what Spark makes of `""` or `Z` is no cast of ours.

Only VARIANT tells the string `"12"` from the number.
"""

AS_PARSED = {
    Type.BOOLEAN: "BooleanType",
    Type.BIGINT: "LongType",
    Type.DOUBLE: "DoubleType",
    Type.TEXT: "StringType",
    Type.JSON: "VariantType",
}
"""The Spark type that a column shares with its parsed leaf: nothing to cast."""


def leaf_type(leaf: Leaf, logical: Type) -> str:
    """Return the Spark type that a leaf is parsed as."""
    return PARSED_AS.get(logical, "StringType") if isinstance(leaf.codec, Native) else "StringType"


def read_of(leaf: Leaf, logical: Type) -> Read:
    """Return what a leaf reads of a document."""
    return Read((*leaf.path, Each()) if leaf.is_array else leaf.path, leaf_type(leaf, logical))


def filter_type(where: Where) -> str:
    """Return the Spark type that a filter's value is parsed as."""
    return "BooleanType" if where.equals is None else "StringType"


@dataclass(frozen=True, slots=True, order=True)
class Pattern:
    """A constant of the generated module: what a text must match to be cast."""

    name: str
    regex: str


DATE = Pattern("DATE", r"^(?!0000)\d{4}-\d\d-\d\d\z")
INSTANT = Pattern("INSTANT", r"^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z\z")
INTEGER = Pattern("INTEGER", r"^(0|-?[1-9]\d{0,17})\z")
INNINGS = Pattern("INNINGS", r"^(0|[1-9]\d{0,7})\.([012])\z")


def decimal_pattern(form: str) -> Pattern:
    r"""Return the pattern of a decimal format.

    >>> decimal_pattern(".000")
    Pattern(name='DECIMAL_000', regex='^-?([1-9]\\d{0,11})?\\.\\d{3}\\z')
    """
    leading, _, fraction = form.partition(".")
    digits = rf"[1-9]\d{{0,{EXACT_DIGITS - len(fraction) - 1}}}"
    whole = f"(0|{digits})" if leading else f"({digits})?"
    name = "_".join(part for part in ("DECIMAL", leading, fraction) if part)
    return Pattern(name, rf"^-?{whole}\.\d{{{len(fraction)}}}\z")


def pattern(codec: Codec) -> Pattern | None:
    """Return what a text must match under a codec; None where the document's value is the cell."""
    match codec:
        case Native():
            return None
        case DateText():
            return DATE
        case InstantText():
            return INSTANT
        case IntegerText():
            return INTEGER
        case DecimalText(format=form):
            return decimal_pattern(form)
        case InningsText():
            return INNINGS
        case _:
            assert_never(codec)


def reference(element: str, fields: Path) -> str:
    """Return the dotted name of a value below a column; names that are not plain stand in backticks."""
    names = [field.name for field in fields if isinstance(field, Field)]
    if len(names) < len(fields):
        raise ValueError(f"a loop that is not the row's own: {show(fields)}")
    return ".".join((element, *(part_name(name) for name in names)))


def value(column: Column, leaf: Leaf, place: str) -> str:
    """Return the expression of a leaf that stands at `place`."""
    if leaf.is_array:
        return _elements(column, leaf, place)
    return cell(column.type, leaf.codec, quoted(place))


def _elements(column: Column, leaf: Leaf, place: str) -> str:
    if _is_parsed(column.type, leaf.codec):
        return f"F.col({quoted(place)})"
    return f"F.transform({quoted(place)}, lambda item: {cell(column.type, leaf.codec, 'item')})"


def cell(logical: Type, codec: Codec, text: str) -> str:
    """Return the expression that makes a cell of a value; `text` is Python for a name or a column."""
    found = pattern(codec)
    if found is INNINGS:
        innings, outs = (_extracted(codec, INNINGS, text, group, logical) for group in (1, 2))
        return f"(3 * {innings} + {outs})"
    if found is not None:
        return _extracted(codec, found, text, 0, logical)
    if logical is Type.JSON:
        return f'F.nullif(F.to_json({text}), F.lit("null"))'
    column = text if text == "item" else f"F.col({text})"
    return column if _is_parsed(logical, codec) else f"{column}.try_cast({quoted(spark(logical))})"


def _extracted(codec: Codec, found: Pattern, text: str, group: int, logical: Type) -> str:
    """Return the expression of what a group of a pattern holds; NULL where the text does not match."""
    checked = f"F.regexp_extract({_without(codec, found, text)}, {found.name}, {group})"
    return f"{checked}.try_cast({quoted(spark(logical))})"


def _is_parsed(logical: Type, codec: Codec) -> bool:
    parsed = leaf_type(Leaf(path=(), codec=codec), logical)
    return isinstance(codec, Native) and logical is not Type.JSON and AS_PARSED.get(logical) == parsed


def _without(codec: Codec, found: Pattern, text: str) -> str:
    """Wrap a text so that placeholders which look like values become NULL; the others match no pattern."""
    if not isinstance(codec, IntegerText | DecimalText | InningsText):
        return text
    regex = found.regex.removesuffix(r"\z")
    for sentinel in codec.sentinels:
        if re.fullmatch(regex, sentinel):
            text = f"F.nullif({text}, F.lit({quoted(sentinel)}))"
    return text


DIGITS = Pattern("DIGITS", r"^-?\d+\z")
"""An integer in the request: `007` is 7 there."""


def text_pattern(logical: Type) -> Pattern | None:
    """Return what the text of a request parameter or of a map's key must match; None where any text will do."""
    return {Type.INTEGER: DIGITS, Type.BIGINT: DIGITS, Type.DATE: DATE, Type.TIMESTAMP: INSTANT}.get(logical)


def text_as(logical: Type, text: str) -> str:
    """Return the expression that casts the text of a request parameter or of a map's key."""
    if logical in {Type.TEXT, Type.JSON}:
        return text
    found = text_pattern(logical)
    checked = text if found is None else f"F.regexp_extract({text}, {found.name}, 0)"
    return f"{checked}.try_cast({quoted(spark(logical))})"


def ordinal(logical: Type, position: str, base: int) -> str:
    """Return the expression of a position, which Spark counts from 0 in an `int`."""
    counted = f"({position} + {base})" if base else position
    return counted if logical is Type.INTEGER else f"{counted}.cast({quoted(spark(logical))})"


def param(name: str, default: str | None) -> str:
    """Return the expression of a request parameter."""
    found = f'F.try_element_at("params", F.lit({quoted(name)}))'
    return found if default is None else f"F.coalesce({found}, F.lit({quoted(default)}))"


def column_name(*parts: str) -> str:
    """Join names into the name of an intermediate column."""
    return "_".join(snake(part) for part in parts if part)
