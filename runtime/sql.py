"""What the operators and functions of expressions mean in plain Python: those of `compiler/ir/functions`, row by row.

NULL is None. Every function takes whatever a column may hold and gives a value or None; none raises. Generated code
calls them as `sql.add(a, b)`.
"""

import builtins
import math
import re
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TypeAlias, TypeVar
from zoneinfo import ZoneInfo

__all__ = ["date"]

Value: TypeAlias = bool | int | float | str | date | datetime | None
V = TypeVar("V")
Ordered = TypeVar("Ordered", float, str, date, datetime)
"""What has an order; the integers are among the floats."""

_LEAST, _BIGGEST = -(2**63), 2**63 - 1
_EXACT = 2.0**53
_SMALLEST_MEASURE, _LARGEST_MEASURE = 1e-150, 1e150
_INTEGER = re.compile(r"-?[0-9]{1,18}")
_DECIMAL = re.compile(r"-?([0-9]{1,15}(\.[0-9]{0,15})?|\.[0-9]{1,15})")
_FIRST = datetime(1, 1, 2, tzinfo=UTC)
_LAST = datetime(9999, 12, 30, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UPPER = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")

# ------------------------------------------------------------------------------------------- three-valued logic


def and_(one: bool | None, other: bool | None) -> bool | None:
    """`AND`: false where either is."""
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def or_(one: bool | None, other: bool | None) -> bool | None:
    """`OR`: true where either is."""
    if one or other:
        return True
    return None if one is None or other is None else False


def not_(one: bool | None) -> bool | None:
    """`NOT`."""
    return None if one is None else not one


def eq(one: Value, other: Value) -> bool | None:
    """`=`."""
    return None if one is None or other is None else one == other


def ne(one: Value, other: Value) -> bool | None:
    """`<>`."""
    return None if one is None or other is None else one != other


def lt(one: Ordered | None, other: Ordered | None) -> bool | None:
    """`<`."""
    return None if one is None or other is None else one < other


def le(one: Ordered | None, other: Ordered | None) -> bool | None:
    """`<=`."""
    return None if one is None or other is None else one <= other


def gt(one: Ordered | None, other: Ordered | None) -> bool | None:
    """`>`."""
    return lt(other, one)


def ge(one: Ordered | None, other: Ordered | None) -> bool | None:
    """`>=`."""
    return le(other, one)


def in_(item: Value, *options: Value) -> bool | None:
    """`IN`: NULL where nothing is equal and something is NULL."""
    if item is None:
        return None
    if any(option is not None and option == item for option in options):
        return True
    return None if None in options else False


# ---------------------------------------------------------------------------------------- whichever is there


def coalesce(*values: V | None) -> V | None:
    """Return the first value that is not NULL."""
    return next((value for value in values if value is not None), None)


def nullif(one: V | None, other: V | None) -> V | None:
    """Return NULL where both are equal, else the first."""
    return None if one is not None and one == other else one


def greatest(*values: Ordered | None) -> Ordered | None:
    """Return the greatest value that is not NULL."""
    found: Ordered | None = None
    for value in values:
        if found is None or gt(value, found):
            found = value
    return found


def least(*values: Ordered | None) -> Ordered | None:
    """Return the least value that is not NULL."""
    found: Ordered | None = None
    for value in values:
        if found is None or lt(value, found):
            found = value
    return found


# ----------------------------------------------------------------------------------------------- whole numbers


def _fits(number: int) -> int | None:
    return number if _LEAST <= number <= _BIGGEST else None


def add(one: int | None, other: int | None) -> int | None:
    """Return the sum; NULL beyond 64 bits."""
    return None if one is None or other is None else _fits(one + other)


def subtract(one: int | None, other: int | None) -> int | None:
    """Return the difference; NULL beyond 64 bits."""
    return None if one is None or other is None else _fits(one - other)


def multiply(one: int | None, other: int | None) -> int | None:
    """Return the product; NULL beyond 64 bits."""
    return None if one is None or other is None else _fits(one * other)


def divide(one: int | None, other: int | None) -> int | None:
    """Return the quotient without its fraction; NULL for a division by zero."""
    if one is None or not other:
        return None
    quotient = abs(one) // abs(other)
    return _fits(quotient if (one < 0) == (other < 0) else -quotient)


def remainder(one: int | None, other: int | None) -> int | None:
    """Return the remainder, which has the sign of the dividend; NULL for a division by zero, and by -1 of the least."""
    quotient = divide(one, other)
    return None if one is None or other is None or quotient is None else one - quotient * other


def absolute(one: int | None) -> int | None:
    """Return the size of a number; NULL beyond 64 bits."""
    return None if one is None else _fits(abs(one))


# ---------------------------------------------------------------------------------------------------- measures


def _measure(one: float | None) -> float | None:
    """Return a double that can be calculated with; an integer beyond doubles is in no row that is kept."""
    if one is None or one == 0:
        return None if one is None else float(one)
    return float(one) if _SMALLEST_MEASURE <= abs(one) <= _LARGEST_MEASURE else None


def add_measures(one: float | None, other: float | None) -> float | None:
    """Return the sum."""
    one, other = _measure(one), _measure(other)
    return None if one is None or other is None else one + other


def subtract_measures(one: float | None, other: float | None) -> float | None:
    """Return the difference."""
    one, other = _measure(one), _measure(other)
    return None if one is None or other is None else one - other


def multiply_measures(one: float | None, other: float | None) -> float | None:
    """Return the product."""
    one, other = _measure(one), _measure(other)
    return None if one is None or other is None else one * other


def divide_measures(one: float | None, other: float | None) -> float | None:
    """Return the quotient; NULL for a division by zero."""
    one, other = _measure(one), _measure(other)
    return None if one is None or not other else one / other


def absolute_measure(one: float | None) -> float | None:
    """Return the size of a number."""
    return None if one is None else abs(one)


def negative(one: float | None) -> float | None:
    """Return the number with the other sign."""
    return None if one is None else -one


def round(one: float | None) -> int | None:
    """Return the nearest integer, the even one of two; NULL from 2 to the 53rd on."""
    return None if one is None or not abs(one) < _EXACT else builtins.round(one)


def floor(one: float | None) -> int | None:
    """Return the integer below; NULL from 2 to the 53rd on."""
    return None if one is None or not abs(one) < _EXACT else math.floor(one)


def ceil(one: float | None) -> int | None:
    """Return the integer above; NULL from 2 to the 53rd on."""
    return None if one is None or not abs(one) < _EXACT else math.ceil(one)


# -------------------------------------------------------------------------------------------------------- text


def concat(one: str | None, other: str | None) -> str | None:
    """`||`."""
    return None if one is None or other is None else one + other


def length(one: str | None) -> int | None:
    """Return the number of code points."""
    return None if one is None else len(one)


def lower(one: str | None) -> str | None:
    """Return the text with small letters for the capital ones of ASCII."""
    return None if one is None else one.translate(_LOWER)


def upper(one: str | None) -> str | None:
    """Return the text with capital letters for the small ones of ASCII."""
    return None if one is None else one.translate(_UPPER)


def trim(one: str | None) -> str | None:
    """Return the text without blanks at its ends."""
    return None if one is None else one.strip(" ")


def ltrim(one: str | None) -> str | None:
    """Return the text without blanks at its start."""
    return None if one is None else one.lstrip(" ")


def rtrim(one: str | None) -> str | None:
    """Return the text without blanks at its end."""
    return None if one is None else one.rstrip(" ")


def substring(one: str | None, start: int, count: int | None = None) -> str | None:
    """Return the text from a position on, counted from 1."""
    return None if one is None else one[start - 1 : None if count is None else start - 1 + count]


def left(one: str | None, count: int) -> str | None:
    """Return the first code points."""
    return None if one is None else one[:count]


def right(one: str | None, count: int) -> str | None:
    """Return the last code points."""
    return None if one is None else one[max(len(one) - count, 0) :]


def split_part(one: str | None, separator: str, number: int) -> str | None:
    """Return a part, counted from 1; "" where there are fewer."""
    if one is None:
        return None
    parts = one.split(separator)
    return parts[number - 1] if number <= len(parts) else ""


def replace(one: str | None, old: str, new: str | None) -> str | None:
    """Return the text with one part for another."""
    return None if one is None or new is None else one.replace(old, new)


def strpos(one: str | None, part: str) -> int | None:
    """Return where a part begins, counted from 1; 0 where it is not."""
    return None if one is None else one.find(part) + 1


def starts_with(one: str | None, start: str | None) -> bool | None:
    """Whether a text begins with another."""
    return None if one is None or start is None else one.startswith(start)


def like(one: str | None, pattern: str) -> bool | None:
    r"""`LIKE`: `%` is any text, `_` one code point, `\` takes the next sign as it is."""
    return None if one is None else _pattern(pattern).fullmatch(one) is not None


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    signs = re.findall(r"\\.|.", pattern, re.DOTALL)
    wild = {"%": ".*", "_": "."}
    return re.compile("".join(wild.get(sign) or re.escape(sign[-1]) for sign in signs), re.DOTALL)


# ------------------------------------------------------------------------------------------------------- casts


def bigint(one: str | None) -> int | None:
    """Return the integer that a text is, of at most 18 digits; else NULL."""
    return int(one) if one is not None and _INTEGER.fullmatch(one) else None


def double(one: int | None) -> float | None:
    """Return the double next to an integer; one beyond 64 bits is in no row that is kept."""
    return float(one) if one is not None and _LEAST <= one <= _BIGGEST else None


def double_from_text(one: str | None) -> float | None:
    """Return the number that a text is, of at most 15 digits before the point and after it; else NULL."""
    return float(one) if one is not None and _DECIMAL.fullmatch(one) else None


def text(one: bool | int | date | None) -> str | None:
    """Return a boolean, an integer or a day as text."""
    return None if one is None else str(one).lower()


# -------------------------------------------------------------------------------------------- days and instants


def instant(written: str) -> datetime:
    """Return the instant of a constant."""
    return datetime.fromisoformat(written)


def year(one: date | None) -> int | None:
    """Return the year."""
    return None if one is None else one.year


def month(one: date | None) -> int | None:
    """Return the month, 1 to 12."""
    return None if one is None else one.month


def day(one: date | None) -> int | None:
    """Return the day of the month."""
    return None if one is None else one.day


def doy(one: date | None) -> int | None:
    """Return the day of the year, from 1 on."""
    return None if one is None else one.timetuple().tm_yday


def isodow(one: date | None) -> int | None:
    """Return the day of the week: Monday is 1, Sunday is 7."""
    return None if one is None else one.isoweekday()


def _local(one: datetime | None, zone: str) -> datetime | None:
    """Return what clocks show there; NULL at the edges of the calendar, where the local year might be none."""
    return one.astimezone(_zone(zone)) if one is not None and _FIRST <= one <= _LAST else None


_zone = cache(ZoneInfo)


def year_in_zone(one: datetime | None, zone: str) -> int | None:
    """Return the local year."""
    return year(_local(one, zone))


def month_in_zone(one: datetime | None, zone: str) -> int | None:
    """Return the local month."""
    return month(_local(one, zone))


def day_in_zone(one: datetime | None, zone: str) -> int | None:
    """Return the local day of the month."""
    return day(_local(one, zone))


def doy_in_zone(one: datetime | None, zone: str) -> int | None:
    """Return the local day of the year."""
    return doy(_local(one, zone))


def isodow_in_zone(one: datetime | None, zone: str) -> int | None:
    """Return the local day of the week."""
    return isodow(_local(one, zone))


def hour_in_zone(one: datetime | None, zone: str) -> int | None:
    """Return the local hour."""
    found = _local(one, zone)
    return None if found is None else found.hour


def minute_in_zone(one: datetime | None, zone: str) -> int | None:
    """Return the local minute."""
    found = _local(one, zone)
    return None if found is None else found.minute


def date_in_zone(one: datetime | None, zone: str) -> date | None:
    """Return the local day."""
    found = _local(one, zone)
    return None if found is None else found.date()


def epoch(one: datetime | None) -> float | None:
    """Return the seconds since 1970."""
    return seconds_between(one, _EPOCH)


def seconds_between(one: datetime | None, other: datetime | None) -> float | None:
    """Return the seconds from the other instant to this one."""
    return None if one is None or other is None else float((one - other) // _MICROSECOND) / 1_000_000


def days_between(one: date | None, other: date | None) -> int | None:
    """Return the days from the other day to this one."""
    return None if one is None or other is None else (one - other).days
