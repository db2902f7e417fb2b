"""Rows of a real response, as dictionaries; their key is checked on the way."""

from collections import Counter

from compiler.ir.plan import Table
from runtime.transform import Transformed, transform
from tests.support import project

Found = dict[str, object]


def _made(operation: str, **params: str) -> Transformed:
    """Transform the largest capture whose request had these parameters."""
    fitting = [r for r in project.responses(operation) if params.items() <= r.params.items()]
    response = max(fitting, key=lambda found: len(found.body))
    result = transform(project.job(operation), response.document, response.params)
    assert result.counts.lost == result.counts.rescued == 0
    return result


def rows(operation: str, table: str, **params: str) -> list[Found]:
    plan = next(item for item in project.operation(operation).tables if item.name == table)
    names = [column.name for column in plan.columns]
    found = [dict(zip(names, row, strict=True)) for row in _made(operation, **params).rows[table]]
    _check_key(plan, found)
    return found


def _check_key(table: Table, found: list[Found]) -> None:
    keys = Counter(tuple(row[name] for name in table.key) for row in found)
    assert max(keys.values()) == 1
    assert all(cell is not None for key in keys for cell in key)
