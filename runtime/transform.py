"""Run a job: one parsed document in, rows, rescued values and leaf counts out.

Every leaf of the document is in exactly one class. `typed` and `json` are counted in the rows that came out, the others
by the walk over the document; what is in neither is `lost`, and that is 0 unless a transform is broken.
"""

from collections import Counter
from dataclasses import dataclass, replace
from itertools import compress

from runtime.conform import Conformance, Rescued, conform, leaves, take_ignored
from runtime.job import Column, Conformed, Extraction, Job, Params, Row, Rows, Table
from runtime.origins import origins
from runtime.pointers import Pointer, pattern, pointer_text
from runtime.restore import restore_cell

_RANGES = {"bigint": range(-(2**63), 2**63), "integer": range(-(2**31), 2**31)}


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
    """What one document became."""

    rows: Rows
    rescued: tuple[Rescued, ...]
    counts: Counts


def transform(job: Job, document: Conformed, params: Params) -> Transformed:
    """Turn a parsed document into rows. The document is used up: it is changed in place."""
    failed = [Rescued(pointer_text(where), value, "ignore-check") for where, value in take_ignored(job.shape, document)]
    conformed, found = conform(job.shape, document)
    found.rescued.extend(failed)
    walked = found.typed + found.json + sum(leaves(rescued.value) for rescued in found.rescued)
    rows: Rows = {table.name: [] for table in job.tables}
    if conformed is not None:
        for extraction in job.extractions:
            rows[extraction.table.name] = _fit_rows(job, extraction, conformed, params, found)
    return Transformed(rows=rows, rescued=tuple(found.rescued), counts=_count(job, rows, found, walked))


def account(job: Job, document: Conformed, params: Params) -> Counts:
    """Return the leaf accounting of a document, which is used up. Its leaves are counted on their own first."""
    total = leaves(document)
    counts = transform(job, document, params).counts
    return replace(counts, leaves=total, lost=total - (counts.leaves - counts.lost))


def _fit_rows(job: Job, extraction: Extraction, document: Conformed, params: Params, found: Conformance) -> list[Row]:
    """Return the rows that a table can hold; the leaves of the others are rescued."""
    table = extraction.table
    rows = extraction.rows(document, params)
    reasons = _misfits(table, rows)
    if not reasons:
        return rows
    keep = [True] * len(rows)
    for index, (pointer, _) in enumerate(origins(table, document)):
        if index in reasons:
            keep[index] = False
            _rescue_row(job, table, rows[index], pointer_text(pointer), reasons[index], found)
    return list(compress(rows, keep))


def _misfits(table: Table, rows: list[Row]) -> dict[int, str]:
    """Return row number -> reason for rows without a key, with a key that was there before, or out of range."""
    reasons: dict[int, str] = {}
    width = len(table.key)
    keys = [row[:width] for row in rows]
    if len(set(keys)) < len(keys) or any(None in key for key in keys):
        seen: set[Row] = set()
        for index, key in enumerate(keys):
            if None in key:
                reasons[index] = "null-key"
            elif key in seen:
                reasons[index] = "duplicate-key"
            seen.add(key)
    for index in _out_of_range(table, rows):
        reasons.setdefault(index, "out-of-range")
    return reasons


def _out_of_range(table: Table, rows: list[Row]) -> list[int]:
    """Return the numbers of rows with an integer that its column cannot hold."""
    found: list[int] = []
    for column, cells in zip(table.columns, zip(*rows, strict=True), strict=False):
        bounds = _RANGES.get(column.type)
        numbers = [cell for cell in cells if type(cell) is int] if bounds else []
        if bounds and numbers and not (min(numbers) in bounds and max(numbers) in bounds):
            found += [index for index, cell in enumerate(cells) if type(cell) is int and cell not in bounds]
    return found


def _rescue_row(job: Job, table: Table, row: Row, pointer: str, reason: str, found: Conformance) -> None:
    for column, cell in zip(table.columns, row, strict=True):
        if column.leaf is not None and cell is not None:
            place = pointer + pointer_text(_nested(column.leaf))
            found.rescued.append(Rescued(place, restore_cell(job.shape, table, column, cell), reason))


def _nested(keys: tuple[str, ...]) -> Pointer:
    pointer: Pointer = None
    for key in keys:
        pointer = (pointer, key)
    return pointer


def _count(job: Job, rows: Rows, found: Conformance, walked: int) -> Counts:
    """Count what came out; `walked` is how many leaves the walk found that are not null, placeholder or the like."""
    filled: Counter[bool] = Counter()
    for table in job.tables:
        for column, cells in zip(table.columns, zip(*rows[table.name], strict=True), strict=False):
            if column.leaf is not None:
                filled[column.type == "jsonb"] += _filled(column, cells)
    paths: Counter[tuple[str, str]] = Counter()
    for rescued in found.rescued:
        paths[pattern(job.shape, rescued.pointer), rescued.reason] += leaves(rescued.value)
    typed, json, rescued_leaves = filled[False], filled[True], paths.total()
    return Counts(
        leaves=walked + found.null + found.sentinel + found.empty + found.ignored,
        typed=typed,
        json=json,
        null=found.null,
        sentinel=found.sentinel,
        empty=found.empty,
        ignored=found.ignored,
        rescued=rescued_leaves,
        lost=walked - typed - json - rescued_leaves,
        rescued_paths=tuple((path, count, reason) for (path, reason), count in sorted(paths.items())),
    )


def _filled(column: Column, cells: tuple[object, ...]) -> int:
    """Count the leaves that a column's cells hold."""
    if column.type == "jsonb":
        return sum(leaves(cell) for cell in cells if cell is not None)
    if column.type.endswith("[]"):
        return sum(len(cell) - cell.count(None) for cell in cells if isinstance(cell, list))
    return len(cells) - cells.count(None)
