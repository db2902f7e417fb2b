"""What differs between two versions of an Avro schema, field by field, and whom it breaks."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from compiler.breaking.avro.nodes import (
    ArrayOf,
    Enum,
    Field,
    Fixed,
    MapOf,
    Node,
    Primitive,
    Record,
    Ref,
    Schema,
    branches,
    is_nullable,
    show,
    without_null,
)
from compiler.breaking.rules import RULES, Category

_PROMOTED = {
    "int": ("long", "float", "double"),
    "long": ("float", "double"),
    "float": ("double",),
    "string": ("bytes",),
    "bytes": ("string",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A difference of a record, or of its `field`: the rule that it breaks, and what became of it in words."""

    rule: str
    record: Record
    field: Field | None
    text: str
    category: Category


def differences(old: Schema, new: Schema) -> tuple[Difference, ...]:
    """Return what differs, in the order of the old schema."""
    return tuple(_Walk(old, new).roots())


@dataclass(frozen=True, slots=True)
class _Walk:
    """Walks both schemas at once; a pair of records is looked at once."""

    old: Schema
    new: Schema
    seen: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])

    def roots(self) -> Iterator[Difference]:
        match self.old.root, self.new.root:
            case Ref() as old, Ref() as new:
                yield from self.records(self.old.record(old), self.new.record(new))
            case _:
                pass

    def records(self, old: Record, new: Record) -> Iterator[Difference]:
        if (old.name, new.name) in self.seen:
            return
        self.seen.add((old.name, new.name))
        if old.name not in (new.name, *new.aliases):
            yield _at(old, None, "RECORD_SAME_FULLNAME", f"is called {new.name}")
        elif old.name != new.name:
            text = f"is called {new.name}: new readers find old data by its alias, old readers fail"
            yield _at(old, None, "FIELD_SAME_NAME", text)
        by_name = {one.name: one for one in new.fields}
        renamed = {alias: one for one in new.fields for alias in one.aliases if alias not in by_name}
        for one in old.fields:
            yield from self.field(old, one, by_name, renamed)
        known = {one.name for one in old.fields}
        for one in new.fields:
            if one.name not in known and not known & {*one.aliases} and not one.has_default:
                yield _at(new, one, "FIELD_ADD_HAS_DEFAULT", "is new and has no default: old data have none")

    def field(
        self, record: Record, old: Field, by_name: Mapping[str, Field], renamed: Mapping[str, Field]
    ) -> Iterator[Difference]:
        new = by_name.get(old.name) or renamed.get(old.name)
        if new is None:
            yield _gone(record, old)
            return
        if new.name != old.name:
            category = Category.SQL if old.has_default else Category.WIRE
            others = "its default" if old.has_default else "nothing, and fail"
            text = f"is called {new.name}: readers that know its alias find it, others get {others}"
            yield _at(record, old, "FIELD_SAME_NAME", text, category)
        if _default(old) != _default(new):
            text = f"has the default {_default(new)}, not {_default(old)}"
            yield _at(record, old, "FIELD_SAME_DEFAULT", text)
        yield from self.types(record, old, old.node, new.node)

    def types(self, record: Record, at: Field, old: Node, new: Node) -> Iterator[Difference]:
        if is_nullable(old) != is_nullable(new):
            text = "may be null" if is_nullable(new) else "is never null"
            yield _at(record, at, "FIELD_SAME_NULLABILITY", text)
        elif branches(old)[0] != branches(new)[0] and Primitive("null") in (
            branches(old)[0],
            branches(new)[0],
        ):
            yield _at(record, at, "UNION_SAME_ORDER", f"is {show(new)}, not {show(old)}")
        olds, news = without_null(old), without_null(new)
        if len(olds) == len(news) == 1:
            yield from self.single(record, at, olds[0], news[0])
        elif olds != news:
            yield from _unions(record, at, olds, news)

    def single(self, record: Record, at: Field, old: Node, new: Node) -> Iterator[Difference]:
        match old, new:
            case _ if _kind(old) != _kind(new):
                yield _at(record, at, "SHAPE_SAME_KIND", f"is {_kind(new)}, not {_kind(old)}")
            case (ArrayOf(items=a), ArrayOf(items=b)) | (MapOf(values=a), MapOf(values=b)):
                yield from self.types(record, at, a, b)
            case Ref(), Ref():
                yield from self.records(self.old.record(old), self.new.record(new))
            case Primitive(), Primitive() if old != new:
                text = f"is {show(new)}, not {show(old)}"
                yield _at(record, at, _type_rule(old, new), text, Category.WIRE)
            case Enum(), Enum():
                yield from _enums(record, at, old, new)
            case Fixed(), Fixed() if old.size != new.size:
                text = f"has {new.size} bytes, not {old.size}"
                yield _at(record, at, "FIELD_PROMOTABLE_TYPE", text)
            case _ if type(old) is not type(new):
                yield _at(record, at, "FIELD_PROMOTABLE_TYPE", f"is {show(new)}, not {show(old)}")
            case _:
                pass


def _at(
    record: Record, at: Field | None, rule: str, text: str, category: Category | None = None
) -> Difference:
    least = RULES[rule].category if category is None else category
    return Difference(rule=rule, record=record, field=at, text=text, category=least)


def _gone(record: Record, old: Field) -> Difference:
    reads = "its default" if old.has_default else "nothing, and fail"
    return _at(record, old, "FIELD_NO_DELETE_UNLESS_RESERVED", f"is gone: old readers get {reads}")


def _default(one: Field) -> str:
    return json.dumps(one.default) if one.has_default else "none"


def _kind(node: Node) -> str:
    match node:
        case Ref():
            return "an object"
        case MapOf():
            return "a map"
        case ArrayOf():
            return "an array"
        case Primitive(name="string", logical="json"):
            return "JSON"
        case _:
            return "a value"


def _type_rule(old: Primitive, new: Primitive) -> str:
    if new.name in _PROMOTED.get(old.name, ()):
        return "FIELD_SAME_TYPE"
    if old.name in _PROMOTED.get(new.name, ()):
        return "FIELD_NO_NARROW"
    return "FIELD_PROMOTABLE_TYPE"


def _unions(
    record: Record, at: Field, olds: tuple[Node, ...], news: tuple[Node, ...]
) -> Iterator[Difference]:
    names = {show(one) for one in news}
    missing = [show(one) for one in olds if show(one) not in names]
    if missing:
        yield _at(record, at, "UNION_BRANCH_NO_DELETE", f"is no longer {' or '.join(missing)}")
    more = names - {show(one) for one in olds}
    if more:
        text = f"may be {' or '.join(sorted(more))}: old readers do not know that"
        yield _at(record, at, "FIELD_SAME_TYPE", text, Category.WIRE)
    if not missing and olds and news and show(olds[0]) != show(news[0]):
        text = f"begins with {show(news[0])}, not {show(olds[0])}"
        yield _at(record, at, "UNION_SAME_ORDER", text)


def _enums(record: Record, at: Field, old: Enum, new: Enum) -> Iterator[Difference]:
    if old.name not in (new.name, *new.aliases):
        yield _at(record, at, "RECORD_SAME_FULLNAME", f"has the type {new.name}, not {old.name}")
    missing = [symbol for symbol in old.symbols if symbol not in new.symbols]
    if missing:
        yield _at(record, at, "ENUM_VALUE_NO_DELETE", f"has no symbol {', '.join(missing)}")
    more = [symbol for symbol in new.symbols if symbol not in old.symbols]
    if more and not old.default:
        yield _at(
            record, at, "ENUM_HAS_DEFAULT", f"has a symbol {', '.join(more)}: old readers have no default"
        )
