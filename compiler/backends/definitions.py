"""Cut a response's shape into named records: what JSON Schema, Pydantic and Avro are made from.

The branches of a fold (`away` and `home`) share one record, which holds what either has. Every other record has a
name of its own, made from its path alone (see `naming`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from typing import assert_never

from compiler.backends import naming
from compiler.ir.paths import Branches, Each, Entries, Field, Path, SameKey, show
from compiler.ir.plan import OperationPlan
from compiler.ir.shape import Array, Evidence, Map, Member, Record, Scalar, Shape, Unknown
from compiler.ir.types import DateText, InstantText, Kind, Native, Type
from compiler.ir.walk import at, join

SIDES = ("away", "home")
_KINDS = {
    Type.BOOLEAN: Kind.BOOLEAN,
    Type.INTEGER: Kind.INTEGER,
    Type.BIGINT: Kind.INTEGER,
    Type.DOUBLE: Kind.NUMBER,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A scalar of one JSON kind; `format` is `date`, `date-time` or "". `also`: other kinds that were seen there."""

    kind: Kind
    format: str = ""
    also: tuple[Kind, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ref:
    """An object described by the definition at `target`."""

    target: Path
    also: tuple[Kind, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOf:
    """An array."""

    item: "Node"
    also: tuple[Kind, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapOf:
    """An object whose keys are values."""

    value: "Node"
    also: tuple[Kind, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anything:
    """Any JSON value."""

    description: str = ""


Node = Value | Ref | ListOf | MapOf | Anything


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """A key of a definition and what lies under it."""

    key: str
    node: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A named record. Folded branches stand in `path` as one step; `elsewhere` is the same entity."""

    path: Path
    properties: tuple[Property, ...]
    description: str = ""
    elsewhere: tuple[Path, ...] = ()

    @property
    def places(self) -> str:
        """Where its objects stand."""
        return ", ".join(show(path) for path in (self.path, *self.elsewhere))


@dataclass(frozen=True, kw_only=True)
class Definitions:
    """The records of one operation, outer before inner, with their names, and the node of the whole response."""

    root: Node
    root_name: str
    items: tuple[Definition, ...]
    names: Mapping[Path, str]

    @cached_property
    def by_path(self) -> dict[Path, Definition]:
        """The records by their path."""
        return {item.path: item for item in self.items}

    def locate(self, path: Path) -> "tuple[Definition, str] | None":
        """Return the record and the key of it that hold what is at `path`: the innermost that the schema knows.

        None for the whole response, for what lies in no record, and for what the schema does not know.
        """
        node, found = self.root, None
        for step in path:
            match node, step:
                case Ref(target=target), Field() | Branches():
                    definition = self.by_path[target]
                    names = (step.name,) if isinstance(step, Field) else step.names
                    held = next((item for item in definition.properties if item.key in names), None)
                    if held is None:
                        return None
                    node, found = held.node, (definition, held.key)
                case (ListOf(item=inner), Each()) | (MapOf(value=inner), Entries() | SameKey()):
                    node = inner
                case Anything(), _:
                    return found
                case _:
                    return None
        return found

    def name_of(self, reference: Ref) -> str:
        """Return the name of the definition that a reference means."""
        return self.names[reference.target]


def define(operation: OperationPlan) -> Definitions:
    """Cut the response of an operation into definitions."""
    short = operation.raw_table.partition(".")[2]
    entities = _entities(operation)
    cutter = _Cutter(
        folds=_folds(operation), entities={path: one for one in entities for path in one.places}, found=[]
    )
    root = cutter.node(operation.response, ())
    items = tuple(cutter.found)
    return Definitions(
        root=root,
        root_name=naming.root_name(short),
        items=items,
        names=naming.assign(
            [item.path for item in items],
            short,
            {one.places[0]: one.name for one in entities if one.places[0]},
        ),
    )


@dataclass(frozen=True, slots=True)
class _Entity:
    """What stands at several places, under one name; `record` holds what any of them has."""

    name: str
    places: tuple[Path, ...]
    record: Record


def _entities(operation: OperationPlan) -> tuple[_Entity, ...]:
    """Return the entities of an operation, with the places at which there is a record."""
    known: dict[str, dict[Path, Record]] = {}
    for name, path in operation.entities:
        shape = at(operation.response, path)
        if isinstance(shape, Record) and shape.members:
            known.setdefault(name, {})[path] = shape
    return tuple(
        _Entity(name, tuple(places), record)
        for name, places in known.items()
        if isinstance(record := reduce(join, places.values()), Record)
    )


@dataclass(frozen=True, slots=True)
class _Cutter:
    """Walks a shape once; definitions are found outer before inner."""

    folds: Mapping[Path, tuple[str, ...]]
    entities: Mapping[Path, _Entity]
    found: list[Definition]

    def node(self, shape: Shape, path: Path) -> Node:
        """Return the node of a shape, and keep the definitions that it needs."""
        description = shape.evidence.description
        match shape:
            case Scalar():
                return _value(shape)
            case Record(members=()):
                return MapOf(
                    value=Anything(), also=_also(shape.evidence, Kind.OBJECT), description=description
                )
            case Record():
                target = self._target(shape, path)
                return Ref(target=target, also=_also(shape.evidence, Kind.OBJECT), description=description)
            case Array(item=item):
                inner = self.node(item, (*path, Each()))
                return ListOf(item=inner, also=_also(shape.evidence, Kind.ARRAY), description=description)
            case Map(value=value):
                inner = self.node(value, (*path, Entries()))
                return MapOf(value=inner, also=_also(shape.evidence, Kind.OBJECT), description=description)
            case Unknown():
                return Anything(description=description)
            case _:
                assert_never(shape)

    def _target(self, record: Record, path: Path) -> Path:
        """Return where the definition of a record is found; an entity has one, at the first of its places."""
        entity = self.entities.get(path)
        if entity is None:
            self._record(record, path)
            return path
        first = entity.places[0]
        if all(item.path != first for item in self.found):
            self._record(entity.record, first, entity.places[1:])
        return first

    def _record(self, record: Record, path: Path, elsewhere: tuple[Path, ...] = ()) -> None:
        place = len(self.found)
        description = record.evidence.description
        definition = Definition(path=path, properties=(), description=description, elsewhere=elsewhere)
        self.found.append(definition)
        folded = self._fold(record, path)
        properties = tuple(
            Property(key=member.name, node=folded.get(member.name) or self._member(member, path))
            for member in record.members
        )
        self.found[place] = replace(definition, properties=properties)

    def _member(self, member: Member, path: Path) -> Node:
        return self.node(member.shape, (*path, Field(member.name)))

    def _fold(self, record: Record, path: Path) -> dict[str, Node]:
        """Return the nodes of the branches that are folded: they refer to one definition."""
        names = self.folds.get(_generic(path), SIDES)
        branches = [member for member in record.members if member.name in names and _is_full(member.shape)]
        if len(branches) < 2:
            return {}
        shared = self.node(reduce(join, (member.shape for member in branches)), (*path, Branches(names)))
        return {
            member.name: replace(shared, description=member.shape.evidence.description) for member in branches
        }


def _folds(operation: OperationPlan) -> dict[Path, tuple[str, ...]]:
    """Return, per record, the keys that tables fold; a fold inside a fold is told by its own path."""
    paths: Iterable[Path] = (
        path
        for table in operation.tables
        for path in (table.scan, *(lookup.path for lookup in table.lookups))
    )
    return {
        _generic(path[:place]): step.names
        for path in paths
        for place, step in enumerate(path)
        if isinstance(step, Branches)
    }


def _generic(path: Path) -> Path:
    return tuple(Entries() if isinstance(step, SameKey) else step for step in path)


def _is_full(shape: Shape) -> bool:
    """Whether a branch holds records, itself or in an array or a map."""
    match shape:
        case Record(members=members):
            return bool(members)
        case Array(item=inner) | Map(value=inner):
            return _is_full(inner)
        case _:
            return False


def _value(scalar: Scalar) -> Node:
    description = scalar.evidence.description
    if scalar.type is Type.JSON:
        return Anything(description=description)
    kind = _KINDS.get(scalar.type, Kind.STRING) if isinstance(scalar.codec, Native) else Kind.STRING
    also = _also(scalar.evidence, kind)
    if Kind.OBJECT in also or Kind.ARRAY in also:
        return Anything(description=description)
    return Value(kind=kind, format=_format(scalar), also=also, description=description)


def _format(scalar: Scalar) -> str:
    match scalar.codec:
        case DateText():
            return "date"
        case InstantText():
            return "date-time"
        case _:
            return ""


def _also(evidence: Evidence, expected: Kind) -> tuple[Kind, ...]:
    """Return the kinds that were seen although another was expected, null last."""
    held = {expected, Kind.INTEGER} if expected is Kind.NUMBER else {expected}
    seen = [kind for kind, count in evidence.kinds if count and kind not in held]
    return tuple(sorted(seen, key=lambda kind: (kind is Kind.NULL, kind)))
