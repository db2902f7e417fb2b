"""What a dimension holds, and which tables feed each of its columns."""

from collections.abc import Iterator

from compiler.driver.explanation.report import Compiled, Explanation, Section, laid_out, pairs
from compiler.ir.paths import show
from compiler.ir.plan import Dimension, DimensionColumn

_SHOWN = 12
"""Feeding columns that are shown to people; tools get all."""


def explain_dimension(compiled: Compiled, dimension: Dimension) -> Explanation:
    """Explain a table of what many responses mention."""
    written = compiled.written(dimension.origin)
    sections: list[Section] = [
        ("row", ["one per id that any table mentions"]),
        ("key", [dimension.key]),
        ("mapping", [f"{written.file}:{written.line}"] if written else []),
        ("columns", pairs((column.name, show(column.path, ".")) for column in dimension.columns)),
        ("mentions", _some([f"{mention.table}.{mention.key}" for mention in dimension.mentions])),
    ]
    facts: dict[str, object] = {
        "kind": "dimension",
        "table": dimension.name,
        "doc": dimension.doc,
        "key": [dimension.key],
        "columns": [
            {"name": column.name, "type": str(column.type), "path": show(column.path, ".")}
            for column in dimension.columns
        ],
        "mentions": [{"table": item.table, "column": item.key} for item in dimension.mentions],
    }
    head = [f"{dimension.name}  {len(dimension.columns)} columns", *filter(None, [dimension.doc])]
    return Explanation(laid_out(head, sections), facts)


def explain_detail(dimension: Dimension, column: DimensionColumn) -> Explanation:
    """Explain a column of a dimension: the columns that feed it."""
    feeding = [*_feeding(dimension, column)]
    sections: list[Section] = [
        ("path", [f"{show(column.path, '.')} of a mention"]),
        ("value", ["of the newest mention that says it; of equally new ones the richest"]),
        ("fed by", _some(feeding)),
    ]
    facts: dict[str, object] = {
        "kind": "dimension_column",
        "column": f"{dimension.name}.{column.name}",
        "type": str(column.type),
        "doc": column.doc,
        "path": show(column.path, "."),
        "fed_by": feeding,
    }
    head = [f"{dimension.name}.{column.name}  {column.type}", *filter(None, [column.doc])]
    return Explanation(laid_out(head, sections), facts)


def _feeding(dimension: Dimension, column: DimensionColumn) -> Iterator[str]:
    index = dimension.columns.index(column)
    for mention in dimension.mentions:
        if mention.columns[index]:
            yield f"{mention.table}.{mention.columns[index]}"


def _some(lines: list[str]) -> list[str]:
    rest = len(lines) - _SHOWN
    return lines if rest <= 1 else [*lines[:_SHOWN], f"and {rest} more"]
