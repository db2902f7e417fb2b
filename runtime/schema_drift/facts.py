"""What the system catalogs say of relations, as the server prints it, so that two of them can be compared."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import LiteralString, TypeVar

from runtime.database import Connection

Fact = TypeVar("Fact")

TABLES = ("r", "p")
"""The kinds of relations that hold rows; of partitions their table speaks."""
KINDS: Mapping[str, str] = {
    "r": "table",
    "p": "table",
    "v": "view",
    "m": "materialized view",
    "S": "sequence",
    "f": "foreign table",
    "function": "function",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: its default is an expression, or what the server fills it with; "" is none."""

    name: str
    type: str
    nullable: bool
    default: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """A key, a check or a reference by its name, and what it says."""

    name: str
    definition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """An index that is no constraint. `method` says what is not plain: another method, a condition, an order."""

    name: str
    columns: tuple[str, ...]
    unique: bool = False
    valid: bool = True
    method: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A table, or what else stands in a schema; only tables have parts. `partitioned` is empty or as `RANGE (day)`."""

    name: str
    kind: str
    columns: tuple[Column, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    indexes: tuple[Index, ...] = ()
    partitioned: str = ""
    triggers: tuple[str, ...] = ()
    unlogged: bool = False
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """A partition that is attached, with its bounds as the server prints them, and indexes that only it has."""

    table: str
    name: str
    bounds: str
    indexes: tuple[Index, ...] = ()


_RELATIONS = """
SELECT c.oid, n.nspname || '.' || c.relname, c.relkind::text, coalesce(obj_description(c.oid, 'pg_class'), ''),
       c.relpersistence = 'u',
       ARRAY(SELECT tgname::text FROM pg_trigger WHERE tgrelid = c.oid AND NOT tgisinternal ORDER BY 1),
       CASE WHEN p.partrelid IS NULL THEN ''
            WHEN p.partexprs IS NOT NULL THEN pg_get_partkeydef(c.oid)
            ELSE CASE p.partstrat WHEN 'r' THEN 'RANGE' WHEN 'l' THEN 'LIST' ELSE 'HASH' END || ' ('
              || (SELECT string_agg(attname, ', ' ORDER BY place)
                  FROM unnest(p.partattrs::int2[]) WITH ORDINALITY AS key (attnum, place)
                  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = key.attnum) || ')'
       END
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_partitioned_table p ON p.partrelid = c.oid
WHERE n.nspname = ANY (%s) AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND NOT c.relispartition
  AND NOT (c.relkind = 'S' AND EXISTS (
      SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')
  ))
ORDER BY n.nspname, c.relname
"""

_FUNCTIONS = """
SELECT DISTINCT n.nspname || '.' || p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname = ANY (%s)
  AND NOT EXISTS (
      SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
  )
ORDER BY 1
"""

_COLUMNS = """
SELECT a.attrelid, a.attname,
       format_type(a.atttypid, a.atttypmod)
         || CASE WHEN a.attcollation <> t.typcollation THEN ' COLLATE ' || a.attcollation::regcollation ELSE '' END,
       NOT a.attnotnull,
       CASE WHEN a.attidentity <> '' THEN 'identity'
            ELSE coalesce(pg_get_expr(d.adbin, d.adrelid), '') END,
       coalesce(col_description(a.attrelid, a.attnum), '')
