"""Which columns hold what is at a path, and why a leaf has none."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from compiler.ir.dump import where_text
from compiler.ir.paths import Branches, Each, Entries, Field, Path, SameKey, Step, show
from compiler.ir.plan import BranchOf, Column, Ignored, Leaf, MapKey, OperationPlan, Ordinal
from compiler.ir.shape import Shape, Unknown
from compiler.ir.types import Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A column that has to do with the values at a path.

    `role`: `value` (stored here), `copy`, `json` (inside this document), `map_key`, `position`, `branch`, `raw_key`.
    """

    role: str
    column: str
    path: str
    where: str = ""

    def to_object(self) -> Mapping[str, str]:
        """Return the object that `--json` prints."""
        return {"role": self.role, "column": self.column, "path": self.path, "where": self.where}


def destinations(operation: OperationPlan, path: Path) -> Iterator[Destination]:
    """Yield the columns that hold what is at a path: owners before copies."""
    found = [
        Destination(
            role=role,
            column=f"{table.name}.{column.name}",
            path=show(_path_of(column)),
            where=where_text(table.where).strip(),
        )
        for table in operation.tables
        for column in table.columns
        if (role := _role(column, path))
    ]
    yield from (destination for destination in found if destination.role != "copy")
    yield from (destination for destination in found if destination.role == "copy")
    for key in operation.raw_keys:
        if key.path == path and key.param is None:
            yield Destination(role="raw_key", column=f"{operation.raw_table}.{key.name}", path=show(path))


def _path_of(column: Column) -> Path:
    match column.source:
        case Leaf(path=path):
            return path
        case Ordinal(loop=loop) | MapKey(loop=loop) | BranchOf(loop=loop):
            return loop
        case _:
            return ()


def _role(column: Column, path: Path) -> str:
    """Return what a column has of the values at a path, or ""."""
    match column.source:
        case Leaf(path=own, owns=owns, is_array=is_array):
            if alike(own, path) or (is_array and alike((*own, Each()), path)):
                return "value" if owns else "copy"
            return "json" if column.type is Type.JSON and owns and covers(own, path) else ""
        case Ordinal(loop=loop) if alike(loop, path) or alike(loop[:-1], path):
            return "position"
        case MapKey(loop=loop) if alike(loop, path) or alike(loop[:-1], path):
            return "map_key"
        case BranchOf(loop=loop) if alike(loop, path):
            return "branch"
        case _:
            return ""


def alike(left: Path, right: Path) -> bool:
    """Whether two paths mean the same places, or some that are the same."""
    return len(left) == len(right) and all(map(_is_same, left, right))


def covers(around: Path, path: Path) -> bool:
    """Whether what is at `path` lies at or below `around`."""
    return len(around) <= len(path) and all(map(_is_same, around, path))


def _is_same(left: Step, right: Step) -> bool:
    match left, right:
        case (Branches(names), Field(name)) | (Field(name), Branches(names)):
            return name in names
        case Branches(names), Branches(others):
            return bool({*names} & {*others})
        case ((Entries() | SameKey()), (Entries() | SameKey())):
            return True
        case _:
            return left == right


def ignored_at(operation: OperationPlan, path: Path) -> Ignored | None:
    """Return what the mapping ignores at or around a path."""
    return next((item for item in operation.ignored if covers(item.path, path)), None)


def why_nowhere(operation: OperationPlan, path: Path, shape: Shape | None) -> str:
    """Say why a leaf has no column of its own."""
    if ignored := ignored_at(operation, path):
        return f"ignored{_condition(ignored)}: {ignored.because}"
    if not operation.tables:
        return f"its operation has no tables: kept in {operation.raw_table}.data alone"
    for table in operation.tables:
        for omitted, because in table.omitted:
            if covers(omitted, path):
                return f"omitted by {table.name}: {because}; what comes is rescued"
    if isinstance(shape, Unknown) and not shape.mixed:
        return "only null, {} or [] was seen; what comes is rescued"
    if shape is not None and shape.evidence.is_only_declared:
        return "declared, never seen, and its table takes what was observed; what comes is rescued"
    return "no table reads it; what comes is rescued"


def _condition(ignored: Ignored) -> str:
    if ignored.equals is None:
        return ""
    return f" while it equals {show(ignored.equals.path)}{'[-1]' if ignored.equals.last else ''}"
