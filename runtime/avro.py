"""Between a response and its Avro datum, by a schema of `generated/avro`; nothing is dropped on the way.

A value that its field can hold goes there. All else (a key that the schema lacks, another kind, an integer beyond 64
bits, a null that was written) goes as JSON text to `_extras` of the nearest record above it. Any Avro library writes
the datum:

    codec = Codec(json.loads(Path("generated/avro/game/live_game_v1.avsc").read_text("utf-8")))
    fastavro.writer(stream, codec.schema, [codec.datum(document)], strict=True)
    documents = [codec.document(datum) for datum in fastavro.reader(stream)]

What comes back equals what went in; only 95 in a `double` comes back as 95.0.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol, TypeAlias, cast

from runtime.errors import DataError
from runtime.job import Json

Datum: TypeAlias = "bool | int | float | str | list[Datum] | dict[str, Datum] | None"
"""What an Avro library writes and reads."""

Schema: TypeAlias = Mapping[str, object]

EXTRAS = "_extras"
_WHOLE = "$"
"""The `json_name` of the one field around a response that is no object."""


_KINDS: dict[type, str] = {
    dict: "keys that are not UTF-8",
    list: "an array",
    str: "a string",
    bool: "a boolean",
    type(None): "null",
}


class _Misfit(Enum):
    """What a node gives instead of a datum for a value that it cannot hold."""

    MISFIT = "misfit"


_MISFIT = _Misfit.MISFIT
_Written: TypeAlias = "Datum | _Misfit"


class Codec:
    """Turns responses of one operation into data of its schema, and back.

    `is_wrapped`: the response is no object, and is the one member of the record that Avro wants around it.
    """

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._record = _record(schema, {}, str(schema.get("namespace", "")))
        self.is_wrapped = [(one.key, one.name) for one in self._record.fields] == [(_WHOLE, "body")]

    def datum(self, document: Json) -> Datum:
        """Return the datum of a document; raise `DataError` where an object was expected and there is none."""
        try:
            made = self._record.write({_WHOLE: document} if self.is_wrapped else document)
        except RecursionError as error:
            raise DataError("nested too deeply to be JSON text", where="$") from error
        if isinstance(made, _Misfit):
            found = _KINDS.get(type(document), "a number")
            raise DataError(f"an object was expected, found {found}", where="$")
        return made

    def document(self, datum: Datum) -> Json:
        """Return the document of a datum."""
        read = self._record.read(datum)
        return read[_WHOLE] if self.is_wrapped else read


class _Node(Protocol):
    """A type of the schema, without null."""

    def write(self, value: Json) -> _Written:
        """Return the datum of a value that is not null."""
        ...

    def read(self, datum: Datum) -> Json:
        """Return the value of a datum that is not null."""
        ...


@dataclass(frozen=True, slots=True)
class _Primitive:
    """A scalar: its datum is the value."""

    holds: Callable[[Json], bool]

    def write(self, value: Json) -> _Written:
        return cast(Datum, value) if self.holds(value) else _MISFIT

    def read(self, datum: Datum) -> Json:
        return cast(Json, datum)


@dataclass(frozen=True, slots=True)
class _JsonText:
    """Any value, as JSON text."""

    def write(self, value: Json) -> Datum:
        return _text(value)

    def read(self, datum: Datum) -> Json:
        return _value(cast(str, datum))


@dataclass(frozen=True, slots=True)
class _Array:
    item: _Node

    def write(self, value: Json) -> _Written:
        if not isinstance(value, list):
            return _MISFIT
        written = [None if item is None else self.item.write(item) for item in value]
        return _MISFIT if _MISFIT in written else cast(Datum, written)

    def read(self, datum: Datum) -> Json:
        return [None if item is None else self.item.read(item) for item in cast("list[Datum]", datum)]


@dataclass(frozen=True, slots=True)
class _Map:
    value: _Node

    def write(self, value: Json) -> _Written:
        if not isinstance(value, dict) or not all(map(_is_text, value)):
            return _MISFIT
        written = {key: None if item is None else self.value.write(item) for key, item in value.items()}
        return _MISFIT if _MISFIT in written.values() else cast(Datum, written)

    def read(self, datum: Datum) -> Json:
        entries = cast("dict[str, Datum]", datum).items()
        return {key: None if item is None else self.value.read(item) for key, item in entries}


@dataclass(frozen=True, slots=True)
class _Field:
    """`key` is the API's, `name` Avro's."""

    key: str
    name: str
    node: _Node


@dataclass(slots=True)
class _Record:
    """The last field, `_extras`, is not among `fields`."""

    fields: list[_Field] = field(default_factory=list[_Field])

    def write(self, value: Json) -> "dict[str, Datum] | _Misfit":
        if not isinstance(value, dict):
            return _MISFIT
        rest = dict(value)
        datum: dict[str, Datum] = {}
        for item in self.fields:
            found = rest.get(item.key)
            written = _MISFIT if found is None else item.node.write(found)
            if isinstance(written, _Misfit):
                datum[item.name] = None
            else:
                datum[item.name] = written
                del rest[item.key]
        if not all(map(_is_text, rest)):
            return _MISFIT
        datum[EXTRAS] = {key: _text(item) for key, item in rest.items()} or None
        return datum

    def read(self, datum: Datum) -> dict[str, Json]:
        data = cast("dict[str, Datum]", datum)
        read = {
            item.key: item.node.read(found) for item in self.fields if (found := data[item.name]) is not None
        }
        extras = cast("dict[str, str]", data[EXTRAS] or {})
        return read | {key: _value(text) for key, text in extras.items()}


def _is_text(value: Json) -> bool:
    """Whether a value is text that UTF-8 can write; half a surrogate pair is not."""
    if not isinstance(value, str):
        return False
    try:
        return value.isascii() or bool(value.encode())
    except UnicodeEncodeError:
        return False


def _is_long(value: Json) -> bool:
    return type(value) is int and -(2**63) <= value < 2**63


def _is_double(value: Json) -> bool:
    return type(value) is float or (type(value) is int and -(2**53) <= value <= 2**53)


_PRIMITIVES = {
    "boolean": _Primitive(lambda value: isinstance(value, bool)),
    "long": _Primitive(_is_long),
    "double": _Primitive(_is_double),
    "string": _Primitive(_is_text),
}
_JSON_TEXT = _JsonText()


def _text(value: Json) -> str:
    return json.dumps(value, separators=(",", ":"))


def _value(text: str) -> Json:
    return cast(Json, json.loads(text))


def _node(schema: object, records: dict[str, _Record], namespace: str) -> _Node:
    """Return the node of a type; of `["null", X]`, that of X."""
    if isinstance(schema, list):
        return _node(cast("list[object]", schema)[-1], records, namespace)
    if isinstance(schema, str):
        return _PRIMITIVES.get(schema) or records[schema]
    named = cast(Schema, schema)
    if named["type"] == "record":
        return _record(named, records, namespace)
    if named["type"] == "array":
        return _Array(_node(named["items"], records, namespace))
    if named["type"] == "map":
        return _Map(_node(named["values"], records, namespace))
    return _JSON_TEXT


def _record(schema: Schema, records: dict[str, _Record], namespace: str) -> _Record:
    record = records[f"{namespace}.{schema['name']}"] = _Record()
    for item in cast("list[dict[str, object]]", schema["fields"])[:-1]:
        name = str(item["name"])
        node = _node(item["type"], records, namespace)
        record.fields.append(_Field(key=str(item.get("json_name", name)), name=name, node=node))
    return record
