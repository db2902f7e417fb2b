"""Lower quality rules to SQL that returns their violations: a script to read and to run, and the runtime's own list."""

from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import dedent, wrap

from compiler.backends import types
from compiler.backends.base import in_docstring, render, sole_source, source_of
from compiler.backends.expressions import postgres_sql
from compiler.backends.postgres.ddl import qualified, quoted
from compiler.bundle import header
from compiler.ir.plan import OperationPlan, Plan, Table
from compiler.ir.quality import DocumentRule, RowRule

_SCRIPT = "postgres/quality.sql"
_WIDTH = 110


@dataclass(frozen=True, slots=True)
class _Statement:
    """A template model: a rule in the script."""

    comments: tuple[str, ...]
    sql: str


@dataclass(frozen=True, slots=True)
class _Operation:
    """A template model: the rules of an operation in the script."""

    name: str
    statements: tuple[_Statement, ...]


@dataclass(frozen=True, slots=True)
class _Check:
    """A template model: a rule as the runtime reads it; every value is a Python literal."""

    rule: str
    severity: str
    table: str
    key: str
    doc: str
    sql: tuple[str, ...]


def quality_files(plan: Plan) -> dict[str, str]:
    """Return path -> text: the script with every rule, and a module for every operation that has rules."""
    ruled = tuple(operation for operation in plan.operations if operation.has_rules)
    if not ruled:
        return {}
    operations = tuple(_Operation(item.name, tuple(_statements(item))) for item in ruled)
    script = render("postgres/quality.sql.jinja", operations=operations)
    modules = {f"jobs/quality/{operation.slug}.py": _module(operation) for operation in ruled}
    return {_SCRIPT: f"{header(_SCRIPT, sole_source(plan.operations))}\n{script}", **modules}


def _module(operation: OperationPlan) -> str:
    return render(
        "postgres/checks.py.jinja",
        source=source_of(operation),
        title=in_docstring(f"The quality rules of `{operation.name}` as SQL that returns their violations."),
        operation=repr(operation.name),
        checks=tuple(_checks(operation)),
    )


def _statements(operation: OperationPlan) -> Iterator[_Statement]:
    for table in operation.tables:
        for rule in table.rules:
            yield _statement(rule, table.name, _violating_rows(table, rule))
    for rule in operation.rules:
        yield _statement(rule, ", ".join(rule.reads), _plain(rule))


def _statement(rule: RowRule | DocumentRule, of: str, sql: str) -> _Statement:
    title = f"{rule.name} ({rule.severity}) of {of}"
    return _Statement(tuple(wrap(f"{title}: {rule.doc}" if rule.doc else title, _WIDTH)), sql)


def _checks(operation: OperationPlan) -> Iterator[_Check]:
    for table in operation.tables:
        for rule in table.rules:
            yield _check(rule, table.name, table.key, _violating_rows(table, rule))
    for rule in operation.rules:
        yield _check(rule, "", operation.document_key, _of_documents(rule, operation))


def _check(rule: RowRule | DocumentRule, table: str, key: tuple[str, ...], sql: str) -> _Check:
    return _Check(
        rule=repr(rule.name),
        severity=repr(rule.severity.value),
        table=repr(table),
        key=repr(key),
        doc=repr(rule.doc),
        sql=tuple(repr(line) for line in sql.splitlines(keepends=True)),
    )


def _violating_rows(table: Table, rule: RowRule) -> str:
    """Return the statement: the key, what the rule reads, where the row came from."""
    key = [quoted(name) for name in table.key]
    reads = [quoted(name) for name in rule.check.reads if name not in table.key]
    return "\n".join(
        (
            f"SELECT {', '.join((*key, *reads, 'raw_id', 'captured_at'))}",
            f"FROM {qualified(table.name)}",
            f"WHERE NOT ({postgres_sql(rule.check)})",
            f"ORDER BY {', '.join(key)}",
        )
    )


def _plain(rule: DocumentRule) -> str:
    return dedent(rule.sql).strip().removesuffix(";")


def _of_documents(rule: DocumentRule, operation: OperationPlan) -> str:
    """Return the author's text, reading of each table only the rows of the documents that are the parameters."""
    condition = _condition(operation)
    parts: list[str] = []
    done = 0
    for mention in rule.mentions:
        name = quoted(mention.table.partition(".")[2])
        alias = "" if mention.is_named else f" AS {name}"
        parts.append(_escaped(rule.sql[done : mention.start]))
        rows = f"SELECT * FROM {qualified(mention.table)} WHERE {condition}"  # nosec B608: names of the plan
        parts.append(f"({rows}){alias}")
        done = mention.end
    parts.append(_escaped(rule.sql[done:]))
    return dedent("".join(parts)).strip().removesuffix(";")


def _condition(operation: OperationPlan) -> str:
    kinds = {key.name: types.postgres(key.type) for key in operation.raw_keys}
    arrays = [f"%({name})s::{kinds.get(name, 'text')}[]" for name in operation.document_key]
    names = [quoted(name) for name in operation.document_key]
    if len(names) == 1:
        return f"{names[0]} = ANY ({arrays[0]})"
    keys = f"SELECT * FROM unnest({', '.join(arrays)})"  # nosec B608: names of the plan
    return f"({', '.join(names)}) IN ({keys})"


def _escaped(text: str) -> str:
    return text.replace("%", "%%")
