"""The other surfaces -> items: what the gate finds between two versions, and backwards what is new."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from compiler.breaking.avro.nodes import parse, show
from compiler.breaking.compare import operation_changes
from compiler.breaking.findings import Change, Effect, Surface
from compiler.breaking.responses import response_changes
from compiler.breaking.surfaces import Surfaces
from compiler.breaking.tables import row_file, table_changes
from compiler.review.items import Artefact, Item, Scope, Sign, Subject

QUERY = "query"
"""The kind of relations that the catalog does not have."""

_ARTEFACTS = {
    Surface.SQL: Artefact.SQL,
    Surface.AVRO: Artefact.AVRO,
    Surface.PYDANTIC: Artefact.PYDANTIC,
    Surface.SPARK: Artefact.SPARK,
}
_COMPARERS: tuple[tuple[Scope, Callable[[Surfaces, Surfaces], Iterator[Change]]], ...] = (
    (Scope.RESPONSE, operation_changes),
    (Scope.RESPONSE, response_changes),
    (Scope.RELATION, table_changes),
)
_GONE = "is gone"
_CALLED = re.compile(r"is called ([\w.]+)")
_PARENT = "TABLE_SAME_PARENT"
"""The rule about what tables have and the catalog does not."""


def surface_items(old: Surfaces, new: Surfaces) -> Iterator[tuple[Subject, Item]]:
    """Yield what changed and went, then what came: what is gone backwards. The catalog tells of tables and views."""
    called = _called(old, new)
    renamed: set[tuple[Surface, str, str]] = set()
    for subject, effect in _effects(old, new):
        name = _CALLED.match(effect.text)
        if name:
            renamed.add((effect.surface, effect.artefact, _renamed(effect.name, name[1])))
        now = subject[0], called.get(subject[1], subject[1])
        if effect.text.startswith(_GONE):
            yield now, _item(now, effect, Sign.REMOVED, _plain(subject, effect, old))
        else:
            yield now, _item(now, effect, Sign.CHANGED, f"{effect.name} {effect.text}".strip())
    for subject, effect in _effects(new, _mirrored(old, called)):
        if effect.text.startswith(_GONE) and (effect.surface, effect.artefact, effect.name) not in renamed:
            yield subject, _item(subject, effect, Sign.ADDED, _plain(subject, effect, new))


def _called(old: Surfaces, new: Surfaces) -> dict[str, str]:
    """Return the names that tables have now, by those that they had; a view may stand there for them."""
    taken = {table.name for table in new.tables if table.kind != "view"}
    return {
        former: table.name
        for table in new.tables
        for former in table.was
        if former in old.table_by_name and former not in taken
    }


def _mirrored(old: Surfaces, called: Mapping[str, str]) -> Surfaces:
    """Return the old version as if its tables had had the names that they have now: backwards a rename is one, too."""
    tables = (
        replace(table, was=(called[table.name],)) if table.name in called else table for table in old.tables
    )
    return replace(old, tables=tuple(tables))


def _effects(old: Surfaces, new: Surfaces) -> Iterator[tuple[Subject, Effect]]:
    for scope, compare in _COMPARERS:
        for found in compare(old, new):
            name = _name(found)
            is_of_catalog = scope is Scope.RELATION and old.table_by_name[name].kind != QUERY
            for effect in found.effects:
                if not is_of_catalog or effect.surface is not Surface.SQL or found.rule == _PARENT:
                    yield (scope, name), effect


def _item(subject: Subject, effect: Effect, sign: Sign, text: str) -> Item:
    return Item(artefact=_ARTEFACTS[effect.surface], sign=sign, text=text, file=_file(subject, effect))


def _file(subject: Subject, effect: Effect) -> str:
    scope, name = subject
    if effect.surface is Surface.AVRO and scope is Scope.RELATION:
        return row_file(name)
    return "" if effect.surface is Surface.SQL else effect.artefact


def _renamed(name: str, called: str) -> str:
    """Return the name of a thing that is called otherwise; that of a field has its record before it."""
    holder, dot, _ = name.rpartition(".")
    return f"{holder}{dot}{called}"


def _name(found: Change) -> str:
    """Return the relation, the operation, or else the file that a change is about.

    A subject is `TABLE`, `TABLE.COLUMN`, `TABLE:what`, `OPERATION`, `OPERATION:$.path`, `OPERATION?param` or
    `FILE:class`.
    """
    name = re.split(r"[:?]", found.subject, maxsplit=1)[0]
    return name if "/" in name else ".".join(name.split(".")[:2])


# ------------------------------------------------------------------------------------------------- what a thing is


def _plain(subject: Subject, effect: Effect, version: Surfaces) -> str:
    """Return the name of a thing and what it is, in a version that has it."""
    match effect.surface:
        case Surface.SQL:
            return _sql(subject, effect, version)
        case Surface.AVRO:
            return _avro(subject, effect, version)
        case Surface.PYDANTIC:
            return _pydantic(effect, version)
        case Surface.SPARK:
            return _spark(subject, effect, version)


def _sql(subject: Subject, effect: Effect, version: Surfaces) -> str:
    scope, name = subject
    if scope is Scope.RESPONSE:
        urls = ", ".join(version.operation_by_name[name].urls)
        return f"parameter {effect.name}" if effect.name else f"operation {urls}".rstrip()
    relation = version.table_by_name[name]
    column = relation.column(effect.name)
    if column is None:
        return f"{relation.kind}: {len(relation.columns)} columns"
    return f"column {column.name} {column.type}"


def _avro(subject: Subject, effect: Effect, version: Surfaces) -> str:
    schema = version.schemas.get(_file(subject, effect))
    if not effect.name or schema is None:
        return f"field {effect.name}" if effect.name else "schema"
    holder, _, name = effect.name.rpartition(".")
    records = parse(schema).records.values()
    own = (record for record in records if not holder or record.short_name == holder)
    nodes = [field.node for record in own for field in record.fields if field.name == name]
    return f"field {effect.name}: {show(nodes[0])}" if nodes else f"field {effect.name}"


def _pydantic(effect: Effect, version: Surfaces) -> str:
    holder, _, name = effect.name.rpartition(".")
    own = (one for one in version.models if (one.file, one.name) == (effect.artefact, holder))
    types = [one.type for model in own for one in model.attributes if one.name == name]
    return f"attribute {effect.name}: {types[0]}" if types else f"class {effect.name}"


def _spark(subject: Subject, effect: Effect, version: Surfaces) -> str:
    job = version.spark_by_table.get(subject[1])
    columns = [column for column in job.columns if column.split(" ", 1)[0] == effect.name] if job else []
    return f"column {columns[0]}" if columns else f"function {effect.name}"
