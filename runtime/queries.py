"""What can be asked by name: the views and the named queries, as the compiler lists them, and their parameters."""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TypedDict, cast

import orjson

from runtime.capture import instant
from runtime.errors import DataError, TerminalError


class Column(TypedDict):
    """A column that a query returns; `type` is PostgreSQL's, or "" where the compiler could not tell."""

    name: str
    type: str
    doc: str


class Param(TypedDict):
    """A parameter of a query."""

    name: str
    type: str
    doc: str
    default: str | None
    required: bool


class Entry(TypedDict):
    """A view, a function or a query. `statement` is what psycopg runs."""

    name: str
    kind: str
    doc: str
    question: str
    params: list[Param]
    columns: list[Column]
    statement: str


@dataclass(frozen=True, slots=True)
class Queries:
    """All that can be asked, views first; `schemas` are those that only views have."""

    schemas: tuple[str, ...] = ()
    views: tuple[Entry, ...] = ()
    queries: tuple[Entry, ...] = ()

    @property
    def entries(self) -> Mapping[str, Entry]:
        """Views and queries by name."""
        return {entry["name"]: entry for entry in (*self.queries, *self.views)}


def read(folder: Path) -> Queries:
    """Read the index in `generated/queries`; without one there is nothing to ask."""
    try:
        found = cast("dict[str, list[Entry]]", orjson.loads((folder / "index.json").read_bytes()))
        schemas = cast("list[str]", found["schemas"])
        return Queries(tuple(schemas), tuple(found["views"]), tuple(found["queries"]))
    except FileNotFoundError:
        return Queries()
    except (ValueError, KeyError) as error:
        raise TerminalError(
            "the list of queries cannot be read", where=str(folder / "index.json"), hint="run `make generate`"
        ) from error


def find(queries: Queries, name: str) -> Entry:
    """Return a query or a view by name; an unknown one is an error with the nearest name."""
    known = queries.entries
    if name not in known:
        raise DataError(
            f"there is no query or view `{name}`", hint=_nearest(name, known, "`mlb-etl query` lists them")
        )
    return known[name]


def bound(entry: Entry, given: Mapping[str, str]) -> dict[str, object]:
    """Return the values of a query's parameters: what was given, else the default."""
    declared = {param["name"]: param for param in entry["params"]}
    for name in given:
        if name not in declared:
            listed = ", ".join(f"`{known}`" for known in declared) or "none"
            hint = _nearest(name, declared, f"parameters of `{entry['name']}`: {listed}")
            raise DataError(f"`{entry['name']}` has no parameter `{name}`", hint=hint)
    return {name: _value(entry, param, given) for name, param in declared.items()}


def _value(entry: Entry, param: Param, given: Mapping[str, str]) -> object:
    name = param["name"]
    text = given.get(name, param["default"])
    if text is None:
        if not param["required"]:
            return None
        about = f": {param['doc']}" if param["doc"] else ""
        raise DataError(
            f"`{entry['name']}` needs the parameter `{name}` ({param['type']}){about}",
            hint=f"add `--param {name}=...`",
        )
    read, example = _READERS[param["type"]]
    try:
        return read(text)
    except ValueError:
        raise DataError(
            f"parameter `{name}` must be {param['type']}, found `{text}`",
            hint=f"for example `{name}={example}`",
        ) from None


def _nearest(name: str, known: Mapping[str, object], otherwise: str) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    ending = [other for other in known if other.rpartition(".")[2] == name]
    found = ending or near
    return f"did you mean `{found[0]}`?" if found else otherwise


# ------------------------------------------------------------------------------------------------- values

_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
_TRUTH = {
    "true": True,
    "t": True,
    "yes": True,
    "1": True,
    "false": False,
    "f": False,
    "no": False,
    "0": False,
}


def _integer(bits: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not _INTEGER.fullmatch(text) or not -(1 << bits - 1) <= int(text) < 1 << bits - 1:
            raise ValueError
        return int(text)

    return read


def _boolean(text: str) -> bool:
    try:
        return _TRUTH[text.lower()]
    except KeyError:
        raise ValueError from None


def _text(text: str) -> str:
    if "\0" in text:
        raise ValueError
    return text


def _json(text: str) -> str:
    orjson.loads(text)
    return text


def _instant(text: str) -> datetime:
    return instant(text)


_READERS: Mapping[str, tuple[Callable[[str], object], str]] = {
    "boolean": (_boolean, "true"),
    "integer": (_integer(32), "3"),
    "bigint": (_integer(64), "747175"),
    "double precision": (float, "95.5"),
    "text": (_text, "T"),
    "date": (date.fromisoformat, "2024-07-12"),
    "timestamptz": (_instant, "2024-07-12T18:40:00Z"),
    "jsonb": (_json, "{}"),
    "jsonpath": (_text, "$.gameData.venue.name"),
}
