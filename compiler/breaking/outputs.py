"""Rows that the transforms of two versions made of the same responses: changes where cells differ."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from compiler.breaking.findings import Change, Effect, Surface, change
from compiler.breaking.reading.text import path_of
from compiler.breaking.surfaces import Surfaces, Table

Row = Sequence[object]
Cells = Mapping[str, Sequence[object]]
"""Per column its cells, in the order of the rows."""
Rows = Mapping[str, Cells]
"""Per table its columns. A table without rows has columns without cells."""


def output_changes(old: Surfaces, new: Surfaces, pairs: Iterable[tuple[Rows, Rows]]) -> Iterator[Change]:
    """Yield columns, and tables, that hold something else for the same response; each is told of once."""
    called = {former: table.name for table in new.tables for former in table.was}
    told: set[str] = set()
    for before, after in pairs:
        for name, cells in before.items():
            now = after.get(name, after.get(called.get(name, "")))
            table, other = old.table_by_name.get(name), new.table_by_name.get(called.get(name, name))
            if now is None or table is None or other is None:
                continue  # that the table is gone is told of already
            for found in _table(table, other, cells, now):
                if found.subject not in told:
                    told.add(found.subject)
                    yield found


def failure(operation: str, text: str) -> Change:
    """Return the change of an operation whose transform fails where the old one did not."""
    said = f"fails for a response that it could read: {text}"
    effect = Effect(surface=Surface.SQL, artefact=operation, name="", text=said)
    message = f"the transform of `{operation}` {said}"
    return change("TRANSFORM_SAME_OUTPUT", f"{operation}:$", message, effect, operation=operation)


def _table(table: Table, other: Table, before: Cells, after: Cells) -> Iterator[Change]:
    counts = _count(before), _count(after)
    if counts[0] != counts[1]:
        text = f"has {counts[1]} rows, not {counts[0]}, for the same response"
        yield _found(table, "", text, path_of(table.rows))
        return
    names = {former: column.name for column in other.columns for former in column.was}
    for column in table.columns:
        now = after.get(column.name, after.get(names.get(column.name, "")))
        pairs = zip(before.get(column.name, ()), now or (), strict=False)
        differing = next(((one, two) for one, two in pairs if not _is_equal(one, two)), None)
        if differing:
            text = f"is {_shown(differing[1])}, not {_shown(differing[0])}, for the same response"
            yield _found(table, column.name, text, path_of(column.source))


def _is_equal(one: object, two: object) -> bool:
    return one == two and (type(one) is type(two) or {type(one), type(two)} == {int, float})


def _count(cells: Cells) -> int:
    return max(map(len, cells.values()), default=0)


def _shown(cell: object) -> str:
    text = repr(cell)
    return text if len(text) <= 40 else f"{text[:39]}…"


def _found(table: Table, column: str, text: str, path: str) -> Change:
    subject = f"{table.name}.{column}" if column else table.name
    effect = Effect(surface=Surface.SQL, artefact=table.name, name=column, text=text)
    return change(
        "TRANSFORM_SAME_OUTPUT", subject, f"`{subject}` {text}", effect, operation=table.operation, path=path
    )
