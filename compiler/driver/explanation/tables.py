"""What a table holds: its grain, key, parent and children, and where each of its columns comes from."""

from collections.abc import Iterator, Mapping
from textwrap import wrap

from compiler.backends import postgres
from compiler.backends.provenance import relative
from compiler.driver.explanation import history
from compiler.driver.explanation.columns import grain, source_of, type_text
from compiler.driver.explanation.report import (
    Compiled,
    Explanation,
    Section,
    decided,
    laid_out,
    operation_lines,
    operation_object,
    pairs,
)
from compiler.ir.dump import where_text
from compiler.ir.paths import show
from compiler.ir.plan import Column, OperationPlan, Table


def explain_table(compiled: Compiled, operation: OperationPlan, table: Table) -> Explanation:
    """Explain a normalized table."""
    head = [f"{table.name}  {len(table.columns)} columns", *filter(None, [table.doc])]
    decisions = history.of_table(compiled.passes, operation.name, table)
    written = None if table.is_derived else compiled.written(table.origin)
    sections: list[Section] = [
        ("row", [grain(table)]),
        ("key", [", ".join(table.key)]),
        ("parent", [table.parent] if table.parent else []),
        ("children", _children(operation, table)),
        ("lookups", [f"{lookup.name}: {show(lookup.path)}" for lookup in table.lookups]),
        ("omitted", [f"{show(path)}: {because}" for path, because in table.omitted]),
        ("rules", _rule_lines(operation, table)),
        ("operation", operation_lines(operation)),
        ("mapping", [f"{written.file}:{written.line}"] if written else ["none"]),
        ("decided", decided(decisions)),
    ]
    facts: dict[str, object] = {
        "kind": "table",
        "table": table.name,
        "doc": table.doc,
        "operation": operation_object(operation),
        "rows": show(table.scan),
        "where": where_text(table.where).removeprefix(" where "),
        "filter": table.filter.expression.text if table.filter else "",
        "key": list(table.key),
        "parent": table.parent or None,
        "children": _children(operation, table),
        "lookups": {lookup.name: show(lookup.path) for lookup in table.lookups},
        "omitted": {show(path): because for path, because in table.omitted},
        "rules": [*_rules(operation, table)],
        "mapping": written.to_object() if written else None,
        "decisions": [decision.to_object() for decision in decisions],
        "columns": [_column(column) for column in table.columns],
    }
    return Explanation((*laid_out(head, sections), "", *_columns(table)), facts)


def _children(operation: OperationPlan, table: Table) -> list[str]:
    return [other.name for other in operation.tables if other.parent == table.name]


def _rules(operation: OperationPlan, table: Table) -> Iterator[Mapping[str, object]]:
    """Yield the rules of a table, then those over several tables that read it."""
    for rule in table.rules:
        yield {"name": rule.name, "severity": rule.severity.value, "check": rule.check.text, "doc": rule.doc}
    for rule in operation.rules:
        if table.name in rule.reads:
            yield {
                "name": rule.name,
                "severity": rule.severity.value,
                "reads": list(rule.reads),
                "doc": rule.doc,
            }


def _rule_lines(operation: OperationPlan, table: Table) -> list[str]:
    checks = [(f"{rule.name} ({rule.severity})", rule.check.text) for rule in table.rules]
    over = [
        (f"{rule.name} ({rule.severity})", rule.doc) for rule in operation.rules if table.name in rule.reads
    ]
    return pairs((*checks, *over))


def _column(column: Column) -> Mapping[str, object]:
    source = source_of(column)
    return {
        "name": column.name,
        "type": f"{column.type}{'[]' * column.is_array}",
        "in_key": column.in_key,
        "source": source.text,
        "source_kind": source.kind,
        "path": source.path,
    }


def _columns(table: Table) -> Iterator[str]:
    """Yield a line per column: name, type, and the path from the row."""
    names = max(len(column.name) for column in table.columns)
    lines = [(type_text(column), relative(column, table)) for column in table.columns]
    for column, line in zip(table.columns, _pairs(lines), strict=True):
        yield f"  {column.name:{names}}  {line}"


def _pairs(found: list[tuple[str, str]]) -> list[str]:
    """Return pairs as lines of two columns."""
    width = max((len(left) for left, _ in found), default=0)
    return [f"{left:{width}}  {right}" for left, right in found]


def _document(operation: OperationPlan) -> str:
    """Say what names a document: keys in it, or else the request."""
    names = [key.name for key in operation.raw_keys if key.name in operation.document_key]
    return ", ".join(names) or "known by its request"


def explain_raw_table(operation: OperationPlan) -> Explanation:
    """Explain the table that keeps an operation's responses as they came."""
    columns = postgres.raw_columns(operation)
    keys = {key.name: key.source for key in operation.raw_keys}
    facts: dict[str, object] = {
        "kind": "raw_table",
        "table": operation.raw_table,
        "operation": operation_object(operation),
        "document_key": list(operation.document_key),
        "version": operation.version or None,
        "raw_keys": keys,
        "tables": [table.name for table in operation.tables],
        "columns": [{"name": column.name, "type": column.type} for column in columns],
    }
    sections: list[Section] = [
        ("row", ["one per response, as it came"]),
        ("operation", operation_lines(operation)),
        ("document", [_document(operation)]),
        ("version", [operation.version] if operation.version else []),
        ("raw keys", pairs((name, path) for name, path in keys.items())),
        ("tables", [table.name for table in operation.tables] or ["none: its responses are only kept"]),
        ("columns", wrap(", ".join(column.name for column in columns), 96)),
    ]
    return Explanation(laid_out([f"{operation.raw_table}  raw"], sections), facts)
