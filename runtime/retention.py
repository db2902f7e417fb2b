"""List partitions, take old ones out of their tables, take them back, or drop them.

What is detached is closed: its rows stay in a table of their own, and documents whose rows belong into it, or lie in
it, are left alone (`metadata.detached_partitions`; see `runtime.loader`). So no document ever has rows twice. Dropping
keeps it closed; attaching opens it again, and the next load fills what was dropped from the raw tier.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import LiteralString, cast

from psycopg import sql

from runtime.capture import PRUNED_BY
from runtime.database import Connection
from runtime.documents import day_of, version_of
from runtime.errors import TerminalError
from runtime.job import Job
from runtime.registry import Catalog, with_tables
from runtime.standing import DETACHING

ATTACHED, DETACHING_NOW, DETACHED, DROPPED = "attached", "detaching", "detached", "dropped"

_COLUMNS = """
SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""

_ATTACHED = """
SELECT format('%%s.%%s', pn.nspname, p.relname), format('%%s.%%s', cn.nspname, c.relname),
       pg_get_expr(c.relpartbound, c.oid), c.reltuples::bigint, pg_total_relation_size(c.oid), i.inhdetachpending
FROM pg_inherits i
JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace
JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_namespace cn ON cn.oid = c.relnamespace
WHERE p.relkind = 'p' AND c.relkind = 'r' AND format('%%s.%%s', pn.nspname, p.relname) = ANY (%s)
"""

_DETACHED = """
SELECT d.table_name, n.nspname || '.' || d.partition_name, first_day::text, end_day::text, c.reltuples::bigint,
       pg_total_relation_size(c.oid), dropped_at IS NOT NULL
FROM metadata.detached_partitions d
JOIN pg_namespace n ON n.nspname = split_part(d.table_name, '.', 1)
LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = d.partition_name
WHERE d.table_name = ANY (%s) AND NOT coalesce(c.relispartition, false)
"""

_BOUNDS = re.compile(r"FROM \('(\d+-\d\d-\d\d)[^']*'\) TO \('(\d+-\d\d-\d\d)[^']*'\)")

# Documents of a raw partition that are not closed, and have in it what is loaded, what is to be loaded, or a claim.
_NEEDED = """
WITH part AS (SELECT *, {version} AS state, {day} AS day FROM {part} WHERE data IS NOT NULL),
open AS (
    SELECT r.*, d.raw_id AS loaded, d.version AS loaded_state, d.captured_at AS loaded_at, d.sha256 AS loaded_sha256
    FROM part r
    LEFT JOIN metadata.documents d ON d.operation = %(operation)s AND d.document_key = r.document_key
    WHERE NOT EXISTS (
        SELECT FROM unnest(ARRAY[r.day, d.partition_day]) AS of (day)
        WHERE of.day < %(before)s::date AND %(closing)s OR EXISTS (
            SELECT FROM metadata.detached_partitions p
            WHERE p.table_name = ANY (%(tables)s) AND of.day >= p.first_day AND of.day < p.end_day
        )
    )
)
SELECT count(DISTINCT document_key) FROM open
WHERE loaded = raw_id
   OR NOT query_params ? %(pruned_by)s AND (
       loaded IS NULL OR (state COLLATE "C", captured_at, sha256 COLLATE "C")
                       > (loaded_state COLLATE "C", loaded_at, loaded_sha256 COLLATE "C")
   )
   OR EXISTS (SELECT FROM metadata.row_claims c WHERE c.raw_id = open.raw_id)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """A partition: `rows` is the planner's estimate (None: unknown), `end_day` the first day after it."""

    table: str
    name: str
    first_day: str
    end_day: str
    rows: int | None
    bytes: int
    state: str

    def ends_by(self, year: int) -> bool:
        """Say whether all of it is before a year."""
        return int(self.end_day.partition("-")[0]) <= year


@dataclass(frozen=True, slots=True)
class Kept:
    """A partition that is not detached, and why."""

    partition: Partition
    because: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be detached, and what is not although it is old enough."""

    partitions: tuple[Partition, ...]
    kept: tuple[Kept, ...] = ()


def known_tables(catalog: Catalog, names: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the partitioned tables, or those that are named: first those of rows, then the raw ones.

    Raises:
        TerminalError: a name is no partitioned table.
    """
    rows = (table for job in _jobs(catalog) for table in job.tables if table.partitioning)
    raw = sorted({operation.raw_table for operation in catalog.operations.values()})
    known = (*sorted({table.name for table in rows}), *raw)
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean `{near[0]}`?" if near else "`mlb-etl db partitions` lists what there is"
            raise TerminalError(f"`{name}` is no partitioned table", hint=hint)
    return tuple(name for name in known if not names or name in names)


