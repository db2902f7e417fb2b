"""Turn the type names of the upstream documents into type references.

Upstream writes Java: `CopyrightResponseEntity«TeamsRestObject»`, `Map<K,V>`, `List«object»`,
`BaseballHitDataRestObject$Coordinates`.
"""

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass

from compiler.ir.api import ArrayRef, MapRef, ModelRef, OpaqueRef, ScalarRef, TypeRef

ENVELOPE = "CopyrightResponseEntity"
"""Adds a property `copyright` to the model inside."""

_SCALARS = {
    "string": ScalarRef("string"),
    "String": ScalarRef("string"),
    "char": ScalarRef("string"),
    "boolean": ScalarRef("boolean"),
    "Boolean": ScalarRef("boolean"),
    "integer": ScalarRef("integer"),
    "int": ScalarRef("integer", "int32"),
    "Integer": ScalarRef("integer", "int32"),
    "long": ScalarRef("integer", "int64"),
    "Long": ScalarRef("integer", "int64"),
    "number": ScalarRef("number"),
    "double": ScalarRef("number", "double"),
    "Double": ScalarRef("number", "double"),
    "float": ScalarRef("number", "float"),
}
_ARRAYS = frozenset({"array", "Array", "List", "Set", "Collection", "Iterable"})
_OPAQUE = frozenset({"object", "Object", "JsonNode", "ResponseEntity", ENVELOPE, "void", "Void", "File"})
_GENERIC = _ARRAYS | {"Map", "Optional"}
_VARIABLE = re.compile(r"[A-Z?]")
_DEEPEST = 64
"""Brackets of a type name that are read."""
_TOKEN = re.compile(r"[«»<>,]|[^«»<>,]+")


@dataclass(frozen=True, slots=True)
class TypeName:
    """A type as written: a name and the arguments of a generic."""

    name: str
    arguments: tuple["TypeName", ...] = ()


def parse_type(text: str) -> TypeName:
    """Parse a type name; brackets that do not match, or nest too deep, make the whole text one name.

    >>> parse_type("Map«string,List«object»»").arguments[1]
    TypeName(name='List', arguments=(TypeName(name='object', arguments=()),))
    """
    tokens = _TOKEN.findall(text)
    if tokens.count("<") + tokens.count("«") > _DEEPEST:
        return TypeName(text)
    parsed, rest = _parse(tokens)
    return TypeName(text) if parsed is None or rest else parsed


def _parse(tokens: list[str]) -> tuple[TypeName | None, list[str]]:
    if not tokens or tokens[0] in "«»<>,":
        return None, tokens
    name, rest = tokens[0].strip(), tokens[1:]
    if not rest or rest[0] not in "«<":
        return TypeName(name), rest
    arguments: list[TypeName] = []
    while rest and rest[0] in "«<,":
        argument, rest = _parse(rest[1:])
        if argument is None:
            return None, rest
        arguments.append(argument)
    return (TypeName(name, tuple(arguments)), rest[1:]) if rest and rest[0] in "»>" else (None, rest)


def resolve(
    written: TypeName, models: Container[str], item: TypeRef | None = None, form: str = ""
) -> TypeRef:
    """Return what a type means in a document; `models` are those with properties.

    `item` is the type of `items`, `form` the declared format.

    >>> resolve(parse_type("Optional«List«Play»»"), {"Play"})
    ArrayRef(item=ModelRef(name='Play'))
    """
    match written.name, written.arguments:
        case "Optional" | "ResponseEntity", (inner, *_):
            return resolve(inner, models)
        case "CopyrightResponseEntity", (inner, *_):
            return _unwrap(inner, models)
        case "Map", (_, value):
            return MapRef(resolve(value, models))
        case name, arguments if name in _ARRAYS:
            return ArrayRef(resolve(arguments[0], models) if arguments else item or OpaqueRef("object"))
        case name, _:
            return _named(name, models, form)


def _unwrap(inner: TypeName, models: Container[str]) -> TypeRef:
    found = resolve(inner, models)
    match found:
        case ModelRef(name):
            return ModelRef(f"{ENVELOPE}«{name}»")
        case OpaqueRef(name):
            return OpaqueRef(f"{ENVELOPE}«{name}»")
        case _:
            return found


def _named(name: str, models: Container[str], form: str) -> TypeRef:
    if name in _SCALARS:
        return ScalarRef(_SCALARS[name].type, form or _SCALARS[name].format)
    for candidate in (name, inner_class(name)):
        if candidate in models:
            return ModelRef(candidate)
    return OpaqueRef(name)


def inner_class(name: str) -> str:
    """Return `Coordinates` for `BaseballHitDataRestObject$Coordinates`."""
    return name.rpartition("$")[2]


def enveloped(name: str) -> str:
    """Return the name of the model inside an envelope's name, or ""."""
    return name.removeprefix(f"{ENVELOPE}«").removesuffix("»") if name.startswith(f"{ENVELOPE}«") else ""


def undeclared(written: TypeName, declared: Container[str]) -> Iterator[str]:
    """Yield the names in a type that are neither built in nor declared."""
    for argument in written.arguments:
        yield from undeclared(argument, declared)
    name = written.name
    is_known = name in _SCALARS or name in _GENERIC or name in _OPAQUE or _VARIABLE.fullmatch(name)
    if not is_known and name not in declared and inner_class(name) not in declared:
        yield name
