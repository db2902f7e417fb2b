"""What can change about the keys, the indexes, the partitions and the source of a table's rows."""

from dataclasses import dataclass
from typing import ClassVar

from compiler.ir.catalog import Index, Partitioning
from compiler.migrate.changes.base import OfTable


@dataclass(frozen=True, slots=True, kw_only=True)
class AddIndex(OfTable):
    """An index of a table that is there comes."""

    says: ClassVar[str] = "add index {0.index.name} on {0.table} ({0.columns})"
    named: ClassVar[str] = "{0.index.name}"
    index: Index

    @property
    def columns(self) -> str:
        """Names of its columns."""
        return ", ".join(self.index.columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class DropIndex(OfTable):
    """An index goes; its table stays."""

    says: ClassVar[str] = "drop index {0.index.name} of {0.table}"
    named: ClassVar[str] = "drop_{0.index.name}"
    index: Index


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameIndex(OfTable):
    """An index has another name, such as that of its table."""

    says: ClassVar[str] = "rename index of {0.table}: {0.before} -> {0.after}"
    named: ClassVar[str] = "{0.after}"
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameKey(OfTable):
    """The primary key has another name."""

    says: ClassVar[str] = "rename key of {0.table}: {0.before} -> {0.after}"
    named: ClassVar[str] = "{0.after}"
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterKey(OfTable):
    """The primary key has other columns."""

    says: ClassVar[str] = "alter key of {0.table}: {0.wording}"
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def wording(self) -> str:
        """Both keys."""
        return " -> ".join(", ".join(key) or "none" for key in (self.before, self.after))


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterPartitioning(OfTable):
    """A table is partitioned another way, or from now on, or no longer."""

    says: ClassVar[str] = "alter partitioning of {0.table}: {0.wording}"
    before: Partitioning | None
    after: Partitioning | None

    @property
    def wording(self) -> str:
        """Both partitionings."""
        return " -> ".join(f"{by.column} by {by.every}" if by else "none" for by in (self.before, self.after))


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterSource(OfTable):
    """The rows of a table are of another kind, or come from another operation: `kind` and `operation`."""

    says: ClassVar[str] = "alter {0.table}: {0.wording}"
    before: tuple[str, str]
    after: tuple[str, str]

    @property
    def wording(self) -> str:
        """Both sources."""
        return " -> ".join(" rows of ".join(source) for source in (self.before, self.after))


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterRows(OfTable):
    """One row is something else, such as of another path, fold or condition; `before` and `after` are the comments."""

    says: ClassVar[str] = "alter rows of {0.table}: {0.after}"
    before: str
    after: str
