"""Write Avro schemas: one of each response, and one of the rows of each table.

A response's schema can carry any response: `null` or absent is null, what has no shape is JSON text, and each record
ends in `_extras`, a map from key to JSON text, which takes keys that nobody declared, values of another kind, and
nulls that were written. Keys that are no Avro names say what they were in `json_name`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import assert_never

from compiler.backends import types
from compiler.backends.base import Name, source_of
from compiler.backends.definitions import (
    Anything,
    Definition,
    Definitions,
    ListOf,
    MapOf,
    Node,
    Property,
    Ref,
    Value,
    define,
)
from compiler.backends.jsontext import layout
from compiler.backends.provenance import described
from compiler.bundle import notice
from compiler.ir.names import digest, pascal, words
from compiler.ir.paths import Field, Path, show
from compiler.ir.plan import Column, OperationPlan, Plan, Table
from compiler.ir.types import Kind, Type

AvroSchema = dict[str, object]

EXTRAS = "_extras"
BODY = "body"
"""The field of a response that is no object."""
JSON_TEXT = types.avro(Type.JSON)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PRIMITIVES = {
    Kind.BOOLEAN: "boolean",
    Kind.INTEGER: "long",
    Kind.NUMBER: "double",
    Kind.STRING: "string",
}


@dataclass(frozen=True, slots=True)
class Avro:
    """`avro/<endpoint>/<method>.avsc` for responses, `avro/<schema>/<table>.avsc` for rows."""

    name: str = "avro"

    def emit(self, plan: Plan) -> Mapping[str, str]:
        """Return the schemas."""
        responses = {
            _response_file(operation): layout(response(operation), breaking="fields")
            for operation in plan.operations
        }
        rows = {
            _row_file(table): layout(row(table, operation), breaking="fields")
            for operation in plan.operations
            for table in operation.tables
        }
        return {**responses, **rows}


def response(operation: OperationPlan) -> AvroSchema:
    """Return the schema of an operation's response: a record, or a record around what is no object."""
    definitions = define(operation)
    writer = _Writer(definitions, _namespace(operation))
    if isinstance(definitions.root, Ref):
        schema = writer.definition(definitions.root)
    else:
        body: AvroSchema = {**_optional(BODY, writer.node(definitions.root), "$"), "json_name": "$"}
        schema = _record(definitions.root_name, [body, _EXTRAS_FIELD])
    return {
        "type": "record",
        "namespace": writer.namespace,
        **schema,
        "doc": f"Response of {operation.name}. {notice(source_of(operation))}",
    }


def row(table: Table, operation: OperationPlan) -> AvroSchema:
    """Return the schema of a table's rows: the key is never null."""
    bookkeeping: list[AvroSchema] = [
        {"name": "raw_id", "type": "long", "doc": "the response that the row was read from"},
        {
            "name": "captured_at",
            "type": {"type": "long", "logicalType": "timestamp-micros"},
            "doc": "when it came",
        },
    ]
    return {
        "type": "record",
        "name": _row_record(table),
        "namespace": _row_namespace(table),
        **_aliases(map(_row_fullname, table.was)),
        "doc": f"Row of {table.name}: {show(table.scan)}. {notice(source_of(operation))}",
        "fields": [*(_cell(column) for column in table.columns), *bookkeeping],
    }


def response_name(operation: OperationPlan, path: Path) -> Name | None:
    """Return the field of the response that holds what is at `path`; None if the schema does not know it."""
    definitions = define(operation)
    located = definitions.locate(path)
    if located is None and isinstance(definitions.root, Ref):
        return None
    record, key = (definitions.names[located[0].path], located[1]) if located else (definitions.root_name, "")
    return Name(
        file=_response_file(operation),
        holder=f"{_namespace(operation)}.{record}",
        name=field_name(key) if located else BODY,
    )


def row_name(table: Table, column: str) -> Name:
    """Return the field of a column in the schema of its table's rows."""
    return Name(
        file=_row_file(table),
        holder=f"{_row_namespace(table)}.{_row_record(table)}",
        name=field_name(column),
    )


