"""Tell a map whose keys look like nothing in particular: they keep coming, and their values stay alike.

Facts hold how often each key was seen. Where a key space is open, most keys were seen once: by Good and Turing, the
share of such keys among all sightings is the chance that the next key is a new one. A record's members come again.
"""

import re
from collections.abc import Collection
from dataclasses import replace
from itertools import chain

from compiler.ir.paths import Each, Entries, Field, Path
from compiler.ir.shape import Array, Map, Member, Record, Shape
from compiler.ir.types import Kind
from compiler.ir.walk import joined

_FEWEST_KEYS = 8
_FEWEST_OBJECTS = 3
_PLAIN_NAME = re.compile(r"\d?[A-Za-z_][A-Za-z0-9_]*")


def grown(shape: Shape, records: Collection[Path], path: Path = ()) -> Shape:
    """Return the shape with maps where keys keep coming; `records` are the places where the author wants none."""
    match shape:
        case Record():
            members = tuple(
                Member(item.name, grown(item.shape, records, (*path, Field(item.name))))
                for item in shape.members
            )
            record = Record(members=members, evidence=shape.evidence)
            because = "" if path in records else growth(record)
            return (
                Map(value=joined(record), evidence=replace(record.evidence, because=because))
                if because
                else record
            )
        case Array():
            return replace(shape, item=grown(shape.item, records, (*path, Each())))
        case Map():
            return replace(shape, value=grown(shape.value, records, (*path, Entries())))
        case _:
            return shape


def growth(record: Record) -> str:
    """Return why the keys of these objects are values, or "" for a record.

    Half of all sightings must be of keys seen once, most keys must be no plain names (`Ann Ash`, not `homeRuns`), and
    all values of one kind; records among them have most of their members in common.
    """
    objects = dict(record.evidence.kinds).get(Kind.OBJECT, 0)
    values = [member.shape for member in record.members]
    if (
        len(values) < _FEWEST_KEYS
        or objects < _FEWEST_OBJECTS
        or any(value.evidence.declared for value in values)
    ):
        return ""
    once = sum(value.evidence.seen == 1 for value in values)
    sightings = sum(value.evidence.seen for value in values)
    plain = sum(_PLAIN_NAME.fullmatch(member.name) is not None for member in record.members)
    if 2 * once < sightings or 2 * plain > len(values) or not _are_alike(values):
        return ""
    return f"map: {len(values)} keys in {objects} objects, {once} of them seen once, values alike"


def _are_alike(values: list[Shape]) -> bool:
    kinds = {kind for value in values for kind, _ in value.evidence.kinds} - {Kind.NULL}
    members = [value.by_name.keys() for value in values if isinstance(value, Record)]
    known = set(chain.from_iterable(members))
    return len(kinds) == 1 and len(known) <= 2 * max(map(len, members), default=0)