FROM pg_attribute a
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = ANY (%s::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum
"""

# Keys by their columns; what else there is, by its definition. NOT NULL is said of the column.
_CONSTRAINTS = """
SELECT c.conrelid, c.conname,
       CASE WHEN c.contype = 'p' THEN 'PRIMARY KEY ('
              || (SELECT string_agg(attname, ', ' ORDER BY place)
                  FROM unnest(c.conkey) WITH ORDINALITY AS key (attnum, place)
                  JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = key.attnum) || ')'
            ELSE pg_get_constraintdef(c.oid) END
FROM pg_constraint c
WHERE c.conrelid = ANY (%s::oid[]) AND c.contype IN ('p', 'u', 'c', 'f', 'x')
ORDER BY c.conrelid, c.conname
"""

_INDEXES = """
SELECT i.indrelid, ic.relname,
       ARRAY(SELECT coalesce(a.attname, pg_get_indexdef(i.indexrelid, place, true))
             FROM generate_series(1, i.indnkeyatts) place
             LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[place - 1]
             ORDER BY place),
       i.indisunique, i.indisvalid AND i.indisready,
       CASE WHEN am.amname = 'btree' AND i.indpred IS NULL AND i.indexprs IS NULL AND i.indnkeyatts = i.indnatts
             AND NOT i.indnullsnotdistinct AND 0 = ALL (i.indoption::int2[])
            THEN '' ELSE substring(pg_get_indexdef(i.indexrelid) FROM 'USING .*') END
FROM pg_index i
JOIN pg_class ic ON ic.oid = i.indexrelid
JOIN pg_am am ON am.oid = ic.relam
WHERE i.indrelid = ANY (%s::oid[])
  AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.conrelid = i.indrelid)
  AND NOT EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = i.indexrelid)
ORDER BY i.indrelid, ic.relname
"""

_PARTITIONS = """
SELECT c.oid, pn.nspname || '.' || p.relname, n.nspname || '.' || c.relname, pg_get_expr(c.relpartbound, c.oid)
FROM pg_inherits h
JOIN pg_class c ON c.oid = h.inhrelid AND c.relispartition AND c.relkind IN ('r', 'p', 'f')
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_class p ON p.oid = h.inhparent
JOIN pg_namespace pn ON pn.oid = p.relnamespace
WHERE pn.nspname = ANY (%s) AND NOT h.inhdetachpending
ORDER BY 2, 3
"""


def relations(connection: Connection, schemas: Collection[str]) -> dict[str, Relation]:
    """Return what stands in some schemas, by name; partitions and sequences of columns are parts of tables."""
    found = connection.execute(_RELATIONS, (list(schemas),)).fetchall()
    oids = [oid for oid, _, kind, *_ in found if kind in (*TABLES, "m")]
    columns = _parts(connection, _COLUMNS, oids, _column)
    constraints = _parts(connection, _CONSTRAINTS, oids, _constraint)
    indexes = _parts(connection, _INDEXES, oids, _index)
    functions = connection.execute(_FUNCTIONS, (list(schemas),)).fetchall()
    others = {name: Relation(name=name, kind="function") for (name,) in functions}
    return others | {
        name: Relation(
            name=name,
            kind=KINDS[kind],
            columns=columns[oid],
            constraints=constraints[oid],
            indexes=indexes[oid],
            partitioned=partitioned,
            triggers=tuple(triggers),
            unlogged=unlogged,
            comment=comment,
        )
        for oid, name, kind, comment, unlogged, triggers, partitioned in found
    }


def partitions(connection: Connection, schemas: Collection[str]) -> tuple[Partition, ...]:
    """Return the partitions of the tables in some schemas, by table and name."""
    found = connection.execute(_PARTITIONS, (list(schemas),)).fetchall()
    indexes = _parts(connection, _INDEXES, [oid for oid, *_ in found], _index)
    return tuple(
        Partition(table=table, name=name, bounds=bounds, indexes=indexes[oid])
        for oid, table, name, bounds in found
    )


def _parts(
    connection: Connection, query: LiteralString, oids: list[int], made: Callable[..., Fact]
) -> Mapping[int, tuple[Fact, ...]]:
    """Return what a query finds, by the oid that its rows begin with."""
    found: defaultdict[int, tuple[Fact, ...]] = defaultdict(tuple)
    for oid, *rest in connection.execute(query, (oids,)):
        found[oid] += (made(*rest),)
    return found


def _column(name: str, type_: str, nullable: bool, default: str, comment: str) -> Column:
    return Column(name=name, type=type_, nullable=nullable, default=default, comment=comment)


def _constraint(name: str, definition: str) -> Constraint:
    return Constraint(name=name, definition=definition)


def _index(name: str, columns: list[str], unique: bool, valid: bool, method: str) -> Index:
    return Index(name=name, columns=tuple(columns), unique=unique, valid=valid, method=method)
