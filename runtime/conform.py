"""Make a document fit its shape: decode what needs a codec, take out what has no place.

A walk over the containers. Objects of one API repeat a few signatures (keys and types of values), so what to do with
a signature is planned once and remembered in the shape; scalars that need nothing are never touched one by one.
What is taken out is *rescued*: kept with its JSON pointer, value and reason. The document is changed in place.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

from runtime.job import Conformed, Json, is_array, is_object
from runtime.pointers import Pointer, pointer_text, reach
from runtime.shape import (
    Array,
    Document,
    Ignored,
    Leaf,
    Leaves,
    Map,
    Node,
    Plan,
    Record,
    Split,
    Unplaced,
)

_PLANS_KEPT = 4096
"""Signatures remembered for a record; a document that invents keys must not fill the memory."""


_MISPLACED = frozenset({"wrong-kind", "bad-format", "key-mismatch", "empty-row", "no-column"})
"""Reasons to take out what stands where something may be read: what has no column here may have one beside a split."""


@dataclass(frozen=True, slots=True)
class Rescued:
    """A value that no column holds: where it stood (a JSON pointer), what it was, and why it has no column."""

    pointer: str
    value: Json
    reason: str


@dataclass(slots=True)
class Conformance:
    """What the walk counted, in leaves: scalars, nulls, `{}` and `[]` of the document.

    `misplaced` has the places that a column or a table reads, of values that are not what it reads: another reader of
    the same document must take them for null.
    """

    typed: int = 0
    json: int = 0
    null: int = 0
    sentinel: int = 0
    empty: int = 0
    ignored: int = 0
    rescued: list[Rescued] = field(default_factory=list[Rescued])
    misplaced: list[Pointer] = field(default_factory=list[Pointer])


def conform(shape: Node, document: Conformed) -> tuple[Conformed, Conformance]:
    """Return the document in its shape, and what was counted. A document of another kind comes back as None."""
    walk = _Walk(set(_failed_checks(shape, document)))
    kept = walk.visit(shape, document, None)
    walk.found.typed += walk.typed
    walk.found.null += walk.null
    return (document if kept else None), walk.found


def leaves(value: Conformed) -> int:
    """Count the leaves of a JSON value: scalars, nulls, `{}` and `[]`, without recursion."""
    total = 0
    stack = [value]
    while stack:
        value = stack.pop()
        if value and is_object(value):
            stack.extend(value.values())
        elif value and is_array(value):
            stack.extend(value)
        else:
            total += 1
    return total


class _Walk:
    """One walk over one document."""

    def __init__(self, not_ignored: set[Pointer]) -> None:
        self.not_ignored = not_ignored
        self.typed = 0
        self.null = 0
        self.found = Conformance()

    def rescue(self, value: Conformed, where: Pointer, reason: str) -> None:
        self.found.rescued.append(Rescued(pointer_text(where), cast(Json, value), reason))
        if reason in _MISPLACED and value is not None:
            self.found.misplaced.append(where)

    def visit(self, node: Node, value: Conformed, where: Pointer) -> bool:
        """Conform `value`; return False if it is no part of any row and must be taken out by the caller."""
        match node:
            case Record() if is_object(value):
                return self.record(node, value, where)
            case Array() if is_array(value):
                self.array(node, value, where)
            case Map() if is_object(value):
                self.map(node, value, where)
            case Split():
                return self.visit(_branch(node, value), value, where)
            case _:
                return self.leaf(node, value, where)
        return True

    def leaf(self, node: Node, value: Conformed, where: Pointer) -> bool:
        """Conform a value that no walk goes below."""
        match node:
            case Leaves() if is_array(value):
                return self.leaves(node, value, where)
            case Document() if value is not None:
                self.found.json += leaves(value)
            case Ignored() if where in self.not_ignored:
                self.rescue(value, where, "ignore-check")
                return False
            case Ignored():
                self.found.ignored += leaves(value)
                return False
            case Leaf() if type(value) in node.types and node.codec is None:
                self.found.typed += 1
            case _:
                return self.misfit(node, value, where)
        return True

    def misfit(self, node: Node, value: Conformed, where: Pointer) -> bool:
        self.take_out(value, where, "no-column" if isinstance(node, Unplaced) else "wrong-kind")
        return False

    def take_out(self, value: Conformed, where: Pointer, reason: str) -> None:
        """Rescue what has no place; what holds nothing but nulls, `{}` and `[]` is only counted."""
        hollow = _hollow(value)
        if hollow is None:
            self.rescue(value, where, reason)
        else:
            self.null += hollow[0]
            self.found.empty += hollow[1]
            if reason in _MISPLACED:
                self.found.misplaced.append(where)

    def record(self, node: Record, value: dict[str, Conformed], where: Pointer) -> bool:
        """Conform an object; return False if nothing is left in it: a record that holds nothing is absent."""
        if not value:
            self.found.empty += 1
            return False
        signature = (*value, *map(type, value.values()))
        plan = node.plans.get(signature) or _remember(node, signature, value)
        typed = plan.typed
        self.typed += typed
        self.null += plan.null
        for key, record in plan.records:
            child = value[key]
            below = record.plans.get((*child, *map(type, child.values())))
            if below is not None and below.is_flat:
                self.typed += below.typed
                self.null += below.null
            elif not self.record(record, child, (where, key)):
                del value[key]
        if plan.rest:
            self.rest(plan, value, where)
        return typed > 0 or any(item is not None for item in value.values())

    def rest(self, plan: Plan, value: dict[str, Conformed], where: Pointer) -> None:
        """Do what few objects need."""
        for key, leaf in plan.leaves:
            self.decode(leaf, value, key, where)
        for key, child in plan.children:
            if not self.visit(child, value[key], (where, key)):
                del value[key]
        for key, reason in plan.surplus:
            self.take_out(value.pop(key), (where, key), reason)

    def decode(self, leaf: Leaf, holder: Conformed, key: str | int, where: Pointer) -> None:
        """Replace the string at `key` by its cell; None where it is a placeholder or refused."""
        text = holder[key]
        assert leaf.codec is not None
        try:
            cell = holder[key] = leaf.codec.decode(text)
        except ValueError:
            holder[key] = None
            self.rescue(text, (where, key), "bad-format")
            return
        if cell is None:
            self.found.sentinel += 1
        else:
            self.found.typed += 1

    def array(self, node: Array, value: list[Conformed], where: Pointer) -> None:
        """Conform the elements. One that has no place leaves None behind: the positions of the others stay."""
        if not value:
            self.found.empty += 1
        for index, item in enumerate(value):
            if not self.element(node.item, value, index, item, where):
                value[index] = None

    def element(self, node: Node, holder: Conformed, key: str | int, item: Conformed, where: Pointer) -> bool:
        if isinstance(node, Leaf) and node.codec is not None and type(item) is str:
            self.decode(node, holder, key, where)
            return True
        if item is None or _holds_nothing(item):
            self.rescue(item, (where, key), "empty-row")
            return False
        return self.visit(node, item, (where, key))

    def map(self, node: Map, value: dict[str, Conformed], where: Pointer) -> None:
        if not value:
            self.found.empty += 1
        for key, item in list(value.items()):
            if node.member and not _key_fits(node, key, item):
                self.rescue(item, (where, key), "key-mismatch")
                del value[key]
            elif not self.element(node.value, value, key, item, where):
                del value[key]

    def leaves(self, node: Leaves, value: list[Conformed], where: Pointer) -> bool:
        """Count and decode an array column; an array with one misfit is rescued whole."""
        cells: list[Conformed] = []
        for item in value:
            if item is not None and type(item) not in node.item.types:
                self.rescue(value, where, "wrong-kind")
                return False
            cells.append(item)
        codec = node.item.codec
        if codec is not None:
            try:
                cells = [None if item is None else codec.decode(item) for item in value]
            except ValueError:
                self.rescue(value, where, "bad-format")
                return False
        nulls = sum(item is None for item in value)
        filled = sum(cell is not None for cell in cells)
        self.found.null += nulls
        self.found.sentinel += len(cells) - filled - nulls
        self.found.typed += filled
        self.found.empty += not value
        value[:] = cells
        return True


def _holds_nothing(item: Conformed) -> bool:
    return is_object(item) and all(value is None for value in item.values())


def _hollow(value: Conformed) -> tuple[int, int] | None:
    """Count the nulls, and the `{}` and `[]`, of a value that has no other leaves; None if it has."""
    nulls = empties = 0
    stack = [value]
    while stack:
        value = stack.pop()
        if value is None:
            nulls += 1
        elif not is_object(value) and not is_array(value):
            return None
        elif value:
            stack.extend(value.values() if is_object(value) else value)
        else:
            empties += 1
    return nulls, empties


def _failed_checks(shape: Node, document: Conformed) -> Iterator[Pointer]:
    """Yield the places that would be ignored but for their check, which only a pristine document can pass."""
    places: list[tuple[Node, Conformed, Pointer]] = [(shape, document, None)]
    while places:
        node, value, where = places.pop()
        if isinstance(node, Ignored) and node.equals and value != _reach(document, node):
            yield where
        elif isinstance(node, Record) and is_object(value):
            places += [
                (member, value[key], (where, key)) for key, member in node.members.items() if key in value
            ]


def _reach(root: Conformed, node: Ignored) -> Conformed:
    value = reach(root, node.equals)
    if not node.last:
        return value
    return value[-1] if is_array(value) and value else None


def _branch(node: Split, value: Conformed) -> Node:
    value = reach(value, node.path)
    wanted = True if node.equals is None else node.equals
    return node.yes if type(value) is type(wanted) and value == wanted else node.no


def _key_fits(node: Map, key: str, item: Conformed) -> bool:
    found = reach(item, node.member)
    return found is not None and key == f"{node.prefix}{found}"


def _remember(node: Record, signature: tuple[object, ...], value: dict[str, Conformed]) -> Plan:
    """Decide what to do with an object, once for its signature: its keys and the types of its values."""
    if len(node.plans) >= _PLANS_KEPT:
        node.plans.clear()
    plan = node.plans[signature] = _decide(node, value)
    return plan


def _decide(node: Record, value: dict[str, Conformed]) -> Plan:
    plan = Plan()
    for key, item in value.items():
        member = node.members.get(key)
        if isinstance(member, Record) and is_object(item):
            plan.records.append((key, member))
        elif isinstance(member, Ignored):
            plan.children.append((key, member))
        elif item is None:
            plan.null += 1
        elif member is None:
            plan.surplus.append((key, "unknown-key"))
        elif isinstance(member, Leaf):
            _decide_leaf(plan, key, member, item)
        else:
            plan.children.append((key, member))
    plan.rest = bool(plan.leaves or plan.children or plan.surplus)
    plan.is_flat = plan.typed > 0 and not plan.rest and not plan.records
    return plan


def _decide_leaf(plan: Plan, key: str, leaf: Leaf, item: Conformed) -> None:
    if type(item) not in leaf.types:
        plan.surplus.append((key, "wrong-kind"))
    elif leaf.codec is not None:
        plan.leaves.append((key, leaf))
    else:
        plan.typed += 1