def partitions(connection: Connection, tables: Collection[str]) -> list[Partition]:
    """Return the partitions of some tables, by table and date; those that were detached and dropped too."""
    found = [*_attached(connection, tables), *_detached(connection, tables)]
    order = {name: number for number, name in enumerate(tables)}
    return sorted(found, key=lambda one: (order[one.table], len(one.first_day), one.first_day, one.name))


def plan(connection: Connection, catalog: Catalog, tables: Sequence[str], before: int) -> Plan:
    """Say which partitions are wholly before a year, and which of those nobody needs any more.

    A raw month is needed while a document that is not detached with it has its newest state, or a claim, in it.
    """
    todo: list[Partition] = []
    kept: list[Kept] = []
    for one in partitions(connection, tables):
        if one.state == DETACHING_NOW:
            todo.append(one)
        elif one.state == ATTACHED and one.ends_by(before):
            needed = _needed(connection, catalog, one, tables, before)
            if needed:
                kept.append(Kept(one, f"{needed} documents that stay have their present state in it"))
            else:
                todo.append(one)
    return Plan(tuple(todo), tuple(kept))


def detach(connection: Connection, partition: Partition) -> None:
    """Close a partition and take it out of its table; readers and writers of the others go on.

    First it is said to be detached, while no load is under way: whatever comes next is left alone. A detach that was
    interrupted is brought to its end.
    """
    with connection.transaction():
        connection.execute(DETACHING.format("").encode())
        connection.execute(
            "INSERT INTO metadata.detached_partitions (table_name, partition_name, first_day, end_day)"
            " VALUES (%s, %s, %s, %s) ON CONFLICT ON CONSTRAINT detached_partitions_pkey DO NOTHING",
            (partition.table, _short(partition.name), partition.first_day, partition.end_day),
        )
    how = "FINALIZE" if partition.state == DETACHING_NOW else "CONCURRENTLY"
    statement = sql.SQL("ALTER TABLE {} DETACH PARTITION {} {}")
    connection.execute(statement.format(_name(partition.table), _name(partition.name), sql.SQL(how)))


def attach(connection: Connection, catalog: Catalog, partition: Partition) -> None:
    """Open a partition again. Of one that was dropped, the documents are forgotten: the next load fills it."""
    operation = next(
        (job.operation for job in _jobs(catalog) for table in job.tables if table.name == partition.table),
        None,
    )
    with connection.transaction():
        connection.execute(DETACHING.format("").encode())
        if partition.state == DROPPED:
            connection.execute(
                "DELETE FROM metadata.documents"
                " WHERE operation = %s AND partition_day >= %s AND partition_day < %s",
                (operation, partition.first_day, partition.end_day),
            )
        else:
            _attach(connection, partition, clock="" if operation else " 00:00:00+00")
        connection.execute(
            "DELETE FROM metadata.detached_partitions WHERE table_name = %s AND partition_name = %s",
            (partition.table, _short(partition.name)),
        )


def drop(connection: Connection, partition: Partition) -> None:
    """Drop the rows of a partition that was detached; it stays closed."""
    with connection.transaction():
        connection.execute("SET LOCAL lock_timeout = '5s'")
        connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(_name(partition.name)))
        connection.execute(
            "UPDATE metadata.detached_partitions SET dropped_at = now()"
            " WHERE table_name = %s AND partition_name = %s",
            (partition.table, _short(partition.name)),
        )


def named(found: Sequence[Partition], names: Sequence[str]) -> list[Partition]:
    """Return detached and dropped partitions by name.

    Raises:
        TerminalError: there is none of a name.
    """
    by_name = {one.name: one for one in found if one.state in (DETACHED, DROPPED)}
    for name in names:
        if name not in by_name:
            near = get_close_matches(name, by_name, n=1)
            hint = f"did you mean `{near[0]}`?" if near else "`mlb-etl db partitions` lists what there is"
            raise TerminalError(f"no partition `{name}` was detached", hint=hint)
    return [by_name[name] for name in names]


