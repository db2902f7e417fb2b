"""From paths as written, relative to rows, records and lookups, to absolute paths."""

from collections.abc import Iterator, Mapping

from compiler.ir.mapping import LookupSpec, TableSpec
from compiler.ir.paths import Branches, Entries, Path, Reference, SameKey, enclosing_record


def absolute(reference: Reference, row: Path, lookups: Mapping[str, Path]) -> Path | None:
    """Return the absolute path of a reference from a row, or None if its anchor is unknown or it climbs too high."""
    match reference.anchor:
        case "$":
            base: Path = ()
        case ".":
            base = row
        case name if name in lookups:
            base = lookups[name]
        case _:
            return None
    for _ in range(reference.climbs):
        if not base:
            return None
        base = enclosing_record(base)
    return (*base, *reference.steps)


def table_path(table: TableSpec, parent: Path) -> Path:
    """Return the absolute path of a table's rows; a nested table's path is relative to its parent's rows."""
    return absolute(table.rows.reference, parent, {}) or ()


def lookup_path(lookup: LookupSpec, row: Path) -> Path | None:
    """Return the absolute path of a lookup: `{@}` stands for the row's map key, or for its branch of a fold.

    before: `$.gameData.teams{@}` of a row in `$.gameData.moundVisits.{away,home}`
    after: `$.gameData.teams.{away,home}`
    """
    path = absolute(lookup.path.reference, row, {})
    told = next((step for step in reversed(row) if isinstance(step, Branches | Entries)), None)
    if path and isinstance(path[-1], SameKey) and isinstance(told, Branches):
        return (*path[:-1], told)
    return path


def tables_of(tables: tuple[TableSpec, ...], parent: Path = ()) -> Iterator[tuple[TableSpec, Path]]:
    """Yield tables with the absolute paths of their rows, parents before what nests in them."""
    for table in tables:
        path = table_path(table, parent)
        yield table, path
        yield from tables_of(table.tables, path)
