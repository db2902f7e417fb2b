"""Whether a reader's schema can read what a writer's schema wrote, by the rules of Avro's specification."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

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
    Union,
    show,
)

_PROMOTED = {
    "int": frozenset({"long", "float", "double"}),
    "long": frozenset({"float", "double"}),
    "float": frozenset({"double"}),
    "string": frozenset({"bytes"}),
    "bytes": frozenset({"string"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a reader cannot read a writer's data: the reader's record and field, or "" at the root."""

    record: str
    field: str
    reason: str


def problems(writer: Schema, reader: Schema) -> tuple[Problem, ...]:
    """Return what keeps a reader from reading a writer's data; nothing if it can read all of it."""
    return tuple(dict.fromkeys(_Resolver(writer, reader).node(writer.root, reader.root, "", "")))


@dataclass(frozen=True, slots=True)
class _Resolver:
    """Walks both schemas at once; a pair of records is looked at once."""

    writer: Schema
    reader: Schema
    seen: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])

    def node(self, written: Node, wanted: Node, record: str, name: str) -> Iterator[Problem]:
        """Yield what is wrong with reading `written` as `wanted`."""
        if isinstance(written, Union):
            found = (self._branch(branch, wanted, record, name) for branch in written.branches)
            yield from chain.from_iterable(found)
        else:
            yield from self._branch(written, wanted, record, name)

    def _branch(self, written: Node, wanted: Node, record: str, name: str) -> Iterator[Problem]:
        if isinstance(wanted, Union):
            chosen = next((one for one in wanted.branches if self._matches(written, one, exact=True)), None)
            chosen = chosen or next((one for one in wanted.branches if self._matches(written, one)), None)
            if chosen is None:
                yield Problem(record=record, field=name, reason=f"{show(written)} is none of {show(wanted)}")
                return
            wanted = chosen
        elif not self._matches(written, wanted):
            yield Problem(
                record=record, field=name, reason=f"{show(written)} cannot be read as {show(wanted)}"
            )
            return
        yield from self._inside(written, wanted, record, name)

    def _matches(self, written: Node, wanted: Node, *, exact: bool = False) -> bool:
        match written, wanted:
            case Primitive(name=a), Primitive(name=b):
                return a == b or (not exact and b in _PROMOTED.get(a, ()))
            case (ArrayOf(), ArrayOf()) | (MapOf(), MapOf()):
                return True
            case Ref(), Ref():
                return _is_named(written.name, wanted.name, self.reader.record(wanted).aliases)
            case Enum(), Enum():
                return _is_named(written.name, wanted.name, wanted.aliases)
            case Fixed(size=a), Fixed(size=b):
                return a == b and _is_named(written.name, wanted.name, wanted.aliases)
            case _:
                return False

    def _inside(self, written: Node, wanted: Node, record: str, name: str) -> Iterator[Problem]:
        match written, wanted:
            case ArrayOf(items=a), ArrayOf(items=b):
                yield from self.node(a, b, record, name)
            case MapOf(values=a), MapOf(values=b):
                yield from self.node(a, b, record, name)
            case Enum(symbols=a), Enum(symbols=b, default=default):
                unknown = [symbol for symbol in a if symbol not in b]
                if unknown and not default:
                    yield Problem(
                        record=record, field=name, reason=f"no symbol `{unknown[0]}`, and no default"
                    )
            case Ref(), Ref() if (written.name, wanted.name) not in self.seen:
                self.seen.add((written.name, wanted.name))
                yield from self._records(self.writer.record(written), self.reader.record(wanted))
            case _:
                pass

    def _records(self, written: Record, wanted: Record) -> Iterator[Problem]:
        by_name = {one.name: one for one in written.fields}
        for one in wanted.fields:
            found = _field(by_name, one)
            if found is not None:
                yield from self.node(found.node, one.node, wanted.name, one.name)
            elif not one.has_default:
                yield Problem(record=wanted.name, field=one.name, reason="not written, and without a default")


def _field(written: dict[str, Field], wanted: Field) -> Field | None:
    names = (wanted.name, *wanted.aliases)
    return next((written[name] for name in names if name in written), None)


def _is_named(written: str, wanted: str, aliases: tuple[str, ...]) -> bool:
    """Names are alike without their namespaces too, as the specification says and both libraries do."""
    short = written.rpartition(".")[2]
    return short == wanted.rpartition(".")[2] or written in aliases
