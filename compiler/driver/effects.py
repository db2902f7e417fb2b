"""What comes of a changed declaration: columns that come, change or go, or what captured responses say instead."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from compiler.driver.evolution import read_history
from compiler.driver.session import Session
from compiler.frontends.mapping import read_mappings
from compiler.frontends.observed import read_facts
from compiler.frontends.upstream import Change, copy_of
from compiler.ir.api import ApiModel, ModelRef
from compiler.ir.catalog import Catalog
from compiler.ir.overruled import is_overruled, shown
from compiler.ir.paths import Field, Path, PathError, branches, parse, show
from compiler.ir.plan import OperationPlan, Plan
from compiler.ir.shape import Record
from compiler.ir.walk import places
from compiler.passes import run
from compiler.wording import counted

_MOST = 3
"""So many columns are named; the others are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What captured responses have at a place of a changed declaration; `overrules` the declaration, or agrees."""

    place: str
    says: str
    count: int
    overrules: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What comes of one change: columns, in words, and what was seen.

    `is_told_below`: columns differ below, and another change, nearer to them, says so.
    """

    adds: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    gives_up: tuple[str, ...] = ()
    seen: tuple[Seen, ...] = ()
    is_told_below: bool = False

    @property
    def overruled(self) -> tuple[Seen, ...]:
        """The places where values as upstream declares them now would be rescued."""
        return tuple(one for one in self.seen if one.overrules)

    def to_lines(self, change: Change) -> Iterator[str]:
        """Yield what comes of the change, in words."""
        for verb, names in (("adds", self.adds), ("changes", self.changes), ("gives up", self.gives_up)):
            if names:
                yield f"{verb} {_listed(names)}"
        has_columns = bool(self.adds or self.changes or self.gives_up or self.is_told_below)
        told = self.overruled or (() if has_columns else self.seen)
        for one, more in _grouped(told):
            at = f"{one.place} and {counted(more, 'more place')}" if more else one.place
            said = "have it" if change.kind == "removed" else f"say {one.says}"
            yield f"no effect at {at}: captured responses {said} ({counted(one.count, 'time')})"
        if not has_columns and not told and (change.member or change.kind == "retyped"):
            yield "no effect: no column changes"

    def to_object(self) -> Mapping[str, object]:
        """Return the object that `--json` prints."""
        return {
            "adds": list(self.adds),
            "changes": list(self.changes),
            "gives_up": list(self.gives_up),
            "observed": [
                {"place": one.place, "says": one.says, "seen": one.count, "overrules": one.overrules}
                for one in self.seen
            ],
        }


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return f"{', '.join(names[:_MOST])}{more}"


