"""Warn of what compiles and will disappoint; changes nothing."""

from compiler.ir.paths import Branches, Entries, Path, show
from compiler.ir.plan import BranchOf, Leaf, MapKey, OperationPlan, Plan, Table
from compiler.passes.context import Context
from compiler.passes.regions import Regions
from compiler.rules import ROWS_LEFT_OVER, ROWS_WITHOUT_PLACE, TOO_MANY_COLUMNS


def lint(plan: Plan, context: Context) -> Plan:
    """Return the same Plan."""
    budget = context.mapping.defaults.columns_per_table
    for operation in plan.operations:
        regions = Regions(operation)
        for table in operation.tables:
            _check_budget(table, budget, context)
            _check_place(table, operation, context)
        for scan in regions.scans:
            _check_rest(scan, regions, context)
    return plan


def _check_budget(table: Table, budget: int, context: Context) -> None:
    if len(table.columns) > budget:
        message = f"table `{table.name}` has {len(table.columns)} columns, more than {budget}"
        advice = "give a part of its rows a table of its own, or `shapes: {path: json}`"
        context.sink.report(TOO_MANY_COLUMNS.at(table.origin, message, label="wide", advice=advice))


def _check_rest(scan: Path, regions: Regions, context: Context) -> None:
    owners = regions.owners(scan)
    if len(owners) == 1 and owners[0].where is not None:
        message = f"rows of `{show(scan)}` that `{owners[0].name}` filters out have no table"
        advice = "add a table with the opposite `where`, or one without"
        context.sink.report(ROWS_LEFT_OVER.at(owners[0].origin, message, label="filtered", advice=advice))


def _check_place(table: Table, plan: OperationPlan, context: Context) -> None:
    """Every fold and map of the scan needs a column that tells the branch or the key, or rows cannot be put back."""
    parent = next((other.scan for other in plan.tables if other.name == table.parent), ())
    told = {
        column.source.loop
        for column in table.columns
        if isinstance(column.source, BranchOf | MapKey) and not getattr(column.source, "lookup", "")
    }
    for index in range(len(parent), len(table.scan)):
        step, loop = table.scan[index], table.scan[: index + 1]
        by_id = isinstance(step, Entries) and step.prefix and _id_member(table)
        if isinstance(step, Branches | Entries) and loop not in told and not by_id:
            kind = "branch: NAME" if isinstance(step, Branches) else "map_key: true"
            message = f"no column of `{table.name}` tells where in `{show(loop)}` a row stood"
            advice = f"add a column `{{{kind}}}`"
            context.sink.report(
                ROWS_WITHOUT_PLACE.at(table.origin, message, label="order is lost", advice=advice)
            )


def _id_member(table: Table) -> bool:
    return any(
        column.in_key and isinstance(column.source, Leaf) and column.source.owns for column in table.columns
    )
