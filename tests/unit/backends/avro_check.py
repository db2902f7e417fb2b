"""What Avro asks of names, which fastavro does not check."""

import re

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def faults(schema: object) -> list[str]:
    """Return what other readers reject: illegal names, fields or records that are there twice, defaults that misfit."""
    found: list[str] = []
    _collect(schema, set(), found)
    return found


def _collect(schema, seen, found) -> None:
    match schema:
        case {"type": "record", "name": name, "fields": fields}:
            if not NAME.fullmatch(name) or name in seen:
                found.append(f"record {name}")
            seen.add(name)
            names = [item["name"] for item in fields]
            found.extend(f"field {name}.{item}" for item in names if not NAME.fullmatch(item))
            found.extend(f"twice {name}.{item}" for item in set(names) if names.count(item) > 1)
            for item in fields:
                if isinstance(item["type"], list) and (
                    item["type"][0] != "null" or item.get("default", 0) is not None
                ):
                    found.append(f"default {name}.{item['name']}")
                _collect(item["type"], seen, found)
        case {"type": "array", "items": inner} | {"type": "map", "values": inner}:
            _collect(inner, seen, found)
        case list():
            for branch in schema:
                _collect(branch, seen, found)
        case _:
            return
