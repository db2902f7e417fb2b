"""Read off, from the Plan before and after each pass, what that pass decided about a column, a table or a place.

No pass has to tell its story: what differs is what it decided. What a pass says in an evidence's `because` or in a
column's `decisions` is repeated where it first appears.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from compiler.ir.paths import Path, is_loop
from compiler.ir.plan import Column, Computed, Leaf, OperationPlan, Plan, Table
from compiler.ir.shape import Array, Map, Record, Scalar, Shape, Unknown
from compiler.ir.types import Type
from compiler.ir.walk import at

Passes = Mapping[str, Plan]
"""The Plan after each pass, in their order."""

_LONGEST = 63
"""Bytes of a name in PostgreSQL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a pass decided, in words."""

    by: str
    text: str

    def to_object(self) -> Mapping[str, str]:
        """Return the object that `--json` prints."""
        return {"pass": self.by, "decision": self.text}


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """What there was after a pass."""

    plan: OperationPlan | None = None
    table: Table | None = None
    column: Column | None = None
    shape: Shape | None = None


def of_column(
    passes: Passes, operation: str, table: Table, column: Column, path: Path | None
) -> list[Decision]:
    """Return what each pass decided about a column; `path` is the place that its cells are about, if any."""
    return _told(_states(passes, operation, table, column, path), _of_column)


def of_table(passes: Passes, operation: str, table: Table) -> list[Decision]:
    """Return what each pass decided about a table."""
    return _told(_states(passes, operation, table, None, container(table.scan)), _of_table)


def of_place(passes: Passes, operation: str, path: Path) -> list[Decision]:
    """Return what each pass decided about what is at a path."""
    states = [
        (name, _State(plan=found, shape=at(found.response, path)))
        for name, plan in passes.items()
        if (found := _operation(plan, operation))
    ]
    return _told(states, _of_nothing)


def container(scan: Path) -> Path:
    """Return the path of the array, the map or the record that a scan's last loop walks."""
    return scan[:-1] if scan and is_loop(scan[-1]) else scan


def _operation(plan: Plan, name: str) -> OperationPlan | None:
    return next((found for found in plan.operations if found.name == name), None)


def _states(
    passes: Passes, operation: str, table: Table, column: Column | None, path: Path | None
) -> list[tuple[str, _State]]:
    """Return the state after each pass, followed back from what the last one left."""
    found: list[tuple[str, _State]] = []
    for name in reversed([*passes]):
        plan = _operation(passes[name], operation)
        if plan is None:
            break
        here = _same_table(plan, table)
        there = _same_column(here, column) if here and column else None
        shape = None if path is None else at(plan.response, path)
        found.append((name, _State(plan=plan, table=here, column=there, shape=shape)))
        table, column = here or table, there or column
    return found[::-1]


def _same_table(plan: OperationPlan, later: Table) -> Table | None:
    by_name = (table for table in plan.tables if table.name == later.name)
    by_rows = (table for table in plan.tables if (table.scan, table.where) == (later.scan, later.where))
    return next(by_name, None) or next(by_rows, None)


def _same_column(table: Table, later: Column) -> Column | None:
    same = [column for column in table.columns if _reads(column) == _reads(later)]
    return next((column for column in same if column.name == later.name), same[0] if same else None)


def _reads(column: Column) -> object:
    """Return what identifies a column from its first pass to its last."""
    source = column.source
    match source:
        case Leaf(path=path, is_array=is_array):
            return path, is_array
        case Computed(expression=expression):
            return expression.text
        case _:
            return source


# ------------------------------------------------------------------------------------------------- telling

_Teller = Callable[[_State, _State], Iterator[str]]
"""Says what differs between the states before and after a pass."""


def _told(states: Sequence[tuple[str, _State]], tell: _Teller) -> list[Decision]:
    """Return the decisions of all passes; what one said already, the next does not repeat."""
    told: list[Decision] = []
    before = _State()
    for name, after in states:
        for text in (*_of_shape(before, after), *tell(before, after)):
            if not any(said.text == text or said.text.endswith(f": {text}") for said in told):
                told.append(Decision(by=name, text=text))
        before = after
    return told


