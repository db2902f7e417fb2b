"""`ls`: the state of the API at a glance."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property

from compiler.driver.accounting import aligned
from compiler.driver.compilation import load, make_plan
from compiler.driver.selection import not_compiled, selected
from compiler.driver.session import Session
from compiler.driver.share import Share, typed_share
from compiler.ir.api import ApiModel, Operation
from compiler.ir.facts import Observed
from compiler.ir.paths import branches, show
from compiler.ir.plan import OperationPlan, Plan
from compiler.ir.shape import Array, Map, Record, Scalar, Shape, Unknown
from compiler.ir.walk import scalars
from compiler.project import ProjectError

_NOTICE = "copyright"
"""The one key that every response has: it says nothing of what the others are about."""


@dataclass(frozen=True, kw_only=True)
class Listed:
    """An operation, its plan if it is compiled, and what was observed of it."""

    operation: Operation
    plan: OperationPlan | None
    observed: Observed | None

    @cached_property
    def leaves(self) -> tuple[Shape, ...]:
        """Every place of the response that holds leaves; none if nothing is known of the whole."""
        if self.plan is None or isinstance(self.plan.response, Unknown):
            return ()
        return tuple(_leaves(self.plan.response))

    @property
    def declared_leaves(self) -> int:
        """Places that upstream declares."""
        return sum(bool(leaf.evidence.declared) for leaf in self.leaves)

    @property
    def observed_leaves(self) -> int:
        """Places that captures of the operation had."""
        if self.plan is None or self.observed is None:
            return 0
        paths = self.observed.paths
        return sum(
            any(show(place) in paths for place in branches(path)) for path, _ in scalars(self.plan.response)
        )

    @cached_property
    def share(self) -> Share:
        """What of the observed leaves goes to typed columns."""
        return typed_share(self.plan, self.observed) if self.plan else Share()

    @property
    def columns(self) -> int:
        """Columns of all tables."""
        return sum(len(table.columns) for table in self.plan.tables) if self.plan else 0

    @property
    def why(self) -> str:
        """Why the operation is not compiled; "" if it is."""
        return "" if self.plan else not_compiled(self.operation)

    @property
    def is_opaque(self) -> bool:
        """Whether nothing is known of the response: it is declared without content, and no capture shows any."""
        if self.plan is None or self.observed is not None:
            return False
        response = self.plan.response
        members = response.members if isinstance(response, Record) else ()
        parts = [member.shape for member in members if member.name != _NOTICE] or [response]
        return not any(isinstance(leaf, Scalar) for part in parts for leaf in _leaves(part))

    @property
    def note(self) -> str:
        """What people should know of the operation, in a few words."""
        if self.plan is None:
            return f"not compiled: {self.why}"
        return "opaque: declared without content, no capture" if self.is_opaque else ""

    def to_object(self) -> Mapping[str, object]:
        """Return the object that `--json` prints."""
        first = self.operation.variants[0]
        tables = self.plan.tables if self.plan else ()
        return {
            "operation": self.operation.name,
            "http_method": first.http_method,
            "path": first.path,
            "paths": [variant.path for variant in self.operation.variants],
            "compiled": self.plan is not None,
            "why": self.why,
            "opaque": self.is_opaque,
            "raw_table": self.plan.raw_table if self.plan else None,
            "declared_leaves": self.declared_leaves,
            "observed_leaves": self.observed_leaves,
            "captures": len(self.observed.captures) if self.observed else 0,
            "typed_share": self.share.ratio,
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


def _leaves(shape: Shape) -> Iterator[Shape]:
    """Yield every place that holds leaves."""
    match shape:
        case Record():
            for member in shape.members:
                yield from _leaves(member.shape)
        case Array():
            yield from _leaves(shape.item)
        case Map():
            yield from _leaves(shape.value)
        case Scalar() | Unknown():
            yield shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Operations, and their tables if these are asked for."""

    listed: tuple[Listed, ...]
    has_tables: bool
    differs: bool = False

    def to_text(self) -> str:
        """Return a line per operation, below it one per table if they are shown, and a line of sums."""
        head, *lines, total = aligned((_HEAD, *map(_row, self.listed), self._total()))
        shown = [
            text
            for listed, line in zip(self.listed, lines, strict=True)
            for text in (f"{line}  {listed.note}".rstrip(), *self._tables(listed))
        ]
        return "\n".join((head, *shown, *([total] if len(self.listed) > 1 else [])))

    def to_objects(self) -> tuple[Mapping[str, object], ...]:
        """Return one object per operation."""
        return tuple(listed.to_object() for listed in self.listed)

    def _tables(self, listed: Listed) -> Iterator[str]:
        tables = listed.plan.tables if listed.plan and self.has_tables else ()
        width = max((len(table.name) for table in tables), default=0)
        for table in tables:
            columns = f"{len(table.columns):>3} column{'' if len(table.columns) == 1 else 's'}"
            yield f"  {table.name:{width}}  {columns:<11}  key: {', '.join(table.key)}"

    def _total(self) -> tuple[str, ...]:
        share = sum((listed.share for listed in self.listed), Share())
        compiled = sum(listed.plan is not None for listed in self.listed)
        tables = sum(len(listed.plan.tables) for listed in self.listed if listed.plan)
        return (
            f"{compiled} operations",
            _number(sum(listed.declared_leaves for listed in self.listed)),
            _number(sum(listed.observed_leaves for listed in self.listed)),
            share.to_text(),
            _number(tables),
            _number(sum(listed.columns for listed in self.listed)),
        )


_HEAD = ("operation", "declared", "observed", "typed", "tables", "columns")


def _row(listed: Listed) -> tuple[str, ...]:
    if listed.plan is None:
        return (listed.operation.name, *("-" for _ in _HEAD[1:]))
    return (
        listed.operation.name,
        _number(listed.declared_leaves),
        _number(listed.observed_leaves),
        listed.share.to_text(),
        _number(len(listed.plan.tables)),
        _number(listed.columns),
    )


def _number(count: int) -> str:
    return f"{count:,}"


def list_operations(session: Session, patterns: Collection[str], *, tables: bool = False) -> Listing | None:
    """List operations, those that are not compiled too; None if the inputs have errors.

    Tables are shown if they are asked for, or if operations are selected.
    """
    inputs = load(session)
    plan = make_plan(session, inputs)
    if plan is None:
        return None
    chosen = _chosen(plan, inputs.api, patterns)
    plans = {operation.name: operation for operation in plan.operations}
    listed = tuple(
        Listed(operation=operation, plan=plans.get(name), observed=inputs.observed.get(name))
        for name, operation in inputs.api.operations.items()
        if name in chosen
    )
    return Listing(listed=listed, has_tables=tables or bool(patterns))


def _chosen(plan: Plan, api: ApiModel, patterns: Collection[str]) -> Collection[str]:
    """Return the names of the operations that patterns mean, those that are not compiled too."""
    if not patterns:
        return api.operations
    names: set[str] = set()
    for pattern in patterns:
        others = {
            name for name, found in api.operations.items() if not found.is_read and fnmatchcase(name, pattern)
        }
        try:
            names |= {operation.name for operation in selected(plan, (pattern,))}
        except ProjectError:
            if not others:
                raise
        names |= others
    return names
