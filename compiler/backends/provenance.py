"""Say in words where a column's cells come from: for SQL comments, Avro docs and pages."""

from typing import assert_never

from compiler.ir.paths import show, starts_with
from compiler.ir.plan import REQUEST, BranchOf, Column, Computed, Leaf, MapKey, Ordinal, Param, Table
from compiler.ir.types import INNINGS, DecimalText, InningsText, IntegerText


def absolute(column: Column) -> str:
    """Return a column's source with its path from the document's root."""
    match column.source:
        case Leaf(path=path, is_array=is_array):
            return show(path) + ("[*]" if is_array else "")
        case Ordinal(loop=loop, base=base):
            return f"position in {show(loop)}, from {base}"
        case MapKey(loop=loop):
            return f"key in {show(loop)}"
        case BranchOf(loop=loop, equals=equals):
            return f"whether {equals} in {show(loop)}" if equals else f"branch of {show(loop)}"
        case Param(name=name):
            return "the request" if name == REQUEST else f"request parameter {name}"
        case Computed(expression=expression):
            return expression.text
        case _:
            assert_never(column.source)


def relative(column: Column, table: Table) -> str:
    """Return a column's source, short: `.about.inning` for what lies below the row.

    What comes from the document, from a record around the row or from a lookup keeps its whole path.
    """
    match column.source:
        case Leaf(path=path, is_array=is_array) if table.scan and starts_with(path, table.scan):
            return show(path[len(table.scan) :], ".") + ("[*]" if is_array else "")
        case Ordinal(loop=loop, base=base) if loop == table.scan:
            return f"position, from {base}"
        case MapKey(loop=loop) if loop == table.scan:
            return "key"
        case _:
            return absolute(column)


def described(column: Column) -> str:
    """Return the source, after a colon the column's sentence, and what it references."""
    said = f"{absolute(column)}: {column.doc}" if column.doc else absolute(column)
    return f"{said} (references {column.references})" if column.references else said


def format_of(column: Column) -> tuple[str, tuple[str, ...]]:
    """Return the format of the strings that a number column is read from, and its sentinels."""
    match column.source:
        case Leaf(codec=DecimalText(form, sentinels)):
            return form, sentinels
        case Leaf(codec=IntegerText(sentinels)):
            return "integer", sentinels
        case Leaf(codec=InningsText(sentinels)):
            return INNINGS, sentinels
        case _:
            return "", ()
