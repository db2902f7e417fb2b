"""What is loaded and what that changed: values that the parts of the loader pass to each other."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from runtime.job import Row, Rows
from runtime.raw import Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Which response a document comes from. `keys` are the values of the operation's document key.

    `raw_table` is where its response lies, which is told `schema_digest`: the definition that it was accounted under.
    `is_detached`: its rows belong, or belonged, into a partition that was detached.
    """

    operation: str
    document_key: str
    keys: tuple[Cell, ...] = ()
    raw_id: int
    version: str = ""
    captured_at: datetime
    sha256: str
    transform_digest: str = ""
    raw_table: str = ""
    schema_digest: str = ""
    is_detached: bool = False

    @property
    def tail(self) -> Row:
        """The bookkeeping cells of its rows."""
        return (self.raw_id, self.captured_at)

    @property
    def position(self) -> tuple[str, datetime, str]:
        """Its place among the snapshots of the document; the newest has the greatest."""
        return (self.version, self.captured_at, self.sha256)


@dataclass(slots=True)
class Loaded:
    """What loading did: documents, rows, rescued values, and what rules found.

    `outdated`: a newer snapshot was there. `detached`: left alone, as their partition was detached. `quarantined` rows
    violate a rule and entered no table; `findings` are of warnings, where they were looked for.
    """

    documents: int = 0
    outdated: int = 0
    detached: int = 0
    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0
    rescued: int = 0
    quarantined: int = 0
    findings: int = 0

    @property
    def changed(self) -> int:
        """Rows that are not what they were."""
        return self.inserted + self.updated + self.deleted

    def __iadd__(self, other: "Loaded") -> "Loaded":
        self.documents += other.documents
        self.outdated += other.outdated
        self.detached += other.detached
        self.inserted += other.inserted
        self.updated += other.updated
        self.deleted += other.deleted
        self.unchanged += other.unchanged
        self.rescued += other.rescued
        self.quarantined += other.quarantined
        self.findings += other.findings
        return self


Again: TypeAlias = Callable[[str, int, datetime], Rows]
"""Transforms an older response again: operation, raw id, instant -> rows."""
