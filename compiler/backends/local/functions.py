"""Lower one table to the lines of a flat Python function: loops, then the objects they need, then the row."""

import builtins
import keyword
from collections.abc import Iterator

from compiler.backends.expressions import python_source
from compiler.ir.expression import Typed
from compiler.ir.names import singular, snake, words
from compiler.ir.paths import Branches, Each, Entries, Field, Path, SameKey, Step, is_loop, starts_with
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
)
from compiler.ir.shape import Record
from compiler.ir.types import Type
from compiler.ir.walk import at

_TAKEN = {
    "document",
    "params",
    "rows",
    "integer_param",
    "text_param",
    "sql",
    "l",
    *keyword.kwlist,
    *dir(builtins),
}


def function(plan: OperationPlan, table: Table) -> tuple[str, ...]:
    """Return the body of a table's function, indented by nesting, without the function's own indent."""
    return tuple(_Writer(plan, table).lines())


class _Writer:
    """Writes one function. `scope` maps places of the document to the variables that hold them."""

    def __init__(self, plan: OperationPlan, table: Table) -> None:
        self.plan = plan
        self.table = table
        self.scope: dict[Path, str] = {(): "document"}
        self.positions: dict[Path, str] = {}
        self.cells: dict[str, str] = {}
        self.used = set(_TAKEN)
        self.indent = ""

    def lines(self) -> Iterator[str]:
        yield "rows: list[Row] = []"
        scan = self.table.scan
        if not any(is_loop(step) for step in scan) and scan:
            yield from self.records(self.wanted(()))
            yield from self.optional_row()
        else:
            yield from self.loops()
        yield from self.lookups()
        yield from self.computed()
        yield from self.append()
        self.indent = ""
        yield "return rows"

    def optional_row(self) -> Iterator[str]:
        """Enter the row of a scan that ends in a field: it is there or not."""
        if self.table.scan in self.scope:
            yield f"{self.indent}if {self.scope[self.table.scan]}:"
            self.indent += "    "

    def loops(self) -> Iterator[str]:
        scan = self.table.scan
        yield from self.records(self.wanted(()))
        last_loop: Path = ()
        for index, step in enumerate(scan):
            if is_loop(step):
                last_loop = scan[: index + 1]
                yield from self.loop(scan[:index], step)
                if last_loop == scan:
                    yield from self.filter()
                yield from self.records(self.wanted(last_loop))
        if scan and scan != last_loop:
            yield from self.optional_row()

    def loop(self, holder: Path, step: Step) -> Iterator[str]:
        path = (*holder, step)
        noun = "_".join(singular(words(_last_name(holder))))
        item = self.fresh(noun)
        match step:
            case Each() if self.tells(path):
                index = self.fresh(f"{noun}_index")
                base = self.base(path)
                start = f", {base}" if base else ""
                yield f"{self.indent}for {index}, {item} in enumerate({self.get(holder)} or NOTHING{start}):"
                self.positions[path] = index
            case Each():
                yield f"{self.indent}for {item} in {self.get(holder)} or NOTHING:"
            case Branches(names):
                yield from self.branches(holder, names, path, noun, item)
            case _ if self.tells(path) or self.table.lookups:
                key = self.fresh(f"{noun}_key")
                yield f"{self.indent}for {key}, {item} in ({self.get(holder)} or EMPTY).items():"
                self.positions[path] = key
            case _:
                yield f"{self.indent}for {item} in ({self.get(holder)} or EMPTY).values():"
        self.indent += "    "
        is_row = isinstance(at(self.plan.response, path), Record)
        yield f"{self.indent}if {'not ' if is_row else ''}{item}{'' if is_row else ' is None'}:"
        yield f"{self.indent}    continue"
        self.scope[path] = item

    def branches(
        self, holder: Path, names: tuple[str, ...], path: Path, noun: str, item: str
    ) -> Iterator[str]:
        record = self.scope.get(holder) or self.get(holder)
        if not self.tells(path) and not (path == self.fold() and self.finds_by_branch()):
            values = ", ".join(f"{record}.get({name!r})" for name in names)
            yield f"{self.indent}for {item} in ({values}):"
            return
        branch = self.fresh(f"{noun}_branch")
        pairs = ", ".join(f"({name!r}, {record}.get({name!r}))" for name in names)
        yield f"{self.indent}for {branch}, {item} in ({pairs}):"
        self.positions[path] = branch

    def tells(self, loop: Path) -> bool:
        """Whether some column holds where in the loop a row stood."""
        return any(
            isinstance(column.source, Ordinal | MapKey | BranchOf) and column.source.loop == loop
            for column in self.table.columns
        )

    def fold(self) -> Path:
        """Return the innermost fold of the scan, or ()."""
        scan = self.table.scan
        ends = (end for end in range(len(scan), 0, -1) if isinstance(scan[end - 1], Branches))
        return scan[: next(ends, 0)]

    def finds_by_branch(self) -> bool:
        return any(lookup.by_branch for lookup in self.table.lookups)

    def base(self, loop: Path) -> int:
        for column in self.table.columns:
            if isinstance(column.source, Ordinal) and column.source.loop == loop:
                return column.source.base
        return 0

    def wanted(self, loop: Path) -> list[Path]:
        """Return the records to hold in variables once the loop is entered: around leaves and around the next loop."""
        found: dict[Path, None] = {}
        for target in self.targets():
            if not starts_with(target, loop):
                continue
            for end in range(len(loop) + 1, len(target)):
                if is_loop(target[end - 1]) or isinstance(target[end - 1], SameKey):
                    break
                if end < len(target) and not isinstance(target[end], Each | Entries | SameKey):
                    found[target[:end]] = None
        return sorted(found, key=len)

    def targets(self) -> Iterator[Path]:
        """Yield the places that the function reads."""
        scan = self.table.scan
        yield scan if not scan or is_loop(scan[-1]) else (*scan, Field(""))
        if self.table.where is not None:
            yield (*scan, *self.table.where.path)
        for lookup in self.table.lookups:
            yield lookup.path
        for column in self.table.columns:
            if isinstance(column.source, Leaf) and not column.source.lookup:
                yield column.source.path

    def records(self, paths: list[Path]) -> Iterator[str]:
        for path in paths:
            if path not in self.scope:
                name = self.fresh(snake(_last_name(path)))
                yield f"{self.indent}{name} = {self.get(path)} or EMPTY"
                self.scope[path] = name

    def get(self, path: Path) -> str:
        """Return the expression of the value at a path: a variable, or `.get` on one."""
        if path in self.scope:
            return self.scope[path]
        base = next(path[:end] for end in range(len(path) - 1, -1, -1) if path[:end] in self.scope)
        expression = self.scope[base]
        rest = path[len(base) :]
        for index, step in enumerate(rest):
            assert isinstance(step, Field)
            expression = f"({expression} or EMPTY)" if index else expression
            expression = f"{expression}.get({step.name!r})"
        return expression

    def fresh(self, name: str) -> str:
        name = f"n{name}" if name[0].isdigit() else name
        while name in self.used:
            name += "_"
        self.used.add(name)
        return name

    def lookups(self) -> Iterator[str]:
        for lookup in self.table.lookups:
            yield from self.lookup(lookup)

    def lookup(self, lookup: Lookup) -> Iterator[str]:
        """Find the record under the row's own map key, in the first branch that has it; or in the row's branch."""
        if lookup.by_branch:
            name, branch = self.fresh(lookup.name), self.positions[self.fold()]
            yield f"{self.indent}{name} = {self.get(lookup.path[:-1])}.get({branch}) or EMPTY"
            self.scope[lookup.path] = name
            return
        key = self.positions[self.table.scan]
        fold = next((end for end, step in enumerate(lookup.path) if isinstance(step, Branches)), None)
        name = self.fresh(lookup.name)
        if fold is None:
            yield f"{self.indent}{name} = ({self.get(lookup.path[:-1])} or EMPTY).get({key}) or EMPTY"
            self.scope[lookup.path] = name
            return
        branches = lookup.path[fold]
        assert isinstance(branches, Branches)
        yield from self.lookup_branches(lookup, name, key, fold, branches.names)

    def lookup_branches(
        self, lookup: Lookup, name: str, key: str, fold: int, names: tuple[str, ...]
    ) -> Iterator[str]:
        around, branch = self.fresh(f"{name}_holder"), self.fresh(f"{name}_branch")
        candidate, found = self.fresh("candidate"), self.fresh("found")
        holder = self.scope[lookup.path[:fold]]
        inner = candidate
        for step in lookup.path[fold + 1 : -1]:
            assert isinstance(step, Field)
            inner = f"({inner}.get({step.name!r}) or EMPTY)"
        yield f"{self.indent}{branch}, {around}, {name} = None, EMPTY, EMPTY"
        yield f"{self.indent}for {candidate}_branch in {names!r}:"
        yield f"{self.indent}    {candidate} = {holder}.get({candidate}_branch) or EMPTY"
        yield f"{self.indent}    {found} = {inner}.get({key})"
        yield f"{self.indent}    if {found}:"
        yield f"{self.indent}        {branch}, {around}, {name} = {candidate}_branch, {candidate}, {found}"
        yield f"{self.indent}        break"
        self.scope[lookup.path] = name
        self.scope[lookup.path[: fold + 1]] = around
        self.positions[lookup.path[: fold + 1]] = branch

    def filter(self) -> Iterator[str]:
        """Pass over the rows that belong to another table."""
        where = self.table.where
        if where is None:
            return
        value = self.get((*self.table.scan, *where.path))
        operators = {(True, True): "is", (True, False): "is not", (False, True): "==", (False, False): "!="}
        skips = operators[where.equals is None, where.negated]
        yield f"{self.indent}if {value} {skips} {where.equals or True!r}:"
        yield f"{self.indent}    continue"

    def computed(self) -> Iterator[str]:
        """Hold what expressions read in variables, then what they give."""
        cells = {column.name: column for column in self.table.columns}
        for column, expression in self.table.computed:
            for name in expression.reads:
                if name not in self.cells:
                    yield from self.hold(name, self.cell(cells[name]))
            yield from self.hold(column.name, python_source(expression, self.cells))

    def hold(self, column: str, text: str) -> Iterator[str]:
        """Put a column's cell into a variable, unless it is in one."""
        if text.isidentifier():
            self.cells[column] = text
            return
        self.cells[column] = variable = self.fresh(column)
        yield f"{self.indent}{variable} = {text}"

    def append(self) -> Iterator[str]:
        yield f"{self.indent}rows.append(("
        for column in self.table.columns:
            yield f"{self.indent}    {self.cells.get(column.name) or self.cell(column)},"
        yield f"{self.indent}))"

    def cell(self, column: Column) -> str:
        match column.source:
            case Leaf(path=path):
                return self.get(path)
            case Ordinal(loop=loop) | MapKey(loop=loop):
                return self.positions[loop]
            case BranchOf(loop=loop, equals=equals):
                branch = self.positions[loop]
                if equals is None:
                    return branch
                test = f"{branch} == {equals!r}"
                return f"({test}) if {branch} else None" if column.source.lookup else test
            case Param(name=name, default=default):
                read = "text_param" if column.type == Type.TEXT else "integer_param"
                return f"{read}(params, {name!r}, {default!r})"
            case Computed():
                return self.cells[column.name]


def keeps(table: Table) -> tuple[str, ...]:
    """Return the body of the function that says whether a row passes the table's filter."""
    if table.filter is None or not isinstance(table.filter.expression, Typed):
        return ()
    expression = table.filter.expression
    columns = [column.name for column in table.columns]
    used = {*_TAKEN, "row"}
    variables = {name: f"{name}_" if name in used else name for name in expression.reads}
    cells = ", ".join(f"row[{columns.index(name)}]" for name in expression.reads)
    return (
        f"{', '.join(variables[name] for name in expression.reads)} = {cells}",
        f"return {python_source(expression, variables)} is True",
    )


def _last_name(path: Path) -> str:
    for step in reversed(path):
        if isinstance(step, Field):
            return step.name
    return "row"
