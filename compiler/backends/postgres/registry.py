"""Say what the responses of each operation become: `registry.json`, of which databases keep every version.

A definition has what decides where a value of a response ends: tables, columns, and what each is made of. Its digest is
the sha256 of its canonical JSON, so that the same definition has the same digest in every version of this compiler.
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping

from compiler.backends.jsontext import layout
from compiler.backends.types import postgres
from compiler.ir.catalog import Catalog, Column
from compiler.ir.catalog import Table as CatalogTable
from compiler.ir.dump import filter_text, source_text, where_text
from compiler.ir.paths import show
from compiler.ir.plan import OperationPlan, Plan, Table

REGISTRY = "registry.json"
FORMAT = 1
"""The form of the file, for runtimes that know only an earlier one."""

Definition = Mapping[str, object]


def registry_file(plan: Plan, catalog: Catalog) -> Mapping[str, str]:
    """Return the definition of every operation, with what `catalog` still has of those before."""
    operations = {item.name: _entry(item, catalog) for item in plan.operations}
    return {REGISTRY: layout({"format": FORMAT, "operations": operations}, breaking="columns")}


def digest_of(definition: Definition) -> str:
    """Return the digest of a definition, whatever the order of its members.

    >>> digest_of({"a": 1, "b": ["é"]}) == digest_of({"b": ["é"], "a": 1})
    True
    """
    text = json.dumps(definition, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _entry(operation: OperationPlan, catalog: Catalog) -> Definition:
    definition = _definition(operation, catalog)
    return {"digest": digest_of(definition), **definition}


def _definition(operation: OperationPlan, catalog: Catalog) -> Definition:
    planned = {table.name: table for table in operation.tables}
    views = {view.name for view in catalog.views}
    normalized = (
        table for table in catalog.tables if table.operation == operation.name and table.kind != "raw"
    )
    return {
        "urls": [variant.path for variant in operation.operation.variants],
        "document": list(operation.document_key),
        "version": operation.version,
        "raw": {"name": operation.raw_table, "columns": list(_raw_keys(operation))},
        "tables": [_table(table, planned.get(table.name), views) for table in normalized],
        "ignored": [show(ignored.path) for ignored in operation.ignored],
    }


def _raw_keys(operation: OperationPlan) -> Iterator[Definition]:
    for key in operation.raw_keys:
        default = f", else {key.param.default}" if key.param and key.param.default is not None else ""
        yield {"name": key.name, "type": postgres(key.type), "from": f"{key.source}{default}"}


def _table(table: CatalogTable, planned: Table | None, views: Collection[str]) -> Definition:
    also = [name for name in table.was if name in views and not table.given_up]
    sources = {column.name: source_text(column.source) for column in planned.columns} if planned else {}
    return {
        "name": table.name,
        **_past(table),
        **({"also": also} if also else {}),
        **(_rows(planned) if planned else {}),
        "key": list(table.key),
        "columns": list(_columns(table, sources)),
    }


def _rows(table: Table) -> Definition:
    lookups = {lookup.name: show(lookup.path) for lookup in table.lookups}
    omitted = [show(path) for path, _ in table.omitted]
    return {
        "rows": f"{show(table.scan)}{where_text(table.where)}{filter_text(table.filter)}",
        **({"lookups": lookups} if lookups else {}),
        **({"omitted": omitted} if omitted else {}),
    }


def _columns(table: CatalogTable, sources: Mapping[str, str]) -> Iterator[Definition]:
    for column in table.columns:
        source = sources.get(column.name)
        if source is not None or column.given_up or table.given_up:
            made_of = {} if source is None else {"from": source}
            yield {"name": column.name, "type": column.type, **made_of, **_past(column)}


def _past(part: CatalogTable | Column) -> Definition:
    """Return former names, and since which migration nothing fills it: where there are any."""
    was = {"was": list(part.was)} if part.was else {}
    return {**was, **({"given_up": part.given_up} if part.given_up else {})}
