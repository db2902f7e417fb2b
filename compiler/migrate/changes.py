"""What can change between two catalogs: a closed sum. Tables are named `schema.table`."""

from dataclasses import dataclass
from typing import TypeAlias

from compiler.ir.catalog import Column, Index, Partitioning, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateSchema:
    """The first table of a schema comes; a catalog knows schemas by their tables."""

    schema: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DropSchema:
    """The last table of a schema goes."""

    schema: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddTable:
    """A table comes, with its indexes and comments."""

    table: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class DropTable:
    """A table goes, with its rows."""

    table: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class AddColumn:
    """A column comes, behind the others. `kind` is that of the table: `raw` or `normalized`."""

    table: str
    kind: str
    column: Column


@dataclass(frozen=True, slots=True, kw_only=True)
class DropColumn:
    """A column goes, with its values."""

    table: str
    column: Column


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterType:
    """A column has another type."""

    table: str
    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterNullability:
    """A column takes NULL from now on, or no longer."""

    table: str
    column: str
    nullable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterDefault:
    """A column has another default; "" is none."""

    table: str
    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReorderColumns:
    """The columns stand in another order, which a database can only do by making the table again."""

    table: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentColumn:
    """A column says something else of itself, such as its path."""

    table: str
    column: Column
    before: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentTable:
    """A table says something else of itself."""

    table: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddIndex:
    """An index of a table that is there comes."""

    table: str
    index: Index


@dataclass(frozen=True, slots=True, kw_only=True)
class DropIndex:
    """An index goes; its table stays."""

    table: str
    index: Index


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterKey:
    """The primary key has other columns, or another name."""

    table: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    name_before: str
    name_after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterPartitioning:
    """A table is partitioned another way, or from now on, or no longer."""

    table: str
    before: Partitioning | None
    after: Partitioning | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterSource:
    """The rows of a table are of another kind, or come from another operation."""

    table: str
    kind_before: str
    kind_after: str
    operation_before: str
    operation_after: str


Change: TypeAlias = (
    CreateSchema
    | DropSchema
    | AddTable
    | DropTable
    | AddColumn
    | DropColumn
    | AlterType
    | AlterNullability
    | AlterDefault
    | ReorderColumns
    | CommentColumn
    | CommentTable
    | AddIndex
    | DropIndex
    | AlterKey
    | AlterPartitioning
    | AlterSource
)
ADDITIVE = (CreateSchema, AddTable, AddColumn, AddIndex, CommentColumn, CommentTable)
"""Kinds that take nothing away and hold for any rows, but for the conditions of `is_additive`."""


def is_additive(change: Change) -> bool:
    """Say whether a change holds for a database with any rows, and takes nothing away.

    A column of a raw table is none: the responses that are stored already would lack its value.
    """
    match change:
        case AddColumn(kind=kind, column=column):
            return kind != "raw" and column.nullable and not column.default
        case AddIndex(index=index):
            return not index.unique
        case _:
            return isinstance(change, ADDITIVE)


def describe(change: Change) -> str:
    """Return what changes, in one line.

    >>> describe(AlterType(table="game.plays", column="inning", before="bigint", after="text"))
    'alter column game.plays.inning: bigint -> text'
    """
    match change:
        case CreateSchema(schema=schema):
            return f"create schema {schema}"
        case DropSchema(schema=schema):
            return f"drop schema {schema}"
        case AddTable(table=table):
            return f"add table {table.name}"
        case DropTable(table=table):
            return f"drop table {table.name}"
        case AddIndex(table=table, index=index):
            return f"add index {index.name} on {table} ({', '.join(index.columns)})"
        case DropIndex(table=table, index=index):
            return f"drop index {index.name} of {table}"
        case AlterKey() | AlterPartitioning() | AlterSource() | ReorderColumns() | CommentTable():
            return _of_table(change)
        case _:
            return _of_column(change)


def _of_table(change: AlterKey | AlterPartitioning | AlterSource | ReorderColumns | CommentTable) -> str:
    match change:
        case AlterKey(before=before, after=after) if before != after:
            return (
                f"alter key of {change.table}: {', '.join(before) or 'none'} -> {', '.join(after) or 'none'}"
            )
        case AlterKey():
            return f"rename key of {change.table}: {change.name_before} -> {change.name_after}"
        case AlterPartitioning(before=before, after=after):
            return f"alter partitioning of {change.table}: {_partitions(before)} -> {_partitions(after)}"
        case AlterSource():
            before = f"{change.kind_before} rows of {change.operation_before}"
            return f"alter {change.table}: {before} -> {change.kind_after} rows of {change.operation_after}"
        case ReorderColumns():
            return f"reorder columns of {change.table}"
        case CommentTable():
            return f"comment on table {change.table}"


def _of_column(
    change: AddColumn | DropColumn | AlterType | AlterNullability | AlterDefault | CommentColumn,
) -> str:
    match change:
        case AddColumn(table=table, column=column):
            return f"add column {table}.{column.name}"
        case DropColumn(table=table, column=column):
            return f"drop column {table}.{column.name}"
        case AlterType(table=table, column=column, before=before, after=after):
            return f"alter column {table}.{column}: {before} -> {after}"
        case AlterNullability(table=table, column=column, nullable=nullable):
            return f"alter column {table}.{column}: {'NULL' if nullable else 'NOT NULL'}"
        case AlterDefault(table=table, column=column, before=before, after=after):
            return f"alter column {table}.{column}: default {before or 'none'} -> {after or 'none'}"
        case CommentColumn(table=table, column=column):
            return f"comment on column {table}.{column.name}"


def _partitions(partitioning: Partitioning | None) -> str:
    return f"{partitioning.column} by {partitioning.every}" if partitioning else "none"
