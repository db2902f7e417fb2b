"""Read one entry of `shapes`: what a path is, or which keys it has that no capture shows."""

from dataclasses import dataclass

from compiler.frontends.column_spec import read_type
from compiler.frontends.document import Scalar
from compiler.frontends.grammar import GRAMMAR, SHAPES, TYPES
from compiler.frontends.yaml_reader import Yaml, YamlReader
from compiler.ir.mapping import ArraySpec, LeafSpec, MemberSpec, RecordSpec, ShapeSpec

DECLARED = "declared"
"""The kind of an override that adds to what is known."""
LIKE = "like"
"""The kind of an override that names an entity."""

_JSON = "json"


@dataclass(frozen=True, slots=True)
class ShapeReader:
    """Reads `$.path: json`, `{as: column, type: bigint}`, `{numbers: bigint}`, `{record: {...}}` and `{like: name}`."""

    read: YamlReader

    def shape(self, at: Yaml) -> ShapeSpec | None:
        """Return the override, or None where it makes no sense."""
        path = self.read.path(self.read.key_as_scalar(at), is_absolute=True)
        if isinstance(at.node, Scalar):
            kind = self.read.word(at, SHAPES)
            return ShapeSpec(path=path, kind=kind, origin=at.key_origin) if path and kind else None
        fields = self.read.fields(at, GRAMMAR["shape"])
        if entity := self.read.text(fields.get("like")):
            return ShapeSpec(path=path, kind=LIKE, entity=entity, origin=at.key_origin) if path else None
        declared = self._nested(fields)
        if declared is not None:
            return (
                ShapeSpec(path=path, kind=DECLARED, declared=declared, origin=at.key_origin) if path else None
            )
        kind, type_ = self._kind(at, fields)
        return ShapeSpec(path=path, kind=kind, type=type_, origin=at.key_origin) if path and kind else None

    def _kind(self, at: Yaml, fields: dict[str, Yaml]) -> tuple[str, str]:
        if "numbers" in fields:
            return "numbers", read_type(self.read, fields["numbers"])
        kind = self.read.word(self.read.need(at, fields, "as"), SHAPES)
        return kind, read_type(self.read, fields.get("type"))

    def _nested(self, fields: dict[str, Yaml]) -> RecordSpec | ArraySpec | None:
        if "record" in fields:
            entries = self.read.entries(fields["record"])
            members = (
                MemberSpec(name=name, shape=shape)
                for name, at in entries.items()
                if (shape := self._inner(at))
            )
            return RecordSpec(members=tuple(members))
        if "array" in fields and (item := self._inner(fields["array"])):
            return ArraySpec(item=item)
        return None

    def _inner(self, at: Yaml) -> RecordSpec | ArraySpec | LeafSpec | None:
        """Read what is under a key: the name of a type, `json`, or again `{record: {...}}` or `{array: ...}`."""
        if isinstance(at.node, Scalar):
            word = self.read.word(at, (*TYPES, _JSON))
            return LeafSpec(type="" if word == _JSON else read_type(self.read, at)) if word else None
        return self._nested(self.read.fields(at, GRAMMAR["member"]))
