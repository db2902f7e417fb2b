"""What can change about the columns of a table."""

from dataclasses import dataclass
from typing import ClassVar

from compiler.ir.catalog import Column
from compiler.migrate.changes.names import short


@dataclass(frozen=True, slots=True, kw_only=True)
class AddColumn:
    """A column comes, behind the others. `kind` is that of the table: `raw` or `normalized`."""

    rank: ClassVar[int] = 1
    table: str
    kind: str
    column: Column

    @property
    def title(self) -> str:
        """What changes."""
        return f"add column {self.table}.{self.column.name}"

    @property
    def subject(self) -> str:
        """What it is about."""
        return f"{short(self.table)}_{self.column.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DropColumn:
    """A column goes, with its values."""

    rank: ClassVar[int] = 1
    table: str
    column: Column

    @property
    def title(self) -> str:
        """What changes."""
        return f"drop column {self.table}.{self.column.name}"

    @property
    def subject(self) -> str:
        """What it is about."""
        return f"drop_{short(self.table)}_{self.column.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameColumn:
    """A column has another name, and its values."""

    rank: ClassVar[int] = 1
    table: str
    before: str
    after: str

    @property
    def title(self) -> str:
        """What changes."""
        return f"rename column {self.table}.{self.before} to {self.after}"

    @property
    def subject(self) -> str:
        """What it is about."""
        return f"rename_{short(self.table)}_{self.after}"


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUpColumn:
    """Nothing fills a column from now on; its values stay. `column` is as it is from then on."""

    rank: ClassVar[int] = 1
    table: str
    column: Column

    @property
    def title(self) -> str:
        """What changes."""
        return f"give up column {self.table}.{self.column.name}"

    @property
    def subject(self) -> str:
        """What it is about."""
        return f"give_up_{short(self.table)}_{self.column.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeUpColumn:
    """A column that was given up is filled again."""

    rank: ClassVar[int] = 1
    table: str
    column: Column
    since: str

    @property
    def title(self) -> str:
        """What changes."""
        return f"take up column {self.table}.{self.column.name} again"

    @property
    def subject(self) -> str:
        """What it is about."""
        return f"take_up_{short(self.table)}_{self.column.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentColumn:
    """A column says something else of itself, such as its path."""

    rank: ClassVar[int] = 3
    table: str
    column: Column
    before: str

    @property
    def title(self) -> str:
        """What changes."""
        return f"comment on column {self.table}.{self.column.name}"

    @property
    def subject(self) -> str:
        """What it is about."""
        return f"comment_{short(self.table)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterType:
    """A column has another type."""

    rank: ClassVar[int] = 2
    table: str
    column: str
    before: str
    after: str

    @property
    def title(self) -> str:
        """What changes."""
        return f"alter column {self.table}.{self.column}: {self.before} -> {self.after}"

    @property
    def subject(self) -> str:
        """What it is about."""
        return f"{short(self.table)}_{self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterNullability:
    """A column takes NULL from now on, or no longer."""

    rank: ClassVar[int] = 2
    table: str
    column: str
    nullable: bool

    @property
    def title(self) -> str:
        """What changes."""
        return f"alter column {self.table}.{self.column}: {'NULL' if self.nullable else 'NOT NULL'}"

    @property
    def subject(self) -> str:
        """What it is about."""
        return f"{short(self.table)}_{self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterDefault:
    """A column has another default; "" is none."""

    rank: ClassVar[int] = 2
    table: str
    column: str
    before: str
    after: str

    @property
    def title(self) -> str:
        """What changes."""
        return f"alter column {self.table}.{self.column}: default {self.before or 'none'} -> {self.after or 'none'}"

    @property
    def subject(self) -> str:
        """What it is about."""
        return f"{short(self.table)}_{self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReorderColumns:
    """The columns stand in another order, which a database can only do by making the table again."""

    rank: ClassVar[int] = 2
    table: str
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def title(self) -> str:
        """What changes."""
        return f"reorder columns of {self.table}"

    @property
    def subject(self) -> str:
        """What it is about."""
        return short(self.table)
