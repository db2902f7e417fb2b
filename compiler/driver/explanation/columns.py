"""Where a column comes from: the path, what is known of it, who decided what, and its name in every target."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from compiler.backends import postgres
from compiler.backends.provenance import format_of
from compiler.driver.explanation import history, targets
from compiler.driver.explanation.evidence import Declared, Observed, declared, observed
from compiler.driver.explanation.report import (
    Compiled,
    Explanation,
    Section,
    decided,
    laid_out,
    operation_lines,
    operation_object,
    pairs,
    shortened,
)
from compiler.driver.ownership import Ownership
from compiler.ir.dump import filter_text, where_text
from compiler.ir.paths import Path, show
from compiler.ir.plan import BranchOf, Column, Computed, Leaf, MapKey, OperationPlan, Ordinal, Param, Table
from compiler.ir.types import INNINGS
from compiler.ir.walk import at


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the cells of a column come from, in words and for tools; `place` is the path that this is about."""

    kind: str
    path: str
    text: str
    place: Path | None = None


def source_of(column: Column) -> Source:
    """Say where a column's cells come from."""
    match column.source:
        case Leaf(path=path, is_array=is_array, lookup=lookup):
            text = show(path) + ("[*], all in one array" if is_array else "")
            through = f", through lookup `{lookup}`" if lookup else ""
            return Source(kind="leaf", path=show(path), text=text + through, place=path)
        case Ordinal(loop=loop, base=base):
            text = f"position in {show(loop[:-1])}, from {base}"
            return Source(kind="position", path=show(loop), text=text, place=loop[:-1])
        case MapKey(loop=loop):
            return Source(kind="map_key", path=show(loop), text=f"key in {show(loop[:-1])}", place=loop[:-1])
        case BranchOf(loop=loop, equals=equals, lookup=lookup):
            which = f"whether `{equals}`" if equals else "which branch"
            through = f", where lookup `{lookup}` found the row" if lookup else ""
            text = f"{which} of {show(loop)}{through}"
            return Source(kind="branch", path=show(loop), text=text, place=loop[:-1])
        case Param(name=name, default=default):
            other = f", else `{default}`" if default else ""
            return Source(kind="parameter", path="", text=f"request parameter `{name}`{other}")
        case Computed(expression=expression):
            reads = ", ".join(f"`{name}`" for name in expression.reads)
            text = f"`{expression.text}`" + (f", which reads {reads}" if reads else "")
            return Source(kind="expression", path="", text=text)


def owner_of(operation: OperationPlan, table: Table, column: Column) -> str:
    """Return the column that owns the value that a column copies; "" if it is no copy."""
    source = column.source
    if isinstance(source, Leaf) and source.owns:
        return ""
    tables = {found.name: found for found in operation.tables}
    above = tables.get(table.parent)
    if column.in_key and above and column.name in above.key:
        inner = next(found for found in above.columns if found.name == column.name)
        return owner_of(operation, above, inner) or f"{above.name}.{column.name}"
    owners = Ownership(operation).of(source.path) if isinstance(source, Leaf) else ()
    return next((f"{other.name}.{found.name}" for other, found in owners), "")


