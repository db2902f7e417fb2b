"""Small definitions of an operation, as `registry.json` has them."""

import hashlib
from typing import cast

import orjson

from runtime.definitions import Column, Definition, Table


def column(name: str, type_: str = "bigint", **more: object) -> Column:
    return cast(Column, {"name": name, "type": type_, "from": f"$.{name}", **more})


def table(name: str, *columns: Column, **more: object) -> Table:
    return cast(Table, {"name": name, "rows": "$", "key": ["id"], "columns": list(columns), **more})


def definition(*tables: Table, **more: object) -> Definition:
    base = {
        "urls": ["/v1/x"],
        "document": [],
        "version": "",
        "raw": {"name": "d.x", "columns": [column("id")]},
        "tables": list(tables),
        "ignored": [],
    }
    made = cast(Definition, {**base, **more})
    made["digest"] = digest_of(made)
    return made


def digest_of(definition: Definition) -> str:
    """The digest of a definition: the sha256 of its canonical JSON."""
    content = {name: value for name, value in definition.items() if name != "digest"}
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
