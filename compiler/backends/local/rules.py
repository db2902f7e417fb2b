"""Lower the quality rules of a table to predicates over its rows."""

import builtins
import keyword
from dataclasses import dataclass

from compiler.backends.base import in_docstring
from compiler.backends.expressions import python_source
from compiler.ir.plan import Table
from compiler.ir.quality import RowRule, Severity

_TAKEN = {"row", "sql", *keyword.kwlist, *dir(builtins)}


@dataclass(frozen=True, slots=True)
class RuleText:
    """A template model: the predicate of a rule, and the rule that is made of it."""

    name: str
    doc: str
    lines: tuple[str, ...]
    made: str


def rule_text(table: Table, rule: RowRule) -> RuleText:
    """Return the predicate of a rule over the cells of a row."""
    name = f"check_{table.short_name}_{rule.name}"
    columns = [column.name for column in table.columns]
    variables = {column: f"{column}_" if column in _TAKEN else column for column in rule.check.reads}
    reads = (f"{variable} = row[{columns.index(column)}]" for column, variable in variables.items())
    is_error = ", is_error=True" if rule.severity is Severity.ERROR else ""
    return RuleText(
        name=name,
        doc=in_docstring(f"`{rule.check.text}`"),
        lines=(*reads, f"return {python_source(rule.check, variables)}"),
        made=f"Rule({rule.name!r}, {name}, columns={rule.check.reads!r}{is_error})",
    )
