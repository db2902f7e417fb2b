"""Documents of an operation, drawn from the shape in its module of documents: every leaf has a value of its own."""

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import cast

Document = object

_DAY, _INSTANT = date(2024, 3, 28), datetime(2024, 3, 28, 17, 5, tzinfo=UTC)
_LEAVES: Mapping[str, Callable[[int], Document]] = {
    "BIGINT": lambda number: number,
    "BOOLEAN": lambda number: number % 2 == 0,
    "DATE": lambda number: (_DAY + timedelta(days=number % 180)).isoformat(),
    "DOUBLE": lambda number: number + 0.5,
    "INSTANT": lambda number: (_INSTANT + timedelta(minutes=number)).strftime("%Y-%m-%dT%H:%M:%SZ"),
    "JSON": lambda number: {"anything": number},
    "TEXT": lambda number: f"text {number}",
}


class ShapeError(ValueError):
    """A shape of a form that is not known here."""


def exemplars(text: str) -> Iterator[Document]:
    """Yield a full document, one with two elements in each array and map, and one with nothing in them.

    Raises:
        ShapeError: the module has no shape that this compiler knows.
    """
    names = {
        node.targets[0].id: node.value
        for node in ast.parse(text).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    if "SHAPE" not in names:
        raise ShapeError("the module has no SHAPE")
    for elements in (1, 2, 0):
        yield _Drawing(names, count(1), elements).value(names["SHAPE"])


_NOTHING = object()


@dataclass(frozen=True, slots=True)
class _Drawing:
    """Draws one document; `numbers` gives each leaf a value of its own."""

    names: Mapping[str, ast.expr]
    numbers: Iterator[int]
    elements: int

    def value(self, node: ast.expr) -> Document:
        """Return what stands at a node; `_NOTHING` where nothing is kept."""
        if isinstance(node, ast.Name):
            inner = self.names.get(node.id)
            if inner is not None:
                return self.value(inner)
            return self.leaf(node.id)
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            raise ShapeError(f"`{ast.unparse(node)[:40]}` is no shape")
        return self.made(node.func.id, node.args)

    def leaf(self, name: str) -> Document:
        """Return a value; what has no place of its own may be copied to a column, as a number or as text."""
        number = next(self.numbers)
        if name in _LEAVES:
            return _LEAVES[name](number)
        return number if self.elements == 1 else f"text {number}"

    def made(self, name: str, arguments: list[ast.expr]) -> Document:
        match name:
            case "Record":
                return self.record(arguments[0])
            case "Array":
                return [value for _ in range(self.elements) for value in self.rows(arguments[0])]
            case "Map":
                return dict(self.entry(arguments) for _ in range(self.elements))
            case "Split":
                return self.rows_of(arguments)[0]
            case "Leaves":
                return [self.value(arguments[0]) for _ in range(self.elements)]
            case "decimal" | "integer" | "innings":
                return self.text(name, arguments)
            case "Ignored":
                return _NOTHING
            case _:
                raise ShapeError(f"`{name}` is no shape")

    def record(self, members: ast.expr) -> Document:
        if not isinstance(members, ast.Dict):
            raise ShapeError("a record without members")
        pairs = (
            (ast.literal_eval(key), self.value(value))
            for key, value in zip(members.keys, members.values, strict=True)
            if key is not None
        )
        return {key: value for key, value in pairs if value is not _NOTHING}

    def rows(self, node: ast.expr) -> list[Document]:
        whole = self.names.get(node.id, node) if isinstance(node, ast.Name) else node
        if isinstance(whole, ast.Call) and isinstance(whole.func, ast.Name) and whole.func.id == "Split":
            return self.rows_of(whole.args)
        value = self.value(whole)
        return [] if value is _NOTHING else [value]

    def rows_of(self, arguments: list[ast.expr]) -> list[Document]:
        """Return a row of each of the two tables of a split."""
        path, equals = ast.literal_eval(arguments[0]), ast.literal_eval(arguments[1])
        yes, no = self.value(arguments[2]), self.value(arguments[3])
        _put(yes, path, True if equals is None else equals)
        _put(no, path, False if equals is None else f"not {equals}")
        return [yes, no]

    def entry(self, arguments: list[ast.expr]) -> tuple[str, Document]:
        """Return an entry of a map; its key is what it says of its value."""
        value = self.rows(arguments[0])[0]
        if len(arguments) < 3:
            return f"key {next(self.numbers)}", value
        prefix, member = ast.literal_eval(arguments[1]), ast.literal_eval(arguments[2])
        found = _get(value, member)
        return f"{prefix}{found if found is not None else next(self.numbers)}", value

    def text(self, name: str, arguments: list[ast.expr]) -> str:
        number = next(self.numbers)
        if name == "integer":
            return str(number)
        if name == "innings":
            return f"{number}.{number % 3}"
        whole, _, fraction = str(ast.literal_eval(arguments[0])).partition(".")
        digits = len(fraction)
        return f"{number % 10 if whole else ''}.{number % 10**digits:0{digits}d}"


def _members(value: Document) -> dict[str, Document]:
    return cast("dict[str, Document]", value) if isinstance(value, dict) else {}


def _get(value: Document, path: tuple[str, ...]) -> Document:
    for key in path:
        value = _members(value).get(key)
    return value


def _put(value: Document, path: tuple[str, ...], cell: Document) -> None:
    for key in path[:-1]:
        value = _members(value).setdefault(key, {})
    _members(value)[path[-1]] = cell
