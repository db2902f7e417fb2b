"""Turn the paths that tables read into the smallest Spark schema that parses them, and print it as Python.

Branches of a fold share one schema, so that Spark can put them into one column; it is printed once, as a constant.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from json.encoder import encode_basestring, encode_basestring_ascii
from typing import assert_never

from compiler.ir.names import singular, words
from compiler.ir.paths import Branches, Each, Entries, Field, Path, SameKey, Step


def quoted(text: str) -> str:
    """Return a Python string literal in double quotes: what JSON escapes, Python reads alike."""
    return encode_basestring(text) if text.isprintable() else encode_basestring_ascii(text)


@dataclass(frozen=True, slots=True)
class Read:
    """A value that a table needs: its path and the Spark type it is parsed as, or "" if only its presence counts."""

    path: Path
    type: str = ""

    @property
    def below(self) -> "Read":
        """The same value, seen from one step further down."""
        return Read(self.path[1:], self.type)


@dataclass(frozen=True, slots=True)
class Scalar:
    """A leaf: the name of its Spark type."""

    type: str


@dataclass(frozen=True, slots=True)
class ArrayOf:
    """`ArrayType`."""

    item: "Node"


@dataclass(frozen=True, slots=True)
class MapOf:
    """`MapType` with text keys."""

    value: "Node"


@dataclass(frozen=True, slots=True)
class Member:
    """A field of a struct; `folded` says that branches of a fold share its type."""

    name: str
    node: "Node"
    folded: bool = False


@dataclass(frozen=True, slots=True)
class StructOf:
    """`StructType`."""

    members: tuple[Member, ...]


Node = Scalar | ArrayOf | MapOf | StructOf


def prune(wanted: Iterable[Read]) -> Node:
    """Return the smallest schema that holds all values.

    >>> prune([Read((Field("a"), Each()), "LongType")])
    StructOf(members=(Member(name='a', node=ArrayOf(item=Scalar(type='LongType')), folded=False),))
    """
    found = tuple(wanted)
    deeper = tuple(read for read in found if read.path)
    types = {read.type for read in found if not read.path and read.type}
    if deeper and not types:
        return _container(deeper)
    if deeper or len(types) > 1:
        raise ValueError(f"one value is read in several ways: {found}")
    return Scalar(types.pop()) if types else StructOf(())


def _container(deeper: tuple[Read, ...]) -> Node:
    heads = {_kind(read.path[0]) for read in deeper}
    if len(heads) > 1:
        raise ValueError(f"one container is read in several ways: {deeper}")
    match heads.pop():
        case "array":
            return ArrayOf(prune(read.below for read in deeper))
        case "map":
            return MapOf(prune(read.below for read in deeper))
        case _:
            return _struct(deeper)


def _kind(step: Step) -> str:
    match step:
        case Each():
            return "array"
        case Entries() | SameKey():
            return "map"
        case Field() | Branches():
            return "struct"
        case _:
            assert_never(step)


def _names(step: Step) -> tuple[str, ...]:
    match step:
        case Branches(names):
            return names
        case Field(name):
            return (name,)
        case _:
            raise AssertionError(step)


def _struct(deeper: tuple[Read, ...]) -> StructOf:
    peers: dict[str, frozenset[str]] = {}
    for names in dict.fromkeys(_names(read.path[0]) for read in deeper):
        joined = frozenset(names).union(*(peers.get(name, ()) for name in names))
        peers |= dict.fromkeys((*names, *sorted(joined)), joined)
    members: dict[frozenset[str], list[Read]] = {group: [] for group in peers.values()}
    for read in deeper:
        members[peers[_names(read.path[0])[0]]].append(read.below)
    nodes = {group: prune(found) for group, found in members.items()}
    return StructOf(tuple(Member(name, nodes[group], len(group) > 1) for name, group in peers.items()))


def name_in(node: Node, path: Path) -> str:
    """Return the nested name of what is at `path`, as Spark writes it; "" where the schema ends before.

    >>> name_in(prune([Read((Field("a"), Each(), Field("b c")), "LongType")]), (Field("a"), Each(), Field("b c")))
    'a.element.`b c`'
    """
    parts: list[str] = []
    for step in path:
        match node, step:
            case ArrayOf(inner), Each():
                parts.append("element")
            case MapOf(inner), Entries() | SameKey():
                parts.append("value")
            case StructOf(members), Field() | Branches():
                known = next((member for member in members if member.name in _names(step)), None)
                if known is None:
                    return ""
                inner = known.node
                parts.append(part_name(known.name))
            case _:
                return ""
        node = inner
    return ".".join(parts)


def part_name(name: str) -> str:
    """Return a name as a part of a dotted one: in backticks unless it is plain."""
    return name if re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII) else f"`{name.replace('`', '``')}`"


@dataclass(frozen=True, slots=True)
class Printed:
    """A schema as Python: constants (name, expression) in the order of their use, then the expression."""

    constants: tuple[tuple[str, str], ...]
    expression: str
    types: tuple[str, ...]


def show(node: Node) -> Printed:
    """Print a schema.

    >>> show(prune([Read((Field("a"),), "LongType")])).expression
    'StructType([StructField("a", LongType())])'
    """
    printer = _Printer()
    expression = printer.show(node, ())
    return Printed(tuple(printer.constants.items()), expression, tuple(sorted(printer.types)))


class _Printer:
    """Prints one schema; notes the constants and the types that the text uses."""

    def __init__(self) -> None:
        self.constants: dict[str, str] = {}
        self.types: set[str] = set()

    def show(self, node: Node, around: tuple[str, ...]) -> str:
        match node:
            case Scalar(type):
                self.types.add(type)
                return f"{type}()"
            case ArrayOf(item):
                self.types.add("ArrayType")
                return f"ArrayType({self.hoisted(item, around)})"
            case MapOf(value):
                self.types |= {"MapType", "StringType"}
                return f"MapType(StringType(), {self.hoisted(value, around)})"
            case StructOf(members):
                self.types.add("StructType")
                return f"StructType([{_list(self.member(member, around) for member in members)}])"
            case _:
                assert_never(node)

    def member(self, member: Member, around: tuple[str, ...]) -> str:
        self.types.add("StructField")
        inside = words(member.name)
        text = self.hoisted(member.node, around) if member.folded else self.show(member.node, inside)
        return f"StructField({quoted(member.name)}, {text})"

    def hoisted(self, node: Node, around: tuple[str, ...]) -> str:
        """Print what stands in an array, a map or a fold: a struct there gets a constant."""
        text = self.show(node, around)
        return self.constant(text, around or ("row",)) if isinstance(node, StructOf) else text

    def constant(self, text: str, around: tuple[str, ...]) -> str:
        """Return the name of the constant for a text; one that another text has taken gets a number."""
        stem = "_".join((*singular(around), "schema")).upper()
        stem = f"N{stem}" if stem[0].isdigit() else stem
        number = 1
        while self.constants.setdefault(name := stem if number == 1 else f"{stem}_{number}", text) != text:
            number += 1
        return name


def _list(items: Iterable[str]) -> str:
    """Join the items of a list; more than one get a line each."""
    found = tuple(items)
    return ", ".join(found) + ("," if len(found) > 1 else "")
