"""What is known of an operation's responses: the tree that `runtime.conform` walks.

Generated modules build it; a node says what may stand at its place and where it goes. Nothing here walks.
"""

from dataclasses import dataclass, field
from typing import TypeAlias

from runtime.codecs import DATE_TEXT, INSTANT_TEXT, Codec, decimal_text, innings_text, integer_text


@dataclass(frozen=True, eq=False, slots=True)
class Leaf:
    """A scalar with a column of its own: the Python types it may have, and the codec if it needs one."""

    types: frozenset[type]
    codec: Codec | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Leaves:
    """An array of scalars in an array column."""

    item: Leaf


@dataclass(frozen=True, eq=False, slots=True)
class Document:
    """A subtree that is kept whole in a `jsonb` column."""


@dataclass(frozen=True, eq=False, slots=True)
class Unplaced:
    """A known place that has no column: what turns up there is rescued."""


@dataclass(frozen=True, eq=False, slots=True)
class Ignored:
    """A subtree that the mapping leaves out.

    With `equals` (object keys from the root) it is ignored only if it equals the value there, or with `last` that
    array's last element; otherwise it is rescued.
    """

    because: str
    equals: tuple[str, ...] = ()
    last: bool = False


@dataclass(eq=False, slots=True)
class Plan:
    """What to do with an object of one signature (its keys and the types of its values).

    `typed` and `null` count its scalars. `records` are members that hold an object where a record belongs, `children`
    all others that want a visit. `rest`: there is something besides scalars and records. `is_flat`: there are
    scalars and nulls alone, so the counts say it all.
    """

    typed: int = 0
    null: int = 0
    rest: bool = False
    is_flat: bool = False
    records: list[tuple[str, "Record"]] = field(default_factory=list[tuple[str, "Record"]])
    leaves: list[tuple[str, Leaf]] = field(default_factory=list[tuple[str, Leaf]])
    children: list[tuple[str, "Node"]] = field(default_factory=list[tuple[str, "Node"]])
    surplus: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])


@dataclass(frozen=True, eq=False, slots=True)
class Record:
    """An object with known keys. `plans` remembers what to do with each signature that was met."""

    members: dict[str, "Node"]
    plans: dict[tuple[object, ...], Plan] = field(default_factory=dict[tuple[object, ...], Plan], repr=False)


@dataclass(frozen=True, eq=False, slots=True)
class Array:
    """An array whose elements are rows of a table."""

    item: "Node"


@dataclass(frozen=True, eq=False, slots=True)
class Map:
    """An object whose keys are values and whose values are rows of a table.

    With `member` the table does not store the key: it must be `prefix` followed by the value at `member`.
    """

    value: "Node"
    prefix: str = ""
    member: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class Split:
    """Rows that go to one of two tables: `yes` where the value at `path` is True (or equals), else `no`."""

    path: tuple[str, ...]
    equals: str | None
    yes: "Node"
    no: "Node"


Node: TypeAlias = Leaf | Leaves | Document | Unplaced | Ignored | Record | Array | Map | Split

BOOLEAN = Leaf(frozenset({bool}))
BIGINT = Leaf(frozenset({int}))
DOUBLE = Leaf(frozenset({int, float}))
TEXT = Leaf(frozenset({str}))
DATE = Leaf(frozenset({str}), DATE_TEXT)
INSTANT = Leaf(frozenset({str}), INSTANT_TEXT)
JSON = Document()
UNPLACED = Unplaced()


def integer(*sentinels: str) -> Leaf:
    """Return a leaf that holds an integer as text; the sentinels mean NULL."""
    return Leaf(frozenset({str}), integer_text(sentinels))


def decimal(pattern: str, *sentinels: str) -> Leaf:
    """Return a leaf that holds a decimal as text, in a format such as `.000`; the sentinels mean NULL."""
    return Leaf(frozenset({str}), decimal_text(pattern, sentinels))


def innings(*sentinels: str) -> Leaf:
    """Return a leaf that holds innings as text, and becomes outs; the sentinels mean NULL."""
    return Leaf(frozenset({str}), innings_text(sentinels))
