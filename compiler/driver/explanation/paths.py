"""Where the values at a path go: into which columns, or why into none."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from compiler.diagnostics import did_you_mean
from compiler.driver.explanation import history, targets
from compiler.driver.explanation.destinations import Destination, alike, destinations, ignored_at, why_nowhere
from compiler.driver.explanation.evidence import declared, observed
from compiler.driver.explanation.report import (
    Compiled,
    Explanation,
    Section,
    decided,
    laid_out,
    operation_lines,
    operation_object,
    pairs,
)
from compiler.driver.likeness import Proposal, proposals
from compiler.driver.ownership import Ownership
from compiler.ir.paths import Entries, Field, Path, PathError, Step, branches, parse, show
from compiler.ir.plan import OperationPlan
from compiler.ir.shape import Array, Map, Record, Scalar, Shape, Unknown
from compiler.ir.types import Kind
from compiler.ir.walk import child, scalars
from compiler.wording import counted

_INDEX = re.compile(r"\[-?\d+\]")
_SHOWN = 12
"""Members of a record that are named; there may be hundreds."""
_COPIES = 3
"""Copies that are named."""


class UnknownPathError(ValueError):
    """A path that says nothing, or that nobody knows; `advice` says what was perhaps meant."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice


@dataclass(frozen=True, slots=True)
class Place:
    """A path as the Plan writes it, and what is there: None inside a document that is kept as JSON."""

    path: Path
    shape: Shape | None


def find_place(operation: OperationPlan, text: str) -> Place:
    """Find what a user's path means: `[3]` is any element, `ID660271` any key of a map; raise `UnknownPathError`."""
    if not text.startswith("$"):
        raise UnknownPathError(f"the path `{text}` does not start with `$`", f"write `$.{text.lstrip('.')}`")
    try:
        reference = parse(_INDEX.sub("[*]", text))
    except PathError as error:
        raise UnknownPathError(f"`{text}` is no path: {error.message}") from None
    shape: Shape = operation.response
    path: list[Step] = []
    for index, written in enumerate(reference.steps):
        if isinstance(shape, Unknown) and shape.mixed:
            return Place((*path, *reference.steps[index:]), None)
        step = Entries() if isinstance(shape, Map) and isinstance(written, Field) else written
        below = child(shape, step)
        if below is None:
            raise _unknown(operation, tuple(path), written, shape)
        path.append(step)
        shape = below
    return Place(tuple(path), shape)


def _unknown(operation: OperationPlan, path: Path, step: Step, shape: Shape) -> UnknownPathError:
    word = step.name if isinstance(step, Field) else show((step,), "")
    names = tuple(shape.by_name) if isinstance(shape, Record) else ()
    advice = did_you_mean(word, names)
    if isinstance(shape, Array):
        advice = f"write `{show(path)}[*]`"
    elif not advice and names:
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        advice = f"it has {', '.join(names[:_SHOWN])}{more}"
    return UnknownPathError(
        f"`{show(path)}` of {operation.name} is {described(shape)} without `{word}`", advice
    )


def described(shape: Shape | None) -> str:
    """Say what a shape is."""
    match shape:
        case Record(members=members):
            return f"a record of {len(members)} keys"
        case Map():
            return "a map: its keys are values"
        case Array():
            return f"an array, each item {described(shape.item)}"
        case Scalar(type=type_):
            return f"a {type_} value"
        case Unknown(mixed=True):
            return "a document, kept as JSON"
        case Unknown():
            return "a place where only null, {} or [] was seen"
        case None:
            return "inside a document that is kept as JSON"


# ------------------------------------------------------------------------------------------------- explaining


def explain_path(compiled: Compiled, operation: OperationPlan, text: str) -> Explanation:
    """Explain a path of an operation's response; raise `UnknownPathError` for one that nobody knows."""
    place = find_place(operation, text)
    found = [*destinations(operation, place.path)]
    below = _Below(operation, place)
    decisions = history.of_place(compiled.passes, operation.name, place.path) if place.shape else []
    keys = _keys(compiled, operation, place)
    names = tuple(targets.of_path(operation, place.path))
    is_declared = declared(place.shape) if place.shape else None
    was_observed = observed(place.shape, place.path, compiled.seen(operation)) if place.shape else None
    ignored = ignored_at(operation, place.path)
    likeness = _likeness(compiled, operation, place)
    head = [f"{operation.name}:{show(place.path)}  {described(place.shape)}"]
    sections: list[Section] = [
        ("operation", operation_lines(operation)),
        ("declared", (is_declared.to_lines() if is_declared else ["nowhere"]) if place.shape else []),
        ("observed", was_observed.to_lines() if was_observed else []),
        ("keys", [keys.to_text()] if keys else []),
        ("alike", [_alike(likeness, operation, place.path)] if likeness else []),
        ("decided", decided(decisions)),
        ("goes to", _goes(found, below)),
        ("named", pairs((name.label, name.text) for name in names)),
    ]
    facts: Mapping[str, object] = {
        "kind": "path",
        "path": show(place.path),
        "asked": text,
        "operation": operation_object(operation),
        "shape": _shape_name(place.shape),
        "declared": is_declared.to_object() if is_declared else None,
        "observed": was_observed.to_object() if was_observed else None,
        "keys": keys.to_object() if keys else None,
        "alike": likeness.to_object() if likeness else None,
        "decisions": [decision.to_object() for decision in decisions],
        "columns": [destination.to_object() for destination in found],
        "below": below.to_object(),
        "ignored": ignored.because if ignored else None,
        "why_no_column": below.why_none,
        "names": targets.to_object(names),
    }
    return Explanation(laid_out(head, sections), facts)


