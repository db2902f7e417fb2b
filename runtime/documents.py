"""Find the raw responses whose documents are to be loaded, and transform them, from their exact bytes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import LiteralString, cast

from psycopg import sql
from psycopg.rows import TupleRow

from runtime.archive import Archive
from runtime.capture import PRUNED_BY
from runtime.database import Connection
from runtime.engines import Engine, Result, Source, transform_one
from runtime.errors import DataError
from runtime.job import REQUEST, Job, Operation, Rows, Table
from runtime.raw import table_of
from runtime.registry import Catalog, find
from runtime.snapshot import Snapshot

USABLE = sql.SQL("data IS NOT NULL AND NOT query_params ? {}").format(sql.Literal(PRUNED_BY))
"""Which responses can be transformed: documents, not cut down to some fields."""

# The newest whole response of each document, unless it is loaded already by the present transform.
_PENDING = """
WITH newest AS (
    SELECT DISTINCT ON (document_key) raw_id, {version} AS version, captured_at, sha256, document_key,
           {day} AS day{keys}
    FROM {raw}
    WHERE {usable} AND raw_id > %(after)s AND raw_id <= %(up_to)s
    ORDER BY document_key, {version} COLLATE "C" DESC, captured_at DESC, sha256 COLLATE "C" DESC, raw_id
)
SELECT {is_detached}, n.* FROM newest n
LEFT JOIN metadata.documents d ON d.operation = %(operation)s AND d.document_key = n.document_key
WHERE %(force)s OR d.raw_id IS NULL
   OR (n.version COLLATE "C", n.captured_at, n.sha256 COLLATE "C")
    > (d.version COLLATE "C", d.captured_at, d.sha256 COLLATE "C")
   OR d.transform_digest <> %(digest)s
ORDER BY n.captured_at, n.document_key
"""

# Whether a table's partition that its rows belong into, or lie in, was detached.
_IS_DETACHED = """
EXISTS (
    SELECT FROM metadata.detached_partitions p
    WHERE p.table_name = ANY (%(tables)s)
      AND (n.day >= p.first_day AND n.day < p.end_day OR d.partition_day >= p.first_day AND d.partition_day < p.end_day)
)
"""

_ONE = (
    "SELECT sha256, path_params, query_params, document_key FROM {raw} WHERE raw_id = %s AND captured_at = %s"
)
_BODY = "SELECT data::text FROM {raw} WHERE raw_id = %s AND captured_at = %s"


@dataclass(frozen=True, slots=True)
class RawIds:
    """A range of raw ids: those after one, up to another one."""

    after: int
    up_to: int


ALL = RawIds(0, 2**63 - 1)


@dataclass(frozen=True, slots=True)
class Documents:
    """Where documents come from."""

    connection: Connection
    catalog: Catalog
    archive: Archive

    def pending(self, name: str, *, force: bool = False, within: RawIds = ALL) -> list[Snapshot]:
        """Return the snapshots of an operation to load: the newest of each document, if it is not loaded.

        `within`: look at no other responses than those with these raw ids.
        """
        operation = find(self.catalog, name)
        digest, schema_digest = self.catalog.digest(name), self.catalog.schema_digest(name)
        job = self.catalog.job(name)
        partitioned = [table for table in job.tables if table.partitioning] if job else []
        found = self.connection.execute(
            sql.SQL(_PENDING).format(
                raw=table_of(operation),
                usable=USABLE,
                keys=_key_columns(operation),
                version=version_of(operation),
                day=day_of(partitioned),
                is_detached=sql.SQL(_IS_DETACHED if partitioned else "false"),
            ),
            {
                "operation": name,
                "force": force,
                "digest": digest,
                "tables": [table.name for table in partitioned],
                "after": within.after,
                "up_to": within.up_to,
            },
        )
        return [
            Snapshot(
                operation=name,
                document_key=document_key,
                keys=tuple(keys),
                raw_id=raw_id,
                version=version,
                captured_at=captured_at,
                sha256=sha256,
                transform_digest=digest,
                raw_table=operation.raw_table,
                schema_digest=schema_digest,
                is_detached=is_detached,
            )
            for is_detached, raw_id, version, captured_at, sha256, document_key, _, *keys in found
        ]

    def source(self, name: str, raw_id: int, captured_at: datetime) -> Source:
        """Return a response of the raw tier, with its exact bytes if they are in the archive."""
        sha256, path_params, query_params, document_key = self._raw(_ONE, name, raw_id, captured_at)
        asked = {**cast("Mapping[str, str]", query_params), **cast("Mapping[str, str]", path_params)}
        body = self.archive.body(sha256) or str(self._raw(_BODY, name, raw_id, captured_at)[0]).encode()
        return Source(
            raw_id=raw_id, captured_at=captured_at, params=asked | {REQUEST: document_key}, body=body
        )

    def _raw(self, select: LiteralString, name: str, raw_id: int, captured_at: datetime) -> TupleRow:
        raw = table_of(find(self.catalog, name))
        found = self.connection.execute(sql.SQL(select).format(raw=raw), (raw_id, captured_at)).fetchone()
        if found is None:
            raise DataError(f"response {raw_id} of `{name}` is not in the raw tier")
        return found

    def transformed(self, snapshots: Sequence[Snapshot], engine: Engine) -> Iterator[tuple[Job, Result]]:
        """Transform responses, those of one operation together; yield a result for each, in their order."""
        for name, group in groupby(snapshots, key=lambda snapshot: snapshot.operation):
            job = self.job(name)
            sources = (self.source(name, item.raw_id, item.captured_at) for item in group)
            for result in engine(find(self.catalog, name), job, sources):
                yield job, result

    def job(self, name: str) -> Job:
        """Return the transform of an operation."""
        job = self.catalog.job(name)
        if job is None:
            raise DataError(f"operation `{name}` has no tables", hint="it is kept raw only; add a mapping")
        return job

    def again(self, name: str, raw_id: int, captured_at: datetime) -> Rows:
        """Return the rows of an older response."""
        result = transform_one(self.job(name), self.source(name, raw_id, captured_at))
        if isinstance(result, DataError):
            raise result
        return result.rows


def _key_columns(operation: Operation) -> sql.Composed:
    keys = enumerate(operation.document_key)  # renamed: `document_key` is a column of every raw table
    names = (
        sql.SQL(", {} AS {}").format(sql.Identifier(name), sql.Identifier(f"key_{n}")) for n, name in keys
    )
    return sql.SQL("").join(names)


def day_of(partitioned: Sequence[Table]) -> sql.Composable:
    """Return the raw key that tells the partition of a document's rows."""
    by = next((table.partitioning.column for table in partitioned if table.partitioning), None)
    return sql.SQL("NULL::date") if by is None else sql.Identifier(by)


def version_of(operation: Operation) -> sql.Composable:
    """Return what orders the states of a document: its own word, if it has one."""
    if not operation.version:
        return sql.Literal("")
    return sql.SQL("coalesce({}::text, '')").format(sql.Identifier(operation.version))
