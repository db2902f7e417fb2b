"""`ls`: the state of the API at a glance."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from compiler.driver.accounting import aligned
from compiler.driver.compilation import load, make_plan
from compiler.driver.selection import selected
from compiler.driver.session import Session
from compiler.ir.api import Operation
from compiler.ir.plan import OperationPlan
from compiler.ir.shape import Array, Evidence, Map, Record, Scalar, Shape, Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An operation, and its plan if it is compiled."""

    operation: Operation
    plan: OperationPlan | None

    def to_object(self) -> Mapping[str, object]:
        """Return the object that `--json` prints."""
        first = self.operation.variants[0]
        leaves = tuple(_leaves(self.plan.response)) if self.plan else ()
        tables = self.plan.tables if self.plan else ()
        return {
            "operation": self.operation.name,
            "http_method": first.http_method,
            "path": first.path,
            "paths": [variant.path for variant in self.operation.variants],
            "compiled": self.plan is not None,
            "why": "" if self.plan else f"{first.http_method} changes the API, it is no source",
            "raw_table": self.plan.raw_table if self.plan else None,
            "declared_leaves": sum(bool(leaf.declared) for leaf in leaves),
            "observed_leaves": sum(leaf.seen > 0 for leaf in leaves),
            "tables": [
                {
                    "name": table.name,
                    "key": list(table.key),
                    "columns": [column.name for column in table.columns],
                    "derived": table.is_derived,
                }
                for table in tables
            ],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Operations with their tables."""

    listed: tuple[Listed, ...]
    differs: bool = False

    def to_text(self) -> str:
        """Return one line per operation and, below it, per table."""
        head = ("operation", "declared", "observed", "tables", "columns")
        return "\n".join(aligned((head, *(row for listed in self.listed for row in _rows(listed)))))

    def to_objects(self) -> tuple[Mapping[str, object], ...]:
        """Return one object per operation."""
        return tuple(listed.to_object() for listed in self.listed)


def _rows(listed: Listed) -> Iterator[tuple[str, ...]]:
    facts = listed.to_object()
    tables = listed.plan.tables if listed.plan else ()
    if listed.plan is None:
        yield (f"{listed.operation.name} ({facts['http_method']}, not compiled)", "", "", "", "")
        return
    columns = str(sum(len(table.columns) for table in tables))
    counts = (str(facts["declared_leaves"]), str(facts["observed_leaves"]), str(len(tables)), columns)
    yield (listed.operation.name, *counts)
    for table in tables:
        key = ", ".join(table.key)
        yield (f"  {table.name} ({key})", "", "", "", str(len(table.columns)))


def list_operations(session: Session, patterns: Collection[str]) -> Listing | None:
    """List operations, those that are not compiled too; None if the inputs have errors."""
    inputs = load(session)
    plan = make_plan(session, inputs)
    if plan is None:
        return None
    plans = {operation.name: operation for operation in selected(plan, patterns)}
    shown = (operation for name, operation in inputs.api.operations.items() if not patterns or name in plans)
    return Listing(
        listed=tuple(Listed(operation=operation, plan=plans.get(operation.name)) for operation in shown)
    )


def _leaves(shape: Shape) -> Iterator[Evidence]:
    """Yield the evidence of every place that holds leaves."""
    match shape:
        case Record():
            for member in shape.members:
                yield from _leaves(member.shape)
        case Array():
            yield from _leaves(shape.item)
        case Map():
            yield from _leaves(shape.value)
        case Scalar() | Unknown():
            yield shape.evidence
