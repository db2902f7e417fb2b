"""Hold the folds that a mapping writes against what their branches are: one table needs one kind of thing."""

from compiler.diagnostics import Sink, did_you_mean
from compiler.ir.mapping import OperationSpec, PathText
from compiler.ir.paths import Branches, show
from compiler.ir.shape import Array, Map, Record, Shape, Unknown
from compiler.ir.walk import at
from compiler.passes.anchors import tables_of
from compiler.rules import UNLIKE_BRANCHES


def check_folds(response: Shape, spec: OperationSpec, sink: Sink) -> None:
    """Report folds in the rows of tables whose branches are missing, or have nothing in common."""
    for table, path in tables_of(spec.tables):
        for index, step in enumerate(path):
            around = at(response, path[:index])
            if isinstance(step, Branches) and isinstance(around, Record):
                _check(table.rows, f"`{show(path[:index])}`", step.names, around, sink)


def _check(rows: PathText, place: str, names: tuple[str, ...], around: Record, sink: Sink) -> None:
    missing = [name for name in names if name not in around.by_name]
    if missing:
        message = f"{place} has no `{missing[0]}` to fold"
        advice = did_you_mean(missing[0], [name for name in around.by_name if name not in names])
        sink.report(UNLIKE_BRANCHES.at(rows.origin, message, label="no such branch", advice=advice))
        return
    first, *others = names
    for other in others:
        left, right = around.by_name[first], around.by_name[other]
        if not _are_alike(left, right):
            message = f"the branches `{first}` and `{other}` of {place} have nothing in common"
            advice = "give each a table of its own"
            sink.report(UNLIKE_BRANCHES.at(rows.origin, message, label="unlike each other", advice=advice))


def _are_alike(left: Shape, right: Shape) -> bool:
    match left, right:
        case (Unknown(mixed=False), _) | (_, Unknown(mixed=False)):
            return True
        case Record(), Record():
            shared = left.by_name.keys() & right.by_name.keys()
            return bool(shared) or not left.members or not right.members
        case Array(), Array():
            return _are_alike(left.item, right.item)
        case Map(), Map():
            return _are_alike(left.value, right.value)
        case _:
            return type(left) is type(right)
