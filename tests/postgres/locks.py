"""A connection that compares the locks that each step of a migration takes with what the step says."""

import re
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow

from runtime.database import Connection, connect

STRENGTH = (
    "",
    "ACCESS SHARE",
    "ROW SHARE",
    "ROW EXCLUSIVE",
    "SHARE UPDATE EXCLUSIVE",
    "SHARE",
    "SHARE ROW EXCLUSIVE",
    "EXCLUSIVE",
    "ACCESS EXCLUSIVE",
)

_STEP = re.compile(r"^-- (\d+/\d+  .*)(?:\n--      lock +([A-Z ]+))?", re.MULTILINE)

LOCKS = """
SELECT c.oid::regclass::text, upper(trim(regexp_replace(replace(mode, 'Lock', ''), '([A-Z])', ' \\1', 'g')))
FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE l.pid = %s AND l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema', 'metadata')
"""
"""What a session has locked, asked by another: what a transaction makes is not there yet, and nobody waits for it."""


def strength(lock: str) -> int:
    """How much a lock keeps others from doing, by its name as the documentation spells it; "" is none."""
    return STRENGTH.index(lock)


class Watched(psycopg.Connection[TupleRow]):
    """Runs each statement that can run in a transaction in one, and asks from outside what is locked then."""

    outside: Connection
    taken: dict[str, set[tuple[str, str]]]
    said: dict[str, str]
    strongest: dict[str, int]

    def begin(self, url: str) -> None:
        """Watch from now on."""
        self.taken, self.said, self.strongest = {}, {}, {}
        self.held, self.step = set[tuple[str, str]](), ""
        self.outside = connect(url, "watch")

    def execute(self, query: Any, params: Any = None, **options: Any) -> psycopg.Cursor[TupleRow]:  # noqa: ANN401
        """Run a statement, and remember which locks came with it."""
        text = self._text(query)
        if found := _STEP.search(text):
            self.step = found[1]
            self.said[self.step] = (found[2] or "").strip()
        if self.info.transaction_status != TransactionStatus.IDLE:
            return self._watched(query, params, options)
        self.held.clear()
        if "CONCURRENTLY" in text:  # another test looks at these
            self.strongest[self.step] = strength("SHARE UPDATE EXCLUSIVE")
            return super().execute(query, params, **options)
        if not re.search(r"\b(ALTER|CREATE|DROP|UPDATE|COMMENT)\b", text):
            return super().execute(query, params, **options)
        with self.transaction():
            return self._watched(query, params, options)

    def _text(self, query: Any) -> str:  # noqa: ANN401
        if isinstance(query, bytes):
            return query.decode()
        return query if isinstance(query, str) else query.as_string(self)

    def _watched(self, query: Any, params: Any, options: dict[str, Any]) -> psycopg.Cursor[TupleRow]:  # noqa: ANN401
        done = super().execute(query, params, **options)
        if self.step:
            held = set(self.outside.execute(LOCKS, (self.info.backend_pid,)).fetchall())
            self.taken.setdefault(self.step, set()).update(held - self.held)
            strongest = [strength(lock) for _, lock in held]
            self.strongest[self.step] = max((self.strongest.get(self.step, 0), *strongest))
            self.held |= held
        return done

    def close(self) -> None:
        """Stop watching too."""
        self.outside.close()
        super().close()

    @property
    def unsaid(self) -> list[str]:
        """What was locked more than the step says."""
        return [
            f"{step}: {lock} on {relation}, said {self.said[step] or 'none'}"
            for step, locks in self.taken.items()
            for relation, lock in sorted(locks)
            if strength(lock) > max(strength(self.said[step]), strength("ACCESS SHARE"))
        ]

    @property
    def unused(self) -> list[str]:
        """The steps that say a stronger lock than any that is held then, by them or by an earlier one."""
        return [
            f"{step}: said {self.said[step]}, held {STRENGTH[found] or 'none'}"
            for step, found in self.strongest.items()
            if found < strength(self.said[step])
        ]


def watched(url: str) -> Watched:
    """Connect to a database, watching."""
    connection = Watched.connect(
        url, autocommit=True, options="-c timezone=UTC -c client_min_messages=warning"
    )
    connection.begin(url)
    return connection
