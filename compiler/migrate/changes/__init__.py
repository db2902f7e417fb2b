"""What can change between two catalogs: a closed sum. Tables are named `schema.table`.

To give up a column or a table is to keep it with its values and fill it no more; to drop it is a later step. Each
change says in one line what it is (`title`); a migration is named after the `subject` of the first by `rank`.

Some changes are none of what a database holds (`has_statement`): what strings of the response become, which of them
mean NULL, and views, which are made again from their script. They are said where the others are done.
"""

from typing import TypeAlias

from compiler.migrate.changes.columns import (
    AddColumn,
    AlterDefault,
    AlterFormat,
    AlterNullability,
    AlterPath,
    AlterSentinels,
    AlterType,
    CommentColumn,
    DropColumn,
    GiveUpColumn,
    RenameColumn,
    ReorderColumns,
    TakeUpColumn,
)
from compiler.migrate.changes.rows import (
    AddIndex,
    AlterKey,
    AlterPartitioning,
    AlterRows,
    AlterSource,
    DropIndex,
    RenameIndex,
    RenameKey,
)
from compiler.migrate.changes.tables import (
    AddTable,
    CommentTable,
    CreateSchema,
    DropSchema,
    DropTable,
    GiveUpTable,
    MoveTable,
    RenameTable,
    TakeUpTable,
)
from compiler.migrate.changes.views import AddView, DropView, ReplaceView

__all__ = [
    "RAW",
    "AddColumn",
    "AddIndex",
    "AddTable",
    "AddView",
    "AlterDefault",
    "AlterFormat",
    "AlterKey",
    "AlterNullability",
    "AlterPartitioning",
    "AlterPath",
    "AlterRows",
    "AlterSentinels",
    "AlterSource",
    "AlterType",
    "Change",
    "CommentColumn",
    "CommentTable",
    "CreateSchema",
    "DropColumn",
    "DropIndex",
    "DropSchema",
    "DropTable",
    "DropView",
    "GiveUpColumn",
    "GiveUpTable",
    "MoveTable",
    "RenameColumn",
    "RenameIndex",
    "RenameKey",
    "RenameTable",
    "ReorderColumns",
    "ReplaceView",
    "TakeUpColumn",
    "TakeUpTable",
    "has_statement",
    "is_refused",
]

RAW = "raw"

Change: TypeAlias = (
    CreateSchema
    | DropSchema
    | AddTable
    | DropTable
    | MoveTable
    | RenameTable
    | GiveUpTable
    | TakeUpTable
    | CommentTable
    | AddColumn
    | DropColumn
    | RenameColumn
    | GiveUpColumn
    | TakeUpColumn
    | CommentColumn
    | AlterPath
    | AlterFormat
    | AlterSentinels
    | AlterType
    | AlterNullability
    | AlterDefault
    | ReorderColumns
    | AddIndex
    | DropIndex
    | RenameIndex
    | RenameKey
    | AlterKey
    | AlterPartitioning
    | AlterSource
    | AlterRows
    | AddView
    | DropView
    | ReplaceView
)


def has_statement(change: Change) -> bool:
    """Say whether a migration does something to make a change."""
    return not isinstance(change, AlterFormat | AlterSentinels | AddView | DropView | ReplaceView)


def is_refused(change: Change) -> bool:
    """Say whether databases with rows cannot follow a change.

    A settled catalog (`compiler.ir.settle`) leaves only those of raw tables: another key, another partitioning, another
    source, a column that must not be NULL. What raw tables hold cannot be made again from anything but the archive.
    """
    match change:
        case AddColumn(column=column):
            return not column.nullable or bool(column.default)
        case DropColumn(column=column):
            return not column.given_up
        case DropTable(table=table):
            return not table.given_up
        case _:
            return isinstance(change, AlterType | AlterKey | AlterPartitioning | AlterSource | ReorderColumns)
