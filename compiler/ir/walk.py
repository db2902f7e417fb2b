"""Find, replace and join shapes."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import reduce
from typing import TypeVar, assert_never

from compiler.ir.paths import Branches, Each, Entries, Field, Path, SameKey, Step
from compiler.ir.shape import Array, Evidence, Map, Member, Record, Scalar, Shape, Unknown
from compiler.ir.types import Native, Type

K = TypeVar("K", bound=str)


def child(shape: Shape, step: Step) -> Shape | None:
    """Return the shape one step below, or None if there is none. A fold gives the shape of its first known branch."""
    match step, shape:
        case Field(name), Record():
            return shape.by_name.get(name)
        case Each(), Array():
            return shape.item
        case ((Entries() | SameKey()), Map()):
            return shape.value
        case Branches(names), Record():
            return next((shape.by_name[name] for name in names if name in shape.by_name), None)
        case _:
            return None


def at(shape: Shape, path: Path) -> Shape | None:
    """Return the shape at a path, or None."""
    found: Shape | None = shape
    for step in path:
        if found is None:
            return None
        found = child(found, step)
    return found


def rewrite(shape: Shape, path: Path, change: Callable[[Shape], Shape]) -> Shape:
    """Return the tree with the shapes at `path` changed; a path that does not exist changes nothing.

    A fold changes every branch that is known.
    """
    if not path:
        return change(shape)
    step, rest = path[0], path[1:]
    match step, shape:
        case ((Field() | Branches()), Record()):
            names = (step.name,) if isinstance(step, Field) else step.names
            members = tuple(
                Member(member.name, rewrite(member.shape, rest, change)) if member.name in names else member
                for member in shape.members
            )
            return Record(members=members, evidence=shape.evidence)
        case Each(), Array():
            return replace(shape, item=rewrite(shape.item, rest, change))
        case ((Entries() | SameKey()), Map()):
            return replace(shape, value=rewrite(shape.value, rest, change))
        case _:
            return shape


def graft(shape: Shape, path: Path, added: Shape) -> Shape:
    """Return the tree with `added` under a new key at `path`, if the record around it exists."""
    last = path[-1]

    def with_member(record: Shape) -> Shape:
        if not isinstance(record, Record) or not isinstance(last, Field):
            return record
        return Record(members=(*record.members, Member(last.name, added)), evidence=record.evidence)

    return rewrite(shape, path[:-1], with_member)


def join(left: Shape, right: Shape) -> Shape:
    """Return the shape that holds the values of both: what branches of a fold have in common, and what one lacks."""
    match left, right:
        case Unknown(mixed=False), _:
            return right
        case _, Unknown(mixed=False):
            return left
        case Record(), Record():
            return _join_records(left, right)
        case Array(), Array():
            return Array(item=join(left.item, right.item), evidence=_pooled(left.evidence, right.evidence))
        case Map(), Map():
            return Map(value=join(left.value, right.value), evidence=_pooled(left.evidence, right.evidence))
        case Scalar(), Scalar():
            return _join_scalars(left, right)
        case _:
            return Unknown(mixed=True, evidence=_pooled(left.evidence, right.evidence))


def joined(record: Record) -> Shape:
    """Return the shape that holds every member of a record, which has some: its values, if its keys are values."""
    return reduce(join, (member.shape for member in record.members))


def _join_records(left: Record, right: Record) -> Record:
    members = [
        Member(member.name, join(member.shape, right.by_name[member.name]))
        if member.name in right.by_name
        else member
        for member in left.members
    ]
    members += [member for member in right.members if member.name not in left.by_name]
    return Record(members=tuple(members), evidence=_pooled(left.evidence, right.evidence))


def _join_scalars(left: Scalar, right: Scalar) -> Shape:
    evidence = _pooled(left.evidence, right.evidence)
    if (left.type, left.codec) == (right.type, right.codec):
        return replace(left, evidence=evidence)
    types = {left.type, right.type}
    if types <= {Type.BIGINT, Type.INTEGER, Type.DOUBLE} and left.codec == right.codec == Native():
        wider = Type.DOUBLE if Type.DOUBLE in types else Type.BIGINT
        return Scalar(type=wider, codec=Native(), evidence=evidence)
    if _is_string(left) and _is_string(right):
        return Scalar(type=Type.TEXT, codec=Native(), evidence=evidence)
    return Unknown(mixed=True, evidence=evidence)


def _is_string(scalar: Scalar) -> bool:
    """Whether a document holds strings there, whatever they hold."""
    return scalar.type is Type.TEXT or scalar.codec != Native()


def _pooled(left: Evidence, right: Evidence) -> Evidence:
    return Evidence(
        declared=left.declared or right.declared,
        declares=left.declares or right.declares,
        description=left.description or right.description,
        seen=left.seen + right.seen,
        parent_seen=left.parent_seen + right.parent_seen,
        kinds=_added(left.kinds, right.kinds),
        texts=_added(left.texts, right.texts),
        because=left.because or right.because,
        by_mapping=left.by_mapping or right.by_mapping,
    )


def _added(left: tuple[tuple[K, int], ...], right: tuple[tuple[K, int], ...]) -> tuple[tuple[K, int], ...]:
    totals = dict(left)
    for key, count in right:
        totals[key] = totals.get(key, 0) + count
    return tuple(sorted(totals.items()))


def scalars(shape: Shape, prefix: Path = ()) -> Iterator[tuple[Path, Shape]]:
    """Yield path and shape of every leaf of the tree: scalars and unknowns, in order."""
    return ((path, found) for path, found in places(shape, prefix) if isinstance(found, Scalar | Unknown))


def places(shape: Shape, prefix: Path = ()) -> Iterator[tuple[Path, Shape]]:
    """Yield path and shape of every place of the tree, each before those below it, in order."""
    yield prefix, shape
    match shape:
        case Record():
            for member in shape.members:
                yield from places(member.shape, (*prefix, Field(member.name)))
        case Array():
            yield from places(shape.item, (*prefix, Each()))
        case Map():
            yield from places(shape.value, (*prefix, Entries()))
        case Scalar() | Unknown():
            pass
        case _:
            assert_never(shape)
