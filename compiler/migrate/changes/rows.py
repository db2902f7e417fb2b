"""What can change about the keys, the indexes, the partitions and the source of a table's rows."""

from dataclasses import dataclass
from typing import ClassVar

from compiler.ir.catalog import Index, Partitioning
from compiler.migrate.changes.names import short


@dataclass(frozen=True, slots=True, kw_only=True)
class AddIndex:
    """An index of a table that is there comes."""

    rank: ClassVar[int] = 2
    table: str
    index: Index

    @property
    def title(self) -> str:
        """What changes."""
        return f"add index {self.index.name} on {self.table} ({', '.join(self.index.columns)})"

    @property
    def subject(self) -> str:
        """What it is about."""
        return self.index.name


@dataclass(frozen=True, slots=True, kw_only=True)
class DropIndex:
    """An index goes; its table stays."""

    rank: ClassVar[int] = 2
    table: str
    index: Index

    @property
    def title(self) -> str:
        """What changes."""
        return f"drop index {self.index.name} of {self.table}"

    @property
    def subject(self) -> str:
        """What it is about."""
        return f"drop_{self.index.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameKey:
    """The primary key has another name."""

    rank: ClassVar[int] = 2
    table: str
    before: str
    after: str

    @property
    def title(self) -> str:
        """What changes."""
        return f"rename key of {self.table}: {self.before} -> {self.after}"

    @property
    def subject(self) -> str:
        """What it is about."""
        return self.after


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterKey:
    """The primary key has other columns."""

    rank: ClassVar[int] = 2
    table: str
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def title(self) -> str:
        """What changes."""
        return f"alter key of {self.table}: {', '.join(self.before) or 'none'} -> {', '.join(self.after) or 'none'}"

    @property
    def subject(self) -> str:
        """What it is about."""
        return short(self.table)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterPartitioning:
    """A table is partitioned another way, or from now on, or no longer."""

    rank: ClassVar[int] = 2
    table: str
    before: Partitioning | None
    after: Partitioning | None

    @property
    def title(self) -> str:
        """What changes."""
        return f"alter partitioning of {self.table}: {_partitions(self.before)} -> {_partitions(self.after)}"

    @property
    def subject(self) -> str:
        """What it is about."""
        return short(self.table)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterSource:
    """The rows of a table are of another kind, or come from another operation: `kind` and `operation`."""

    rank: ClassVar[int] = 2
    table: str
    before: tuple[str, str]
    after: tuple[str, str]

    @property
    def title(self) -> str:
        """What changes."""
        return f"alter {self.table}: {' rows of '.join(self.before)} -> {' rows of '.join(self.after)}"

    @property
    def subject(self) -> str:
        """What it is about."""
        return short(self.table)


def _partitions(partitioning: Partitioning | None) -> str:
    return f"{partitioning.column} by {partitioning.every}" if partitioning else "none"
