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
_DEEPEST = 6
"""A record that holds itself is null, or empty, below this."""


def exemplars(schema: Schema) -> Iterator[Datum]:
    """Yield data of a schema: all that is empty or null, then every end and every branch in turn."""
    rounds = max(
        (len(branches(field.node)) for one in schema.records.values() for field in one.fields), default=1
    )
    writer = _Writer(schema)
    for number in range(max(rounds, 4)):
        yield writer.datum(schema.root, number, 0)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Makes data: `number` says which branch, which end, how many elements."""

    schema: Schema

    def datum(self, node: Node, number: int, depth: int) -> Datum:
        match node:
            case Primitive(name=name):
                return _ENDS[name][number % len(_ENDS[name])]
            case ArrayOf(items=inner):
                return [
                    self.datum(inner, index, depth + 1) for index in range(0 if depth > _DEEPEST else number)
                ]
            case MapOf(values=inner):
                count = 0 if depth > _DEEPEST else number
                return {f"key {index}": self.datum(inner, index, depth + 1) for index in range(count)}
            case Union(branches=found):
                return self.datum(found[number % len(found) if depth <= _DEEPEST else 0], number, depth)
            case Enum(symbols=symbols):
                return symbols[number % len(symbols)]
            case Fixed(size=size):
                return bytes(size)
            case Ref():
                record = self.schema.record(node)
                return {field.name: self.datum(field.node, number, depth + 1) for field in record.fields}
            case _:
                assert_never(node)
