"""Publish the JSON Schema of every response: `jsonschema/<endpoint>/<method>.json`."""

from collections.abc import Mapping
from dataclasses import dataclass

from compiler.backends.definitions import define
from compiler.backends.jsontext import layout
from compiler.backends.response import document
from compiler.ir.plan import Plan


@dataclass(frozen=True, slots=True)
class JsonSchemas:
    """One schema per operation, for every operation that is compiled."""

    name: str = "jsonschema"

    def emit(self, plan: Plan) -> Mapping[str, str]:
        """Return the schemas."""
        return {
            f"jsonschema/{operation.slug}.json": layout(document(operation, define(operation)))
            for operation in plan.operations
        }


BACKEND = JsonSchemas()
