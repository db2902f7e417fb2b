"""Places that look like the same thing and are not pooled yet: what an author may write into `entities.yaml`.

Two places look alike if each has every key that the other always had, at least `SHARED` keys stand at both, these are
at least `ALIKE` of the keys of either, and no shared key holds values of other kinds. So a mention (`{id, name, link}`)
is like nothing. What stands below places that are the same thing, or look alike, is not told again.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from compiler.ir.paths import Field, Step
from compiler.ir.shape import Record, Shape
from compiler.ir.types import Kind
from compiler.ir.walk import at
from compiler.passes.evidence import Entities, Place

SHARED = 5
"""Keys that places must share to look alike."""
ALIKE = 0.8
"""Of all keys of two places, those that both must have."""

_NUMBERS = {Kind.INTEGER, Kind.NUMBER}


def alike(
    entities: Entities, folds: tuple[tuple[str, ...], ...], responses: Mapping[str, Shape]
) -> tuple[tuple[Place, ...], ...]:
    """Return groups of places that look alike, outermost first; only records of the given responses count."""
    same = _Same()
    places = [place for root in entities.roots.values() for place in _all(root)]
    for one, two in _pooled(entities, folds, places):
        same.unite(one, two)
    found, members = _Same(), dict[Place, None]()
    for one, two in _pairs(place for place in places if _is_record(place, responses)):
        if same.head(one) is same.head(two):
            continue
        same.unite_below(one, two)
        members |= dict.fromkeys((one, two))
        found.join(one, two)
    groups: dict[Place, list[Place]] = {}
    for place in members:
        groups.setdefault(found.head(place), []).append(place)
    return tuple(tuple(sorted(group, key=_order)) for group in groups.values())


def looks_alike(one: Place, two: Place) -> bool:
    """Whether two places have nearly the same keys, with values of the same kinds."""
    shared = one.names & two.names
    return (
        len(shared) >= max(SHARED, ALIKE * len(one.names | two.names))
        and _count_both(one, two)
        and all(_agree(one.below[Field(name)], two.below[Field(name)]) for name in shared)
    )


def _agree(one: Place, two: Place) -> bool:
    """Whether values were of the same kinds; null says nothing, and 7 is a kind of 7.5."""
    left, right = (set(place.facts.kinds) - {Kind.NULL} for place in (one, two))
    return not left or not right or bool(left & right) or left | right == _NUMBERS


def _pairs(places: Iterable[Place]) -> Iterator[tuple[Place, Place]]:
    """Yield the places that look alike, in twos, outer ones first."""
    large = sorted((place for place in places if len(place.names) >= SHARED), key=_order)
    found = [(one, two) for one, two in combinations(large, 2) if looks_alike(one, two)]
    return iter(sorted(found, key=lambda pair: sum(len(place.path) for place in pair)))


def _pooled(
    entities: Entities, folds: tuple[tuple[str, ...], ...], places: Iterable[Place]
) -> Iterator[tuple[Place, Place]]:
    """Yield places that count for each other already: of a model, by the author's word, branches of a fold."""
    for declared in entities.by_model.values():
        yield from ((one, two) for one, two in combinations(declared, 2) if _count_both(one, two))
    for first, *others in filter(None, entities.by_path.values()):
        yield from ((first, other) for other in others)
    for place in places:
        for names in folds:
            branches = [place.below[Field(name)] for name in names if Field(name) in place.below]
            yield from ((branches[0], other) for other in branches[1:])


def _count_both(one: Place, two: Place) -> bool:
    """Whether what was seen at either place of a thing counts for the other: see `evidence.Seen`."""
    return one.constant_names <= two.names and two.constant_names <= one.names


def _is_record(place: Place, responses: Mapping[str, Shape]) -> bool:
    response = responses.get(place.operation)
    return response is not None and isinstance(at(response, place.path), Record)


def _all(root: Place) -> Iterator[Place]:
    pending = [root]
    while pending:
        place = pending.pop()
        yield place
        pending += place.below.values()


def _order(place: Place) -> tuple[int, str]:
    return len(place.path), str(place)


@dataclass(frozen=True)
class _Same:
    """Which places are the same thing: if two are, so are those below them under the same step."""

    above: dict[Place, Place] = field(default_factory=dict[Place, Place])
    below: dict[Place, dict[Step, Place]] = field(default_factory=dict[Place, dict[Step, Place]])

    def head(self, place: Place) -> Place:
        """Return the place that stands for all that are the same."""
        while place in self.above:
            place = self.above[place]
        return place

    def join(self, one: Place, two: Place) -> bool:
        """Say that two places are the same, and nothing of those below them; whether that was news."""
        one, two = self.head(one), self.head(two)
        if one is not two:
            self.above[two] = one
        return one is not two

    def unite(self, one: Place, two: Place) -> None:
        """Say that two places are the same."""
        pending = [(one, two)]
        while pending:
            one, two = map(self.head, pending.pop())
            if self.join(one, two):
                left, right = (self.below.get(place, place.below) for place in (one, two))
                pending += [(left[step], right[step]) for step in left if step in right]
                self.below[one] = {**right, **left}

    def unite_below(self, one: Place, two: Place) -> None:
        """Say that what stands below two places is the same."""
        for step in one.below:
            if step in two.below:
                self.unite(one.below[step], two.below[step])
