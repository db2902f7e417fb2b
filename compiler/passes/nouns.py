"""Name the tables that the compiler derives: after what they hold, below the table or operation that they belong to."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from compiler.ir.names import digest, singular, snake, words
from compiler.ir.paths import Branches, Entries, Field, Path, show
from compiler.ir.plan import OperationPlan, Table

Words = tuple[str, ...]


def named(plan: OperationPlan, written: Mapping[str, object]) -> OperationPlan:
    """Return the plan with a name for each table but those that the mapping has written.

    A table is called after its own array, map or fold, and the one around it unless that says nothing new. Where two
    come out alike, both are called after all that is around them, in the end with a digest of their path.

    before: `$.teams.{away,home}.players{*}.allPositions[*]` of `game.boxscore`
    after: `game.boxscore_player_all_positions`
    """
    nouns = _Nouns(plan, {table.name: table for table in plan.tables}, written)
    pending = [table for table in plan.tables if table.name not in written and table.scan]
    kept = {table.name for table in plan.tables} - {table.name for table in pending}
    found: dict[str, str] = {}
    for rule in (nouns.short, nouns.whole, nouns.exact, nouns.apart):
        found |= _distinct(pending, rule, {*kept, *found.values()})
        pending = [table for table in pending if table.name not in found]
    tables = tuple(
        replace(table, name=found.get(table.name, table.name), parent=found.get(table.parent, table.parent))
        for table in plan.tables
    )
    return replace(plan, tables=tables)


def _distinct(tables: list[Table], rule: Callable[[Table], str], taken: Collection[str]) -> dict[str, str]:
    names = {table.name: rule(table) for table in tables}
    counts = Counter(names.values())
    return {table: name for table, name in names.items() if counts[name] == 1 and name not in taken}


@dataclass(frozen=True)
class _Nouns:
    plan: OperationPlan
    tables: Mapping[str, Table]
    written: Mapping[str, object]

    @cached_property
    def base(self) -> Words:
        """What the operation is called."""
        return words(self.plan.raw_table.partition(".")[2])

    def short(self, table: Table) -> str:
        """Name a table by its own noun and that of the table around it."""
        chain = self.chain(table)
        own, around = chain[-1], chain[-2] if len(chain) > 1 else ()
        is_below_list = len(chain) == 2 and self.is_derived_from_base(table)
        if around and not (
            singular(around)[-1] in singular(own) or (is_below_list and self.ends_base(around))
        ):
            own = (*singular(around), *own)
        elif len(chain) == 1 and self.is_derived_from_base(table) and (not own or self.ends_base(own)):
            own = ("normalized",)
        return f"{self.prefix(table)}_{'_'.join(own)}"

    def whole(self, table: Table) -> str:
        """Name a table by the nouns of all tables around it."""
        *above, own = self.chain(table)
        nouns = ("_".join(singular(noun)) for noun in above if noun)
        return "_".join((self.prefix(table), *nouns, *own))

    def exact(self, table: Table) -> str:
        """Name a table by every key on the way to it."""
        start = self.ancestor(table)
        keys = [snake(step.name) for step in table.scan[len(start) :] if isinstance(step, Field)]
        return "_".join((self.prefix(table), *keys))

    def apart(self, table: Table) -> str:
        """Name a table by its path, which no other has: keys such as `a b` and `a.b` are the same words."""
        return f"{self.exact(table)}_{digest(show(table.scan))}"

    def ends_base(self, noun: Words) -> bool:
        base = singular(self.base)
        return not noun or base[-len(noun) :] == singular(noun)

    def is_derived_from_base(self, table: Table) -> bool:
        return self.prefix(table) == self.plan.raw_table

    def chain(self, table: Table) -> tuple[Words, ...]:
        """Return the nouns of a table and the derived tables around it, outermost first."""
        parent = self.tables.get(table.parent)
        own = _noun(table.scan[len(parent.scan) :]) if parent else _field(table.scan)
        if parent is None or parent.name in self.written or not parent.scan:
            return (own,)
        return (*self.chain(parent), own)

    def prefix(self, table: Table) -> str:
        """Return the name of the nearest table above that the mapping names, or that of the operation."""
        parent = self.tables.get(table.parent)
        if parent is None:
            return self.plan.raw_table
        return parent.name if parent.name in self.written else self.prefix(parent)

    def ancestor(self, table: Table) -> Path:
        parent = self.tables.get(table.parent)
        if parent is None:
            return ()
        return parent.scan if parent.name in self.written else self.ancestor(parent)


def _noun(segment: Path) -> Words:
    """Return the last key on the way from one table's rows to those below it, or what the steps are.

    The response's own elements have none: they are what the operation is called after.
    """
    if noun := _field(segment):
        return noun
    match segment[-1]:
        case Branches():
            return ("sides",)
        case Entries():
            return ("entries",)
        case _:
            return ("items",)


def _field(segment: Path) -> Words:
    return next((words(step.name) for step in reversed(segment) if isinstance(step, Field)), ())
