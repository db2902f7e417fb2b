"""Say which columns hold the id of something that many responses mention: a person, a team, a venue.

The API says it itself: a record `{id, link}` whose links lead to `/api/v1/people/...` is about a person. Where there is
no link (a list of ids), the mapping says `references: person.person`.
"""

from collections.abc import Mapping
from dataclasses import replace

from compiler.diagnostics import did_you_mean
from compiler.ir.facts import TextClass
from compiler.ir.paths import Field, Path
from compiler.ir.plan import Column, Leaf, OperationPlan, Plan
from compiler.ir.shape import Scalar, Shape
from compiler.ir.types import Type
from compiler.ir.walk import at
from compiler.passes.context import Context
from compiler.rules import TYPE_CONFLICT, UNKNOWN_DIMENSION

ID, LINK = Field("id"), Field("link")
_IDS = (Type.BIGINT, Type.INTEGER)


def references(plan: Plan, context: Context) -> Plan:
    """Return the Plan with what columns refer to.

    before: `batter_id <- ...matchup.batter.id`    after: the same, and it references `person.person`
    """
    nouns = {spec.link: spec.name for spec in context.mapping.dimensions}
    _check(plan, context)
    return replace(plan, operations=tuple(_operation(item, nouns) for item in plan.operations))


def _operation(plan: OperationPlan, nouns: Mapping[str, str]) -> OperationPlan:
    def referring(column: Column) -> Column:
        source = column.source
        if column.references or column.is_array or column.type not in _IDS or not isinstance(source, Leaf):
            return column
        noun = noun_of(plan.response, source.path)
        return replace(column, references=nouns[noun]) if noun in nouns else column

    tables = tuple(replace(table, columns=tuple(map(referring, table.columns))) for table in plan.tables)
    return replace(plan, tables=tables)


def noun_of(response: Shape, path: Path) -> str:
    """Return what the link beside an id leads to (`people`), or "" if there is none, or not one for all."""
    link = at(response, (*path[:-1], LINK)) if path and path[-1] == ID else None
    if not isinstance(link, Scalar):
        return ""
    classes = {text for text, _ in link.evidence.texts if text != TextClass.EMPTY}
    found = classes.pop() if len(classes) == 1 else ""
    kind, _, noun = found.partition(".")
    return noun if kind == TextClass.LINK else ""


def _check(plan: Plan, context: Context) -> None:
    names = [spec.name for spec in context.mapping.dimensions]
    for operation in plan.operations:
        for column in (column for table in operation.tables for column in table.columns):
            if column.references and column.references not in names:
                message = f"column `{column.name}` references `{column.references}`, which is no dimension"
                advice = did_you_mean(column.references, names)
                context.sink.report(UNKNOWN_DIMENSION.at(column.origin, message, advice=advice))
            elif column.references and (column.is_array or column.type not in _IDS):
                message = (
                    f"column `{column.name}` cannot reference `{column.references}`: its keys are integers"
                )
                context.sink.report(
                    TYPE_CONFLICT.at(column.origin, message, label=f"{column.type} by the facts")
                )