_FORMATS = {"integer": "integers, such as 78", INNINGS: "innings and outs, such as 8.2, which is 26 outs"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """All that is said of a column."""

    compiled: Compiled
    operation: OperationPlan
    table: Table
    column: Column
    source: Source

    @property
    def is_written(self) -> bool:
        return history.is_written(self.column, self.table)

    def evidence(self) -> tuple[Declared | None, Observed | None]:
        """Return what is declared and what was observed at the column's place."""
        if isinstance(self.column.source, Param):
            return self._parameter(self.column.source.name), None
        if self.source.place is None:
            return None, None
        shape = at(self.operation.response, self.source.place)
        if shape is None:
            return None, None
        return declared(shape), observed(shape, self.source.place, self.compiled.seen(self.operation))

    def _parameter(self, name: str) -> Declared | None:
        for variant in self.operation.operation.variants:
            for parameter in variant.parameters:
                if parameter.name == name:
                    text = f"{parameter.place} parameter: {parameter.description}"
                    return Declared(document=variant.origin.file.rpartition("/")[2], description=text)
        return None

    def decisions(self) -> list[history.Decision]:
        place = self.source.place
        return history.of_column(self.compiled.passes, self.operation.name, self.table, self.column, place)

    def names(self) -> tuple[targets.Target, ...]:
        place = self.source.place
        response = targets.of_path(self.operation, place) if place is not None else ()
        return targets.in_order((*targets.of_column(self.operation, self.table, self.column), *response))


def explain_column(compiled: Compiled, operation: OperationPlan, table: Table, column: Column) -> Explanation:
    """Explain a column of a normalized table."""
    facts = _Facts(
        compiled=compiled, operation=operation, table=table, column=column, source=source_of(column)
    )
    head = [f"{table.name}.{column.name}  {type_text(column)}", *filter(None, [column.doc])]
    return Explanation(laid_out(head, _sections(facts)), _object(facts))


def grain(table: Table) -> str:
    """Say what a table has a row for."""
    rows = show(table.scan) if table.scan else "response"
    return f"one per {rows}{where_text(table.where)}{filter_text(table.filter)}"


def type_text(column: Column) -> str:
    """Return a column's type, and whether it is in the key."""
    return f"{column.type}{'[]' * column.is_array}{', in the key' if column.in_key else ''}"


def _sections(facts: _Facts) -> Iterator[Section]:
    is_declared, was_observed = facts.evidence()
    form, sentinels = format_of(facts.column)
    owner = owner_of(facts.operation, facts.table, facts.column)
    yield "path", [facts.source.text]
    yield "format", [f"strings: {_FORMATS.get(form, f'decimals, printed {form}')}"] if form else []
    yield "sentinels", [f"NULL for {' '.join(sentinels)}"] if sentinels else []
    yield "copy of", [owner] if owner else []
    yield "references", [facts.column.references] if facts.column.references else []
    yield "operation", operation_lines(facts.operation)
    yield "row", [grain(facts.table)]
    yield "declared", is_declared.to_lines() if is_declared else ["nowhere"]
    yield "observed", was_observed.to_lines() if was_observed else []
    yield "mapping", _mapping_lines(facts)
    yield "renamed", [f"was {', '.join(facts.column.was)}"] if facts.column.was else []
    yield "decided", decided(facts.decisions())
    yield "named", pairs((name.label, name.text) for name in facts.names())


def _mapping_lines(facts: _Facts) -> list[str]:
    written = facts.compiled.written(facts.column.origin)
    if written is None:
        return ["none"]
    if facts.is_written:
        return [f"{written.file}:{written.line}", shortened(written.text)]
    return [f"{written.file}:{written.line}, the table: the column is not named there"]


def _object(facts: _Facts) -> Mapping[str, object]:
    table, column = facts.table, facts.column
    is_declared, was_observed = facts.evidence()
    form, sentinels = format_of(column)
    written = facts.compiled.written(column.origin)
    return {
        "kind": "column",
        "column": f"{table.name}.{column.name}",
        "type": f"{column.type}{'[]' * column.is_array}",
        "in_key": column.in_key,
        "doc": column.doc,
        "operation": operation_object(facts.operation),
        "rows": show(table.scan),
        "where": where_text(table.where).removeprefix(" where "),
        "source": facts.source.text,
        "source_kind": facts.source.kind,
        "path": facts.source.path,
        "format": form,
        "sentinels": list(sentinels),
        "copy_of": owner_of(facts.operation, table, column) or None,
        "references": column.references or None,
        "declared": is_declared.to_object() if is_declared else None,
        "observed": was_observed.to_object() if was_observed else None,
        "mapping": {**written.to_object(), "names_column": facts.is_written} if written else None,
        "was": list(column.was),
        "decisions": [decision.to_object() for decision in facts.decisions()],
        "names": targets.to_object(facts.names()),
    }


# ------------------------------------------------------------------------------------------------- others' columns

_LOADER = {
    "raw_id": "the response that the row was read from: `raw_id` of",
    "captured_at": "when that response came: `captured_at` of",
}


def explain_bookkeeping(operation: OperationPlan, table: Table, name: str) -> Explanation | None:
    """Explain a column that the loader adds to every table; None if it adds none of that name."""
    if name not in _LOADER:
        return None
    text = f"{_LOADER[name]} {operation.raw_table}"
    facts = {
        "kind": "column",
        "column": f"{table.name}.{name}",
        "source": text,
        "source_kind": "loader",
        "operation": operation_object(operation),
    }
    sections: list[Section] = [("loader", [text]), ("operation", operation_lines(operation))]
    return Explanation(laid_out([f"{table.name}.{name}"], sections), facts)


def explain_raw_column(compiled: Compiled, operation: OperationPlan, name: str) -> Explanation | None:
    """Explain a column of an operation's raw table; None if it has none of that name."""
    column = next((found for found in postgres.raw_columns(operation) if found.name == name), None)
    if column is None:
        return None
    key = next((found for found in operation.raw_keys if found.name == name), None)
    shape = at(operation.response, key.path) if key and key.param is None else None
    is_declared = declared(shape) if shape else None
    was_observed = observed(shape, key.path, compiled.seen(operation)) if key and shape else None
    about = "the whole response" if name == "data" else "the request and its answer, not the response's body"
    in_document = name in operation.document_key
    roles = [
        *(["part of the key of the document"] if in_document else []),
        *(["orders the states of a document"] if name == operation.version else []),
    ]
    facts = {
        "kind": "raw_column",
        "column": f"{operation.raw_table}.{name}",
        "type": column.type,
        "in_key": False,
        "operation": operation_object(operation),
        "source": key.source if key else about,
        "source_kind": "raw_key" if key else "response" if name == "data" else "request",
        "path": show(key.path) if shape and key else "",
        "declared": is_declared.to_object() if is_declared else None,
        "observed": was_observed.to_object() if was_observed else None,
        "roles": roles,
        "names": {
            "postgres": {
                "table": operation.raw_table,
                "column": name,
                "type": column.type,
                "nullable": column.nullable,
            }
        },
    }
    sections: list[Section] = [
        ("raw key", [key.source] if key else []),
        ("holds", [] if key else [about]),
        ("role", roles),
        ("operation", operation_lines(operation)),
        ("declared", is_declared.to_lines() if is_declared else []),
        ("observed", was_observed.to_lines() if was_observed else []),
        ("named", [f"postgres  {operation.raw_table}.{name}  {column.type}"]),
    ]
    return Explanation(laid_out([f"{operation.raw_table}.{name}  {column.type}"], sections), facts)
