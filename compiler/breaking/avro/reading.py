"""Really write data with one schema and read it with another, with fastavro and with Apache's own library."""

import json
from collections.abc import Iterable
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, cast

from compiler.breaking.avro.exemplars import Datum
from compiler.breaking.surfaces import Json

if TYPE_CHECKING:
    from avro.schema import Schema

LIBRARIES = ("fastavro", "avro")


def unread(writer: Json, reader: Json, data: Iterable[Datum], libraries: tuple[str, ...] = LIBRARIES) -> str:
    """Return why a library cannot read, with one schema, what it wrote with another; "" if all can.

    Apache's is stricter than the specification: it promotes nothing inside arrays, maps and unions, reads no text as
    bytes, and knows no aliases of fields. Whoever uses it cannot read such data, so that counts.
    """
    for datum in data:
        for library in libraries:
            try:
                _carry(library, writer, reader, datum)
            except Exception as error:  # noqa: BLE001  # the libraries raise dozens of kinds, and each means no
                said = str(error).strip().partition("\n")[0]
                return f"{library}: {type(error).__name__}: {said[:200]}"
    return ""


def _carry(library: str, writer: Json, reader: Json, datum: Datum) -> None:
    _by_fastavro(writer, reader, datum) if library == "fastavro" else _by_avro(writer, reader, datum)


def _by_fastavro(writer: Json, reader: Json, datum: Datum) -> None:
    import fastavro

    content = BytesIO()
    written, wanted = fastavro.parse_schema(_physical(writer)), fastavro.parse_schema(_physical(reader))
    fastavro.schemaless_writer(content, written, datum)  # pyright: ignore[reportUnknownMemberType]  # its IO is untyped
    content.seek(0)
    fastavro.schemaless_reader(content, written, wanted)  # pyright: ignore[reportUnknownMemberType]  # its IO is untyped


def _by_avro(writer: Json, reader: Json, datum: Datum) -> None:
    from avro.io import BinaryDecoder, BinaryEncoder, DatumReader, DatumWriter

    content = BytesIO()
    written, wanted = _parsed(json.dumps(_physical(writer))), _parsed(json.dumps(_physical(reader)))
    DatumWriter(written).write(datum, BinaryEncoder(content))
    DatumReader(written, wanted).read(BinaryDecoder(BytesIO(content.getvalue())))


@cache
def _parsed(text: str) -> "Schema":
    from avro.schema import parse

    return parse(text)


def _physical(schema: Json) -> dict[str, object]:
    return cast("dict[str, object]", _without_meaning(schema))


def _without_meaning(schema: object) -> object:
    """Return a schema without logical types: what is read and written is the value below them."""
    if isinstance(schema, list):
        return [_without_meaning(item) for item in cast("list[object]", schema)]
    if not isinstance(schema, dict):
        return schema
    members = cast("dict[str, object]", schema)
    left = {
        name: value if name == "default" else _without_meaning(value)
        for name, value in members.items()
        if name not in {"logicalType", "doc", "json_name"}
    }
    return left["type"] if left.keys() == {"type"} and isinstance(left["type"], str) else left
