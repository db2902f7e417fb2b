"""Observed facts as a tree that follows the document, and what was seen of one thing at several places."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from compiler.ir.api import ApiModel, ArrayRef, MapRef, ModelRef, TypeRef
from compiler.ir.facts import Facts, Observed, total
from compiler.ir.mapping import EntitySpec, MappingTree, PlaceSpec
from compiler.ir.paths import Each, Entries, Field, Path, Step, branches, parse, show
from compiler.ir.types import Kind

_NOTHING = Facts(kinds={}, texts={}, maps={})


@dataclass(eq=False, slots=True)
class Place:
    """The facts of one path of one operation, and the places below it. `also`: other forms of the same thing."""

    operation: str
    path: Path
    facts: Facts = _NOTHING
    below: dict[Step, "Place"] = field(default_factory=dict[Step, "Place"])
    also: tuple["Place", ...] = ()

    def child(self, step: Step) -> "Place":
        """Return the place one step below, made if need be."""
        return self.below.setdefault(step, Place(self.operation, (*self.path, step)))

    @property
    def names(self) -> frozenset[str]:
        """Keys that were seen here as fields of a record."""
        return frozenset(step.name for step in self.below if isinstance(step, Field))

    @property
    def records(self) -> int:
        """How many objects were seen here."""
        return self.facts.kinds.get(Kind.OBJECT, 0)

    @property
    def constant_names(self) -> frozenset[str]:
        """Keys that every record here had."""
        return frozenset(name for name in self.names if self.below[Field(name)].facts.seen == self.records)

    def __str__(self) -> str:
        return f"{self.operation}:{show(self.path)}"


@dataclass(frozen=True)
class Seen:
    """What was seen at a place of its `own`, and at `shared` places of the same thing that agree with it.

    What has every key that another place always had is of that place's kind, and learns its other keys. So
    `{id, name, link}`, a mention, learns nothing of the whole, and a play with win probabilities learns from a play,
    which does not learn from it. More captures can only make more places agree: the keys that were always there
    become fewer, those that were seen more. A place where nothing was seen learns from every place.
    """

    own: Place | None
    shared: tuple[Place, ...] = ()

    @cached_property
    def facts(self) -> Facts:
        """The facts of all places together."""
        return total([place.facts for place in self._places])

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Keys that were seen as fields of a record, sorted."""
        return tuple(sorted({name for place in self._places for name in place.names}))

    @cached_property
    def _places(self) -> tuple[Place, ...]:
        places = self.shared if self.own is None else (self.own, *self.shared)
        return tuple(dict.fromkeys(other for place in places for other in (place, *place.also)))

    def child(self, step: Step) -> "Seen | None":
        """Return what was seen one step below, if anything."""
        own = self.own.below.get(step) if self.own else None
        others = (place for place in self._places if place is not self.own)
        shared = tuple(place.below[step] for place in others if step in place.below)
        if own is None:
            return Seen(None, shared) if shared else None
        return Seen(own, _agreeing(own.names, shared))

    def also(self, places: tuple[Place, ...]) -> "Seen":
        """Return what was seen here, and at other places that agree with it."""
        known = self.own.names if self.own else frozenset(self.names)
        new = (place for place in _agreeing(known, places) if place is not self.own)
        return Seen(self.own, tuple(dict.fromkeys((*self.shared, *new))))

    def records_with(self, step: Step) -> int:
        """Count the records that have or lack a member; not those that have another thing under its name."""
        below = self.child(step)
        agreed = below.shared if below else ()
        return sum(
            place.records
            for place in self._places
            if place is self.own or step not in place.below or place.below[step] in agreed
        )


def _agreeing(known: frozenset[str], places: tuple[Place, ...]) -> tuple[Place, ...]:
    return tuple(place for place in places if not known or place.constant_names <= known)


def seen_tree(operation: str, paths: Mapping[str, Facts], ignored: Collection[str] = ()) -> Place:
    """Arrange the facts of an operation by their paths, but for those that nobody wants."""
    root = Place(operation, ())
    for text, facts in paths.items():
        if text in ignored:
            continue
        place = root
        for step in parse(text).steps:
            place = place.child(step)
        place.facts = facts
    return root


