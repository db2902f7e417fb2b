"""What can change about schemas and whole tables."""

from dataclasses import dataclass
from typing import ClassVar

from compiler.ir.catalog import Table
from compiler.migrate.changes.names import short


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateSchema:
    """The first table of a schema comes; a catalog knows schemas by their tables."""

    rank: ClassVar[int] = 9
    schema: str

    @property
    def title(self) -> str:
        """What changes."""
        return f"create schema {self.schema}"

    @property
    def subject(self) -> str:
        """What it is about."""
        return self.schema


@dataclass(frozen=True, slots=True, kw_only=True)
class DropSchema:
    """The last table of a schema goes."""

    rank: ClassVar[int] = 9
    schema: str

    @property
    def title(self) -> str:
        """What changes."""
        return f"drop schema {self.schema}"

    @property
    def subject(self) -> str:
        """What it is about."""
        return self.schema


@dataclass(frozen=True, slots=True, kw_only=True)
class AddTable:
    """A table comes, with its indexes and comments."""

    rank: ClassVar[int] = 0
    table: Table

    @property
    def title(self) -> str:
        """What changes."""
        return f"add table {self.table.name}"

    @property
    def subject(self) -> str:
        """What it is about."""
        return self.table.short_name


@dataclass(frozen=True, slots=True, kw_only=True)
class DropTable:
    """A table goes, with its rows."""

    rank: ClassVar[int] = 0
    table: Table

    @property
    def title(self) -> str:
        """What changes."""
        return f"drop table {self.table.name}"

    @property
    def subject(self) -> str:
        """What it is about."""
        return f"drop_{self.table.short_name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveTable:
    """A table lies in another schema, with its rows, partitions, keys and indexes."""

    rank: ClassVar[int] = 1
    before: str
    after: str

    @property
    def table(self) -> str:
        """The name that it has until then."""
        return self.before

    @property
    def title(self) -> str:
        """What changes."""
        return f"move table {self.before} to {self.after}"

    @property
    def subject(self) -> str:
        """What it is about."""
        return f"give_up_{short(self.before)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUpTable:
    """Nothing fills a table from now on; its rows stay."""

    rank: ClassVar[int] = 1
    table: str
    since: str

    @property
    def title(self) -> str:
        """What changes."""
        return f"give up table {self.table}"

    @property
    def subject(self) -> str:
        """What it is about."""
        return f"give_up_{short(self.table)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeUpTable:
    """A table that was given up is filled again."""

    rank: ClassVar[int] = 1
    table: str
    since: str

    @property
    def title(self) -> str:
        """What changes."""
        return f"take up table {self.table} again"

    @property
    def subject(self) -> str:
        """What it is about."""
        return f"take_up_{short(self.table)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentTable:
    """A table says something else of itself."""

    rank: ClassVar[int] = 3
    table: str
    before: str
    after: str

    @property
    def title(self) -> str:
        """What changes."""
        return f"comment on table {self.table}"

    @property
    def subject(self) -> str:
        """What it is about."""
        return f"comment_{short(self.table)}"
