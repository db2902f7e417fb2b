"""Hold rows against the rules of their tables: what violates an `error` is set aside, with the rows that lie in it.

A row that is set aside is kept whole, with its place among the rows of its table, so that a response can be put
together again. It is one row of the document like any other in leaf accounting.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias, cast

from runtime.job import Extraction, Job, Json, Row, Rows, Rule, Table

Violated: TypeAlias = Mapping[str, Mapping[int, tuple[Rule, ...]]]
"""Table -> number of the row -> the rules that it violates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """A row that did not enter its table: the rules that keep it out, of its own table or (`rules_of`) one around it.

    `position` is its number among the rows that the document has for the table.
    """

    table: Table
    rules: tuple[str, ...]
    rules_of: str
    position: int
    row: Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubted:
    """A row that violates a `warning`: it is in its table."""

    table: Table
    rule: Rule
    row: Row


@dataclass(frozen=True, slots=True)
class Judged:
    """The rows of a document after its tables' rules were applied."""

    rows: Rows
    quarantined: tuple[Quarantined, ...] = ()
    doubted: tuple[Doubted, ...] = ()


def violated(job: Job, rows: Rows) -> Violated:
    """Return what the rules find, by running the generated predicates."""
    found = {
        item.table.name: _of_table(item, rows[item.table.name]) for item in job.extractions if item.rules
    }
    return {name: numbers for name, numbers in found.items() if numbers}


def _of_table(item: Extraction, rows: Sequence[Row]) -> dict[int, tuple[Rule, ...]]:
    found: dict[int, tuple[Rule, ...]] = {}
    for rule in item.rules:
        for number, row in enumerate(rows):
            if rule.holds(row) is False:
                found[number] = (*found.get(number, ()), rule)
    return found


def judge(job: Job, rows: Rows, found: Violated) -> Judged:
    """Take out the rows that violate an `error`, and those that lie in them."""
    if not found:
        return Judged(rows)
    judging = _Judging()
    kept = {
        table.name: judging.kept(table, rows[table.name], found.get(table.name, {})) for table in job.tables
    }
    return Judged(kept, tuple(judging.quarantined), tuple(judging.doubted))


def put_back(rows: Rows, quarantined: Iterable[Quarantined]) -> Rows:
    """Return the rows of a document as they were before some were set aside."""
    whole = {name: list(of_table) for name, of_table in rows.items()}
    for one in sorted(quarantined, key=lambda found: found.position):
        whole.setdefault(one.table.name, []).insert(one.position, one.row)
    return whole


def named(names: Iterable[str], row: Row) -> dict[str, Json]:
    """Return cells by their names, as JSON has them."""
    return {name: plain(cell) for name, cell in zip(names, row, strict=False)}


def plain(cell: object) -> Json:
    """Return a cell as JSON has it.

    >>> plain(Decimal("3")), plain(date(2024, 7, 12))
    (3, '2024-07-12')
    """
    match cell:
        case date():  # and instants, which are dates to Python
            return cell.isoformat()
        case Decimal():
            return int(cell) if cell == cell.to_integral_value() else float(cell)
        case None | bool() | int() | float() | str() | list() | dict():
            return cast(Json, cell)
        case _:
            return str(cell)


class _Judging:
    """Goes through the tables, parents first; `aside` holds the keys that are set aside, with their rules."""

    def __init__(self) -> None:
        self.quarantined: list[Quarantined] = []
        self.doubted: list[Doubted] = []
        self.aside: dict[str, dict[Row, Quarantined]] = {}
        self.widths: dict[str, int] = {}

    def kept(self, table: Table, rows: list[Row], found: Mapping[int, tuple[Rule, ...]]) -> list[Row]:
        self.widths[table.name] = len(table.key)
        around = self.aside.get(table.parent, {})
        if not found and not around:
            return rows
        kept: list[Row] = []
        for position, row in enumerate(rows):
            rules = found.get(position, ())
            errors = tuple(rule.name for rule in rules if rule.is_error)
            outer = around.get(row[: self.widths.get(table.parent, 0)])
            if errors:
                self.set_aside(table, errors, table.name, position, row)
            elif outer:
                self.set_aside(table, outer.rules, outer.rules_of, position, row)
            else:
                kept.append(row)
                self.doubted += (Doubted(table=table, rule=rule, row=row) for rule in rules)
        return kept

    def set_aside(self, table: Table, rules: tuple[str, ...], rules_of: str, position: int, row: Row) -> None:
        one = Quarantined(table=table, rules=rules, rules_of=rules_of, position=position, row=row)
        self.quarantined.append(one)
        self.aside.setdefault(table.name, {})[row[: len(table.key)]] = one
