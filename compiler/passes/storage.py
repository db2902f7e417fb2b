"""Decide how tables are stored: the partition key of an operation is a column of all of them, and they get indexes."""

from collections.abc import Sequence
from dataclasses import replace

from compiler.diagnostics import did_you_mean
from compiler.ir.mapping import OperationSpec, TableSpec
from compiler.ir.plan import Column, OperationPlan, Plan, Table
from compiler.passes.anchors import tables_of
from compiler.passes.context import Context
from compiler.passes.keys import raw_key_column, reads_the_same, sometimes_absent
from compiler.rules import NULL_KEY, UNKNOWN_KEY_COLUMN


def storage(plan: Plan, context: Context) -> Plan:
    """Return the Plan with partition keys, behind the keys, and secondary indexes.

    before: `game.live_game_plays (game_pk, at_bat_index)`
    after: the same key, then `game_date`, which is not nullable; the table is partitioned by it
    """
    return Plan(operations=tuple(_operation(item, context) for item in plan.operations))


def _operation(plan: OperationPlan, context: Context) -> OperationPlan:
    spec = context.specs[plan.name]
    specs = {table.name: table for table, _ in tables_of(spec.tables)}
    tables = [_partitioned(table, _partition_key(plan)) for table in plan.tables]
    _check_filled(plan, spec, context)
    indexed = [replace(table, indexes=_indexes(table, specs.get(table.name), context)) for table in tables]
    return replace(plan, tables=tuple(indexed))


def _partition_key(plan: OperationPlan) -> Column | None:
    key = next((key for key in plan.raw_keys if plan.partition and key.name == plan.partition.by), None)
    if key is None:
        return None
    decisions = ("the partition key",)
    column = replace(raw_key_column(plan, key), in_key=False, is_partition_key=True, decisions=decisions)
    return replace(column, doc="The tables are partitioned by it.")


def _partitioned(table: Table, wanted: Column | None) -> Table:
    """Return the table with the partition key behind its key, or marked where it is part of it."""
    if wanted is None:
        return table
    same = next(
        (item for item in table.columns if item.name == wanted.name and reads_the_same(item, wanted)), None
    )
    found = wanted if same is None else replace(same, is_partition_key=True)
    others = [found if item is same and item.in_key else item for item in table.columns]
    if found.in_key:
        return replace(table, columns=tuple(others))
    key = [item for item in others if item.in_key]
    rest = [item for item in others if not item.in_key and item is not same]
    return replace(table, columns=(*key, found, *rest))


def _check_filled(plan: OperationPlan, spec: OperationSpec, context: Context) -> None:
    """Report a partition key that the facts have seen empty: such a document would be rescued whole."""
    key = next((key for key in plan.raw_keys if plan.partition and key.name == plan.partition.by), None)
    observed = context.observed.get(plan.name)
    place = sometimes_absent(observed, (), key.path) if key and observed else None
    if place is not None and key is not None and spec.partition is not None:
        message = f"partition key `{key.name}` is not always filled"
        advice = "choose a date that every document has"
        note = f"{place} in the captures"
        origin = spec.partition.origin
        context.sink.report(NULL_KEY.at(origin, message, label="may be NULL", notes=(note,), advice=advice))


def _indexes(table: Table, spec: TableSpec | None, context: Context) -> tuple[tuple[str, ...], ...]:
    """Return what the mapping asks for, and the partition key of the table that has one row per document."""
    known = [column.name for column in table.columns]
    for index in spec.indexes if spec else ():
        for name in _unknown(index.columns, known):
            message = f"indexed column `{name}` is not a column of `{table.name}`"
            advice = did_you_mean(name, known)
            context.sink.report(UNKNOWN_KEY_COLUMN.at(index.origin, message, advice=advice))
    is_first = table.partition_key in table.key[:1]
    by_date = [(table.partition_key,)] if table.partition_key and not (table.scan or is_first) else []
    written = [index.columns for index in (spec.indexes if spec else ()) if index.columns]
    return tuple(dict.fromkeys((*by_date, *written)))


def _unknown(names: Sequence[str], known: Sequence[str]) -> list[str]:
    return [name for name in names if name not in known]