def _attach(connection: Connection, partition: Partition, clock: str) -> None:
    connection.execute("SET LOCAL lock_timeout = '5s'")
    _follow(connection, partition)
    low, high = (sql.Literal(day + clock) for day in (partition.first_day, partition.end_day))
    statement = sql.SQL("ALTER TABLE {} ATTACH PARTITION {} FOR VALUES FROM ({}) TO ({})")
    connection.execute(statement.format(_name(partition.table), _name(partition.name), low, high))


def _follow(connection: Connection, partition: Partition) -> None:
    """Give a partition the columns that its table got meanwhile; `mlb-etl backfill` fills them.

    Raises:
        TerminalError: the table no longer has a column, has it of another type, or requires what the rows lack.
    """
    table, part = (_columns(connection, name) for name in (partition.table, partition.name))
    changed = [
        name for name, (type_, required) in part.items() if table.get(name) not in _fitting(type_, required)
    ]
    changed += [name for name, (_, required) in table.items() if required and name not in part]
    if changed:
        raise TerminalError(
            f"`{partition.table}` changed after `{partition.name}` was detached: {', '.join(changed)}",
            hint=f"`mlb-etl db partitions drop {partition.name}`, then attach it: the next load fills it from the"
            " responses that are stored",
        )
    for name, (type_, _) in table.items():
        if name not in part:
            statement = sql.SQL("ALTER TABLE {} ADD COLUMN {} {}")
            place, column = _name(partition.name), sql.Identifier(name)
            connection.execute(statement.format(place, column, sql.SQL(cast("LiteralString", type_))))


def _fitting(type_: str, required: bool) -> set[tuple[str, bool]]:
    """Return the columns that a table may have over one of a partition."""
    return {(type_, False), (type_, required)}


def _columns(connection: Connection, name: str) -> dict[str, tuple[str, bool]]:
    """Return types by column, and whether it is NOT NULL."""
    place = _name(name).as_string(connection)
    return {column: (type_, required) for column, type_, required in connection.execute(_COLUMNS, (place,))}


def _attached(connection: Connection, tables: Collection[str]) -> Iterator[Partition]:
    for table, name, bound, rows, size, is_pending in connection.execute(_ATTACHED, (list(tables),)):
        bounds = _BOUNDS.search(bound)
        if bounds is None:
            continue  # a default partition, which is not ours
        yield Partition(
            table=table,
            name=name,
            first_day=bounds[1],
            end_day=bounds[2],
            rows=_estimate(rows),
            bytes=size,
            state=DETACHING_NOW if is_pending else ATTACHED,
        )


def _detached(connection: Connection, tables: Collection[str]) -> Iterator[Partition]:
    for table, name, first, end, rows, size, dropped in connection.execute(_DETACHED, (list(tables),)):
        found = Partition(
            table=table,
            name=name,
            first_day=first,
            end_day=end,
            rows=_estimate(rows),
            bytes=size or 0,
            state=DETACHED,
        )
        yield replace(found, state=DROPPED, rows=0) if dropped else found


def _estimate(rows: int | None) -> int | None:
    return None if rows is None or rows < 0 else rows


def _needed(
    connection: Connection, catalog: Catalog, one: Partition, tables: Sequence[str], before: int
) -> int:
    """Count the documents that need a raw partition; nobody needs one of rows."""
    operation = next((item for item in catalog.operations.values() if item.raw_table == one.table), None)
    job = catalog.job(operation.name) if operation else None
    if operation is None or job is None:
        return 0
    partitioned = [table for table in job.tables if table.partitioning]
    names = [table.name for table in partitioned]
    found = connection.execute(
        sql.SQL(_NEEDED).format(part=_name(one.name), version=version_of(operation), day=day_of(partitioned)),
        {
            "operation": operation.name,
            "before": f"{before:04d}-01-01",
            "tables": names,
            "closing": not {*names}.isdisjoint(tables),
            "pruned_by": PRUNED_BY,
        },
    ).fetchone()
    return found[0] if found else 0


def _jobs(catalog: Catalog) -> list[Job]:
    return [job for name in with_tables(catalog) if (job := catalog.job(name))]


def _name(name: str) -> sql.Identifier:
    return sql.Identifier(*name.split(".", 1))


def _short(name: str) -> str:
    return name.partition(".")[2]
