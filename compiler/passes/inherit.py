"""Flatten the hierarchy: every operation gets a mapping, every empty setting its default."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from keyword import iskeyword

from compiler.diagnostics import Sink, did_you_mean
from compiler.ir.api import ApiModel, Operation
from compiler.ir.mapping import Defaults, MappingTree, OperationSpec
from compiler.ir.names import bounded, digest, snake
from compiler.passes.fragments import check_fragments, with_fragments
from compiler.passes.names import RELATIONS, physical
from compiler.rules import UNKNOWN_OPERATION


def inherit(mapping: MappingTree, api: ApiModel, sink: Sink) -> MappingTree:
    """Return a tree with one complete spec for each operation that reads, sorted by operation.

    before: `operation: season.seasons`           after: the same with `raw: {table: season.seasons}`
    """
    written = {spec.operation: spec for spec in mapping.operations}
    places = (place for entity in mapping.entities for place in (*entity.places, *entity.also))
    for spec in (*mapping.operations, *places):
        if spec.operation not in api.operations:
            message = f"no operation `{spec.operation}` in the API"
            advice = did_you_mean(spec.operation, api.operations)
            sink.report(UNKNOWN_OPERATION.at(spec.origin, message, label="unknown", advice=advice))
    check_fragments(mapping, sink)
    written = {name: with_fragments(spec, mapping.fragments, sink) for name, spec in written.items()}
    operations = [operation for operation in api.operations.values() if operation.is_read]
    raw_tables = _raw_tables(operations, written)
    specs = tuple(
        _complete(operation, raw_tables[operation.name], written.get(operation.name), mapping.defaults)
        for operation in operations
    )
    return replace(mapping, operations=tuple(sorted(specs, key=lambda spec: spec.operation)))


def _raw_tables(operations: Sequence[Operation], written: Mapping[str, OperationSpec]) -> dict[str, str]:
    """Return the raw table of each operation; those that nobody named and that come out alike get a digest."""
    named = {name: spec.raw_table for name, spec in written.items() if spec.raw_table}
    found = {item.name: named.get(item.name) or _raw_table(item, item.nickname) for item in operations}
    counts = Counter(name.casefold() for name in found.values())
    for operation in operations:
        name = found[operation.name]
        if operation.name not in named and counts[name.casefold()] > 1:
            found[operation.name] = _raw_table(operation, f"{operation.nickname}_{digest(operation.name, 6)}")
    return found


def _raw_table(operation: Operation, nickname: str) -> str:
    return f"{_module(operation.endpoint)}.{_module(nickname)}"


def _module(key: str) -> str:
    """Return a key as a name that Python takes for a module, and PostgreSQL for a schema or a table."""
    name = bounded(physical(snake(key)))
    return f"{name}_" if iskeyword(name) or name.endswith(RELATIONS) else name


def _complete(
    operation: Operation, raw_table: str, spec: OperationSpec | None, defaults: Defaults
) -> OperationSpec:
    if spec is None:
        spec = OperationSpec(operation=operation.name, origin=operation.variants[0].origin)
    own = {item.path.reference for item in spec.ignore}
    ignore = tuple(item for item in defaults.ignore if item.path.reference not in own)
    return replace(spec, raw_table=raw_table, ignore=(*spec.ignore, *ignore))
