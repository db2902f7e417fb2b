"""`explain`: a rule's page, where a column comes from, or where the values of a path go."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from compiler.diagnostics import did_you_mean
from compiler.driver.accounting import find
from compiler.driver.compilation import plan_project
from compiler.driver.session import Session
from compiler.ir.paths import Branches, Entries, Field, Path, PathError, SameKey, Step, parse, show
from compiler.ir.plan import BranchOf, Column, Leaf, MapKey, OperationPlan, Ordinal, Param, Plan, Table
from compiler.ir.shape import Evidence
from compiler.ir.walk import at
from compiler.project import ProjectError
from compiler.rules import RULES, UNKNOWN_SELECTION
from compiler.source import Origin


@dataclass(frozen=True, slots=True)
class Explanation:
    """Titles and texts, in order; the same facts as an object."""

    lines: tuple[str, ...]
    facts: Mapping[str, object]
    differs: bool = False

    def to_text(self) -> str:
        """Return the lines."""
        return "\n".join(self.lines)

    def to_objects(self) -> tuple[Mapping[str, object], ...]:
        """Return the facts as one object."""
        return (self.facts,)


def explain(session: Session, subject: str) -> Explanation | None:
    """Explain `TABLE`, `TABLE.COLUMN` or `OPERATION:$.path`; None if the inputs have errors."""
    plan = plan_project(session)
    if plan is None:
        return None
    name, colon, path = subject.partition(":")
    if colon:
        return _path(find(plan, name), path)
    return _table_or_column(session, plan, subject)


def explain_rule(code: str) -> Explanation | None:
    """Return a rule's page, for which no project is needed; None if there is no such rule."""
    rule = RULES.get(code.upper())
    if rule is None:
        return None
    head = f"{rule.code} {rule.name} ({rule.severity})"
    facts = {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity.value,
        "explanation": rule.explanation,
    }
    return Explanation((head, "", *rule.explanation.splitlines()), facts)


def _table_or_column(session: Session, plan: Plan, subject: str) -> Explanation:
    owner, _, name = subject.rpartition(".")
    table = plan.tables.get(subject) or plan.tables.get(owner)
    if table is None:
        known = (
            *RULES,
            *plan.tables,
            *(f"{name}:$" for name in (operation.name for operation in plan.operations)),
        )
        raise _unknown(subject, did_you_mean(subject, known) or "`mlbc ls` lists the tables")
    operation = next(found for found in plan.operations if table in found.tables)
    if table.name == subject:
        return _table(operation, table, session)
    column = next((found for found in table.columns if found.name == name), None)
    if column is None:
        advice = did_you_mean(name, (found.name for found in table.columns))
        raise _unknown(subject, advice or f"columns: {', '.join(found.name for found in table.columns)}")
    return _column(operation, table, column, session)


def _unknown(subject: str, advice: str) -> ProjectError:
    message = f"`{subject}` is no rule, table, column or path"
    return ProjectError(UNKNOWN_SELECTION.at(Origin("SUBJECT"), message, advice=advice))


# ------------------------------------------------------------------------------------------------- table, column


def _table(operation: OperationPlan, table: Table, session: Session) -> Explanation:
    facts: dict[str, object] = {
        "table": table.name,
        "operation": operation.name,
        "rows": show(table.scan),
        "key": list(table.key),
        "parent": table.parent,
        "doc": table.doc,
        "mapping": "" if table.is_derived else _place(table.origin, session),
        "columns": [column.name for column in table.columns],
        "omitted": {show(path): because for path, because in table.omitted},
    }
    return Explanation(tuple(_lines(facts)), facts)


def _column(operation: OperationPlan, table: Table, column: Column, session: Session) -> Explanation:
    evidence = column.evidence
    facts: dict[str, object] = {
        "column": f"{table.name}.{column.name}",
        "type": f"{column.type}[]" if column.is_array else column.type.value,
        "in_key": column.in_key,
        "doc": column.doc,
        "operation": operation.name,
        "rows": show(table.scan),
        "source": source_text(column),
        "codec": repr(column.source.codec) if isinstance(column.source, Leaf) else "",
        **_evidence(evidence),
        "mapping": _place(column.origin, session),
        "was": list(column.was),
        "decisions": list(dict.fromkeys(column.decisions)),
    }
    return Explanation(tuple(_lines(facts)), facts)


