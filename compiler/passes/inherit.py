"""Flatten the hierarchy: every operation gets a mapping, every empty setting its default."""

from dataclasses import replace

from compiler.diagnostics import Sink, did_you_mean
from compiler.ir.api import ApiModel, Operation
from compiler.ir.mapping import Defaults, MappingTree, OperationSpec
from compiler.ir.names import bounded, snake
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
    specs = tuple(
        _complete(operation, written.get(operation.name), mapping.defaults)
        for operation in api.operations.values()
        if operation.is_read
    )
    return replace(mapping, operations=tuple(sorted(specs, key=lambda spec: spec.operation)))


def _complete(operation: Operation, spec: OperationSpec | None, defaults: Defaults) -> OperationSpec:
    if spec is None:
        spec = OperationSpec(operation=operation.name, origin=operation.variants[0].origin)
    table = spec.raw_table or f"{snake(operation.endpoint)}.{bounded(snake(operation.nickname))}"
    own = {item.path.reference for item in spec.ignore}
    ignore = tuple(item for item in defaults.ignore if item.path.reference not in own)
    return replace(spec, raw_table=table, ignore=(*spec.ignore, *ignore))
