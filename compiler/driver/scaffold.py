"""`scaffold`: a mapping that says what the compiler would do without one, ready to edit."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from compiler.backends import types
from compiler.diagnostics import Sink, did_you_mean
from compiler.driver.compilation import Inputs, load
from compiler.driver.selection import compiled_operation
from compiler.driver.session import Session
from compiler.ir.paths import Path, show, starts_with
from compiler.ir.plan import BranchOf, Column, Leaf, MapKey, OperationPlan, Ordinal, Param, Plan, Table
from compiler.ir.shape import Unknown, is_document
from compiler.ir.types import Type
from compiler.ir.walk import at
from compiler.passes import STAGES, run
from compiler.project import ProjectError
from compiler.rules import MAPPING_EXISTS, UNKNOWN_SELECTION
from compiler.source import Origin

_PLAIN = re.compile(r"[$.^]?[A-Za-z_][\w.^]*|\.|\$")
_PLAIN_LINE = re.compile(r"[$.^A-Za-z][^#:'\"\n]*")
_RESERVED = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
_COMMENT = 76
"""The column of the comments that say what a column holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaffold:
    """A mapping, and the file that it was written to ("": printed)."""

    operation: str
    file: str
    text: str
    differs: bool = False

    def to_text(self) -> str:
        """Return the mapping, or where it is."""
        return f"wrote {self.file}" if self.file else self.text.rstrip("\n")

    def to_objects(self) -> tuple[Mapping[str, object], ...]:
        """Return one object."""
        return ({"operation": self.operation, "file": self.file or None, "text": self.text},)


def scaffold(session: Session, name: str, table: str = "", *, printed: bool = False) -> Scaffold | None:
    """Write the mapping of an operation, or print it; None if the inputs have errors.

    `table` keeps one of its tables, with the tables that it lies in and those below it.
    """
    inputs = load(session)
    if session.failed:
        return None
    passes = _without_mappings(inputs)
    operation = compiled_operation(passes[STAGES[-1]], inputs.api, name)
    before = compiled_operation(passes["derive"], inputs.api, name)
    text = mapping_of(operation, before, _chosen(operation, table), session.project.mappings)
    if printed:
        return Scaffold(operation=name, file="", text=text)
    file = f"{session.project.mappings}/{operation.slug}.yaml"
    _check_free(inputs, name, file, session)
    session.project.write(file, text)
    return Scaffold(operation=name, file=file, text=text)


def mapping_of(
    operation: OperationPlan, before: OperationPlan, chosen: Collection[str], mappings: str
) -> str:
    """Return the mapping that says what the compiler made of an operation, of its `chosen` tables.

    `before` is the operation as it was before places were found for its leaves: what was no JSON then is said to be.
    """
    return "\n".join(_mapping(operation, before, chosen, mappings)) + "\n"


def _without_mappings(inputs: Inputs) -> Mapping[str, Plan]:
    """Compile as if nobody had mapped anything; return the plan after each pass."""
    mapping = replace(inputs.mapping, operations=(), fragments=(), dimensions=())
    heard: dict[str, Plan] = {}
    run(inputs.api, mapping, inputs.observed, Sink(), heard.__setitem__)
    return heard


def _check_free(inputs: Inputs, name: str, file: str, session: Session) -> None:
    for spec in inputs.mapping.operations:
        if spec.operation == name:
            raise _exists(f"`{name}` has a mapping: {spec.origin.file}")
    if (session.project.root / file).exists():
        raise _exists(f"`{file}` is there already")


def _exists(message: str) -> ProjectError:
    advice = "`--stdout` prints what would be written"
    return ProjectError(MAPPING_EXISTS.at(Origin("OPERATION"), message, advice=advice))


def _chosen(operation: OperationPlan, name: str) -> Collection[str]:
    tables = {table.name: table for table in operation.tables}
    if not name:
        return tables
    if name not in tables:
        message = f"`{operation.name}` has no table `{name}`, if nobody maps it"
        advice = did_you_mean(name, tables) or f"its tables: {', '.join(tables)}"
        raise ProjectError(UNKNOWN_SELECTION.at(Origin("--table"), message, advice=advice))
    found, above = {name}, tables[name].parent
    while above:
        found.add(above)
        above = tables[above].parent
    for table in operation.tables:
        if table.parent in found and table.parent not in _above(tables, name):
            found.add(table.name)
    return found


