"""Run a job: one parsed document in, rows, rescued values and leaf counts out.

Every leaf of the document is in exactly one class. `typed` and `json` are counted in the rows that came out, the others
by the walk over the document; what is in neither is `lost`, and that is 0 unless a transform is broken.
"""

from array import array
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Literal

from runtime.conform import Conformance, Rescued, conform, leaves
from runtime.job import Column, Conformed, Extraction, Job, Params, Row, Rows, Table, is_array
from runtime.origins import origins
from runtime.pointers import Pointer, around, pattern, pointer_text
from runtime.quarantine import Doubted, Quarantined, judge, violated
from runtime.restore import restore_row

_MACHINE_NUMBERS: dict[str, Literal["q", "i", "d"]] = {"bigint": "q", "integer": "i", "double precision": "d"}
"""Type codes of `array`, which refuses (or, for a double, changes) at C speed what the column would."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Leaves of a document by class; their sum is the number of leaves.

    `rescued_paths` holds path (array indexes as `[*]`, map keys as `{*}`), number of leaves and reason.
    """

    leaves: int
    typed: int
    json: int
    null: int
    sentinel: int
    empty: int
    ignored: int
    rescued: int
    lost: int
    rescued_paths: tuple[tuple[str, int, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Transformed:
    """What one document became: rows for the tables, rows that violate a rule, values that no column holds.

    Rows in quarantine are counted as any others. `misplaced`: see `runtime.conform.Conformance`.
    """

    rows: Rows
    rescued: tuple[Rescued, ...]
    counts: Counts
    quarantined: tuple[Quarantined, ...] = ()
    doubted: tuple[Doubted, ...] = ()
    misplaced: tuple[Pointer, ...] = field(default=(), repr=False)


def transform(job: Job, document: Conformed, params: Params) -> Transformed:
    """Turn a parsed document into rows. The document is used up: it is changed in place."""
    conformed, found = conform(job.shape, document)
    walked = found.typed + found.json + sum(leaves(rescued.value) for rescued in found.rescued)
    fitting = _Fitting(job, params, found)
    rows: Rows = {table.name: [] for table in job.tables}
    if conformed is not None:
        rows = {item.table.name: fitting.rows(item, conformed) for item in job.extractions}
    judged = judge(job, rows, violated(job, rows))
    return Transformed(
        rows=judged.rows,
        rescued=tuple(found.rescued),
        counts=_count(job, fitting, walked),
        quarantined=judged.quarantined,
        doubted=judged.doubted,
        misplaced=tuple(found.misplaced),
    )


def account(job: Job, document: Conformed, params: Params) -> Counts:
    """Return the leaf accounting of a document, which is used up. Its leaves are counted on their own first."""
    total = leaves(document)
    counts = transform(job, document, params).counts
    return replace(counts, leaves=total, lost=total - (counts.leaves - counts.lost))


class _Fitting:
    """Takes the rows that tables can hold, and counts the leaves in them; the leaves of other rows are rescued."""

    def __init__(self, job: Job, params: Params, found: Conformance) -> None:
        self.job = job
        self.params = params
        self.found = found
        self.typed = 0
        self.json = 0
        self.filtered = 0
        self.dropped: dict[str, set[Pointer]] = {}

    def rows(self, extraction: Extraction, document: Conformed) -> list[Row]:
        table = extraction.table
        rows = extraction.rows(document, self.params)
        left_out = self.left_out(extraction, rows)
        reasons = _misfits(table, rows, left_out)
        if self.dropped and table.parent:
            self.add_orphans(table, document, reasons, left_out)
        if reasons:
            self.rescue(table, rows, reasons, document)
        if reasons or left_out:
            rows = [row for index, row in enumerate(rows) if index not in reasons and index not in left_out]
        typed, json = _leaves(table, rows)
        self.typed += typed
        self.json += json
        return rows

    def left_out(self, extraction: Extraction, rows: list[Row]) -> frozenset[int]:
        """Return the numbers of the rows that the table's filter leaves out; their leaves are ignored."""
        keeps = extraction.keeps
        if keeps is None:
            return frozenset()
        numbers = frozenset(index for index, row in enumerate(rows) if not keeps(row))
        self.filtered += sum(_leaves(extraction.table, [rows[index] for index in numbers]))
        return numbers

    def rescue(self, table: Table, rows: list[Row], reasons: dict[int, str], document: Conformed) -> None:
        """Rescue rows whole that the table cannot hold, with what they own."""
        dropped = self.dropped.setdefault(table.name, set())
        for index, (pointer, _) in enumerate(origins(table, document)):
            if index in reasons:
                dropped.add(pointer)
                value = restore_row(self.job.shape, table, rows[index])
                if value is not None:
                    self.found.rescued.append(Rescued(pointer_text(pointer), value, reasons[index]))

    def add_orphans(
        self, table: Table, document: Conformed, reasons: dict[int, str], left_out: frozenset[int]
    ) -> None:
        """Add the rows that lie in a row which a table above could not hold."""
        above = self.dropped_above(table)
        for index, (pointer, _) in enumerate(origins(table, document) if above else ()):
            if index not in left_out and not above.isdisjoint(around(pointer)):
                reasons.setdefault(index, "no-parent")

    def dropped_above(self, table: Table) -> set[Pointer]:
        parents = {item.name: item.parent for item in self.job.tables}
        found: set[Pointer] = set()
        name = table.parent
        while name:
            found |= self.dropped.get(name, set())
            name = parents[name]
        return found


def _leaves(table: Table, rows: list[Row]) -> tuple[int, int]:
    """Count the leaves that rows hold in columns of their own type, and in JSON."""
    typed = json = 0
    for column, cells in zip(table.columns, zip(*rows, strict=True), strict=False):
        if column.leaf is None:
            continue
        if column.type == "jsonb":
            json += sum(leaves(cell) for cell in cells if cell is not None)
        else:
            typed += _filled(column, cells)
    return typed, json


def _misfits(table: Table, rows: list[Row], left_out: frozenset[int]) -> dict[int, str]:
    """Return row number -> reason for rows that the table cannot hold, of those that it does not leave out."""
    if not left_out:
        return _misfits_of(table, rows)
    numbers = [index for index in range(len(rows)) if index not in left_out]
    found = _misfits_of(table, [rows[index] for index in numbers])
    return {numbers[index]: reason for index, reason in found.items()}


def _misfits_of(table: Table, rows: list[Row]) -> dict[int, str]:
    """Return row number -> reason for rows without a key, with one that was there before, or out of range.

    A partition key is missed like a part of the key.
    """
    reasons: dict[int, str] = {}
    columns = tuple(zip(*rows, strict=True))
    keys = list(zip(*columns[: len(table.key)], strict=True))
    required = columns[: table.required]
    if len(set(keys)) < len(rows) or any(None in cells for cells in required):
        seen: set[Row] = set()
        for index, (key, needed) in enumerate(zip(keys, zip(*required, strict=True), strict=True)):
            if None in needed:
                reasons[index] = "null-key"
            elif key in seen:
                reasons[index] = "duplicate-key"
            seen.add(key)
    for column, cells in zip(table.columns, columns, strict=False):
        for index in _out_of_range(column, cells):
            reasons.setdefault(index, "out-of-range")
    return reasons


def _out_of_range(column: Column, cells: Row) -> list[int]:
    """Return the numbers of rows with a number that the column cannot hold, or not exactly."""
    code = _MACHINE_NUMBERS.get(column.type.removesuffix("[]"))
    if code is None:
        return []
    numbers: Conformed = chain.from_iterable(filter(is_array, cells)) if column.type[-1] == "]" else cells
    if _holds(code, list(filter(None, numbers))):
        return []
    lists: list[Conformed] = [cell if is_array(cell) else [cell] for cell in cells]
    return [index for index, items in enumerate(lists) if not _holds(code, list(filter(None, items)))]


def _holds(code: Literal["q", "i", "d"], numbers: list[Conformed]) -> bool:
    try:
        held = array(code, numbers)
    except OverflowError:
        return False
    return code != "d" or held.tolist() == numbers


def _count(job: Job, fitting: _Fitting, walked: int) -> Counts:
    """Count what came out; `walked` is how many leaves the walk found that are not null, placeholder or the like."""
    found = fitting.found
    paths: Counter[tuple[str, str]] = Counter()
    for rescued in found.rescued:
        paths[pattern(job.shape, rescued.pointer), rescued.reason] += leaves(rescued.value)
    rescued_leaves = paths.total()
    return Counts(
        leaves=walked + found.null + found.sentinel + found.empty + found.ignored,
        typed=fitting.typed,
        json=fitting.json,
        null=found.null,
        sentinel=found.sentinel,
        empty=found.empty,
        ignored=found.ignored + fitting.filtered,
        rescued=rescued_leaves,
        lost=walked - fitting.typed - fitting.json - fitting.filtered - rescued_leaves,
        rescued_paths=tuple((path, count, reason) for (path, reason), count in sorted(paths.items())),
    )


def _filled(column: Column, cells: Row) -> int:
    """Count the leaves that a column's cells hold."""
    if column.type[-1] == "]":
        return sum(len(cell) - cell.count(None) for cell in cells if is_array(cell))
    return len(cells) - cells.count(None)
