"""The Catalog: tables, columns, keys, partitions, indexes, as Postgres will have them. Canonical JSON and back."""

import hashlib
import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A physical column. `comment` holds the API path and the doc."""

    name: str
    type: str
    nullable: bool
    default: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """A secondary index."""

    name: str
    columns: tuple[str, ...]
    unique: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Partitioning:
    """Range partitions of `column`, one for every `every` (`month` or `year`)."""

    column: str
    every: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A physical table; `kind` is `raw` or `normalized`; `operation` names where its rows come from."""

    name: str
    kind: str
    operation: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    key_name: str
    indexes: tuple[Index, ...] = ()
    partitioning: Partitioning | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """All tables, sorted by kind (raw first) and then in the order of the plan."""

    tables: tuple[Table, ...]

    def to_json(self) -> str:
        """Return canonical JSON: sorted keys, two spaces, one line break at the end."""
        return json.dumps(asdict(self), indent=2, sort_keys=True, ensure_ascii=False) + "\n"

    @property
    def digest(self) -> str:
        """First 12 hex digits of the sha256 of the canonical JSON."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()[:12]
