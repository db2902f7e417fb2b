"""An Avro schema, without the sentences that change nothing: docs keep the path that they begin with."""

from typing import cast

import orjson

from compiler.breaking.surfaces import Json
from compiler.ir.catalog import source_of


def schema(text: str) -> Json:
    """Return the schema; raise `ValueError` or `TypeError` where the text is no JSON object."""
    found: object = orjson.loads(text)
    if not isinstance(found, dict):
        raise TypeError("a schema must be a JSON object")
    return cast("Json", _bare(cast("dict[str, object]", found)))


def _bare(node: object) -> object:
    if isinstance(node, list):
        return [_bare(item) for item in cast("list[object]", node)]
    if not isinstance(node, dict):
        return node
    members = cast("dict[str, object]", node)
    doc = source_of(str(members.get("doc", "")))
    bare = {
        name: value if name == "default" else _bare(value) for name, value in members.items() if name != "doc"
    }
    return {**bare, "doc": doc} if doc.startswith("$") else bare
