"""Find a record elsewhere in the document by the row's own map key: one map per branch, the first that has it."""

from collections.abc import Iterator
from dataclasses import dataclass

from compiler.backends.pyspark.columns import column_name, reference
from compiler.backends.pyspark.schema import quoted
from compiler.backends.pyspark.scopes import Scope, scope_of
from compiler.ir.paths import Branches, Entries, Field, Path, SameKey, Step, starts_with
from compiler.ir.plan import Column, Leaf, Lookup, Table


@dataclass(frozen=True, slots=True)
class Found:
    """A lookup in its table: read at scope `source`, matched at scope `match`."""

    lookup: Lookup
    table: Table
    scopes: tuple[Scope, ...]
    source: int
    match: int

    @property
    def name(self) -> str:
        """The column that holds the record."""
        return self.lookup.name

    @property
    def branch(self) -> str:
        """The column that holds the branch in which it was found."""
        return column_name(self.name, "branch")

    @property
    def branches(self) -> tuple[str, ...]:
        """Names of the branches; one that is "" where the path has no fold of its own."""
        folds = (step.names for step in self.steps if isinstance(step, Branches))
        return next(folds, ("",))

    @property
    def steps(self) -> Path:
        """The path from its scope to the map."""
        return _place(self.lookup)[self.scopes[self.source].depth :]

    def holds(self, leaf: Leaf) -> bool:
        """Whether a leaf lies in the record itself, not around it."""
        return starts_with(leaf.path, self.lookup.path)

    def below(self, leaf: Leaf) -> str:
        """Return where a leaf of the record stands."""
        return reference(self.name, leaf.path[len(self.lookup.path) :])

    def around(self, column: Column, leaf: Leaf) -> Iterator[tuple[str, str, str]]:
        """Yield branch, column and place of a leaf around the record, for each branch."""
        depth = self.scopes[self.source].depth
        for branch in self.branches:
            place = reference(self.scopes[self.source].element, _in_branch(leaf.path[depth:], branch))
            yield branch, column_name(self.name, branch, column.name), place

    def maps(self) -> Iterator[tuple[str, str, str]]:
        """Yield branch, column and place of each map to look into."""
        for branch in self.branches:
            place = reference(self.scopes[self.source].element, _in_branch(self.steps, branch))
            yield branch, column_name(self.name, branch or "map"), place

    def matches(self) -> dict[str, str]:
        """Return the columns that the match adds: the record and, with a fold, the branch."""
        key = quoted(self.scopes[self.key_scope].key)
        if self.lookup.by_branch:
            chosen = (
                f".when(F.col({key}) == {quoted(branch)}, F.col({quoted(name)}))"
                for branch, name in self._readable()
            )
            return {self.name: "F" + "".join(chosen)}
        found = {branch: f"F.try_element_at({quoted(name)}, {key})" for branch, name in self._readable()}
        whens = "".join(
            f".when({record}.isNotNull(), F.lit({quoted(branch)}))"
            for branch, record in found.items()
            if branch
        )
        record = ", ".join(found.values())
        added = {self.name: f"F.coalesce({record})" if whens else record}
        return added | ({self.branch: f"F{whens}"} if whens else {})

    def _readable(self) -> Iterator[tuple[str, str]]:
        for branch, name, place in self.maps():
            yield branch, place if self.source == self.match else name

    @property
    def key_scope(self) -> int:
        """The scope of the row's map key, or branch: the innermost map, or fold, of the scan."""
        return _key_scope(self.lookup, self.scopes)


def find(lookup: Lookup, table: Table, scopes: tuple[Scope, ...]) -> Found:
    """Place a lookup in the scopes of its table."""
    source = scope_of(_place(lookup), table)
    return Found(lookup, table, scopes, source, max(source, _key_scope(lookup, scopes)))


def _place(lookup: Lookup) -> Path:
    """Return the path of the map to look into, or of the records of the branches."""
    return lookup.path if lookup.by_branch else lookup.path[: lookup.path.index(SameKey())]


def _key_scope(lookup: Lookup, scopes: tuple[Scope, ...]) -> int:
    kind = Branches if lookup.by_branch else Entries
    return max(number for number, scope in enumerate(scopes) if isinstance(scope.step, kind))


def _in_branch(path: Path, branch: str) -> Path:
    def resolved(step: Step) -> Step:
        return Field(branch) if isinstance(step, Branches) else step

    return tuple(map(resolved, path))
