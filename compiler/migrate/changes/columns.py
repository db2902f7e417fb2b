"""What can change about the columns of a table."""

from dataclasses import dataclass
from typing import ClassVar

from compiler.ir.catalog import Column, source_of
from compiler.migrate.changes.base import UNNAMED, OfTable, difference


@dataclass(frozen=True, slots=True, kw_only=True)
class AddColumn(OfTable):
    """A column comes, behind the others. `kind` is that of the table: `raw` or `normalized`."""

    rank: ClassVar[int] = 1
    says: ClassVar[str] = "add column {0.table}.{0.column.name}"
    named: ClassVar[str] = "{0.short}_{0.column.name}"
    kind: str
    column: Column


@dataclass(frozen=True, slots=True, kw_only=True)
class DropColumn(OfTable):
    """A column goes, with its values."""

    rank: ClassVar[int] = 1
    says: ClassVar[str] = "drop column {0.table}.{0.column.name}"
    named: ClassVar[str] = "drop_{0.short}_{0.column.name}"
    column: Column


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameColumn(OfTable):
    """A column has another name, and its values; `required`: it is NOT NULL under both."""

    rank: ClassVar[int] = 1
    says: ClassVar[str] = "rename column {0.table}.{0.before} to {0.after}"
    named: ClassVar[str] = "rename_{0.short}_{0.after}"
    before: str
    after: str
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUpColumn(OfTable):
    """Nothing fills a column from now on; its values stay. `column` is as it is from then on."""

    rank: ClassVar[int] = 1
    says: ClassVar[str] = "give up column {0.table}.{0.column.name}"
    named: ClassVar[str] = "give_up_{0.short}_{0.column.name}"
    column: Column


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeUpColumn(OfTable):
    """A column that was given up is filled again."""

    rank: ClassVar[int] = 1
    says: ClassVar[str] = "take up column {0.table}.{0.column.name} again"
    named: ClassVar[str] = "take_up_{0.short}_{0.column.name}"
    column: Column
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentColumn(OfTable):
    """A column says something else of itself; what its cells are is the same."""

    rank: ClassVar[int] = 3
    says: ClassVar[str] = "comment on column {0.table}.{0.column.name}"
    named: ClassVar[str] = "comment_{0.short}"
    column: Column
    before: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterPath(OfTable):
    """The cells of a column come from somewhere else, which its comment says; `before` is the comment until then."""

    says: ClassVar[str] = "alter path of {0.table}.{0.column.name}: {0.wording}"
    named: ClassVar[str] = "{0.short}_{0.column.name}"
    column: Column
    before: str

    @property
    def wording(self) -> str:
        """Both sources."""
        return " -> ".join(source_of(said) or "none" for said in (self.before, self.column.comment))


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterFormat(OfTable):
    """Strings become the values of a column another way, as in `decimal .000`; "" is no format."""

    rank: ClassVar[int] = UNNAMED
    says: ClassVar[str] = "alter format of {0.table}.{0.column}: {0.before!r} -> {0.after!r}"
    named: ClassVar[str] = "{0.short}_{0.column}"
    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterSentinels(OfTable):
    """Other strings mean NULL in a column."""

    rank: ClassVar[int] = UNNAMED
    says: ClassVar[str] = "alter sentinels of {0.table}.{0.column}: {0.wording}"
    named: ClassVar[str] = "{0.short}_{0.column}"
    column: str
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def wording(self) -> str:
        """Which no longer, and which more."""
        return difference(map(repr, self.before), map(repr, self.after))


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterType(OfTable):
    """A column has another type."""

    says: ClassVar[str] = "alter column {0.table}.{0.column}: {0.before} -> {0.after}"
    named: ClassVar[str] = "{0.short}_{0.column}"
    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterNullability(OfTable):
    """A column takes NULL from now on, or no longer."""

    says: ClassVar[str] = "alter column {0.table}.{0.column}: {0.wording}"
    named: ClassVar[str] = "{0.short}_{0.column}"
    column: str
    nullable: bool

    @property
    def wording(self) -> str:
        """The constraint as SQL has it."""
        return "NULL" if self.nullable else "NOT NULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterDefault(OfTable):
    """A column has another default; "" is none."""

    says: ClassVar[str] = "alter column {0.table}.{0.column}: default {0.wording}"
    named: ClassVar[str] = "{0.short}_{0.column}"
    column: str
    before: str
    after: str

    @property
    def wording(self) -> str:
        """Both defaults."""
        return f"{self.before or 'none'} -> {self.after or 'none'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReorderColumns(OfTable):
    """The columns stand in another order, which a database can only do by making the table again."""

    says: ClassVar[str] = "reorder columns of {0.table}"
    before: tuple[str, ...]
    after: tuple[str, ...]
