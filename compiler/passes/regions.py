"""Which table a leaf belongs to: the nearest table above it, by fields alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from compiler.ir.paths import Path
from compiler.ir.plan import OperationPlan, Table


@dataclass(frozen=True)
class Regions:
    """The scans of an operation's tables, and what is cut out of the document between them."""

    plan: OperationPlan

    @cached_property
    def scans(self) -> Mapping[Path, tuple[Table, ...]]:
        """Tables by scan, in the order of the plan."""
        found: dict[Path, tuple[Table, ...]] = {}
        for table in self.plan.tables:
            found[table.scan] = (*found.get(table.scan, ()), table)
        return found

    @cached_property
    def ignored(self) -> frozenset[Path]:
        """Paths that the mapping ignores."""
        return frozenset(item.path for item in self.plan.ignored)

    def owners(self, scan: Path) -> tuple[Table, ...]:
        """Return the tables that own the leaves of the rows at `scan`; every row goes to exactly one of them.

        One table without a filter owns all; else two with opposite filters; else the first, and the rows that it
        does not take are rescued.
        """
        tables = self.scans[scan]
        for table in tables:
            if table.where is None:
                return (table,)
        first = tables[0]
        for other in tables[1:]:
            if first.where and other.where and opposite(first, other):
                return first, other
        return (first,)

    def owner_names(self) -> Iterator[str]:
        """Yield the names of the tables that own leaves."""
        for scan in self.scans:
            yield from (table.name for table in self.owners(scan))


def opposite(left: Table, right: Table) -> bool:
    """Whether two tables split the rows of one scan between them."""
    if left.where is None or right.where is None:
        return False
    same = (left.where.path, left.where.equals) == (right.where.path, right.where.equals)
    return same and left.where.negated != right.where.negated