def _evidence(evidence: Evidence) -> dict[str, object]:
    return {
        "declared": evidence.declared,
        "description": evidence.description,
        "seen": evidence.seen,
        "of": evidence.parent_seen,
        "kinds": {kind.value: count for kind, count in evidence.kinds},
        "texts": dict(evidence.texts),
        "because": evidence.because,
    }


def source_text(column: Column) -> str:
    """Say where a column's cells come from."""
    match column.source:
        case Leaf(path=path, lookup=lookup):
            return f"{show(path)} through lookup `{lookup}`" if lookup else show(path)
        case Ordinal(loop=loop, base=base):
            return f"position in {show(loop)}, from {base}"
        case MapKey(loop=loop):
            return f"key in {show(loop)}"
        case BranchOf(loop=loop, equals=equals):
            return f"branch of {show(loop)}" + (f" is `{equals}`" if equals else "")
        case Param(name=name, default=default):
            return f"request parameter `{name}`" + (f", else `{default}`" if default else "")


def _place(origin: Origin, session: Session) -> str:
    file = session.project.seen.get(origin.file)
    if file is None or origin.span is None:
        return f"{origin.file}#{origin.path}" if origin.path else origin.file
    location = file.locate(origin.span)
    return f"{origin.file}:{location.line}:{location.column}"


def _lines(facts: Mapping[str, object]) -> Iterator[str]:
    width = max(map(len, facts))
    for name, value in facts.items():
        if value not in ("", [], {}, None):
            yield f"{name:{width}}  {_show(value)}"


def _show(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {count}" for key, count in cast("dict[str, object]", value).items())
    if isinstance(value, list):
        return ", ".join(map(str, cast("list[object]", value)))
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


# ------------------------------------------------------------------------------------------------- path


def _path(operation: OperationPlan, text: str) -> Explanation:
    path = _absolute(text)
    shape = at(operation.response, path)
    goes = [*_destinations(operation, path)]
    facts: dict[str, object] = {
        "path": f"{operation.name}:{show(path)}",
        "shape": type(shape).__name__.lower() if shape else "unknown: nothing declares it, no capture has it",
        **(_evidence(shape.evidence) if shape else {}),
        "goes": [f"{kind} {what}" for kind, what in goes],
    }
    lines = [line for line in _lines(facts) if not line.startswith("goes")]
    lines += [f"goes to  {kind} {what}" for kind, what in goes] or [
        "goes to  metadata.rescued_values, when it comes"
    ]
    return Explanation(tuple(lines), facts)


def _absolute(text: str) -> Path:
    try:
        reference = parse(text)
        message = "" if reference.anchor == "$" else "a path starts with `$`"
    except PathError as error:
        raise _unknown(text, error.message) from None
    if message:
        raise _unknown(text, message)
    return reference.steps


def _destinations(operation: OperationPlan, path: Path) -> Iterator[tuple[str, str]]:
    """Yield what becomes of the values at, below or around a path."""
    for key in operation.raw_keys:
        if _reaches(key.path, path):
            yield "raw key", f"{operation.raw_table}.{key.name}"
    for table in operation.tables:
        yield from _in_table(table, path)
    for ignored in operation.ignored:
        if _covers(ignored.path, path):
            yield "nowhere", f"ignored: {ignored.because}"


def _in_table(table: Table, path: Path) -> Iterator[tuple[str, str]]:
    for column in table.columns:
        if isinstance(column.source, Leaf) and _reaches(column.source.path, path):
            role = "column" if column.source.owns else "copy"
            yield role, f"{table.name}.{column.name} ({show(column.source.path)})"
    for omitted, because in table.omitted:
        if _covers(omitted, path):
            yield "rescue", f"omitted by {table.name}: {because}"


def _reaches(source: Path, path: Path) -> bool:
    """Whether a column reads the value at `path`, one below it, or a whole around it."""
    return all(map(_is_same, source, path))


def _covers(around: Path, path: Path) -> bool:
    return len(around) <= len(path) and all(map(_is_same, around, path))


def _is_same(left: Step, right: Step) -> bool:
    match left, right:
        case Branches(names), Field(name):
            return name in names
        case Field(name), Branches(names):
            return name in names
        case ((Entries() | SameKey()), (Entries() | SameKey() | Field())):
            return True
        case _:
            return left == right
