"""The table of operators and functions of expressions: what each takes and gives, and what it becomes in a target.

Every row is total: whatever a row of a table holds, it gives a value or NULL, the same in PostgreSQL, in Spark (ANSI
on) and in plain Python (`runtime/sql.py`). What cannot keep that promise is not in the table. Division by zero,
overflow and a text that is no number give NULL; text is compared by code point.
"""

from compiler.ir.functions.logic import CHOICES, LOGIC
from compiler.ir.functions.numbers import NUMBERS
from compiler.ir.functions.row import Function, Limit
from compiler.ir.functions.texts import CASTS, TEXTS
from compiler.ir.functions.times import IN_ZONE, TIMES

__all__ = ["FUNCTIONS", "IN_ZONE", "Function", "Limit", "overloads"]

FUNCTIONS: tuple[Function, ...] = (*LOGIC, *CHOICES, *NUMBERS, *TEXTS, *CASTS, *TIMES)
"""All rows; `Apply.overload` is an index into them."""


def overloads(name: str) -> tuple[tuple[int, Function], ...]:
    """Return the rows of a name with their numbers, in the order in which they are tried."""
    return tuple((number, row) for number, row in enumerate(FUNCTIONS) if row.name == name)
