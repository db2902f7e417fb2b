"""Which columns own the leaf at a path: the places of a response, with the columns that store what is there."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from compiler.ir.paths import Each, Entries, Field, Path, Step, branches
from compiler.ir.plan import Column, Leaf, OperationPlan, Table
from compiler.ir.types import Type

Owner = tuple[Table, Column]


@dataclass(slots=True)
class _Node:
    """A place: the columns that own it, and the places below."""

    owners: list[Owner] = field(default_factory=list[Owner])
    below: dict[Step, "_Node"] = field(default_factory=dict[Step, "_Node"])

    def child(self, step: Step) -> "_Node | None":
        """Return the place one step below; a key that is not known by name may be a key of a map."""
        found = self.below.get(step)
        return self.below.get(Entries()) if found is None and isinstance(step, Field) else found


class Ownership:
    """The owners of an operation's leaves, by path."""

    def __init__(self, operation: OperationPlan) -> None:
        self._root = _Node()
        for table in operation.tables:
            for column in table.columns:
                for path in _owned(column):
                    self._place(path).owners.append((table, column))

    def of(self, path: Path) -> tuple[Owner, ...]:
        """Return the columns that own the values at a path, or the document around them; several split the rows."""
        node = self._root
        for step in plain(path):
            if any(column.type is Type.JSON for _, column in node.owners):
                break
            below = node.child(step)
            if below is None:
                return ()
            node = below
        return tuple(node.owners)

    def _place(self, path: Path) -> _Node:
        node = self._root
        for step in path:
            node = node.below.setdefault(step, _Node())
        return node


def _owned(column: Column) -> Iterator[Path]:
    """Yield the places that a column owns: one per branch of the folds on its way, and the items of an array."""
    if isinstance(column.source, Leaf) and column.source.owns:
        for path in branches(column.source.path):
            yield path
            if column.source.is_array:
                yield (*path, Each())


def plain(path: Path) -> Path:
    """Return a path through the first branch of each fold."""
    return next(branches(path))
