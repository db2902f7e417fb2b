"""The planned catalog as databases that have the one before can get it: nothing vanishes, nothing moves.

What the plan no longer has is given up: it stays with its rows, and a later, named step drops it. What has another
type, key or partitioning is made anew beside the old, and filled from the raw responses. Columns keep their places.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from compiler.ir.catalog import Catalog, Column, Table
from compiler.ir.names import bounded

RAW = "raw"
GRAVE = "given_up_"
"""How the schema of tables is called that were replaced: the number of the migration follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What databases have, and the number of the migration that would come next.

    `dropped` names what is given up and is to go now: `TABLE` or `TABLE.COLUMN`.
    """

    catalog: Catalog = field(default_factory=Catalog)
    number: str = "0001"
    dropped: frozenset[str] = frozenset()


def settled(before: Before, planned: Catalog) -> Catalog:
    """Return the catalog that follows: the planned one, and what is given up behind it.

    A table or a column with another name is the same one where it says what it was.
    """
    known = before.catalog.by_name
    tables: list[Table] = []
    replaced: list[Table] = []
    renamed: set[str] = set()
    for table in planned.tables:
        was = _former(known, planned, table)
        renamed.add(was)
        old = known.get(was or table.name)
        if old is not None and _is_another(old, table):
            replaced.append(_moved(old, before.number))
            old = None
        tables.append(table if old is None else _settled(before, old, table))
    given_up = [
        _given_up(table, before.number)
        for table in before.catalog.tables
        if table.name not in planned.by_name
        and table.name not in renamed
        and not (table.given_up and table.name in before.dropped)
    ]
    return replace(planned, tables=(*tables, *given_up, *replaced))


def grave(number: str, schema: str) -> str:
    """Return the schema of tables that were replaced by others of the same name.

    >>> grave("0007", "game")
    'given_up_0007_game'
    """
    return bounded(f"{GRAVE}{number}_{schema}")


def buried(column: str, number: str) -> str:
    """Return the name of a column that was replaced by another of the same name.

    >>> buried("inning", "0007")
    'inning__0007'
    """
    return bounded(f"{column}__{number}")


def _former(known: Mapping[str, Table], planned: Catalog, table: Table) -> str:
    """Return the name under which databases have a table that is new by its name; "" if they have none."""
    was = next((was for was in table.was if was in known), "")
    if not was or table.name in known or RAW in (table.kind, known[was].kind):
        return ""
    claims = sum(was == other.name or was in other.was for other in planned.tables)
    return was if claims == 1 and not _is_another(known[was], table) else ""


def _is_another(old: Table, new: Table) -> bool:
    """Say whether the rows of a table are others now: they are made again from the responses.

    Raw tables are what everything is made from; what cannot be done to one is refused later.
    """
    if RAW in (old.kind, new.kind):
        return False
    wanted = {column.name: column for column in new.columns}
    names = {column.name: _now(column, wanted) for column in old.columns}
    key, by = tuple(names[name] for name in old.key), old.partitioning
    partitioning = by and replace(by, column=names[by.column])
    if (old.kind, old.operation, key, partitioning) != (new.kind, new.operation, new.key, new.partitioning):
        return True
    types = {names[column.name]: column.type for column in old.columns if not column.nullable}
    return any(not column.nullable and types.get(column.name) != column.type for column in new.columns)


def _settled(before: Before, old: Table, new: Table) -> Table:
    wanted = {column.name: column for column in new.columns}
    held = [
        kept
        for column in old.columns
        if f"{old.name}.{column.name}" not in before.dropped or not column.given_up
        for kept in _columns(before, new, column, wanted)
    ]
    grown = [column for column in new.columns if column.name in wanted]
    return replace(new, columns=(*held, *grown))


def _columns(before: Before, table: Table, old: Column, wanted: dict[str, Column]) -> Iterator[Column]:
    """Yield what becomes of a column; what is `wanted` and found is taken out of there."""
    name = _now(old, wanted)
    new = wanted.get(name)
    if new is None:
        yield _given_up_column(old, old.name, before.number)
    elif new.type == old.type or (table.kind == RAW and not new.nullable):  # that is refused later
        yield wanted.pop(name)
    else:
        is_wanted = old.name in wanted
        yield _given_up_column(old, buried(old.name, before.number) if is_wanted else old.name, before.number)


def _now(old: Column, wanted: Mapping[str, Column]) -> str:
    """Return the name of the column that says that it was this one, or the column's own."""
    found = (column.name for column in wanted.values() if old.name in column.was)
    return old.name if old.given_up or old.name in wanted else next(found, old.name)


def _given_up_column(column: Column, name: str, number: str) -> Column:
    was = (column.name, *column.was) if name != column.name else column.was
    if column.given_up:
        return replace(column, name=name, was=was)
    return replace(
        column,
        name=name,
        nullable=True,
        default="",
        was=was,
        given_up=number,
        comment=_said(column.comment, number),
    )


def _given_up(table: Table, number: str) -> Table:
    if table.given_up:
        return table
    return replace(table, given_up=number, comment=_said(table.comment, number))


def _moved(table: Table, number: str) -> Table:
    """Return a table out of the way of the one that takes its name."""
    return replace(
        _given_up(table, number),
        name=f"{grave(number, table.schema)}.{table.short_name}",
        was=(table.name, *table.was),
    )


def _said(comment: str, number: str) -> str:
    return f"Given up with migration {number}: nothing fills it. {comment}".rstrip()
