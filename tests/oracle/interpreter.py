"""The reference: executes a Plan over one parsed response, value by value. It shares no code with the engines.

A row is what the loops of its scan are at: a value and a token (index, key or branch) for each. Everything that a
row has is read from there.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property

from compiler.ir.paths import Branches, Each, Entries, Field, Path, Step, is_loop, starts_with
from compiler.ir.plan import (
    BranchOf,
    Column,
    Computed,
    Leaf,
    Lookup,
    MapKey,
    OperationPlan,
    Ordinal,
    Param,
    Table,
    Where,
)
from compiler.ir.shape import Array, Map, Record
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
from compiler.ir.walk import at
from runtime.job import Conformed
from tests.oracle.expressions import evaluate

KINDS = {
    Type.BOOLEAN: (bool,),
    Type.INTEGER: (int,),
    Type.BIGINT: (int,),
    Type.DOUBLE: (int, float),
    Type.TEXT: (str,),
}
BITS = {Type.INTEGER: 31, Type.BIGINT: 63}

Tables = tuple[Table, ...]


class RefusedError(ValueError):
    """A value that its column cannot hold."""


@dataclass(frozen=True)
class Row:
    """The value and the token of every loop on the way; the document is the value at `()`."""

    values: Mapping[Path, Conformed]
    tokens: Mapping[Path, str | int] = field(default_factory=dict)

    def at(self, loop: Path, token: str | int, value: Conformed) -> "Row":
        return Row({**self.values, loop: value}, {**self.tokens, loop: token})

    def read(self, path: Path) -> Conformed:
        """Return the value at a path: below the innermost loop that the row shares with it."""
        shared = next(end for end in range(len(path), -1, -1) if path[:end] in self.values)
        return below(self.values[path[:shared]], path[shared:])


def interpret(plan: OperationPlan, document: Conformed, params: Mapping[str, str]) -> dict[str, list[tuple]]:
    """Return the rows of every table, in the order of the document."""
    interpreter = Interpreter(plan, params)
    return {table.name: interpreter.rows(table, document) for table in plan.tables}


@dataclass(frozen=True)
class Interpreter:
    plan: OperationPlan
    params: Mapping[str, str]
    dropped: set[tuple] = field(default_factory=set)

    def rows(self, table: Table, document: Conformed) -> list[tuple]:
        """Return the rows that the table can hold: with a new key, no integer out of range, in a row that was kept."""
        kept, keys = [], set()
        for row in self.scan(table, Row({(): document}), 0, self.plan.tables):
            for lookup in table.lookups:
                row = self.look_up(table, lookup, row)
            named = self.named(table, row)
            if not is_kept(table, named):
                continue
            cells = tuple(named[column.name] for column in table.columns)
            key = cells[: len(table.key)]
            filled = [cell for column, cell in zip(table.columns, cells, strict=True) if column.is_required]
            in_range = all(map(fits, table.columns, cells))
            has_parent = self.dropped.isdisjoint(place(above, row) for above in self.parents(table))
            if key not in keys and None not in filled and in_range and has_parent:
                kept.append(cells)
            else:
                self.dropped.add(place(table, row))
            keys.add(key)
        return kept

    def named(self, table: Table, row: Row) -> dict[str, Conformed]:
        """Return the cells of a row: those of the document first, then what expressions make of them."""
        computed = {
            column.name: column.source.expression
            for column in table.columns
            if isinstance(column.source, Computed)
        }
        found = {
            column.name: self.cell(column, row) for column in table.columns if column.name not in computed
        }
        while computed:
            name = next(name for name, made in computed.items() if {*made.reads} <= {*found})
            found[name] = evaluate(computed.pop(name).text, typed_cells(table, found))
        return found

    def parents(self, table: Table) -> Iterator[Table]:
        for other in self.plan.tables:
            if other.name == table.parent:
                yield from (other, *self.parents(other))

    def scan(self, table: Table, row: Row, start: int, tables: Tables) -> Iterator[Row]:
        """Yield the rows below a row that stands at `start` steps of the scan; `tables` may take something there."""
        tables = visible(tables, table.scan[:start], row)
        if table not in tables:
            return
        end = next((end for end in range(start, len(table.scan)) if is_loop(table.scan[end])), None)
        if end is None:
            value = row.read(table.scan)
            if self.counts(table.scan, value, tables):
                yield row if table.scan in row.values else row.at(table.scan, "", value)
            return
        loop = table.scan[: end + 1]
        for token, value in self.elements(loop, row, tables):
            yield from self.scan(table, row.at(loop, token, value), len(loop), tables)

    def elements(self, loop: Path, row: Row, tables: Tables) -> Iterator[tuple[str | int, Conformed]]:
        for token, value in children(loop[-1], row.read(loop[:-1])):
            here = visible(tables, loop, row.at(loop, token, value))
            if self.counts(loop, value, here) and self.key_fits(loop, token, value):
                yield token, value

    def counts(self, path: Path, value: Conformed, tables: Tables) -> bool:
        """Whether a value is a row: it is not null, and a column can hold something of it.

        An object of nulls is none either, unless it is a response that is kept whole.
        """
        if value is None or (path and type(value) is dict and all(item is None for item in value.values())):
            return False
        return self.holds(path, value, tables)

    def key_fits(self, loop: Path, token: str | int, value: Conformed) -> bool:
        """Whether a map's key is the prefix and then the row's own id, if no column has the key itself."""
        table = next((found for found in self.plan.tables if found.scan == loop), None)
        if table is None or not isinstance(loop[-1], Entries):
            return True
        ids = [leaf.path for column in table.columns if column.in_key and (leaf := owned(column))]
        if not ids or any(isinstance(column.source, MapKey) for column in table.columns):
            return True
        found = below(value, ids[-1][len(loop) :])
        last = table.scan[-1]
        return found is not None and isinstance(last, Entries) and token == f"{last.prefix}{found}"

    # ------------------------------------------------------------------------------------------ what has a place

    @cached_property
    def owners(self) -> dict[Path, list[tuple[Table, Column]]]:
        found: dict[Path, list[tuple[Table, Column]]] = {}
        for table in self.plan.tables:
            for column in table.columns:
                if leaf := owned(column):
                    found.setdefault(leaf.path, []).append((table, column))
        return found

    @cached_property
    def ignored(self) -> set[Path]:
        return {item.path for item in self.plan.ignored}

    def holds(self, path: Path, value: Conformed, tables: Tables) -> bool:
        """Whether one of the tables has a place for a value, or for something below it."""
        owner = next((column for table, column in self.owners.get(path, ()) if table in tables), None)
        if path in self.ignored or value is None:
            return False
        if owner is not None:
            return convert(owner, value) is not None
        match at(self.plan.response, path):
            case Record() if type(value) is dict:
                return any(
                    self.holds((*path, step_to(name, path, tables)), value[name], tables) for name in value
                )
            case Array() if type(value) is list:
                return any(starts_with(table.scan, (*path, Each())) for table in tables)
            case Map() if type(value) is dict:
                return any(starts_with(table.scan, (*path, Entries())) for table in tables)
            case _:
                return False

    # ---------------------------------------------------------------------------------------------------- cells

    def look_up(self, table: Table, lookup: Lookup, row: Row) -> Row:
        """Return the row with the record that has its map key, in the first branch that has it; or of its branch."""
        if lookup.by_branch:
            fold = max(end for end, step in enumerate(table.scan) if isinstance(step, Branches)) + 1
            found = dict(children(lookup.path[-1], row.read(lookup.path[:-1])))
            branch = row.tokens[table.scan[:fold]]
            return row.at(lookup.path, branch, found[branch]) if branch in found else row
        fold = next((end for end, step in enumerate(lookup.path) if isinstance(step, Branches)), None)
        places = [row]
        if fold is not None:
            loop = lookup.path[: fold + 1]
            places = [row.at(loop, *found) for found in children(loop[-1], row.read(loop[:-1]))]
        key = row.tokens[table.scan]
        for place in places:
            found = dict(self.elements((*lookup.path[:-1], Entries()), place, self.plan.tables))
            if key in found:
                return place.at(lookup.path, key, found[key])
        return row

    def cell(self, column: Column, row: Row) -> Conformed:
        match column.source:
            case Leaf(path=path, lookup=lookup):
                return None if lookup and not is_found(path, row) else convert(column, row.read(path))
            case Ordinal(loop=loop, base=base):
                return int(row.tokens[loop]) + base
            case MapKey(loop=loop):
                return row.tokens[loop]
            case BranchOf(loop=loop, equals=equals):
                branch = row.tokens.get(loop)
                return branch if branch is None or equals is None else branch == equals
            case Param():
                return self.param(column, column.source)
            case _:
                raise AssertionError(f"{column.name} is computed from the row")

    def param(self, column: Column, source: Param) -> Conformed:
        text = self.params.get(source.name, source.default)
        if text is None or column.type is Type.TEXT:
            return text
        return int(text) if re.fullmatch("-?[0-9]+", text) else None


def is_kept(table: Table, cells: Mapping[str, Conformed]) -> bool:
    row_filter = table.filter
    return row_filter is None or evaluate(row_filter.expression.text, typed_cells(table, cells)) is True


def typed_cells(table: Table, cells: Mapping[str, Conformed]) -> dict[str, tuple[Type, Conformed]]:
    return {
        column.name: (column.type, cells[column.name]) for column in table.columns if column.name in cells
    }


def place(table: Table, row: Row) -> tuple:
    """Return which row of a table this is, or lies in."""
    return (table.name, *(token for loop, token in row.tokens.items() if starts_with(table.scan, loop)))


def visible(tables: Tables, path: Path, row: Row) -> Tables:
    """Return the tables that a row passes on to: without those whose filter it fails, and all that nest in them."""
    gone: set[str] = set()
    for table in tables:
        failed = table.scan == path and table.where is not None and not passes(table.where, row.read(path))
        if failed or table.parent in gone:
            gone.add(table.name)
    return tuple(table for table in tables if table.name not in gone)


def passes(where: Where, value: Conformed) -> bool:
    found = below(value, where.path)
    yes = found is True if where.equals is None else type(found) is str and found == where.equals
    return yes is not where.negated


def children(step: Step, holder: Conformed) -> Iterator[tuple[str | int, Conformed]]:
    """Yield token and value of the elements of an array, the entries of a map, the branches of a fold."""
    match step:
        case Each() if type(holder) is list:
            yield from enumerate(holder)
        case Entries() if type(holder) is dict:
            yield from holder.items()
        case Branches(names) if type(holder) is dict:
            yield from ((name, holder[name]) for name in names if name in holder)
        case _:
            return


def step_to(name: str, path: Path, tables: Tables) -> Step:
    """Return the step to a member of the record at `path`: the fold that some table reads there, or the field."""
    for table in tables:
        step = (
            table.scan[len(path)] if starts_with(table.scan, path) and len(table.scan) > len(path) else None
        )
        if isinstance(step, Branches) and name in step.names:
            return step
    return Field(name)


def below(value: Conformed, path: Path) -> Conformed:
    for step in path:
        value = value.get(step.name) if type(value) is dict and isinstance(step, Field) else None
    return value


def owned(column: Column) -> Leaf | None:
    return column.source if isinstance(column.source, Leaf) and column.source.owns else None


def is_found(path: Path, row: Row) -> bool:
    """Whether a lookup put the record or the branch around it into the row."""
    loops = [end + 1 for end, step in enumerate(path) if not isinstance(step, Field)]
    return not loops or path[: loops[-1]] in row.values


def fits(column: Column, cell: Conformed) -> bool:
    """Whether a column of its type holds the integers of a cell exactly."""
    numbers = [item for item in (cell if type(cell) is list else [cell]) if type(item) is int]
    bits = BITS.get(column.type)
    if column.type is Type.DOUBLE:
        return all(abs(number) < 2**1024 and int(float(number)) == number for number in numbers)
    return bits is None or all(-(2**bits) <= number < 2**bits for number in numbers)


def convert(column: Column, value: Conformed) -> Conformed:
    """Return the cell of a value; None where it is a placeholder, or what the column cannot hold."""
    assert isinstance(column.source, Leaf)
    try:
        if not column.source.is_array or value is None:
            return scalar(column.type, column.source.codec, value)
        if type(value) is not list:
            return None
        return [scalar(column.type, column.source.codec, item) for item in value]
    except RefusedError:
        return None


def scalar(logical: Type, codec: Codec, value: Conformed) -> Conformed:
    if value is None or (logical is Type.JSON and isinstance(codec, Native)):
        return value
    if isinstance(codec, Native):
        if type(value) not in KINDS[logical]:
            raise RefusedError
        return value
    if type(value) is not str:
        raise RefusedError
    return None if value in ("", *getattr(codec, "sentinels", ())) else from_text(codec, value)


def from_text(codec: Codec, text: str) -> Conformed:
    try:
        match codec:
            case DateText() if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
                return date(*map(int, text.split("-")))
            case InstantText() if re.fullmatch(
                r"[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}(\.[0-9]{3})?Z", text
            ):
                numbers = [int(digits) for digits in re.findall("[0-9]+", text)]
                return datetime(*numbers[:6], tzinfo=UTC).replace(microsecond=sum(numbers[6:]) * 1000)
            case IntegerText() if re.fullmatch("0|-?[1-9][0-9]{0,17}", text):
                return int(text)
            case DecimalText(format=form) if is_decimal(form, text):
                return float(text)
            case InningsText() if re.fullmatch("(0|[1-9][0-9]{0,7})[.][0-2]", text):
                return sum(int(part) * outs for part, outs in zip(text.split("."), (3, 1), strict=True))
            case _:
                raise RefusedError
    except ValueError as error:
        raise RefusedError from error


def is_decimal(form: str, text: str) -> bool:
    """Whether a decimal has the format's digits, and no more than a double keeps."""
    leading, _, fraction = form.partition(".")
    whole = "(0|[1-9][0-9]*)" if leading else "([1-9][0-9]*)?"
    if not re.fullmatch(rf"-?{whole}\.[0-9]{{{len(fraction)}}}", text):
        return False
    return len(text.replace("-", "").removeprefix("0")) - 1 <= 15