def _of_nothing(before: _State, after: _State) -> Iterator[str]:
    del before, after
    yield from ()


def _of_shape(before: _State, after: _State) -> Iterator[str]:
    shape, earlier = _told_of(after.shape), _told_of(before.shape)
    if shape is None:
        return
    because, what = shape.evidence.because, kind_of(after.shape)
    if earlier is None or (because, what) != (earlier.evidence.because, kind_of(before.shape)):
        if because:
            yield because if what in because else f"{what}: {because}"
    elif shape.evidence.seen != earlier.evidence.seen:
        yield (
            f"seen {shape.evidence.seen:,} times at all places that share its shape"
            f" (here {earlier.evidence.seen:,})"
        )


def _told_of(shape: Shape | None) -> Shape | None:
    """Return the shape whose evidence says why: of an array of values, that of the values."""
    return shape.item if isinstance(shape, Array) and isinstance(shape.item, Scalar) else shape


def kind_of(shape: Shape | None) -> str:
    """Say in a word or two what a shape is, as a column has it."""
    match shape:
        case Scalar(type=type_):
            return type_.value
        case Array(item=Scalar(type=type_)):
            return f"{type_}[]"
        case Array():
            return "array"
        case Map():
            return "map"
        case Record():
            return "record"
        case Unknown(mixed=True):
            return Type.JSON.value
        case _:
            return "no column"


def _of_table(before: _State, after: _State) -> Iterator[str]:
    table, earlier = after.table, before.table
    if table is None:
        return
    if earlier is None:
        yield "no mapping names it: derived" if table.is_derived else "named by the mapping"
        return
    yield from _renamed(earlier.name, table.name)
    if table.parent != earlier.parent and earlier.parent and not table.parent:
        yield "stands alone: the table above it held nothing of its own"
    if table.key != earlier.key:
        yield f"key: {', '.join(table.key)}"


def _of_column(before: _State, after: _State) -> Iterator[str]:
    column, earlier = after.column, before.column
    if column is None:
        return
    if earlier is None:
        yield from _made(after, column)
        yield from column.decisions
        return
    yield from (text for text in column.decisions if text not in earlier.decisions)
    yield from _renamed(earlier.name, column.name)
    if column.in_key and not earlier.in_key:
        yield "in the key"
    if _owns(earlier) and not _owns(column):
        yield "a copy: another column owns the value"


def _owns(column: Column) -> bool:
    return isinstance(column.source, Leaf) and column.source.owns


def _made(after: _State, column: Column) -> Iterator[str]:
    """Say why a column is there that was not there before the pass."""
    table, tables = after.table, after.plan.tables if after.plan else ()
    assert table is not None
    parent = next((found for found in tables if found.name == table.parent), None)
    if parent and column.in_key and column.name in parent.key:
        yield f"copied from the key of {parent.name}"
    elif is_written(column, table):
        yield "named by the mapping, in the key" if column.in_key else "named by the mapping"
    elif isinstance(column.source, Leaf) and column.source.owns:
        yield "no mapping names it: a column of the nearest table above, named by its path from the row"
    elif not isinstance(column.source, Leaf):
        yield f"no mapping names it: {column.evidence.because}"


def is_written(column: Column, table: Table) -> bool:
    """Whether the author of the mapping wrote the column; one that was derived has its table's place."""
    return column.origin != table.origin and column.origin.file.endswith((".yaml", ".yml"))


def _renamed(before: str, after: str) -> Iterator[str]:
    if before == after:
        return
    if after == f"{before}_":
        yield f"`{before}` is reserved: `{after}`"
    elif after.removesuffix("_") == f"n{before}":
        yield f"`{before}` begins with a digit: `{after}`"
    elif len(before.encode()) > _LONGEST:
        yield f"{len(before.encode())} bytes are too long a name: `{after}`"
    else:
        yield f"`{before}` becomes `{after}`"
