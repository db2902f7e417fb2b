"""Say what responses hold beyond the tables: the rescued values, gathered by path, and what would give each a place."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

import orjson

from runtime.database import Connection
from runtime.job import Json, is_array, is_object
from runtime.pointers import pattern
from runtime.registry import Catalog

_RESCUED = """
SELECT operation, pointer, reason, value, document_key, captured_at, raw_id FROM metadata.rescued_values
WHERE %(operations)s::text[] = '{}' OR operation = ANY(%(operations)s)
ORDER BY operation, captured_at, raw_id, ordinal
"""
_LONG = 60
"""Characters of an example that are shown."""

_FEW = 3
"""Newest responses that are remembered of a path: enough to learn from."""

_NEW_PLACES = frozenset({"unknown-key", "no-column"})
LEARNABLE = _NEW_PLACES | {"wrong-kind", "bad-format", "out-of-range"}
"""Reasons that go away once the compiler has seen a response of that kind."""
_TYPES: dict[type, str] = {bool: "boolean", int: "bigint", float: "double precision", str: "text"}
_ADVICE = {
    "wrong-kind": "kinds disagree: `mlbc observe` a response that has it",
    "bad-format": "the column's format does not read it: add a sentinel, or make the column text",
    "ignore-check": "it is not what `ignore:` says it equals: give it a table",
    "null-key": "a row without its key: choose a key that every row has",
    "duplicate-key": "two rows with one key: add what tells them apart",
    "no-parent": "its parent's row was rescued: see there",
    "key-mismatch": "the map's key is not the row's id: add a column `{map_key: true}`",
    "out-of-range": "the number does not fit: make the column double precision, or text",
    "empty-row": "nothing in it: no column is missing",
}


Place: TypeAlias = tuple[int, datetime]
"""Where a response is in the raw tier: its id and its instant."""


@dataclass(slots=True, kw_only=True)
class Drift:
    """One path with values that no column holds. `example` is one of them, as JSON text, cut if it is long.

    `responses` are the newest few that have it.
    """

    operation: str
    path: str
    reason: str
    values: int = 0
    documents: set[str] = field(default_factory=set[str])
    first_seen: datetime
    last_seen: datetime
    example: str
    proposal: str
    responses: deque[Place] = field(default_factory=lambda: deque[Place](maxlen=_FEW))

    def as_json(self) -> dict[str, object]:
        """Return the finding for tools."""
        return {
            "operation": self.operation,
            "path": self.path,
            "reason": self.reason,
            "values": self.values,
            "documents": len(self.documents),
            "first_seen": self.first_seen,
            "last_seen": self.last_seen,
            "example": self.example,
            "proposal": self.proposal,
        }


def drift(connection: Connection, catalog: Catalog, operations: Sequence[str]) -> list[Drift]:
    """Return what is rescued of some operations, or of all: by operation, the most frequent path first."""
    found: dict[tuple[str, str, str], Drift] = {}
    rows = connection.execute(_RESCUED, {"operations": list(operations)})
    for operation, pointer, reason, value, document, captured_at, raw_id in rows:
        job = catalog.job(operation)
        path = pattern(job.shape, pointer) if job else pointer
        one = found.get((operation, path, reason))
        if one is None:
            one = found[operation, path, reason] = Drift(
                operation=operation,
                path=path,
                reason=reason,
                first_seen=captured_at,
                last_seen=captured_at,
                example=_shown(value),
                proposal=propose(path, reason, value),
            )
        one.values += 1
        one.documents.add(document)
        one.last_seen = captured_at
        if (raw_id, captured_at) not in one.responses:
            one.responses.append((raw_id, captured_at))
    return sorted(found.values(), key=lambda one: (one.operation, -one.values, one.path))


def propose(path: str, reason: str, value: Json) -> str:
    """Return what would give such a value a place: lines for the mapping, or what to think about.

    >>> print(propose("$.plays[*].speed", "unknown-key", 9.5))
    shapes:
      $.plays[*].speed: {as: column, type: double precision}
    """
    if reason not in _NEW_PLACES:
        return _ADVICE.get(reason, "look at it")
    if is_object(value) or is_array(value):
        return f"shapes:\n  {path}: json"
    return f"shapes:\n  {path}: {{as: column, type: {_TYPES.get(type(value), 'text')}}}"


def _shown(value: Json) -> str:
    text = orjson.dumps(value).decode()
    return text if len(text) <= _LONG else f"{text[: _LONG - 3]}..."
