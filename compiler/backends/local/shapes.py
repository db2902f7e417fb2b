"""Lower the response's shape to the literal that conforming walks: what may stand where, and where it goes."""

from dataclasses import dataclass
from functools import cached_property
from typing import assert_never

from compiler.ir.paths import Branches, Each, Entries, Field, Path, Step, field_names
from compiler.ir.plan import Column, Ignored, Leaf, MapKey, OperationPlan, Table
from compiler.ir.shape import Array, Map, Record, Scalar, Shape, Unknown
from compiler.ir.types import (
    Codec,
    DateText,
    DecimalText,
    InningsText,
    InstantText,
    IntegerText,
    Native,
    Type,
)

_NATIVE = {
    Type.BOOLEAN: "BOOLEAN",
    Type.INTEGER: "BIGINT",
    Type.BIGINT: "BIGINT",
    Type.DOUBLE: "DOUBLE",
    Type.TEXT: "TEXT",
    Type.JSON: "JSON",
}


@dataclass(frozen=True)
class _Takers:
    """The tables that take something of a part of the document, looked up by path."""

    tables: tuple[Table, ...]

    @cached_property
    def owners(self) -> dict[Path, Column]:
        """The column that owns each leaf."""
        found: dict[Path, Column] = {}
        for table in self.tables:
            for column in table.columns:
                if isinstance(column.source, Leaf) and column.source.owns:
                    found.setdefault(column.source.path, column)
        return found

    @cached_property
    def scans(self) -> dict[Path, tuple[Table, ...]]:
        """Tables by their rows' path."""
        found: dict[Path, tuple[Table, ...]] = {}
        for table in self.tables:
            found[table.scan] = (*found.get(table.scan, ()), table)
        return found

    @cached_property
    def around(self) -> frozenset[Path]:
        """Every place at or above something that is taken."""
        return frozenset(path[:end] for path in (*self.owners, *self.scans) for end in range(len(path) + 1))

    @cached_property
    def folds(self) -> dict[Path, tuple[Branches, ...]]:
        """The folds that tables read, by the path of the record that holds the branches."""
        found: dict[Path, tuple[Branches, ...]] = {}
        for scan in self.scans:
            for end, step in enumerate(scan):
                if isinstance(step, Branches):
                    found[scan[:end]] = (*found.get(scan[:end], ()), step)
        return found

    def row_of(self, path: Path) -> Table | None:
        """Return the first table whose rows are at a path."""
        return next(iter(self.scans.get(path, ())), None)

    def step(self, name: str, path: Path) -> Step:
        """Return the step to a member of a record: the fold that some table reads here, or the field."""
        return next((fold for fold in self.folds.get(path, ()) if name in fold.names), Field(name))

    def without(self, left_out: Table | None) -> "_Takers":
        """Return the takers without a table and all that nest in it."""
        if left_out is None:
            return self
        gone = {left_out.name}
        for table in self.tables:
            if table.parent in gone:
                gone.add(table.name)
        return _Takers(tuple(table for table in self.tables if table.name not in gone))


class ShapeLowering:
    """Lowers the shape of one response. `rows` collects the shapes of rows, inner before outer."""

    def __init__(self, plan: OperationPlan) -> None:
        self.plan = plan
        self.ignored = {item.path: item for item in plan.ignored}
        self.rows: dict[str, str] = {}

    def root(self) -> str:
        """Return the literal of the whole response."""
        return self._node(self.plan.response, (), _Takers(self.plan.tables))

    def _node(self, shape: Shape, path: Path, takers: _Takers) -> str:
        if path in self.ignored:
            return _ignored(self.ignored[path])
        if path not in takers.around:
            return "UNPLACED"
        owner = takers.owners.get(path)
        match shape:
            case Scalar() | Unknown():
                return _leaf(owner) if owner else "UNPLACED"
            case Array():
                return self._array(shape, path, takers)
            case Map():
                return self._map(shape, (*path, Entries()), takers)
            case Record():
                return self._record(shape, path, takers)
            case _:
                assert_never(shape)

    def _array(self, shape: Array, path: Path, takers: _Takers) -> str:
        owner, element = takers.owners.get(path), (*path, Each())
        if owner:
            return f"Leaves({_leaf(owner)})" if owner.is_array else "JSON"
        if element not in takers.around:
            return "UNPLACED"
        return f"Array({self._element(shape.item, element, takers)})"

    def _record(self, shape: Record, path: Path, takers: _Takers) -> str:
        members = (
            f"{member.name!r}: {self._element(member.shape, (*path, takers.step(member.name, path)), takers)},"
            for member in shape.members
        )
        return "Record({\n" + "\n".join(members) + "\n})"

    def _map(self, shape: Map, path: Path, takers: _Takers) -> str:
        value = self._element(shape.value, path, takers)
        table = takers.row_of(path)
        if table is None or any(isinstance(column.source, MapKey) for column in table.columns):
            return f"Map({value})"
        step = table.scan[-1]
        prefix = step.prefix if isinstance(step, Entries) else ""
        return f"Map({value}, {prefix!r}, {_id_member(table)!r})"

    def _element(self, shape: Shape, path: Path, takers: _Takers) -> str:
        """Lower what may be the row of a table; rows that two tables share out are a split."""
        filtered = [table for table in takers.scans.get(path, ()) if table.where is not None]
        yes = next((table for table in filtered if table.where and not table.where.negated), None)
        if yes is None or yes.where is None:
            return self._row(shape, path, takers, "")
        no = next((table for table in filtered if table.where and table.where.negated), None)
        taken = self._row(shape, path, takers.without(no), yes.short_name)
        rest = self._row(shape, path, takers.without(yes), no.short_name if no else "")
        return f"Split({field_names(yes.where.path)!r}, {yes.where.equals!r}, {taken}, {rest})"

    def _row(self, shape: Shape, path: Path, takers: _Takers, name: str) -> str:
        """Lower a row to a constant of its own, so that no literal nests deeper than a reader can follow."""
        table = takers.row_of(path)
        lowered = self._node(shape, path, takers)
        if table is None or not isinstance(shape, Record) or path in self.ignored:
            return lowered
        constant = f"{(name or table.short_name).upper()}_ROW"
        self.rows[constant] = lowered
        return constant


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
        case InningsText(sentinels):
            return f"innings({', '.join(map(repr, sentinels))})"
        case _:
            assert_never(codec)


def _id_member(table: Table) -> tuple[str, ...]:
    """Return where a row holds the id that its map key repeats: the last key column that owns its leaf."""
    for column in reversed(table.columns):
        if column.in_key and isinstance(column.source, Leaf) and column.source.owns:
            return field_names(column.source.path[len(table.scan) :])
    return ()