@dataclass(frozen=True)
class Entities:
    """Where the same thing was seen: by the declared model that upstream names, and by the author's word."""

    roots: Mapping[str, Place]
    by_model: Mapping[str, tuple[Place, ...]]
    by_path: Mapping[tuple[str, Path], tuple[Place, ...]]
    likes: Mapping[tuple[str, Path], tuple[Place, ...]]

    def seen_as(self, model: str, seen: Seen | None) -> Seen | None:
        """Return what is known of a place that is declared as `model`: nothing more, if it never held an object."""
        kinds = {*seen.own.facts.kinds} - {Kind.NULL} if seen and seen.own else ()
        if kinds and Kind.OBJECT not in kinds:
            return seen
        return _with(seen, self.by_model.get(model, ()))

    def seen_at(self, operation: str, path: Path, seen: Seen | None) -> Seen | None:
        """Return what is known of a place that the author calls by the name of an entity."""
        return _with(seen, self.by_path.get((operation, path), ()))

    def like(self, operation: str, path: Path, seen: Seen | None) -> Seen | None:
        """Return what may be at a place that the author likens to an entity, whatever was seen there."""
        places = self.likes.get((operation, path), ())
        if not places:
            return seen
        return Seen(seen.own, (*seen.shared, *places)) if seen else Seen(None, places)

    def likened(self, operation: str, path: Path) -> tuple[Step, ...]:
        """Return the steps that lead from a place to those that the author likens to entities, in their order."""
        size = len(path)
        below = (
            known[size]
            for name, known in self.likes
            if name == operation and len(known) > size and known[:size] == path
        )
        return tuple(dict.fromkeys(below))


def _with(seen: Seen | None, places: tuple[Place, ...]) -> Seen | None:
    if not places:
        return seen
    return seen.also(places) if seen else Seen(None, places)


def entities(api: ApiModel, observed: Mapping[str, Observed], mapping: MappingTree) -> Entities:
    """Find every observed place that is declared as a model or named by the author."""
    ignored = {show(item.path.reference.steps) for item in mapping.defaults.ignore}
    roots = {name: seen_tree(name, facts.paths, ignored) for name, facts in observed.items()}
    by_model: dict[str, list[Place]] = {}
    for name, root in roots.items():
        if name in api.operations:
            for model, place in _declared(api, name, root):
                by_model.setdefault(model, []).append(place)
    by_path: dict[tuple[str, Path], tuple[Place, ...]] = {}
    for key, places in _named(roots, mapping.entities):
        by_path[key] = tuple(dict.fromkeys((*by_path.get(key, ()), *places)))
    return Entities(
        roots=roots,
        by_model={model: tuple(places) for model, places in by_model.items()},
        by_path=by_path,
        likes=_likes(roots, mapping),
    )


def _likes(roots: Mapping[str, Place], mapping: MappingTree) -> Mapping[tuple[str, Path], tuple[Place, ...]]:
    """Return the observed places of the entities that mappings liken other places to; unknown entities are skipped."""
    known = {item.name: _found(roots, (*item.places, *item.also)) for item in mapping.entities}
    found: dict[tuple[str, Path], tuple[Place, ...]] = {}
    for spec in mapping.operations:
        for item in spec.shapes:
            for path in branches(item.path.reference.steps) if item.entity in known else ():
                places = (*found.get((spec.operation, path), ()), *known[item.entity])
                found[spec.operation, path] = tuple(dict.fromkeys(places))
    return found


def _named(
    roots: Mapping[str, Place], specs: tuple[EntitySpec, ...]
) -> Iterator[tuple[tuple[str, Path], tuple[Place, ...]]]:
    for spec in specs:
        places, also = _found(roots, spec.places), _found(roots, spec.also)
        for place in places:
            place.also = tuple(dict.fromkeys((*place.also, *also)))
        yield from (((item.operation, item.path.reference.steps), places) for item in spec.places)


def _found(roots: Mapping[str, Place], specs: tuple[PlaceSpec, ...]) -> tuple[Place, ...]:
    """Return the places of which something was seen."""
    found = (
        _at(roots[item.operation], item.path.reference.steps) for item in specs if item.operation in roots
    )
    return tuple(place for place in found if place is not None)


def _at(place: Place, path: Path) -> Place | None:
    for step in path:
        if step not in place.below:
            return None
        place = place.below[step]
    return place


def _declared(api: ApiModel, name: str, root: Place) -> Iterator[tuple[str, Place]]:
    """Yield model and place for everything that was seen, and is declared as a model, in an operation's responses."""
    operation = api.operations[name]
    models = api.document_of(operation).models_by_name
    pending: list[tuple[TypeRef, Place]] = [(operation.response, root)]
    while pending:
        ref, place = pending.pop()
        match ref:
            case ArrayRef(item) if Each() in place.below:
                pending.append((item, place.below[Each()]))
            case MapRef(value) if Entries() in place.below:
                pending.append((value, place.below[Entries()]))
            case ModelRef(model) if model in models:
                if place.names:
                    yield model, place
                pending += [
                    (item.type, place.below[Field(item.name)])
                    for item in models[model].properties
                    if Field(item.name) in place.below
                ]
            case _:
                pass
