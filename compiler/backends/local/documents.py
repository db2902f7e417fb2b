"""Lower tables and the response's shape to the constants that conforming and loading need."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import assert_never

from compiler.backends.base import render, source_of
from compiler.ir.paths import Branches, Each, Entries, Field, Path, Step, starts_with
from compiler.ir.plan import BranchOf, Column, Ignored, Leaf, MapKey, OperationPlan, Ordinal, Table
from compiler.ir.shape import Array, Map, Record, Scalar, Shape, Unknown
from compiler.ir.types import Codec, DateText, DecimalText, InstantText, IntegerText, Native, Type

_NATIVE = {
    Type.BOOLEAN: "BOOLEAN",
    Type.INTEGER: "BIGINT",
    Type.BIGINT: "BIGINT",
    Type.DOUBLE: "DOUBLE",
    Type.TEXT: "TEXT",
    Type.JSON: "JSON",
}


_NAMES = (
    "BIGINT",
    "BOOLEAN",
    "DATE",
    "DOUBLE",
    "EACH",
    "ENTRIES",
    "INSTANT",
    "JSON",
    "TEXT",
    "UNPLACED",
    "Array",
    "Branches",
    "Ignored",
    "Leaves",
    "Map",
    "Place",
    "Record",
    "Split",
    "Where",
    "decimal",
    "integer",
)
"""What shapes and tables are made of; `Column` and `Table` are always there."""


@dataclass(frozen=True, slots=True)
class _Table:
    """A template model: every value but the constant's name is a Python literal."""

    constant: str
    name: str
    scan: str
    places: str
    where: str
    parent: str
    key: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """A template model: the shape of the rows of a scan."""

    constant: str
    shape: str


def document_module(plan: OperationPlan) -> str:
    """Return the module with an operation's tables and shape."""
    lowering = _Lowering(plan)
    root = lowering.root()
    tables = tuple(_table(table) for table in plan.tables)
    body = [
        root,
        *lowering.rows.values(),
        *(f"{table.scan} {table.places} {table.where}" for table in tables),
    ]
    return render(
        "local/documents.py.jinja",
        source=source_of(plan),
        operation=plan.name,
        imports=("Column", "Table", *used(_NAMES, "\n".join(body))),
        tables=tables,
        rows=tuple(_Row(constant, shape) for constant, shape in lowering.rows.items()),
        root=root,
    )


