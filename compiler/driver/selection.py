"""SELECT: which operations (and tables) a verb is about."""

from collections.abc import Collection
from fnmatch import fnmatchcase

from compiler.diagnostics import Diagnostic, did_you_mean
from compiler.ir.api import ApiModel, Operation
from compiler.ir.plan import OperationPlan, Plan
from compiler.project import ProjectError
from compiler.rules import UNKNOWN_SELECTION
from compiler.source import Origin

_TABLE = "table:"


def selected(plan: Plan, patterns: Collection[str]) -> tuple[OperationPlan, ...]:
    """Return the operations that any pattern names, all without a pattern; raise `ProjectError` for an idle one.

    `game.liveGameV1` is an operation, `table:game.live_game_plays` the operation of a table; both may hold `*`.
    """
    wanted: set[str] = set()
    for pattern in patterns:
        found = {operation.name for operation in plan.operations if _matches(operation, pattern)}
        if not found:
            raise ProjectError(_unknown(plan, pattern))
        wanted |= found
    return tuple(operation for operation in plan.operations if not patterns or operation.name in wanted)


def compiled_operation(plan: Plan, api: ApiModel, name: str) -> OperationPlan:
    """Return an operation of the plan; raise `ProjectError` for one that is unknown or not compiled."""
    by_name = {operation.name: operation for operation in plan.operations}
    if name in by_name:
        return by_name[name]
    declared = api.operations.get(name)
    if declared is not None:
        message, advice = f"`{name}` is not compiled: {not_compiled(declared)}", ""
    else:
        message = f"`{name}` is no operation"
        advice = did_you_mean(name, api.operations) or "`mlbc ls` lists them"
    raise ProjectError(UNKNOWN_SELECTION.at(Origin("OPERATION"), message, advice=advice))


def not_compiled(operation: Operation) -> str:
    """Say why an operation is listed and not compiled."""
    return f"{operation.variants[0].http_method} changes data, it is no source"


def _matches(operation: OperationPlan, pattern: str) -> bool:
    if pattern.startswith(_TABLE):
        return any(fnmatchcase(table.name, pattern.removeprefix(_TABLE)) for table in operation.tables)
    names = (operation.name, operation.raw_table, *(table.name for table in operation.tables))
    return any(fnmatchcase(name, pattern.removeprefix("+")) for name in names)


def _unknown(plan: Plan, pattern: str) -> Diagnostic:
    names = [operation.name for operation in plan.operations] + [*plan.tables]
    advice = did_you_mean(pattern.removeprefix(_TABLE), names) or "`mlbc ls` lists them"
    return UNKNOWN_SELECTION.at(
        Origin("SELECT"), f"`{pattern}` names no operation and no table", advice=advice
    )
