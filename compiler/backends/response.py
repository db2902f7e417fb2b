"""Describe the resolved shape of a response as JSON Schema 2020-12.

A schema describes, it does not close: nothing is required, further keys are welcome, and `null` is named where it
was seen. A response that nobody has seen yet may lack or add anything, but not change a kind.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import assert_never

from compiler.backends.base import source_of
from compiler.backends.definitions import (
    Anything,
    Definition,
    Definitions,
    ListOf,
    MapOf,
    Node,
    Property,
    Ref,
    Value,
)
from compiler.bundle import notice
from compiler.ir.plan import OperationPlan
from compiler.ir.types import Kind

DIALECT = "https://json-schema.org/draft/2020-12/schema"
JsonSchema = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """What differs between the published schema and the one that models are made from."""

    anything: Mapping[str, object] = field(default_factory=dict[str, object])
    extras: Mapping[str, object] = field(default_factory=lambda: {"additionalProperties": True})
    number: tuple[str, ...] = ("number",)
    has_formats: bool = True


PUBLISHED = Style()


def document(operation: OperationPlan, definitions: Definitions, style: Style = PUBLISHED) -> JsonSchema:
    """Return the schema of an operation's response."""
    writer = _Writer(definitions, style)
    inner = {
        definitions.names[item.path]: writer.record(item)
        for item in definitions.items
        if item.path or not isinstance(definitions.root, Ref)
    }
    return {
        "$schema": DIALECT,
        "$comment": notice(source_of(operation)),
        "title": definitions.root_name,
        **writer.root(operation),
        "$defs": dict(sorted(inner.items())),
    }


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes nodes of one operation in one style."""

    definitions: Definitions
    style: Style

    def root(self, operation: OperationPlan) -> JsonSchema:
        """Return the schema of the whole response."""
        about = f"Response of {operation.name}. {operation.operation.summary}".strip()
        root = self.definitions.root
        schema = self.record(self.definitions.items[0]) if isinstance(root, Ref) else self.node(root)
        return {**schema, "description": about}

    def record(self, definition: Definition) -> JsonSchema:
        """Return the schema of a definition."""
        return {
            "description": f"`{definition.places}` {definition.description}".strip(),
            "type": "object",
            "properties": {item.key: self._property(item) for item in definition.properties},
            **self.style.extras,
        }

    def node(self, node: Node) -> JsonSchema:
        """Return the schema of a node."""
        match node:
            case Value():
                return self._value(node)
            case Ref():
                return _or_else({"$ref": f"#/$defs/{self.definitions.name_of(node)}"}, node.also)
            case ListOf(item=item):
                return _or_else({"type": "array", "items": self.node(item)}, node.also)
            case MapOf(value=value):
                return _or_else({"type": "object", "additionalProperties": self.node(value)}, node.also)
            case Anything():
                return dict(self.style.anything)
            case _:
                assert_never(node)

    def _property(self, item: Property) -> JsonSchema:
        schema = self.node(item.node)
        return {**schema, "description": item.node.description} if item.node.description else schema

    def _value(self, value: Value) -> JsonSchema:
        first = self.style.number if value.kind is Kind.NUMBER else (value.kind.value,)
        names = [*first, *(kind.value for kind in value.also)]
        form = {"format": value.format} if value.format and self.style.has_formats else {}
        return {"type": names[0] if len(names) == 1 else names, **form}


def _or_else(schema: JsonSchema, also: tuple[Kind, ...]) -> JsonSchema:
    return {"anyOf": [schema, *({"type": kind.value} for kind in also)]} if also else schema
