"""Avro archives: container files of response bodies, by a schema of `generated/avro`, this version's or another's.

A file brings the schema that it was written with, so that each body comes back as it was; what today's tables do not
know of it is rescued like any other value.
"""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportAttributeAccessIssue=false, reportArgumentType=false, reportReturnType=false
# (fastavro is partly typed)

import io
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import BinaryIO, cast

import fastavro
import orjson
from fastavro.schema import SchemaParseException

from runtime.avro import Codec, Datum, Schema
from runtime.job import Json

_NAMESPACE = "mlb."

_DAMAGED = (EOFError, ValueError, LookupError, TypeError, AttributeError, SchemaParseException, zlib.error)
"""What `fastavro` raises, and the codec, where a file is not what it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Some data of a file, from an offset on, uncompressed, and the schema that they were written with, as JSON."""

    schema: str
    start: int
    count: int
    content: bytes = field(repr=False)


def blocks(stream: BinaryIO, raw_table: str, start: int = 0) -> Iterator[Block]:
    """Read a file of the responses that a raw table keeps, block by block, from the one at an offset on.

    Raises:
        ValueError: it is no Avro file, a damaged one, or one of other responses.
    """
    try:
        reader = fastavro.block_reader(stream)
        schema = reader.metadata["avro.schema"]
        _check(cast(Schema, json.loads(schema)), raw_table)
        if start:
            stream.seek(start)
        for block in reader:
            content = block.bytes_.getvalue()
            yield Block(schema=schema, start=block.offset, count=block.num_records, content=content)
    except _OtherError:
        raise
    except _DAMAGED as error:
        raise ValueError(f"no Avro file, or a damaged one: {error or type(error).__name__}") from error


def bodies(block: Block) -> Iterator[bytes | ValueError]:
    """Return the bodies in a block, as many as it counts; where one cannot be read, nor can those behind it."""
    done = 0
    stream = io.BytesIO(block.content)
    try:
        schema, codec = _codec(block.schema)
        for _ in range(block.count):
            datum = cast(Datum, fastavro.schemaless_reader(stream, schema, None))
            body = _text(codec.document(datum))
            done += 1
            yield body
    except _DAMAGED as error:
        reason = ValueError(f"damaged in the Avro file: {error or type(error).__name__}")
        yield from [reason] * (block.count - done)


def _text(document: Json) -> bytes:
    try:
        return orjson.dumps(document)
    except TypeError:  # an integer beyond 64 bits
        return json.dumps(document).encode()


@lru_cache(maxsize=4)
def _codec(text: str) -> tuple[Schema, Codec]:
    schema = json.loads(text)
    return fastavro.parse_schema(schema), Codec(schema)


def _check(schema: Schema, raw_table: str) -> None:
    name = str(schema.get("name", ""))
    full = name if "." in name else f"{schema.get('namespace', '')}.{name}"
    if full.rpartition(".")[0] != _NAMESPACE + raw_table:
        raise _OtherError(f"an Avro file of {full}, not of {_NAMESPACE}{raw_table}")


class _OtherError(ValueError):
    """The file is whole, and not what was asked for."""
