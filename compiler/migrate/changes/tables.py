"""What can change about schemas and whole tables."""

from dataclasses import dataclass
from typing import ClassVar

from compiler.ir.catalog import Table
from compiler.migrate.changes.base import UNNAMED, Described, OfTable


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateSchema(Described):
    """The first table of a schema comes; a catalog knows schemas by their tables."""

    rank: ClassVar[int] = UNNAMED
    says: ClassVar[str] = "create schema {0.schema}"
    named: ClassVar[str] = "{0.schema}"
    schema: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DropSchema(Described):
    """The last table of a schema goes."""

    rank: ClassVar[int] = UNNAMED
    says: ClassVar[str] = "drop schema {0.schema}"
    named: ClassVar[str] = "{0.schema}"
    schema: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddTable(Described):
    """A table comes, with its indexes and comments."""

    rank: ClassVar[int] = 0
    says: ClassVar[str] = "add table {0.table.name}"
    named: ClassVar[str] = "{0.table.short_name}"
    table: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class DropTable(Described):
    """A table goes, with its rows."""

    rank: ClassVar[int] = 0
    says: ClassVar[str] = "drop table {0.table.name}"
    named: ClassVar[str] = "drop_{0.table.short_name}"
    table: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class _Renamed(Described):
    """A table has another name, with its rows, partitions, keys and indexes."""

    rank: ClassVar[int] = 1
    before: str
    after: str

    @property
    def table(self) -> str:
        """The name that it has until then."""
        return self.before

    @property
    def short(self) -> str:
        """That name without its schema."""
        return self.before.partition(".")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveTable(_Renamed):
    """A table is given up, and lies in another schema, out of the way of the one that takes its name."""

    says: ClassVar[str] = "move table {0.before} to {0.after}"
    named: ClassVar[str] = "give_up_{0.short}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameTable(_Renamed):
    """A table that stays in use has another name, as its mapping says with `was:`."""

    says: ClassVar[str] = "rename table {0.before} to {0.after}"
    named: ClassVar[str] = "rename_{0.short}"


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUpTable(OfTable):
    """Nothing fills a table from now on; its rows stay."""

    rank: ClassVar[int] = 1
    says: ClassVar[str] = "give up table {0.table}"
    named: ClassVar[str] = "give_up_{0.short}"
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeUpTable(OfTable):
    """A table that was given up is filled again."""

    rank: ClassVar[int] = 1
    says: ClassVar[str] = "take up table {0.table} again"
    named: ClassVar[str] = "take_up_{0.short}"
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentTable(OfTable):
    """A table says something else of itself; what one row is, is the same."""

    rank: ClassVar[int] = 3
    says: ClassVar[str] = "comment on table {0.table}"
    named: ClassVar[str] = "comment_{0.short}"
    before: str
    after: str
