"""Rows as text that is equal for equal rows, whoever wrote them."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def counted(rows: Iterable[dict]) -> Counter[str]:
    """Count rows in any order; 7 is 7.0 in a column of doubles, and an instant is one in any zone."""
    return Counter(repr(_plain(row)) for row in rows)


def _plain(cell: object) -> object:
    match cell:
        case bool():
            return cell
        case int() | float():
            return float(cell) + 0.0  # takes the sign from -0.0, as jsonb does
        case str() if INSTANT.fullmatch(cell):
            return datetime.fromisoformat(cell).astimezone(UTC).isoformat()
        case dict():
            return {name: _plain(item) for name, item in sorted(cell.items())}
        case list():
            return [_plain(item) for item in cell]
        case _:
            return cell