def used(names: tuple[str, ...], body: str) -> tuple[str, ...]:
    """Return the names that stand in a text as words of their own, outside of quotes."""
    code = re.sub(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", "''", body)
    return tuple(name for name in names if re.search(rf"\b{name}\b", code))


def _table(table: Table) -> _Table:
    return _Table(
        constant=table.short_name.upper(),
        name=repr(table.name),
        scan=_tuple(tuple(_step(step) for step in table.scan)),
        places=_tuple(tuple(_places(table))),
        where=_where(table),
        parent=repr(table.parent),
        key=repr(table.key),
        columns=tuple(_column(table, column) for column in table.columns),
    )


def _tuple(parts: tuple[str, ...]) -> str:
    return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"


def _step(step: Step) -> str:
    match step:
        case Field(name):
            return repr(name)
        case Each():
            return "EACH"
        case Branches(names):
            return f"Branches({names!r})"
        case _:
            return "ENTRIES"


def _places(table: Table) -> Iterator[str]:
    """Yield the columns that tell where in the loops of its scan a row stood."""
    for column in table.columns:
        match column.source:
            case Ordinal(loop=loop, base=base) if starts_with(table.scan, loop):
                yield f"Place({column.name!r}, {len(loop) - 1}{f', base={base}' if base else ''})"
            case MapKey(loop=loop) if starts_with(table.scan, loop):
                yield f"Place({column.name!r}, {len(loop) - 1})"
            case BranchOf(loop=loop, equals=equals, lookup="") if starts_with(table.scan, loop):
                yield f"Place({column.name!r}, {len(loop) - 1}{f', equals={equals!r}' if equals else ''})"
            case _:
                pass


def _where(table: Table) -> str:
    if table.where is None:
        return "None"
    return f"Where({field_names(table.where.path)!r}, {table.where.equals!r}, {table.where.negated!r})"


def _column(table: Table, column: Column) -> str:
    type_ = f"{column.type}[]" if column.is_array else str(column.type)
    source = column.source
    if isinstance(source, Leaf) and source.owns:
        return f"Column({column.name!r}, {type_!r}, {field_names(source.path[len(table.scan) :])!r})"
    return f"Column({column.name!r}, {type_!r})"


def field_names(path: Path) -> tuple[str, ...]:
    """Return the keys of a path that has only fields."""
    return tuple(step.name for step in path if isinstance(step, Field))


class _Lowering:
    """Lowers the shape of one response. `rows` collects the shapes of rows, inner before outer."""

    def __init__(self, plan: OperationPlan) -> None:
        self.plan = plan
        self.rows: dict[str, str] = {}

    @cached_property
    def ignored(self) -> dict[Path, Ignored]:
        return {item.path: item for item in self.plan.ignored}

    def root(self) -> str:
        return self.node(self.plan.response, (), self.plan.tables)

    def node(self, shape: Shape, path: Path, tables: tuple[Table, ...]) -> str:
        """Lower the shape at `path`, of which `tables` take something."""
        if path in self.ignored:
            return _ignored(self.ignored[path])
        if not _takes(tables, path):
            return "UNPLACED"
        owned = _owner(tables, path)
        match shape:
            case Scalar() | Unknown():
                return _leaf(owned) if owned else "UNPLACED"
            case Array() if owned:
                return f"Leaves({_leaf(owned)})" if owned.is_array else "JSON"
            case Array():
                return f"Array({self.element(shape.item, (*path, Each()), tables)})"
            case Map():
                return self.map(shape, (*path, Entries()), tables)
            case Record():
                return self.record(shape, path, tables)
            case _:
                assert_never(shape)

    def record(self, shape: Record, path: Path, tables: tuple[Table, ...]) -> str:
        members: list[str] = []
        for member in shape.members:
            below = (*path, _branch(member.name, path, tables))
            lowered = self.element(member.shape, below, tables)
            members.append(f"{member.name!r}: {lowered},")
        return "Record({\n" + "\n".join(members) + "\n})"

    def map(self, shape: Map, path: Path, tables: tuple[Table, ...]) -> str:
        value = self.element(shape.value, path, tables)
        table = next((table for table in tables if table.scan == path), None)
        if table is None or any(isinstance(column.source, MapKey) for column in table.columns):
            return f"Map({value})"
        step = path[-1]
        prefix = step.prefix if isinstance(step, Entries) else ""
        scan_step = table.scan[-1]
        prefix = scan_step.prefix if isinstance(scan_step, Entries) else prefix
        return f"Map({value}, {prefix!r}, {_id_member(table)!r})"

    def element(self, shape: Shape, path: Path, tables: tuple[Table, ...]) -> str:
        """Lower what may be the row of a table; rows that two tables share out are a split."""
        here = [table for table in tables if table.scan == path and table.where is not None]
        yes = next((table for table in here if table.where and not table.where.negated), None)
        if yes is None or yes.where is None:
            return self.row(shape, path, tables, "")
        no = next((table for table in here if table.where and table.where.negated), None)
        without_no = _without(tables, no)
        without_yes = _without(tables, yes)
        where = f"{field_names(yes.where.path)!r}, {yes.where.equals!r}"
        taken = self.row(shape, path, without_no, yes.short_name)
        return f"Split({where}, {taken}, {self.row(shape, path, without_yes, no.short_name if no else '')})"

    def row(self, shape: Shape, path: Path, tables: tuple[Table, ...], name: str) -> str:
        """Lower a row to a constant of its own, so that no literal nests deeper than a reader can follow."""
        table = next((table for table in tables if table.scan == path), None)
        lowered = self.node(shape, path, tables)
        if table is None or not isinstance(shape, Record) or path in self.ignored:
            return lowered
        constant = f"{(name or table.short_name).upper()}_ROW"
        self.rows[constant] = lowered
        return constant


def _without(tables: tuple[Table, ...], left_out: Table | None) -> tuple[Table, ...]:
    """Return the tables without one of them and all that nest in it."""
    if left_out is None:
        return tables
    gone = {left_out.name}
    for table in tables:
        if table.parent in gone:
            gone.add(table.name)
    return tuple(table for table in tables if table.name not in gone)


def _takes(tables: tuple[Table, ...], path: Path) -> bool:
    return any(
        starts_with(table.scan, path) or any(starts_with(leaf.path, path) for leaf in _owned(table))
        for table in tables
    )


def _owned(table: Table) -> tuple[Leaf, ...]:
    return tuple(
        column.source for column in table.columns if isinstance(column.source, Leaf) and column.source.owns
    )


def _owner(tables: tuple[Table, ...], path: Path) -> Column | None:
    for table in tables:
        for column in table.columns:
            if isinstance(column.source, Leaf) and column.source.owns and column.source.path == path:
                return column
    return None


def _branch(name: str, path: Path, tables: tuple[Table, ...]) -> Step:
    """Return the step to a member: the fold that some table reads here, or the field."""
    for table in tables:
        step = (
            table.scan[len(path)] if len(table.scan) > len(path) and starts_with(table.scan, path) else None
        )
        if isinstance(step, Branches) and name in step.names:
            return step
    return Field(name)


def _ignored(item: Ignored) -> str:
    if item.equals is None:
        return f"Ignored({item.because!r})"
    return f"Ignored({item.because!r}, {field_names(item.equals.path)!r}, {item.equals.last!r})"


def _leaf(column: Column) -> str:
    source = column.source
    assert isinstance(source, Leaf)
    return _codec(source.codec, column.type)


def _codec(codec: Codec, type_: Type) -> str:
    match codec:
        case Native():
            return _NATIVE[type_]
        case DateText():
            return "DATE"
        case InstantText():
            return "INSTANT"
        case IntegerText(sentinels):
            return f"integer({', '.join(map(repr, sentinels))})"
        case DecimalText(pattern, sentinels):
            return f"decimal({', '.join(map(repr, (pattern, *sentinels)))})"
        case _:
            assert_never(codec)


def _id_member(table: Table) -> tuple[str, ...]:
    """Return where a row holds the id that its map key repeats: the last key column that owns its leaf."""
    for column in reversed(table.columns):
        if column.in_key and isinstance(column.source, Leaf) and column.source.owns:
            return field_names(column.source.path[len(table.scan) :])
    return ()
