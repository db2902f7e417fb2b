"""A Plan as text: one line per table and per column."""

from collections.abc import Iterator

from compiler.ir.paths import show
from compiler.ir.plan import BranchOf, Column, Leaf, MapKey, OperationPlan, Ordinal, Param, Table
from compiler.ir.shape import Array, Map, Record, Scalar, Shape, Unknown
from compiler.ir.types import Native


def shape_text(plan: OperationPlan) -> str:
    """Print the resolved response: a line per place."""
    return "\n".join(_shape(plan.response, "$"))


def plan_text(plan: OperationPlan) -> str:
    """Print the tables."""
    return "\n".join(line for table in plan.tables for line in _table(table))


def _shape(shape: Shape, path: str) -> Iterator[str]:
    match shape:
        case Record(members=members):
            yield f"{path}  record"
            for member in members:
                yield from _shape(member.shape, f"{path}.{member.name}")
        case Array(item=item):
            yield from _shape(item, f"{path}[*]")
        case Map(value=value):
            yield from _shape(value, f"{path}{{*}}")
        case Scalar(type=type_, codec=codec):
            yield f"{path}  {type_}{'' if codec == Native() else f' from {type(codec).__name__}'}"
        case Unknown(mixed=mixed):
            yield f"{path}  {'json' if mixed else 'nothing known'}"


def _table(table: Table) -> Iterator[str]:
    where = (
        f" where {'not ' if table.where.negated else ''}{show(table.where.path, '.')}" if table.where else ""
    )
    yield f"{table.name} <- {show(table.scan)}{where}{f' in {table.parent}' if table.parent else ''}"
    for column in table.columns:
        mark, type_ = "*" if column.in_key else " ", f"{column.type}{'[]' * column.is_array}"
        yield f"  {mark} {column.name} {type_} <- {_source(column)}"


def _source(column: Column) -> str:
    match column.source:
        case Leaf(path=path, owns=owns, lookup=lookup):
            return f"{show(path)}{'' if owns else ' (copy)'}{f' through {lookup}' if lookup else ''}"
        case Ordinal(loop=loop, base=base):
            return f"index in {show(loop)} from {base}"
        case MapKey(loop=loop):
            return f"key in {show(loop)}"
        case BranchOf(loop=loop, equals=equals):
            return f"branch of {show(loop)}{f' is {equals}' if equals else ''}"
        case Param(name=name, default=default):
            return f"parameter {name}, else {default}"