def _likeness(compiled: Compiled, operation: OperationPlan, place: Place) -> Proposal | None:
    """Return what the records at a place look like, and are not pooled with."""
    if not isinstance(place.shape, Record):
        return None
    found = proposals(compiled.inputs, compiled.plan)
    return next(
        (item for item in found if any(one.is_at(operation.name, place.path) for one in item.places)), None
    )


def _alike(found: Proposal, operation: OperationPlan, path: Path) -> str:
    """Name a place elsewhere at which there are nearly the same keys."""
    own = next(place for place in found.places if place.is_at(operation.name, path))
    first, *others = (place for place in found.places if place is not own)
    keys = f"{len(own.keys & first.keys)} of {len(own.keys | first.keys)} keys"
    more = f" and {counted(len(others), 'other place')}" if others else ""
    return f"{first.operation}:{show(first.path)} ({keys}){more}, not pooled; see `mlbc alike`"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Keys:
    """Whether the keys of objects are values (a map) or names (a record), and what was seen of them."""

    are: str
    objects: int
    evidence: Mapping[str, int]
    is_known: bool

    def to_object(self) -> Mapping[str, object]:
        """Return the object that `--json` prints."""
        return {"are": self.are, "objects": self.objects, "evidence": dict(self.evidence)}

    def to_text(self) -> str:
        """Return a line for people."""
        if not self.objects:
            return f"{self.are}, as {'seen of the same elsewhere' if self.is_known else 'declared'}"
        seen = ", ".join(f"{name} {count:,}" for name, count in self.evidence.items())
        return (
            f"{self.are}; of {counted(self.objects, 'object')} seen, keys that are values: {seen or 'none'}"
        )


def _keys(compiled: Compiled, operation: OperationPlan, place: Place) -> _Keys | None:
    """Return what was decided of the keys of objects at a place; None where there are no objects."""
    if not isinstance(place.shape, Record | Map):
        return None
    seen = compiled.seen(operation)
    paths = [show(path) for path in branches(place.path)]
    facts = [seen.paths[path] for path in paths if path in seen.paths] if seen else []
    evidence: Counter[str] = Counter()
    for found in facts:
        evidence.update(found.maps)
    return _Keys(
        are="values" if isinstance(place.shape, Map) else "names",
        objects=sum(found.kinds.get(Kind.OBJECT, 0) for found in facts),
        evidence=dict(sorted(evidence.items())),
        is_known=place.shape.evidence.seen > 0,
    )


def _shape_name(shape: Shape | None) -> str:
    match shape:
        case Scalar(type=type_):
            return type_.value
        case Unknown(mixed=False):
            return "empty"
        case Unknown() | None:
            return "json"
        case _:
            return type(shape).__name__.lower()


class _Below:
    """The leaves at and below a place: how many columns of which tables own them, and why others have none."""

    def __init__(self, operation: OperationPlan, place: Place) -> None:
        self.tables: dict[str, int] = {}
        self.without: Counter[str] = Counter()
        ownership = Ownership(operation)
        columns: set[tuple[str, str]] = set()
        self.rows = [table.name for table in operation.tables if alike(table.scan, place.path)]
        self.is_leaf = place.shape is None or _is_leaf(place.shape)
        for path, shape in scalars(place.shape, place.path) if place.shape else [(place.path, None)]:
            owners = ownership.of(path)
            columns |= {(table.name, column.name) for table, column in owners}
            if not owners:
                self.without[why_nowhere(operation, path, shape)] += 1
        order = [table.name for table in operation.tables]
        found = Counter(table for table, _ in columns)
        self.tables = {name: found[name] for name in order if found[name]}

    @property
    def why_none(self) -> str | None:
        """Why a leaf has no column; None if it has one, or is no leaf."""
        return next(iter(self.without), None) if self.is_leaf else None

    def to_object(self) -> Mapping[str, object]:
        """Return the object that `--json` prints."""
        return {
            "tables": [{"table": name, "columns": count} for name, count in self.tables.items()],
            "rows_of": self.rows,
            "without_column": [{"reason": reason, "places": count} for reason, count in self._sorted()],
        }

    def lines(self) -> Iterator[tuple[str, str]]:
        """Yield what people read: an amount and where it goes."""
        if not self.is_leaf:
            yield from (("rows of", name) for name in self.rows)
            yield from ((counted(count, "column"), name) for name, count in self.tables.items())
            yield from ((counted(count, "place"), f"none: {reason}") for reason, count in self._sorted())
        elif self.without:
            yield "no column", self.why_none or ""

    def _sorted(self) -> list[tuple[str, int]]:
        return sorted(self.without.items(), key=lambda item: (-item[1], item[0]))


def _is_leaf(shape: Shape) -> bool:
    return isinstance(shape, Scalar | Unknown) or (isinstance(shape, Array) and _is_leaf(shape.item))


_ROLES = {
    "value": "column",
    "json": "inside",
    "map_key": "its keys",
    "position": "positions",
    "branch": "branch",
    "raw_key": "raw key",
    "copy": "copy",
}


def _goes(found: Sequence[Destination], below: _Below) -> list[str]:
    copies = [destination for destination in found if destination.role == "copy"]
    shown = [destination for destination in found if destination.role != "copy"] + copies[:_COPIES]
    lines = [(_ROLES[item.role], f"{item.column}  {item.where}".rstrip()) for item in shown]
    if len(copies) > _COPIES:
        lines.append((_ROLES["copy"], f"and {len(copies) - _COPIES} more"))
    return _table([*lines, *below.lines()])


def _table(found: Sequence[tuple[str, str]]) -> list[str]:
    width = max((len(left) for left, _ in found), default=0)
    return [f"{left:{width}}  {right}" for left, right in found]
