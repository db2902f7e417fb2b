"""Who stands in the way of a statement that did not get its locks: open transactions, the oldest first."""

from dataclasses import dataclass

from runtime.database import Connection

_MOST = 3
_LONGEST = 100
"""Characters of a query that are shown."""

# Whoever holds a lock on a table (or on a partition of one) that the statement names. An index that is made
# concurrently also waits for transactions that hold nothing but a snapshot.
_OPEN = """
SELECT pid, coalesce(nullif(application_name, ''), usename, backend_type), coalesce(state, ''),
       to_char(xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"'), query,
       EXISTS (
           SELECT FROM pg_locks l
           JOIN pg_class c ON c.oid = l.relation
           LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
           LEFT JOIN pg_class p ON p.oid = i.inhparent
           WHERE l.pid = a.pid AND l.granted AND c.relnamespace <> 'pg_catalog'::regnamespace
             AND strpos(replace(%s::text, '""', '"'), coalesce(p.relname, c.relname)) > 0
       )
FROM pg_stat_activity a
WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
ORDER BY xact_start
"""

_HOLDS = """
SELECT pid, coalesce(nullif(application_name, ''), usename), coalesce(state, ''),
       to_char(coalesce(xact_start, state_change) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"'), query
FROM pg_stat_activity
WHERE pid IN (
    SELECT pid FROM pg_locks JOIN pg_database d ON d.oid = database AND datname = current_database()
    WHERE locktype = 'advisory' AND granted AND classid::bigint << 32 | objid::bigint = %s
)
"""


@dataclass(frozen=True, slots=True)
class Blocker:
    """A session that others wait for; `since` is when its transaction began, or its state, in UTC."""

    pid: int
    name: str
    state: str
    since: str
    query: str

    def __str__(self) -> str:
        query = " ".join(self.query.split())
        shown = query if len(query) <= _LONGEST else f"{query[:_LONGEST]}…"
        return f"pid {self.pid} ({self.name}, {self.state}) since {self.since}: {shown}"


def blockers(connection: Connection, statement: str) -> tuple[Blocker, ...]:
    """Return who has held, until now, what a statement waits for."""
    rows = connection.execute(_OPEN, (statement,)).fetchall()
    named = [row for row in rows if row[-1]]
    return tuple(Blocker(*row[:-1]) for row in (named or rows)[:_MOST])


def holders(connection: Connection, advisory: int) -> tuple[Blocker, ...]:
    """Return who holds an advisory lock."""
    return tuple(Blocker(*row) for row in connection.execute(_HOLDS, (advisory,)))