def _response_file(operation: OperationPlan) -> str:
    return f"avro/{operation.slug}.avsc"


def _row_file(table: Table) -> str:
    return f"avro/{table.name.replace('.', '/')}.avsc"


def _namespace(operation: OperationPlan) -> str:
    return f"mlb.{operation.raw_table}"


def _row_namespace(table: Table) -> str:
    return f"mlb.{table.schema}"


def _row_record(table: Table) -> str:
    return _row_fullname(table.name).rpartition(".")[2]


def _row_fullname(name: str) -> str:
    schema, _, short_name = name.partition(".")
    return f"mlb.{schema}.{pascal(words(short_name))}Row"


def field_name(key: str) -> str:
    """Return a key as an Avro name; one that is none becomes one, with a digest so that no two are alike.

    >>> field_name("gamePk"), field_name("2B"), field_name("_extras")
    ('gamePk', '_2B_5c19c5df', '_extras_9516c637')
    """
    if _NAME.fullmatch(key) and key != EXTRAS:
        return key
    legal = re.sub(r"[^A-Za-z0-9_]", "_", key)
    return f"{'_' if legal[:1].isdigit() else ''}{legal}_{digest(key)}"


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes the nodes of one operation; a record is written whole where it is first met, then by name."""

    definitions: Definitions
    namespace: str
    written: set[str] = field(default_factory=set[str])

    def definition(self, reference: Ref) -> AvroSchema:
        """Return the schema of a definition, to be written here."""
        name = self.definitions.name_of(reference)
        self.written.add(name)
        found = self.definitions.by_path[reference.target]
        fields = [self._field(item, found) for item in found.properties]
        return {**_record(name, [*fields, _EXTRAS_FIELD]), "doc": _doc(found.places, found.description)}

    def node(self, node: Node) -> object:
        """Return the schema of a node, without null."""
        match node:
            case Value(kind=kind):
                return _PRIMITIVES[kind]
            case Ref():
                name = self.definitions.name_of(node)
                return f"{self.namespace}.{name}" if name in self.written else self.definition(node)
            case ListOf(item=item):
                return {"type": "array", "items": ["null", self.node(item)]}
            case MapOf(value=value):
                return {"type": "map", "values": ["null", self.node(value)]}
            case Anything():
                return JSON_TEXT
            case _:
                assert_never(node)

    def _field(self, item: Property, around: Definition) -> AvroSchema:
        name = field_name(item.key)
        path = show((*around.path, Field(item.key)))
        made = _optional(name, self.node(item.node), _doc(path, item.node.description))
        return made if name == item.key else {**made, "json_name": item.key}


_EXTRAS_FIELD: AvroSchema = {
    "name": EXTRAS,
    "type": ["null", {"type": "map", "values": JSON_TEXT}],
    "default": None,
    "doc": "keys that the schema does not hold, as JSON text",
}


def _record(name: str, fields: list[AvroSchema]) -> AvroSchema:
    return {"type": "record", "name": name, "doc": "", "fields": fields}


def _optional(name: str, schema: object, doc: str) -> AvroSchema:
    return {"name": name, "type": ["null", schema], "default": None, "doc": doc}


def _cell(column: Column) -> AvroSchema:
    name = field_name(column.name)
    schema = types.avro(column.type, is_array=column.is_array)
    aliases = _aliases(map(field_name, column.was))
    if column.is_required:
        return {"name": name, **aliases, "type": schema, "doc": described(column)}
    return {"name": name, **aliases, **_optional(name, schema, described(column))}


def _aliases(names: Iterable[str]) -> AvroSchema:
    """Return the former names, under which a reader finds what older versions wrote."""
    return {"aliases": found} if (found := [*names]) else {}


def _doc(path: str, description: str) -> str:
    return f"{path}: {description}" if description else path


BACKEND = Avro()
