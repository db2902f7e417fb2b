"""`alike`: places that look like the same thing, as lines for `mappings/entities.yaml`."""

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from compiler.driver.compilation import Inputs, load, make_plan
from compiler.driver.selection import selected
from compiler.driver.session import Session
from compiler.ir.names import digest, singular, words
from compiler.ir.paths import Branches, Field, Path, branches, show
from compiler.ir.plan import Plan
from compiler.passes.alike import alike
from compiler.passes.evidence import Place, entities
from compiler.wording import counted

_LACKING = 6
"""Keys that are named; the others are counted."""

Folds = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """A path of an operation at which stands what stands elsewhere, with the keys and the number of its records."""

    operation: str
    path: Path
    keys: frozenset[str]
    records: int

    def is_at(self, operation: str, path: Path) -> bool:
        """Whether this is a path of an operation, or that of one branch of it."""
        return self.operation == operation and not {*branches(path)}.isdisjoint(branches(self.path))


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Places that look like the same thing, under a name that no other entity has."""

    name: str
    places: tuple[Alike, ...]

    @property
    def keys(self) -> frozenset[str]:
        """The keys of all places."""
        return frozenset[str]().union(*(place.keys for place in self.places))

    @property
    def shared(self) -> frozenset[str]:
        """The keys that every place has."""
        return self.keys.intersection(*(place.keys for place in self.places))

    def to_object(self) -> Mapping[str, object]:
        """Return the object that `--json` prints."""
        return {
            "name": self.name,
            "keys": len(self.keys),
            "shared_keys": len(self.shared),
            "places": [
                {
                    "operation": place.operation,
                    "path": show(place.path),
                    "keys": len(place.keys),
                    "records": place.records,
                    "lacking": sorted(self.keys - place.keys),
                }
                for place in self.places
            ],
        }

    def to_lines(self) -> Iterator[str]:
        """Yield the lines of an entity, with the evidence beside each place."""
        yield f"{self.name}:  # {len(self.shared)} of {len(self.keys)} keys at every place"
        for operation, places in groupby(self.places, key=lambda place: place.operation):
            yield f"  {operation}:"
            yield from (f"    - {json.dumps(show(place.path))}  # {self.evidence(place)}" for place in places)

    def evidence(self, place: Alike) -> str:
        """Say in a few words what a place has in common with the others."""
        lacking = sorted(self.keys - place.keys)
        shown = [name if name.isprintable() else json.dumps(name) for name in lacking[:_LACKING]]
        more = [f"{len(lacking) - _LACKING} more"] if len(lacking) > _LACKING else []
        head = f"{len(place.keys)} keys, {counted(place.records, 'record')}"
        return f"{head}; no {', '.join(shown + more)}" if lacking else head


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposals:
    """What looks alike."""

    proposals: tuple[Proposal, ...]
    differs: bool = False

    def to_text(self) -> str:
        """Return YAML to paste into `mappings/entities.yaml`; "" if nothing looks alike."""
        return "\n\n".join("\n".join(proposal.to_lines()) for proposal in self.proposals)

    def to_objects(self) -> tuple[Mapping[str, object], ...]:
        """Return one object per thing."""
        return tuple(proposal.to_object() for proposal in self.proposals)


def propose(session: Session, patterns: Collection[str]) -> Proposals | None:
    """Return what looks alike and touches an operation of a pattern; None if the inputs have errors."""
    inputs = load(session)
    plan = make_plan(session, inputs)
    if plan is None:
        return None
    with session.during("alike"):
        wanted = {operation.name for operation in selected(plan, patterns)}
        found = proposals(inputs, plan)
    touched = (item for item in found if any(place.operation in wanted for place in item.places))
    return Proposals(proposals=tuple(touched))


def proposals(inputs: Inputs, plan: Plan) -> tuple[Proposal, ...]:
    """Return everything that looks alike, named."""
    known = entities(inputs.api, inputs.observed, inputs.mapping)
    folds = inputs.mapping.defaults.folds
    responses = {operation.name: operation.response for operation in plan.operations}
    taken = {entity.name for entity in inputs.mapping.entities}
    made: list[Proposal] = []
    for found in alike(known, folds, responses):
        name = next(name for name in _names(found, folds) if name not in taken)
        taken.add(name)
        made.append(Proposal(name=name, places=tuple(_folded(found, folds))))
    return tuple(made)


def _folded(found: tuple[Place, ...], folds: Folds) -> Iterator[Alike]:
    """Yield the places, by operation; those in all branches of a fold as one."""
    grouped: dict[tuple[str, Path], list[Place]] = {}
    for place in found:
        grouped.setdefault((place.operation, _through(place.path, folds)), []).append(place)
    for (operation, path), places in sorted(grouped.items(), key=lambda item: item[0][0]):
        is_whole = len(places) == len([*branches(path)])
        for group in [places] if is_whole else [[place] for place in places]:
            yield Alike(
                operation=operation,
                path=path if is_whole else group[0].path,
                keys=frozenset[str]().union(*(place.names for place in group)),
                records=sum(place.records for place in group),
            )


def _through(path: Path, folds: Folds) -> Path:
    by_name = {name: Branches(names) for names in folds for name in names}
    return tuple(by_name.get(step.name, step) if isinstance(step, Field) else step for step in path)


def _names(found: tuple[Place, ...], folds: Folds) -> Iterator[str]:
    """Yield names for a thing, best first: what most places call it, then with what is around it, then a digest."""
    chains = [_chain(place, folds) for place in found]
    for length in (1, 2):
        counts = Counter("_".join(chain[-length:]) for chain in chains)
        yield from sorted(counts, key=lambda name: (-counts[name], len(name), name))
    yield f"{chains[0][-1]}_{digest(str(found[0]))}"


def _chain(place: Place, folds: Folds) -> list[str]:
    """Return the nouns on the way to a place, from the operation's name; the branches of folds say nothing."""
    keys = [step.name for step in _through(place.path, folds) if isinstance(step, Field)]
    return ["_".join(singular(words(key))) for key in (place.operation.partition(".")[2], *keys)]
