"""What the responses of operations become, as `registry.json` says, and how two definitions of one differ."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NotRequired, TypedDict, cast

import orjson

from runtime.errors import TerminalError

FILE = "registry.json"
_FORMAT = 1


Column = TypedDict(
    "Column",
    {
        "name": str,
        "type": str,
        "from": NotRequired[str],
        "was": NotRequired[list[str]],
        "given_up": NotRequired[str],
    },
)
"""A column: its PostgreSQL type, what its cells are made of, former names, the migration that gave it up."""


class Table(TypedDict):
    """A table; `rows` says where they stand in a response. Raw tables have only a name and columns, their keys.

    `also` are former names under which a view shows it.
    """

    name: str
    columns: list[Column]
    key: NotRequired[list[str]]
    rows: NotRequired[str]
    lookups: NotRequired[dict[str, str]]
    omitted: NotRequired[list[str]]
    was: NotRequired[list[str]]
    also: NotRequired[list[str]]
    given_up: NotRequired[str]


class Definition(TypedDict):
    """What the responses of an operation become. `document` names the keys that identify one, `version` orders them."""

    digest: NotRequired[str]
    urls: list[str]
    document: list[str]
    version: str
    raw: Table
    tables: list[Table]
    ignored: list[str]


NONE: Mapping[str, Definition] = {}


class Kind(StrEnum):
    """What a difference is to those who read the tables."""

    ADDED = "added"
    CHANGED = "changed"
    DEPRECATED = "deprecated"
    BREAKING = "breaking"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A table, a column (`TABLE.COLUMN`) or a member of a definition that another definition has otherwise."""

    kind: Kind
    field: str
    said: str = ""

    def __str__(self) -> str:
        return f"{self.field}: {self.said}" if self.said else self.field


def read(folder: Path) -> Mapping[str, Definition]:
    """Read the definitions below `generated/`, by operation; there are none where the file is missing."""
    path = folder / FILE
    if not path.exists():
        return {}
    try:
        content = cast("dict[str, object]", orjson.loads(path.read_bytes()))
        form, found = content["format"], cast("dict[str, Definition]", content["operations"])
    except (ValueError, KeyError, TypeError):
        raise TerminalError("this is no registry", where=str(path), hint="run `make generate`") from None
    if form != _FORMAT:
        hint = f"this version knows form {_FORMAT}: install the version that wrote the file, or run `make generate`"
        raise TerminalError(f"form {form} of the registry is not known", where=str(path), hint=hint)
    return found


# ------------------------------------------------------------------------------------------------- differences


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    """A table or a column, whose `type` is then that of the column or the key of the table."""

    table: str
    type: str
    source: str
    was: tuple[str, ...] = ()
    is_given_up: bool = False


def differences(old: Definition, new: Definition) -> tuple[Difference, ...]:
    """Return what `new` has otherwise: fields in the order of their names, then what concerns the whole operation."""
    before, after = dict(_fields(old)), dict(_fields(new))
    names = sorted(before.keys() | after.keys())
    fields = (one for name in names if (one := _difference(name, before, after)) is not None)
    return (*fields, *_whole(old, new))


def _whole(old: Definition, new: Definition) -> Iterator[Difference]:
    for name in ("urls", "document", "version", "ignored"):
        if old[name] != new[name]:
            yield Difference(
                kind=Kind.CHANGED, field=name, said=f"{_shown(old[name])} -> {_shown(new[name])}"
            )


def _shown(value: str | list[str]) -> str:
    return (value if isinstance(value, str) else ", ".join(value)) or "none"


def _fields(definition: Definition) -> Iterator[tuple[str, _Field]]:
    for table in (definition["raw"], *definition["tables"]):
        yield from _fields_of(table, table["name"], _rows(table))
        for former in table.get("also", []):
            yield from _fields_of(table, former, f"{table['name']}, as a view")


def _fields_of(table: Table, name: str, rows: str) -> Iterator[tuple[str, _Field]]:
    """Yield a table and its columns; under another name it is a view, which has them under former names, too."""
    is_table, given_up = name == table["name"], "given_up" in table
    yield (
        name,
        _Field(
            table=name,
            type=f"key ({', '.join(table.get('key', []))})",
            source=rows,
            was=tuple(table.get("was", [])) if is_table else (),
            is_given_up=given_up,
        ),
    )
    for column in table["columns"]:
        former = column.get("was", [])
        shown = (column["name"],) if is_table else () if "given_up" in column else (column["name"], *former)
        field = _Field(
            table=name,
            type=column["type"],
            source=column.get("from", ""),
            was=tuple(f"{name}.{one}" for one in former),
            is_given_up=given_up or "given_up" in column,
        )
        yield from ((f"{name}.{one}", field) for one in shown)


def _rows(table: Table) -> str:
    lookups = [f"{name} at {path}" for name, path in table.get("lookups", {}).items()]
    omitted = [f"without {path}" for path in table.get("omitted", [])]
    return ", ".join((table.get("rows", ""), *lookups, *omitted))


def _difference(name: str, before: Mapping[str, _Field], after: Mapping[str, _Field]) -> Difference | None:
    """Return how a field differs; of a table that is new or gone, only the table does."""
    old, new = before.get(name), after.get(name)
    if old is None:
        return None if new is None else _appeared(name, new, before)
    if new is None:
        return _vanished(name, old, after)
    if old.is_given_up or new.is_given_up:
        return _given_up(name, before, after)
    if old.type != new.type:
        return Difference(kind=Kind.BREAKING, field=name, said=f"{old.type} -> {new.type}")
    if old.source != new.source:
        return Difference(kind=Kind.CHANGED, field=name, said=f"from {old.source} -> from {new.source}")
    return None


def _appeared(name: str, new: _Field, before: Mapping[str, _Field]) -> Difference | None:
    is_of_new_table = name != new.table and new.table not in before
    if new.is_given_up or is_of_new_table or any(former in before for former in new.was):
        return None
    return Difference(kind=Kind.ADDED, field=name)


def _vanished(name: str, old: _Field, after: Mapping[str, _Field]) -> Difference | None:
    if name != old.table and old.table not in after:
        return None
    now = next((one for one, field in after.items() if name in field.was and not field.is_given_up), "")
    return Difference(kind=Kind.BREAKING, field=name, said=f"renamed to {now}" if now else "is gone")


def _given_up(name: str, before: Mapping[str, _Field], after: Mapping[str, _Field]) -> Difference | None:
    """Return how a field differs that is given up before or after; with a table go its columns."""
    old, new = before[name], after[name]
    goes_with_table = before[old.table].is_given_up != after[new.table].is_given_up and name != new.table
    if old.is_given_up == new.is_given_up or goes_with_table:
        return None
    if new.is_given_up:
        return Difference(kind=Kind.DEPRECATED, field=name, said="nothing fills it any more")
    return Difference(kind=Kind.ADDED, field=name, said="filled again")
