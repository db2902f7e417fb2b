"""Avro schemas as a closed sum of nodes; a named type is written once and then meant by its name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

PRIMITIVES = frozenset({"null", "boolean", "int", "long", "float", "double", "bytes", "string"})
NO_DEFAULT = object()
"""The default of a field that has none: `null` is one."""


@dataclass(frozen=True, slots=True)
class Primitive:
    """A primitive type; `logical` is what else it says of itself (`timestamp-micros`, `json`), or ""."""

    name: str
    logical: str = ""


@dataclass(frozen=True, slots=True)
class ArrayOf:
    """An array."""

    items: "Node"


@dataclass(frozen=True, slots=True)
class MapOf:
    """A map from text."""

    values: "Node"


@dataclass(frozen=True, slots=True)
class Union:
    """One of several types."""

    branches: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Enum:
    """One of several symbols; `default` stands for one that a reader does not know, "" if nothing does."""

    name: str
    symbols: tuple[str, ...]
    default: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fixed:
    """So many bytes."""

    name: str
    size: int
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ref:
    """The record of this full name."""

    name: str


Node = Primitive | ArrayOf | MapOf | Union | Enum | Fixed | Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of a record. `key` is the key of the API, `path` its place in the response, or ""."""

    name: str
    node: Node
    default: object = NO_DEFAULT
    aliases: tuple[str, ...] = ()
    key: str = ""
    path: str = ""

    @property
    def has_default(self) -> bool:
        """Whether a reader has a value where a writer had no such field."""
        return self.default is not NO_DEFAULT


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A record by its full name; `places` are those of its objects in the response."""

    name: str
    fields: tuple[Field, ...]
    aliases: tuple[str, ...] = ()
    places: tuple[str, ...] = ()

    @property
    def short_name(self) -> str:
        """The name without its namespace."""
        return self.name.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Schema:
    """A schema: what stands at its root, and its records by full name."""

    root: Node
    records: Mapping[str, Record] = field(default_factory=dict[str, Record])

    def record(self, reference: Ref) -> Record:
        """Return the record that a reference means."""
        return self.records[reference.name]


def parse(schema: object) -> Schema:
    """Return a schema as nodes.

    Raises:
        ValueError: it is no Avro schema.
    """
    reader = _Reader({}, {})
    try:
        root = reader.node(schema, "")
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no Avro schema: {error}") from error
    return Schema(root, reader.records)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads nodes; knows the named types that were written so far."""

    records: dict[str, Record]
    others: dict[str, Node]

    def node(self, schema: object, namespace: str) -> Node:
        if isinstance(schema, str):
            return self._named(schema, namespace)
        if isinstance(schema, list):
            return Union(tuple(self.node(item, namespace) for item in cast("list[object]", schema)))
        return self._written(cast("dict[str, object]", schema), namespace)

    def _written(self, members: dict[str, object], namespace: str) -> Node:
        match kind := members["type"]:
            case "array":
                return ArrayOf(self.node(members["items"], namespace))
            case "map":
                return MapOf(self.node(members["values"], namespace))
            case "record" | "error":
                return self._record(members, namespace)
            case "enum" | "fixed":
                return self._other(members, namespace)
            case str() if kind in PRIMITIVES:
                return Primitive(kind, str(members.get("logicalType", members.get("content", ""))))
            case _:
                return self.node(kind, namespace)

    def _named(self, name: str, namespace: str) -> Node:
        if name in PRIMITIVES:
            return Primitive(name)
        full = _full(name, namespace)
        found = self.others.get(full)
        if found is None and full not in self.records:
            raise ValueError(f"no type is called `{full}`")
        return found or Ref(full)

    def _record(self, members: dict[str, object], namespace: str) -> Node:
        name = _full(cast("str", members["name"]), str(members.get("namespace", namespace)))
        inner = name.rpartition(".")[0]
        places = tuple(filter(None, str(members.get("doc", "")).split(", ")))
        self.records[name] = Record(name=name, fields=())  # a record may hold itself
        fields = tuple(
            self._field(item, inner) for item in cast("list[dict[str, object]]", members["fields"])
        )
        aliases = tuple(_aliases(members, inner))
        self.records[name] = Record(name=name, fields=fields, aliases=aliases, places=places)
        return Ref(name)

    def _field(self, members: dict[str, object], namespace: str) -> Field:
        name = cast("str", members["name"])
        return Field(
            name=name,
            node=self.node(members["type"], namespace),
            default=members.get("default", NO_DEFAULT),
            aliases=tuple(cast("list[str]", members.get("aliases", []))),
            key=str(members.get("json_name", name)),
            path=str(members.get("doc", "")),
        )

    def _other(self, members: dict[str, object], namespace: str) -> Node:
        name = _full(cast("str", members["name"]), str(members.get("namespace", namespace)))
        aliases = tuple(_aliases(members, name.rpartition(".")[0]))
        if members["type"] == "fixed":
            made: Node = Fixed(name, cast("int", members["size"]), aliases)
        else:
            symbols = tuple(cast("list[str]", members["symbols"]))
            made = Enum(name, symbols, str(members.get("default", "")), aliases)
        self.others[name] = made
        return made


def _full(name: str, namespace: str) -> str:
    return name if "." in name or not namespace else f"{namespace}.{name}"


def _aliases(members: dict[str, object], namespace: str) -> Iterator[str]:
    for alias in cast("list[str]", members.get("aliases", [])):
        yield _full(alias, namespace)


def branches(node: Node) -> tuple[Node, ...]:
    """Return the branches of a union; another node is its only one."""
    return node.branches if isinstance(node, Union) else (node,)


def without_null(node: Node) -> tuple[Node, ...]:
    """Return the branches that are not null."""
    return tuple(branch for branch in branches(node) if branch != Primitive("null"))


def is_nullable(node: Node) -> bool:
    """Say whether null is one of the values."""
    return Primitive("null") in branches(node)


def show(node: Node) -> str:
    """Return a type as a person writes it.

    >>> show(Union((Primitive("null"), ArrayOf(Primitive("long", "timestamp-micros")))))
    '["null", array of timestamp-micros]'
    """
    match node:
        case Primitive(name=name, logical=logical):
            return logical or name
        case ArrayOf(items=inner):
            return f"array of {show(inner)}"
        case MapOf(values=inner):
            return f"map of {show(inner)}"
        case Union(branches=found):
            names = (f'"{show(one)}"' if one == Primitive("null") else show(one) for one in found)
            return f"[{', '.join(names)}]"
        case Enum() | Fixed() | Ref():
            return node.name.rpartition(".")[2]
