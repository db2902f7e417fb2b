"""Keep a derived table within its budget of columns: what is too much becomes JSON, the widest records first."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from compiler.ir.paths import Field, Path, show
from compiler.ir.plan import OperationPlan, Table
from compiler.ir.shape import Array, Record, Scalar, Shape, Unknown, is_document
from compiler.ir.walk import at, rewrite


def within_budget(plan: OperationPlan, table: Table, budget: int) -> OperationPlan:
    """Return the plan with a response of which a derived table gets at most `budget` columns.

    A table of the mapping is only warned of (`lint`): its author decides.
    """
    shape = at(plan.response, table.scan)
    while table.is_derived and isinstance(shape, Record) and _columns(shape) > budget:
        path = _widest(shape)
        plan = replace(plan, response=rewrite(plan.response, (*table.scan, *path), _as_json(budget)))
        shape = at(plan.response, table.scan)
    return plan


def _widest(row: Record) -> Path:
    """Return the record below a row that stands for the most columns; the row itself is the last resort."""
    below = [(_columns(record), show(path), path) for path, record in _records(row, ()) if path]
    return max(below)[2] if below else ()


def _columns(shape: Shape) -> int:
    match shape:
        case Record():
            return sum(_columns(member.shape) for member in shape.members)
        case Scalar() | Array(item=Scalar()):
            return 1
        case _:
            return int(is_document(shape))


def _records(shape: Shape, prefix: Path) -> Iterator[tuple[Path, Record]]:
    if isinstance(shape, Record):
        yield prefix, shape
        for member in shape.members:
            yield from _records(member.shape, (*prefix, Field(member.name)))


def _as_json(budget: int) -> Callable[[Shape], Shape]:
    def change(shape: Shape) -> Shape:
        because = f"kept as JSON: its table would have more than {budget} columns"
        return Unknown(mixed=True, evidence=replace(shape.evidence, because=because))

    return change
