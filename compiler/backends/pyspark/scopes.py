"""Name the loops of a table's scan: one DataFrame per loop, with columns for the element, its place and its key.

scan     $.liveData.plays.allPlays[*].playEvents[*]
scopes   documents (body)  >  all_plays (all_play)  >  play_events (play_event)
"""

import keyword
from collections.abc import Iterator
from dataclasses import dataclass

from compiler.ir.names import singular, snake, words
from compiler.ir.paths import Branches, Each, Entries, Field, Path, Step, is_loop
from compiler.ir.plan import BranchOf, MapKey, Ordinal, Source, Table

RESERVED = frozenset({"F", "JOB", "SCHEMA", "Window", "documents", "first", "l", "rows"})
"""Names that a generated function uses for itself; `l` reads as 1."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The values of one loop: `depth` steps of the scan lead to them.

    `frame` is the variable that holds the DataFrame; `values` names the column that is exploded into the columns
    `element`, `position` and `key`. The first scope is the document itself: its element is `body`.
    """

    depth: int
    step: Step | None
    frame: str
    element: str
    values: str = ""
    position: str = ""
    key: str = ""


DOCUMENT = Scope(0, None, "documents", "body")


def scopes(table: Table) -> tuple[Scope, ...]:
    """Return the document's scope and one for each loop of the scan, outermost first."""
    names = _Names(table)
    return (DOCUMENT, *(names.scope(table.scan, depth) for depth in _loops(table.scan)))


def _loops(scan: Path) -> Iterator[int]:
    return (index for index, step in enumerate(scan) if is_loop(step))


class _Names:
    """Hands out names that neither a column of the table nor another scope has."""

    def __init__(self, table: Table) -> None:
        self.columns = {
            *(column.name for column in table.columns),
            "raw_id",
            "captured_at",
            "params",
            "body",
            "nth",
        }
        self.columns |= {lookup.name for lookup in table.lookups}
        self.frames = set(RESERVED)

    def scope(self, scan: Path, index: int) -> Scope:
        step = scan[index]
        around = next((found.name for found in reversed(scan[:index]) if isinstance(found, Field)), "items")
        one = "_".join(singular(words(around)))
        key = (
            f"{one}_key"
            if isinstance(step, Entries)
            else f"{one}_branch"
            if isinstance(step, Branches)
            else ""
        )
        return Scope(
            depth=index + 1,
            step=step,
            frame=_free(_identifier(snake(around)), self.frames),
            element=_free(one, self.columns, "value"),
            values=_free(snake(around), self.columns, "values"),
            position=_free(f"{one}_position", self.columns),
            key=_free(key, self.columns) if key else "",
        )


def _identifier(name: str) -> str:
    """Return a name that Python takes: `2024_stats` and `class` get an underscore."""
    return f"_{name}" if name[:1].isdigit() else f"{name}_" if keyword.iskeyword(name) else name


def _free(name: str, taken: set[str], suffix: str = "") -> str:
    candidates = [
        name,
        *([f"{name}_{suffix}"] if suffix else []),
        *(f"{name}_{number}" for number in range(2, len(taken) + 3)),
    ]
    found = next(candidate for candidate in candidates if candidate not in taken)
    taken.add(found)
    return found


def scope_of(path: Path, table: Table) -> int:
    """Return the number of the innermost scope that a path shares with the scan."""
    return sum(is_loop(step) for step in table.scan[: shared(path, table.scan)])


def shared(path: Path, other: Path) -> int:
    """Return the number of leading steps that two paths have in common."""
    pairs = enumerate(zip(path, other, strict=False))
    return next((index for index, (one, two) in pairs if one != two), min(len(path), len(other)))


def is_pinned(table: Table, scope: Scope) -> bool:
    """Whether the key of the table tells the values of a loop apart by construction, whatever the document says."""
    loop = table.scan[: scope.depth]
    return any(column.in_key and _pins(column.source, loop, scope.step) for column in table.columns)


def _pins(source: Source, loop: Path, step: Step | None) -> bool:
    match source, step:
        case Ordinal(loop=at), Each():
            return at == loop
        case MapKey(loop=at), Entries():
            return at == loop
        case BranchOf(loop=at, equals=equals, lookup=""), Branches(names):
            return at == loop and (equals is None or len(names) == 2)
        case _:
            return False
