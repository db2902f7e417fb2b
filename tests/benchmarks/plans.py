"""What a query's plan reads, and how: from the JSON of EXPLAIN."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

Node: TypeAlias = dict


@dataclass(frozen=True, slots=True)
class Read:
    """A relation that a plan reads: by an index or whole, and how many rows of it."""

    relation: str
    by_index: bool
    rows: int


def reads(plan: Node) -> tuple[Read, ...]:
    """Return what a plan reads."""
    return tuple(
        Read(
            node["Relation Name"],
            "Index" in node["Node Type"] or "Bitmap" in node["Node Type"],
            _rows(node),
        )
        for node in nodes(plan)
        if "Relation Name" in node
    )


def _rows(node: Node) -> int:
    """Return the rows that a node looked at, or is expected to find where nothing was run."""
    if "Actual Rows" not in node:
        return node["Plan Rows"]
    return round((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"])


def nodes(plan: Node) -> Iterator[Node]:
    """Yield a plan and all below it."""
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)
