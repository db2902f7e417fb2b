"""`schema`: the grammar of mappings, for editors."""

from collections.abc import Mapping
from dataclasses import dataclass

from compiler.frontends.mapping_schema import mapping_schema


@dataclass(frozen=True, slots=True)
class MappingSchema:
    """A JSON Schema."""

    text: str
    differs: bool = False

    def to_text(self) -> str:
        """Return the schema."""
        return self.text.rstrip("\n")

    def to_objects(self) -> tuple[Mapping[str, object], ...]:
        """Return the schema in an object."""
        return ({"schema": self.text},)


def print_schema() -> MappingSchema:
    """Return the JSON Schema of mappings."""
    return MappingSchema(mapping_schema())
