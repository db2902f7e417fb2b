"""What the schema knows of a response, as functions that complete a half-made one.

The simulation says what it knows of a place; the resolved Shape of that place (declared, observed and mapped together)
says what else stands there, of which kind and class, and how often.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from random import Random

from compiler.ir.shape import Array, Evidence, Map, Record, Scalar, Shape, Unknown
from compiler.ir.types import (
    Codec,
    DateText,
    DecimalText,
    InningsText,
    InstantText,
    IntegerText,
    Kind,
    Type,
)
from runtime.job import Conformed

Make = Callable[[], Conformed]

_WORDS = (
    "amber basin cedar delta ember fable grove haven inlet jetty kiosk ledge maple north ocean pearl "
    "quarry ridge slate tidal umber vista willow yarrow zephyr"
)
_ALWAYS = 0.999


@dataclass(frozen=True)
class _Place:
    """A member of a record: how often it is there, and how to make it, or what leads to the record's id."""

    name: str
    chance: float
    make: Make
    link: str = ""

    def value(self, known: Conformed) -> Conformed:
        return f"{self.link}{known['id']}" if self.link and "id" in known else self.make()


class Template:
    """Completes what the simulation knows of one place.

    `complete` adds every member that is missing, each by the rate at which it was observed; `close` adds only those
    that were always there, where the others mean something (a substitution, a pickoff); `choose` takes from more than
    the place has.
    """

    def __init__(self, shape: Shape, random: Random) -> None:
        self.shape = shape
        self._random = random

    @cached_property
    def _places(self) -> tuple[_Place, ...]:
        assert isinstance(self.shape, Record), f"{self.shape} is no record"
        found = ((item, _chance(item.shape)) for item in self.shape.members)
        return tuple(
            _Place(item.name, chance, self._maker(item.shape), _link(item.shape))
            for item, chance in found
            if chance
        )

    @cached_property
    def _always(self) -> tuple[_Place, ...]:
        return tuple(place for place in self._places if place.chance >= _ALWAYS)

    @cached_property
    def likely(self) -> frozenset[str]:
        """The members that were seen there."""
        return frozenset(place.name for place in self._places)

    def complete(self, known: Conformed) -> Conformed:
        random = self._random.random
        for place in self._places:
            if place.name not in known and (place.chance >= _ALWAYS or random() < place.chance):
                known[place.name] = place.value(known)
        return known

    def close(self, known: Conformed) -> Conformed:
        for place in self._always:
            if place.name not in known:
                known[place.name] = place.value(known)
        return known

    def choose(self, known: Conformed) -> Conformed:
        """Return what the place has of all that is known, and add what was always there besides."""
        return self.close(self._taken(known))

    def fit(self, known: Conformed) -> Conformed:
        """Return what the place has of all that is known, and complete it."""
        return self.complete(self._taken(known))

    def _taken(self, known: Conformed) -> Conformed:
        return {name: value for name, value in known.items() if name in self.likely}

    def made(self) -> Conformed:
        """Return a value about which nothing is known."""
        return self._maker(self.shape)()

    def _maker(self, shape: Shape) -> Make:
        match shape:
            case Record():
                inside = Template(shape, self._random)
                return lambda: inside.complete({})
            case Array():
                return list
            case Map():
                return dict
            case Scalar():
                return _scalar(shape, self._random)
            case Unknown(evidence=evidence):
                return _opaque(evidence)


class Templates:
    """All places of a response, by path (`gameData.players{*}`, `liveData.plays.allPlays[*].count`)."""

    def __init__(self, response: Shape, random: Random) -> None:
        self._random = random
        self._root = response
        self._found: dict[str, Template] = {}

    def __getitem__(self, path: str) -> Template:
        found = self._found.get(path)
        if found is None:
            found = self._found[path] = Template(_at(self._root, path), self._random)
        return found


def _at(shape: Shape, path: str) -> Shape:
    for step in path.replace("[*]", ".[*]").replace("{*}", ".{*}").split("."):
        match shape:
            case Array(item=inner) if step == "[*]":
                shape = inner
            case Map(value=inner) if step == "{*}":
                shape = inner
            case Record() if step in shape.by_name:
                shape = shape.by_name[step]
            case _ if not step:
                pass
            case _:
                raise KeyError(f"`{step}` of `{path}` is not in the schema")
    return shape


def _chance(shape: Shape) -> float:
    """Return how often a place is there when its parent is; what was never seen is never made."""
    evidence = shape.evidence
    return (
        min(1.0, evidence.seen / evidence.parent_seen) if evidence.parent_seen else float(bool(evidence.seen))
    )


def _opaque(evidence: Evidence) -> Make:
    kinds = dict(evidence.kinds)
    if kinds.get(Kind.ARRAY):
        return list
    return dict if kinds.get(Kind.OBJECT) else lambda: None


def _scalar(shape: Scalar, random: Random) -> Make:
    kinds, texts = dict(shape.evidence.kinds), dict(shape.evidence.texts)
    make = _coded(shape, random)
    blank = texts.get("sentinel", 0) / max(1, sum(texts.values()))
    null = kinds.get(Kind.NULL, 0) / max(1, sum(kinds.values()))
    if not blank and not null:
        return make
    placeholder = _placeholder(shape.codec)
    return lambda: None if random.random() < null else placeholder if random.random() < blank else make()


def _placeholder(codec: Codec) -> str:
    found = getattr(codec, "sentinels", ())
    return found[0] if found else "-"


def _coded(shape: Scalar, random: Random) -> Make:
    match shape.codec:
        case DateText():
            return lambda: (
                f"20{random.randrange(10, 24)}-{random.randrange(1, 13):02d}-{random.randrange(1, 29):02d}"
            )
        case InstantText():
            return lambda: f"2024-0{random.randrange(4, 10)}-{random.randrange(1, 29):02d}T17:05:00Z"
        case IntegerText():
            return lambda: str(random.randrange(100))
        case DecimalText(format=form):
            places = len(form.partition(".")[2])
            return lambda: decimal(random.random(), places, leading=form.startswith("0"))
        case InningsText():
            return lambda: f"{random.randrange(9)}.{random.randrange(3)}"
        case _:
            return _native(shape, random)


def _native(shape: Scalar, random: Random) -> Make:
    texts = dict(shape.evidence.texts)
    match shape.type:
        case Type.BOOLEAN:
            return lambda: random.random() < 0.5
        case Type.TEXT if texts and max(texts, key=lambda name: texts[name]) == "integer":
            return lambda: str(random.randrange(100))
        case Type.TEXT if prefix := _link(shape):
            return lambda: f"{prefix}{random.randrange(1, 1000)}"
        case Type.TEXT:
            words = _WORDS.split()
            return lambda: random.choice(words)
        case Type.DOUBLE if set(dict(shape.evidence.kinds)) != {Kind.INTEGER}:
            return lambda: round(random.uniform(0, 100), 3)
        case _:
            return lambda: random.randrange(100)


def _link(shape: Shape) -> str:
    """Return what the links of a place begin with, if they all lead to the same kind of thing."""
    texts = [name for name, _ in shape.evidence.texts]
    kind = texts[0].partition("link.")[2] if len(texts) == 1 else ""
    return f"/api/v1/{kind}/" if kind else ""


def decimal(value: float, places: int, *, leading: bool) -> str:
    """Print a rate as the API does: `.250` or `0.25`.

    >>> decimal(0.25, 3, leading=False), decimal(1, 3, leading=False), decimal(0.5, 2, leading=True)
    ('.250', '1.000', '0.50')
    """
    text = f"{value:.{places}f}"
    return text if leading else text.removeprefix("0")
