"""What can change between two catalogs: a closed sum. Tables are named `schema.table`.

To give up a column or a table is to keep it with its values and fill it no more; to drop it is a later step. Each
change says in one line what it is (`title`); a migration is named after the `subject` of the first by `rank`.
"""

from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from compiler.ir.catalog import Column, Index, Partitioning, Table

RAW = "raw"


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
        return f"give_up_{_short(self.before)}"


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
        return f"give_up_{_short(self.table)}"


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
        return f"take_up_{_short(self.table)}"


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
        return f"comment_{_short(self.table)}"


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
        return f"{_short(self.table)}_{self.column.name}"


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
        return f"drop_{_short(self.table)}_{self.column.name}"


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
        return f"rename_{_short(self.table)}_{self.after}"


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
        return f"give_up_{_short(self.table)}_{self.column.name}"


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
        return f"take_up_{_short(self.table)}_{self.column.name}"


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
        return f"comment_{_short(self.table)}"


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
        return f"{_short(self.table)}_{self.column}"


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
        return f"{_short(self.table)}_{self.column}"


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
        return f"{_short(self.table)}_{self.column}"


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
        return _short(self.table)


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
        return _short(self.table)


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
        return _short(self.table)


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
        return _short(self.table)


Change: TypeAlias = (
    CreateSchema
    | DropSchema
    | AddTable
    | DropTable
    | MoveTable
    | GiveUpTable
    | TakeUpTable
    | CommentTable
    | AddColumn
    | DropColumn
    | RenameColumn
    | GiveUpColumn
    | TakeUpColumn
    | CommentColumn
    | AlterType
    | AlterNullability
    | AlterDefault
    | ReorderColumns
    | AddIndex
    | DropIndex
    | RenameKey
    | AlterKey
    | AlterPartitioning
    | AlterSource
)


def is_refused(change: Change) -> bool:
    """Say whether databases with rows cannot follow a change.

    A settled catalog (`compiler.ir.settle`) leaves only those of raw tables: what they hold cannot be made again from
    anything but the archive, and responses that are stored already would lack the value of a new key.
    """
    match change:
        case AddColumn(kind=kind, column=column):
            return kind == RAW or not column.nullable or bool(column.default)
        case DropColumn(column=column):
            return not column.given_up
        case DropTable(table=table):
            return not table.given_up
        case _:
            return isinstance(change, AlterType | AlterKey | AlterPartitioning | AlterSource | ReorderColumns)


def _short(table: str) -> str:
    return table.partition(".")[2]


def _partitions(partitioning: Partitioning | None) -> str:
    return f"{partitioning.column} by {partitioning.every}" if partitioning else "none"
