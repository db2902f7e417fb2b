"""What Avro asks of names, which fastavro does not check; and how a response becomes a datum and comes back."""

import json
import re

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
EXTRAS = "_extras"
NOTHING = object()


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


class Codec:
    """Between a response and its datum: what does not fit the schema goes to `_extras` of the record around it."""

    def __init__(self, schema: dict) -> None:
        self.schema = schema
        self.records: dict[str, dict] = {}
        self._index(schema)

    def _index(self, schema) -> None:
        if isinstance(schema, list):
            for branch in schema:
                self._index(branch)
        elif isinstance(schema, dict):
            if schema["type"] == "record":
                self.records[f"{self.schema['namespace']}.{schema['name']}"] = schema
            for inner in (
                schema.get("items"),
                schema.get("values"),
                *(f["type"] for f in schema.get("fields", ())),
            ):
                self._index(inner)

    def encode(self, body) -> dict:
        """Return the datum of a response."""
        wrapped = self.schema["fields"][0].get("json_name") == "$"
        datum = self._encode(self.schema, {"$": body} if wrapped else body)
        assert isinstance(datum, dict)
        return datum

    def decode(self, datum: object) -> object:
        """Return the response of a datum."""
        body = self._decode(self.schema, datum)
        assert isinstance(body, dict)
        return body["$"] if self.schema["fields"][0].get("json_name") == "$" else body

    def _encode(self, schema, value) -> object:
        match schema:
            case ["null", inner]:
                return None if value is None else self._encode(inner, value)
            case str() if schema in self.records:
                return self._encode(self.records[schema], value)
            case {"content": "json"}:
                return json.dumps(value)
            case {"type": "array", "items": inner}:
                items = (
                    [self._encode(inner, item) for item in value] if isinstance(value, list) else [NOTHING]
                )
                return items if isinstance(value, list) and NOTHING not in items else NOTHING
            case {"type": "map", "values": inner}:
                if not isinstance(value, dict):
                    return NOTHING
                entries = {key: self._encode(inner, item) for key, item in value.items()}
                return NOTHING if any(item is NOTHING for item in entries.values()) else entries
            case {"type": "record"}:
                return self._record(schema, value) if isinstance(value, dict) else NOTHING
            case _:
                return value if _fits(schema, value) else NOTHING

    def _record(self, schema, value) -> dict:
        rest = dict(value)
        datum = {}
        for item in schema["fields"][:-1]:
            key = item.get("json_name", item["name"])
            coded = self._encode(item["type"], rest[key]) if rest.get(key) is not None else NOTHING
            datum[item["name"]] = None if coded is NOTHING else coded
            if coded is not NOTHING:
                del rest[key]
        datum[EXTRAS] = {key: json.dumps(item) for key, item in rest.items()} or None
        return datum

    def _decode(self, schema, datum) -> object:
        match schema:
            case ["null", inner]:
                return None if datum is None else self._decode(inner, datum)
            case str() if schema in self.records:
                return self._decode(self.records[schema], datum)
            case {"content": "json"}:
                return json.loads(datum)
            case {"type": "array", "items": inner}:
                return [self._decode(inner, item) for item in datum]
            case {"type": "map", "values": inner}:
                return {key: self._decode(inner, item) for key, item in datum.items()}
            case {"type": "record", "fields": fields}:
                known = {
                    item.get("json_name", item["name"]): self._decode(item["type"], datum[item["name"]])
                    for item in fields[:-1]
                    if datum[item["name"]] is not None
                }
                return known | {key: json.loads(text) for key, text in (datum[EXTRAS] or {}).items()}
            case _:
                return datum


def _fits(schema: str, value: object) -> bool:
    match schema:
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "long":
            return isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63
        case "double":
            return isinstance(value, int | float) and not isinstance(value, bool) and float(value) == value
        case _:
            return False
