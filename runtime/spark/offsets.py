"""Raw ids as offsets of a stream: up to which id nothing can still appear, and what a batch takes.

Ids come from a sequence, but a transaction that drew a lower id may commit after one that drew a higher one. Whoever
reads up to the greatest id in the table loses the rows of the former for ever. Two facts help. `nextval` locks the
sequence until its transaction ends, also where that went back to a savepoint or was prepared. And a transaction gives
its locks back after its rows can be seen. So if the last id is read first and the locks are read then, whoever drew an
id up to the last one holds a lock or has ended. Nobody is kept waiting by this but the stream.
"""

import time
from dataclasses import asdict, dataclass, field, fields
from typing import TypeAlias

from psycopg import sql

from runtime.database import Connection
from runtime.errors import TerminalError
from runtime.job import Operation
from runtime.raw import table_of

SEQUENCE = "metadata.raw_id_seq"

_LAST = "SELECT last_value - CASE WHEN is_called THEN 0 ELSE 1 END FROM metadata.raw_id_seq"

_HOLDERS = """
SELECT virtualtransaction FROM pg_locks
WHERE locktype = 'relation' AND relation = 'metadata.raw_id_seq'::regclass AND mode = 'RowExclusiveLock'
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""

_PREPARED = "-1/"
"""How the virtual id of a prepared transaction begins: it is not the one that the transaction had before."""

_WAITING = """
SELECT coalesce(a.pid, 0), coalesce(nullif(a.application_name, ''), 'no name'), coalesce(a.state, 'prepared'),
       extract(epoch FROM clock_timestamp() - a.xact_start)::integer
FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'relation' AND l.relation = 'metadata.raw_id_seq'::regclass AND l.mode = 'RowExclusiveLock'
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND (a.xact_start IS NULL OR a.xact_start < clock_timestamp() - make_interval(secs => %s))
ORDER BY a.xact_start
"""

_DATABASE = """
SELECT system_identifier || '/' || d.oid || '/' || 'metadata.raw_id_seq'::regclass::oid::bigint
FROM pg_control_system(), pg_database d WHERE d.datname = current_database()
"""

_CACHE = "SELECT cache_size FROM pg_sequences WHERE schemaname = 'metadata' AND sequencename = 'raw_id_seq'"

# The id of the last response that a batch takes: it holds so many documents, of so many responses at most.
_NEXT = """
WITH ahead AS (
    SELECT raw_id, document_key FROM {raw} WHERE raw_id > %(after)s AND raw_id <= %(settled)s
    ORDER BY raw_id LIMIT %(responses)s
), counted AS (
    SELECT raw_id, row_number() OVER (PARTITION BY document_key ORDER BY raw_id) = 1 AS is_first FROM ahead
), numbered AS (
    SELECT raw_id, count(*) FILTER (WHERE is_first) OVER (ORDER BY raw_id) AS documents FROM counted
)
SELECT max(raw_id) FROM numbered WHERE documents <= %(documents)s
"""

_POLL = 0.02

Offset: TypeAlias = dict[str, int | str]
"""An offset as Spark keeps it: `raw_id`, and whose ids these are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Whose ids the offsets of a stream are. A checkpoint is good for one of these.

    `into`: the tables, or the folder of the files. `database`: the server's cluster, the database and the sequence,
    which all get other numbers when they are made again. `transform`: the digest of the generated code.
    """

    operation: str
    into: str
    database: str
    transform: str

    def at(self, raw_id: int) -> Offset:
        """Return the offset after a response."""
        return {"raw_id": raw_id, **asdict(self)}

    def place(self, offset: Offset, connection: Connection) -> int:
        """Return the raw id of an offset.

        Raises:
            TerminalError: the offset is of another origin, or from the future: the database is older than it.
        """
        for one in fields(self):
            found, own = str(offset.get(one.name)), str(getattr(self, one.name))
            if found != own:
                raise TerminalError(_OTHER[one.name].format(found=found, own=own), hint=_AFRESH)
        place, last = int(offset["raw_id"]), last_drawn(connection)
        if place > last:
            raise TerminalError(
                f"the checkpoint is after raw id {place}, the database has come to {last} only: it was restored",
                hint=_AFRESH,
            )
        return place


_AFRESH = (
    "remove the checkpoint's folder, or name another with --checkpoint: the stream then begins with the first response,"
    " and rows that are there already stay as they are"
)
_OTHER = {
    "operation": "the checkpoint is of `{found}`, not of `{own}`",
    "into": "the checkpoint is of a stream to {found}, not to {own}",
    "database": "the checkpoint is of another database, or this one was made again since: its raw ids are others",
    "transform": "the transform has changed since the checkpoint was made: earlier responses would keep their old rows",
}


def origin(connection: Connection, operation: str, into: str, transform: str) -> Origin:
    """Return what the offsets of a stream belong to; refuse a sequence whose ids are not drawn in order."""
    if connection.execute(_CACHE).fetchone() not in {(1,), None}:
        raise TerminalError(
            f"{SEQUENCE} hands out ids in blocks, so that they say nothing of the order",
            hint=f"ALTER SEQUENCE {SEQUENCE} CACHE 1",
        )
    found = connection.execute(_DATABASE).fetchone()
    return Origin(
        operation=operation, into=into, database=str(found[0]) if found else "", transform=transform
    )


@dataclass(frozen=True, slots=True)
class Observed:
    """The last id that was drawn, and who might still add rows with ids up to it."""

    last: int
    holders: frozenset[str]

    def has_ended(self, connection: Connection) -> bool:
        """Say whether all of them have ended; a transaction that was prepared meanwhile may be one of them."""
        return all(
            holder not in self.holders and not holder.startswith(_PREPARED) for holder in _holders(connection)
        )


@dataclass(slots=True)
class Settled:
    """The greatest id up to which nothing can still appear, as far as is known: it only grows."""

    connection: Connection
    raw_id: int = 0
    _observed: Observed | None = field(default=None, repr=False)

    def advance(self, patience: float) -> int:
        """Look how far it is; wait so many seconds at most for transactions that might add rows."""
        deadline = time.monotonic() + patience
        if self._observed is not None and not self._wait(self._observed, deadline):
            return self.raw_id
        self._observed = observe(self.connection)
        self._wait(self._observed, deadline)
        return self.raw_id

    def _wait(self, observed: Observed, deadline: float) -> bool:
        while not observed.has_ended(self.connection):
            if time.monotonic() > deadline:
                return False
            time.sleep(_POLL)
        self.raw_id, self._observed = observed.last, None
        return True


def observe(connection: Connection) -> Observed:
    """Read the last id first, then the locks."""
    return Observed(last_drawn(connection), _holders(connection))


def last_drawn(connection: Connection) -> int:
    """Return the last id that was drawn, whatever became of it."""
    found = connection.execute(_LAST).fetchone()
    return int(found[0]) if found else 0


def _holders(connection: Connection) -> frozenset[str]:
    return frozenset(str(holder) for (holder,) in connection.execute(_HOLDERS))


def waiting_for(connection: Connection, older_than: float) -> list[str]:
    """Describe the transactions that have kept an id for more than so many seconds: streams wait for them."""
    found = connection.execute(_WAITING, (older_than,))
    return [
        "a prepared transaction" if not pid else f"process {pid} ({name}, {state} for {seconds} s)"
        for pid, name, state, seconds in found
    ]


def end_of_batch(
    connection: Connection, operation: Operation, after: int, settled: int, *, documents: int, responses: int
) -> int:
    """Return the id of the last response that a batch takes; `after` if there is none."""
    query = sql.SQL(_NEXT).format(raw=table_of(operation))
    found = connection.execute(
        query, {"after": after, "settled": settled, "documents": documents, "responses": responses}
    ).fetchone()
    return after if found is None or found[0] is None else int(found[0])