def _above(tables: Mapping[str, Table], name: str) -> Iterator[str]:
    while name := tables[name].parent:
        yield name


# ------------------------------------------------------------------------------------------------- the text


def _mapping(
    operation: OperationPlan, before: OperationPlan, chosen: Collection[str], mappings: str
) -> Iterator[str]:
    depth = len(PurePosixPath(mappings, operation.slug).parents) - 1
    yield f"# yaml-language-server: $schema={'../' * depth}schemas/mapping.schema.json"
    yield f"# {operation.operation.summary or operation.name}: {operation.operation.variants[0].path}"
    yield f"operation: {_text(operation.name)}"
    yield f"raw: {{table: {_text(operation.raw_table)}}}"
    yield f"document: [{', '.join(map(_text, operation.document_key))}]"
    shapes = [*_documents(operation, before)]
    if shapes:
        yield "shapes:"
        yield from (f"  {_text(show(path))}: json" for path in shapes)
    yield "tables:"
    for table in operation.tables:
        if table.name in chosen and table.parent not in chosen:
            yield from _table(operation, table, chosen, "  ")


def _documents(operation: OperationPlan, before: OperationPlan) -> Iterator[Path]:
    """Yield what became JSON only because nothing is known of the whole, or its table had too many columns."""
    if isinstance(operation.response, Unknown):
        yield ()
    for column in (column for table in operation.tables for column in table.columns):
        source = column.source
        if column.type is Type.JSON and isinstance(source, Leaf) and source.path:
            shape = at(before.response, source.path)
            if shape is not None and not is_document(shape):
                yield source.path


def _table(operation: OperationPlan, table: Table, chosen: Collection[str], indent: str) -> Iterator[str]:
    parent = next((other for other in operation.tables if other.name == table.parent), None)
    base = parent.scan if parent else ()
    rows = show(table.scan[len(base) :], ".") if parent and table.scan != base else show(table.scan)
    inherited = {column.name for column in parent.columns if column.in_key} if parent else set[str]()
    own = [column for column in table.columns if _is_own(operation, column, inherited)]
    key = [column.name for column in own if column.in_key]
    yield f"{indent}{_text(table.name)}:"
    yield f"{indent}  rows: {_line(rows)}"
    yield f"{indent}  doc: {_line(table.doc)}"
    yield f"{indent}  only: observed"
    if key:
        yield f"{indent}  key: [{', '.join(map(_text, key))}]"
    if own:
        yield f"{indent}  columns:"
        yield from (_column(column, table, f"{indent}    ") for column in own)
    children = [other for other in operation.tables if other.parent == table.name and other.name in chosen]
    if children:
        yield f"{indent}  tables:"
        for child in children:
            yield from _table(operation, child, chosen, f"{indent}    ")


def _is_own(operation: OperationPlan, column: Column, inherited: Collection[str]) -> bool:
    """Whether a mapping has to name the column: what comes from the parent's key or the request comes by itself."""
    if isinstance(column.source, Param):
        return False
    return column.name not in inherited and column.name not in operation.document_key


def _column(column: Column, table: Table, indent: str) -> str:
    line = f"{indent}{_text(column.name)}: {_source(column, table.scan)}"
    seen = f", seen {column.evidence.seen:,} times" if column.evidence.seen else ""
    return f"{line:{_COMMENT}}  # {types.postgres(column.type, is_array=column.is_array)}{seen}"


def _source(column: Column, row: Path) -> str:
    match column.source:
        case Leaf(path=path) if starts_with(path, row):
            return _line(show(path[len(row) :], "."))
        case Leaf(path=path):
            return _line(show(path))
        case Ordinal(base=base):
            return f"{{ordinal: {base}}}"
        case MapKey():
            return "{map_key: true}"
        case BranchOf(equals=equals):
            return f"{{branch: {_text(equals or '')}}}"
        case _:
            raise AssertionError(f"a derived table has no such column: {column.name}")


def _line(text: str) -> str:
    """Return a text as YAML, alone behind its key."""
    is_plain = _PLAIN_LINE.fullmatch(text) is not None and text == text.strip()
    return text if is_plain and text.lower() not in _RESERVED else json.dumps(text, ensure_ascii=False)


def _text(text: str) -> str:
    """Return a text as YAML, wherever it stands."""
    is_plain = _PLAIN.fullmatch(text) is not None and text.lower() not in _RESERVED
    return text if is_plain else json.dumps(text, ensure_ascii=False)
