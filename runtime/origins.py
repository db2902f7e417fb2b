"""Where the rows of a table stood in the document: the slow companion of a generated scan."""

from collections.abc import Iterator

from runtime.job import EACH, ENTRIES, Branches, Conformed, Loop, Table, Where
from runtime.pointers import Pointer, reach


def origins(table: Table, document: Conformed) -> Iterator[tuple[Pointer, Conformed]]:
    """Yield pointer and value of every row of `table` in a conformed document, in the order of its rows."""
    for pointer, value in _scan(table.scan, document, None):
        if table.where is None or _passes(table.where, value):
            yield pointer, value


def _scan(
    steps: tuple[str | Loop | Branches, ...], value: Conformed, where: Pointer
) -> Iterator[tuple[Pointer, Conformed]]:
    if value is None:
        return
    if not steps:
        yield where, value
        return
    for token, child in _children(steps[0], value):
        yield from _scan(steps[1:], child, (where, token))


def _children(step: str | Loop | Branches, value: Conformed) -> Iterator[tuple[str | int, Conformed]]:
    if isinstance(step, Branches):
        yield from ((name, value.get(name)) for name in step.names)
    elif step is EACH:
        yield from enumerate(value)
    elif step is ENTRIES:
        yield from value.items()
    else:
        yield step, value.get(step)


def _passes(where: Where, value: Conformed) -> bool:
    value = reach(value, where.path)
    wanted = True if where.equals is None else where.equals
    return (type(value) is type(wanted) and value == wanted) is not where.negated