def _grouped(found: Iterable[Seen]) -> Iterator[tuple[Seen, int]]:
    """Yield the first of those that say the same, and how many others do."""
    alike: dict[str, list[Seen]] = {}
    for one in found:
        alike.setdefault(one.says, []).append(one)
    yield from ((one, len(others)) for one, *others in alike.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """Effects by fact. While the mappings do not fit, only what is overruled is known, and nothing of columns."""

    by_fact: Mapping[str, Effect]
    fits: bool = True

    @property
    def is_overruled(self) -> bool:
        """Whether values as upstream declares them now would be rescued somewhere."""
        return any(effect.overruled for effect in self.by_fact.values())

    def lines(self, change: Change) -> list[str]:
        """Return what comes of a change, in words; nothing where it is not known."""
        effect = self.by_fact.get(change.fact)
        if effect is None or not (self.fits or effect.overruled):
            return []
        return [*effect.to_lines(change)]


NONE = Effects(by_fact={})


def effects(session: Session, api: ApiModel, changes: Sequence[Change]) -> Effects:
    """Compile the documents as they are now, and return what comes of each changed operation and property."""
    facts = [change.fact for change in changes if change.operation or change.member]
    if not facts:
        return NONE
    with session.during("effects"):
        return _effects(Session(project=session.project), api, changes, facts)


def _effects(session: Session, api: ApiModel, changes: Sequence[Change], facts: Sequence[str]) -> Effects:
    plan = _planned(session, api)
    if plan is None:
        return Effects(by_fact={}, fits=False)
    history = read_history(session)
    fits = not session.failed and history.unreadable is None
    found = _Found(_marks(plan, changes))
    for operation in plan.operations:
        found.look(operation)
    if fits:
        from compiler.backends.postgres import lower  # slow to import

        found.compare(history.state, lower(plan))
    return Effects(by_fact={fact: found.effect(fact) for fact in facts}, fits=fits)


def _planned(session: Session, api: ApiModel) -> Plan | None:
    """Make the Plan as far as the mappings fit; None if the inputs cannot be read."""
    mapping = read_mappings(session.project.mapping_files(session.sink), session.sink)
    observed = read_facts(session.project.observed_files(session.sink), session.sink)
    known = {name: facts for name, facts in observed.items() if name in api.operations}
    return None if session.failed else run(api, mapping, known, session.sink)


# ------------------------------------------------------------------------------------------------- places

_Marks = Mapping[Path, str]
"""The places of changed declarations in a response, with the facts that changed there."""


def _marks(plan: Plan, changes: Iterable[Change]) -> Mapping[str, _Marks]:
    """Return the marks of every operation that has some, and of those that are gone."""
    found: dict[str, dict[Path, str]] = {}
    members: dict[str, dict[str, str]] = {}
    for change in changes:
        if change.member:
            model, key = change.member
            members.setdefault(model, {})[key] = change.fact
        elif change.operation:
            found[change.operation] = {(): change.fact}
    for operation in plan.operations:
        found.setdefault(operation.name, {}).update(_members(operation, members))
    return found


def _members(
    operation: OperationPlan, changed: Mapping[str, Mapping[str, str]]
) -> Iterator[tuple[Path, str]]:
    """Yield the places of changed properties, whether there is something or not."""
    for path, shape in places(operation.response):
        model = shape.evidence.declares
        if isinstance(shape, Record) and isinstance(model, ModelRef):
            for name in (model.name, copy_of(model.name, operation.operation.endpoint)):
                for key, fact in changed.get(name, {}).items():
                    yield (*path, Field(key)), fact


class _Found:
    """Gathers what comes of each fact; `marks` are those of each operation."""

    def __init__(self, marks: Mapping[str, _Marks]) -> None:
        self._marks = marks
        self._seen: defaultdict[str, list[Seen]] = defaultdict(list)
        self._adds: defaultdict[str, set[str]] = defaultdict(set)
        self._changes: defaultdict[str, set[str]] = defaultdict(set)
        self._gives_up: defaultdict[str, set[str]] = defaultdict(set)
        self._told_below: set[str] = set()

    def effect(self, fact: str) -> Effect:
        """Return what comes of a fact."""
        return Effect(
            adds=tuple(sorted(self._adds[fact])),
            changes=tuple(sorted(self._changes[fact])),
            gives_up=tuple(sorted(self._gives_up[fact])),
            seen=tuple(self._seen[fact]),
            is_told_below=fact in self._told_below,
        )

    def look(self, operation: OperationPlan) -> None:
        """Take in what was seen at the marked places, and what overrules a declaration below them."""
        marks = self._marks[operation.name]
        for path, shape in places(operation.response) if marks else ():
            fact = next(_around(marks, path), None)
            overrules = is_overruled(shape)
            if fact and (overrules or (path in marks and shape.evidence.seen)):
                seen = Seen(
                    place=f"{operation.name}:{show(path)}",
                    says=shown(shape),
                    count=shape.evidence.seen,
                    overrules=overrules,
                )
                self._seen[fact].append(seen)

    def compare(self, before: Catalog, after: Catalog) -> None:
        """Take in how columns differ whose values lie at or below a marked place."""
        old, new = _columns(before), _columns(after)
        both = {name: one for name, one in new.items() if name in old and old[name].type != one.type}
        self._take(self._adds, {f"{name} {new[name].type}": new[name] for name in new.keys() - old.keys()})
        self._take(
            self._changes, {f"{name} {old[name].type} -> {one.type}": one for name, one in both.items()}
        )
        self._take(self._gives_up, {name: old[name] for name in old.keys() - new.keys()})

    def _take(self, told: Mapping[str, set[str]], columns: Mapping[str, "_Column"]) -> None:
        for text, column in columns.items():
            for path in column.paths:
                facts = [*_around(self._marks.get(column.operation, {}), path)]
                for fact in facts[:1]:
                    told[fact].add(text)
                self._told_below.update(facts[1:])


def _around(marks: _Marks, path: Path) -> Iterator[str]:
    """Yield the facts that a place belongs to, the nearest first: at itself, then around it."""
    yield from (marks[start] for size in range(len(path), -1, -1) if (start := path[:size]) in marks)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """A column that is filled, and the places that its values come from."""

    operation: str
    type: str
    paths: tuple[Path, ...]


def _columns(catalog: Catalog) -> Mapping[str, _Column]:
    return {
        f"{table.name}.{column.name}": _Column(
            operation=table.operation, type=column.type, paths=_paths(table.source(column))
        )
        for table in catalog.tables
        for column in table.columns
        if table.kind == "normalized" and not table.given_up and not column.given_up
    }


def _paths(source: str) -> tuple[Path, ...]:
    """Return the places that a source names, one per branch of its folds; none if it is no path."""
    try:
        return tuple(branches(parse(source).steps)) if source.startswith("$") else ()
    except PathError:
        return ()
