"""Print the grammar of mappings as a JSON Schema (2020-12), for completion and hover in editors."""

import json
from typing import assert_never

from compiler.frontends.grammar import (
    GRAMMAR,
    Block,
    Either,
    Flag,
    Key,
    Kind,
    ListOf,
    MapOf,
    Number,
    Of,
    Text,
)

_FILES = ("operation", "fragment", "defaults")
_SCALARS = ["string", "integer", "number", "boolean"]
"""A text may be written without quotes: `default: 1` is the text `1`."""

Schema = dict[str, object]


def mapping_schema() -> str:
    """Return the text of `schemas/mapping.schema.json`."""
    defs = {name: _block(block) for name, block in GRAMMAR.items()}
    defs["dimensions"] = _map(Of("dimension"))
    defs["entities"] = {
        "type": "object",
        "additionalProperties": {"type": "object", "additionalProperties": {"type": ["array", "object"]}},
    }
    schema: Schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A mapping of mlbc",
        "description": "What people want of an operation's responses: tables, keys, columns. See CONTRIBUTING.md.",
        "anyOf": [_ref(name) for name in (*_FILES, "dimensions", "entities")],
        "$defs": defs,
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _block(block: Block) -> Schema:
    required = [name for name, key in block.items() if key.is_required]
    return {
        "type": "object",
        "properties": {name: _key(key) for name, key in block.items()},
        "additionalProperties": False,
        **({"required": required} if required else {}),
    }


def _key(key: Key) -> Schema:
    return {"description": key.doc, **_kind(key.kind)}


def _kind(kind: Kind) -> Schema:
    match kind:
        case Text():
            return _text(kind)
        case Flag():
            return {"type": "boolean"}
        case Number(most=most):
            bounds: Schema = {} if most is None else {"maximum": most}
            return {"type": "integer", "minimum": 0, **bounds}
        case ListOf(item):
            return {"type": "array", "items": _kind(item)}
        case MapOf(value):
            return _map(value)
        case Of(block):
            return _ref(block)
        case Either(kinds):
            return {"anyOf": [_kind(one) for one in kinds]}
        case _:
            assert_never(kind)


def _text(kind: Text) -> Schema:
    if kind.words:
        return {"enum": list(kind.words)}
    return {"type": "string", "pattern": kind.form} if kind.form else {"type": _SCALARS}


def _map(value: Kind) -> Schema:
    return {"type": "object", "additionalProperties": _kind(value)}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}
