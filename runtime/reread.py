"""Read the keys of raw rows anew from the responses that are stored, where a key came later or is read elsewhere now.

Page by page, each in a transaction of its own that locks the rows it changes and no others. What is right already is
not written: an interrupted run is repeated.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from psycopg import sql
from psycopg.rows import TupleRow

from runtime.database import Connection
from runtime.job import Json, Operation, Params, RawKey
from runtime.raw import Cell, key_of, table_of

_ROWS = 500
"""In one page."""

_PAGE = """
SELECT raw_id, captured_at, query_params || path_params, {now}, {found} FROM {raw}
WHERE raw_id > %s AND data IS NOT NULL ORDER BY raw_id LIMIT {rows}
"""
_UPDATE = "UPDATE {raw} SET {cells} WHERE raw_id = %s AND captured_at = %s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reread:
    """How many responses of a raw table have keys, and how many of them had others."""

    operation: str
    table: str
    responses: int = 0
    changed: int = 0


def reread(connection: Connection, operation: Operation, *, write: bool = True) -> Reread:
    """Make the keys of an operation's raw rows those that the responses give; without `write` only count."""
    select, update = _page(operation), _update(operation)
    after, responses, changed = 0, 0, 0
    while rows := connection.execute(select, (after,)).fetchall():
        others = [
            (*keys, *row[:2]) for row in rows if (keys := _keys(operation, row)) != _now(operation, row)
        ]
        if others and write:
            with connection.transaction(), connection.cursor() as cursor:
                cursor.executemany(update, others)
        after, responses, changed = rows[-1][0], responses + len(rows), changed + len(others)
    return Reread(operation=operation.name, table=operation.raw_table, responses=responses, changed=changed)


def _keys(operation: Operation, row: TupleRow) -> tuple[Cell, ...]:
    """Return the keys that a response gives: what stands at their paths ends the row."""
    params = cast("Params", row[2])
    values = cast("Sequence[Json]", row[3 + len(operation.raw_keys) :])
    return tuple(key_of(key, value, params) for key, value in zip(operation.raw_keys, values, strict=True))


def _now(operation: Operation, row: TupleRow) -> tuple[Cell, ...]:
    return tuple(row[3 : 3 + len(operation.raw_keys)])


def _page(operation: Operation) -> sql.Composed:
    names = (sql.Identifier(key.name) for key in operation.raw_keys)
    return sql.SQL(_PAGE).format(
        now=sql.SQL(", ").join(names),
        found=sql.SQL(", ").join(map(_at, operation.raw_keys)),
        raw=table_of(operation),
        rows=sql.Literal(_ROWS),
    )


def _at(key: RawKey) -> sql.Composable:
    """Return what stands at a path of fields; as in a parsed document, an array has none."""
    if key.param:
        return sql.SQL("NULL::jsonb")
    return sql.SQL(" -> ").join((sql.SQL("data"), *map(sql.Literal, key.path)))


def _update(operation: Operation) -> sql.Composed:
    cells = (sql.SQL("{} = %s").format(sql.Identifier(key.name)) for key in operation.raw_keys)
    return sql.SQL(_UPDATE).format(raw=table_of(operation), cells=sql.SQL(", ").join(cells))
