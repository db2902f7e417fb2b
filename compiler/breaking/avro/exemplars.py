"""Data of an Avro schema, so that every branch of every union, and every end of every range, is written once."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from compiler.breaking.avro.nodes import (
    ArrayOf,
    Enum,
    Fixed,
    MapOf,
    Node,
    Primitive,
    Ref,
    Schema,
    Union,
    branches,
)

Datum = object

_ENDS: dict[str, tuple[Datum, ...]] = {
    "null": (None,),
    "boolean": (True, False),
    "int": (0, 2**31 - 1, -(2**31)),
    "long": (0, 2**63 - 1, -(2**63)),
    "float": (0.0, 1.5, -2.0),
    "double": (0.0, 0.1, -1e300),
    "bytes": (b"", b"\x00\xff"),
    "string": ("", "text", "José"),
}
_DEEPEST = 12
"""A record that holds itself is null, or empty, below this."""
_OUTER, _INNER = 6, 3
"""Elements of an array or a map, and of one within another."""


def exemplars(schema: Schema) -> Iterator[Datum]:
    """Yield data of a schema in which branches and ends come in turn; first what has null wherever it may."""
    widest = max(
        (len(branches(field.node)) for one in schema.records.values() for field in one.fields), default=1
    )
    writer = _Writer(schema)
    for number in range(2 * max(widest, 2)):
        yield writer.datum(schema.root, number, 0, 0)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Makes data. Of `number` each union takes its branch, and leaves the rest to what is inside."""

    schema: Schema

    def datum(self, node: Node, number: int, depth: int, loops: int) -> Datum:
        """Return a datum; `loops`: arrays and maps around it."""
        match node:
            case Primitive(name=name):
                return _ENDS[name][number % len(_ENDS[name])]
            case ArrayOf(items=inner):
                return self.elements(inner, number, depth, loops)
            case MapOf(values=inner):
                values = self.elements(inner, number, depth, loops)
                return {f"key {place}": value for place, value in enumerate(values)}
            case Union(branches=found):
                chosen = found[number % len(found) if depth <= _DEEPEST else 0]
                return self.datum(chosen, number // len(found), depth, loops)
            case Enum(symbols=symbols):
                return symbols[number % len(symbols)]
            case Fixed(size=size):
                return bytes(size)
            case Ref():
                fields = self.schema.record(node).fields
                return {field.name: self.datum(field.node, number, depth + 1, loops) for field in fields}
            case _:
                assert_never(node)

    def elements(self, node: Node, number: int, depth: int, loops: int) -> list[Datum]:
        """Return none, or as many as show what an element may be."""
        count = 0 if number == 0 or depth > _DEEPEST else _INNER if loops else _OUTER
        return [self.datum(node, number + place, depth + 1, loops + 1) for place in range(count)]
