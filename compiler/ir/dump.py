"""Print a Plan as stable text, one line per decision: for `mlbc dump` and for the tests of passes."""

from collections.abc import Iterator
from typing import assert_never

from compiler.ir.paths import ROOT, Each, Entries, Field, Path, show
from compiler.ir.plan import (
    BranchOf,
    Computed,
    Dimension,
    Ignored,
    Leaf,
    MapKey,
    OperationPlan,
    Ordinal,
    Param,
    Plan,
    RowFilter,
    Source,
    Table,
    Where,
)
from compiler.ir.shape import Array, Map, Record, Scalar, Shape, Unknown
from compiler.ir.types import Codec, DateText, DecimalText, InningsText, InstantText, IntegerText, Native


def dump(plan: Plan) -> str:
    """Print every operation: what is kept raw, the shape of the response, the tables; then the dimensions."""
    operations = ("\n".join(_operation(operation)) for operation in plan.operations)
    return "\n\n".join((*operations, *filter(None, [dimensions_text(plan)])))


def shape_text(plan: OperationPlan) -> str:
    """Print the resolved response: a line per place."""
    return "\n".join(_shape(plan.response, ROOT))


def plan_text(plan: OperationPlan) -> str:
    """Print the tables: a line each, and one per lookup, omitted place and column (`*`: in the key)."""
    return "\n".join(line for table in plan.tables for line in _table(table))


def dimensions_text(plan: Plan) -> str:
    """Print the dimensions: their columns, and per table that mentions them the columns that feed these."""
    return "\n".join(line for dimension in plan.dimensions for line in _dimension(dimension))


def _dimension(dimension: Dimension) -> Iterator[str]:
    yield f"{dimension.name} by {dimension.key}"
    for column in dimension.columns:
        yield f"    {column.name} {column.type} <- {show(column.path, '.')}"
    for mention in dimension.mentions:
        yield f"  from {mention.table}.{mention.key}: {', '.join(name or '-' for name in mention.columns)}"


def _operation(plan: OperationPlan) -> Iterator[str]:
    yield f"operation {plan.name}"
    yield f"raw {plan.raw_table}"
    for key in plan.raw_keys:
        mark = "*" if key.name in plan.document_key else " "
        version = "  (version)" if key.name == plan.version else ""
        yield f"  {mark} {key.name} {key.type} <- {key.source}{version}"
    for ignored in plan.ignored:
        yield f"ignored {show(ignored.path)}{_check(ignored)}: {ignored.because}"
    yield "response"
    yield from (f"  {line}" for line in _shape(plan.response, ROOT))
    yield from (line for table in plan.tables for line in _table(table))
    yield from (f"rule {rule.name} ({rule.severity}) of {', '.join(rule.reads)}" for rule in plan.rules)


def _check(ignored: Ignored) -> str:
    if ignored.equals is None:
        return ""
    return f" if it equals {show(ignored.equals.path)}{'[-1]' if ignored.equals.last else ''}"


def _shape(shape: Shape, path: Path) -> Iterator[str]:
    match shape:
        case Record(members=members):
            yield f"{show(path)}  record"
            for member in members:
                yield from _shape(member.shape, (*path, Field(member.name)))
        case Array(item=item):
            yield from _shape(item, (*path, Each()))
        case Map(value=value):
            yield from _shape(value, (*path, Entries()))
        case Scalar(type=type_, codec=codec):
            yield f"{show(path)}  {type_}{_codec(codec)}"
        case Unknown(mixed=mixed):
            yield f"{show(path)}  {'json' if mixed else 'nothing known'}"
        case _:
            assert_never(shape)


def _table(table: Table) -> Iterator[str]:
    parent = f" in {table.parent}" if table.parent else ""
    yield f"{table.name} <- {show(table.scan)}{where_text(table.where)}{parent}"
    if table.filter is not None:
        yield f"    filter {table.filter.expression.text}: {table.filter.because}"
    for lookup in table.lookups:
        yield f"    lookup {lookup.name} <- {show(lookup.path)}"
    for path, because in table.omitted:
        yield f"    omitted {show(path)}: {because}"
    for rule in table.rules:
        yield f"    rule {rule.name} ({rule.severity}): {rule.check.text}"
    for column in table.columns:
        mark = "*" if column.in_key else "|" if column.is_partition_key else " "
        type_ = f"{column.type}{'[]' * column.is_array}"
        refers = f" of {column.references}" if column.references else ""
        yield f"  {mark} {column.name} {type_}{refers} <- {source_text(column.source)}"
    for index in table.indexes:
        yield f"    index {', '.join(index)}"


def where_text(where: Where | None) -> str:
    """Print the filter of a table, with a blank before it; "" if it has none.

    >>> from compiler.ir.paths import Field
    >>> where_text(Where(path=(Field("isPitch"),), negated=True))
    ' where not .isPitch'
    """
    if where is None:
        return ""
    test = "" if where.equals is None else f" = {where.equals}"
    return f" where {'not ' if where.negated else ''}{show(where.path, '.')}{test}"


def filter_text(row_filter: RowFilter | None) -> str:
    """Print what rows must also be, with a blank before it; "" if nothing."""
    return "" if row_filter is None else f" if {row_filter.expression.text}"


def source_text(source: Source) -> str:
    """Print where a column's cells come from, and which strings they are made of."""
    match source:
        case Leaf(path=path, codec=codec, owns=owns, lookup=lookup):
            through = f" through {lookup}" if lookup else ""
            return f"{show(path)}{_codec(codec)}{'' if owns else ' (copy)'}{through}"
        case Ordinal(loop=loop, base=base):
            return f"index in {show(loop)} from {base}"
        case MapKey(loop=loop):
            return f"key in {show(loop)}"
        case BranchOf(loop=loop, equals=equals, lookup=lookup):
            test, through = f" is {equals}" if equals else "", f" through {lookup}" if lookup else ""
            return f"branch of {show(loop)}{test}{through}"
        case Computed(expression=expression):
            return f"sql {expression.text}"
        case Param(name=name, default=default):
            return f"parameter {name}" + ("" if default is None else f", else {default}")
        case _:
            assert_never(source)


def _codec(codec: Codec) -> str:
    match codec:
        case Native():
            return ""
        case DateText() | InstantText():
            return f" from {type(codec).__name__}"
        case IntegerText(sentinels) | InningsText(sentinels):
            return f" from {type(codec).__name__}{_sentinels(sentinels)}"
        case DecimalText(format_, sentinels):
            return f" from DecimalText {format_}{_sentinels(sentinels)}"
        case _:
            assert_never(codec)


def _sentinels(sentinels: tuple[str, ...]) -> str:
    return f" ({', '.join(sentinels)})" if sentinels else ""
