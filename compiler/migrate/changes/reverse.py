"""What takes a change back."""

from dataclasses import replace

from compiler.migrate.changes import (
    AddColumn,
    AddIndex,
    AddTable,
    AddView,
    AlterNullability,
    AlterPath,
    Change,
    CommentColumn,
    CreateSchema,
    DropColumn,
    DropIndex,
    DropSchema,
    DropTable,
    DropView,
    GiveUpColumn,
    GiveUpTable,
    TakeUpColumn,
    TakeUpTable,
)


def reverse(change: Change) -> Change | None:
    """Return the change that takes another back; None where it does not say all that was there before.

    >>> reverse(CreateSchema(schema="game"))
    DropSchema(schema='game')
    """
    match change:
        case DropColumn() | GiveUpColumn() | TakeUpColumn():
            return None
        case AlterNullability(nullable=nullable):
            return replace(change, nullable=not nullable)
        case CommentColumn(column=column, before=before) | AlterPath(column=column, before=before):
            return replace(change, column=replace(column, comment=before), before=column.comment)
        case CreateSchema() | DropSchema() | AddTable() | DropTable() | GiveUpTable() | TakeUpTable():
            return _opposite_of_table(change)
        case AddColumn() | AddIndex() | DropIndex() | AddView() | DropView():
            return _opposite_of_part(change)
        case _:
            return replace(change, before=change.after, after=change.before)


def _opposite_of_table(
    change: CreateSchema | DropSchema | AddTable | DropTable | GiveUpTable | TakeUpTable,
) -> Change:
    match change:
        case CreateSchema(schema=schema):
            return DropSchema(schema=schema)
        case DropSchema(schema=schema):
            return CreateSchema(schema=schema)
        case AddTable(table=table):
            return DropTable(table=table)
        case DropTable(table=table):
            return AddTable(table=table)
        case GiveUpTable(table=name, since=since):
            return TakeUpTable(table=name, since=since)
        case TakeUpTable(table=name, since=since):
            return GiveUpTable(table=name, since=since)


def _opposite_of_part(change: AddColumn | AddIndex | DropIndex | AddView | DropView) -> Change:
    match change:
        case AddColumn(table=table, column=column):
            return DropColumn(table=table, column=column)
        case AddIndex(table=table, index=index):
            return DropIndex(table=table, index=index)
        case DropIndex(table=table, index=index):
            return AddIndex(table=table, index=index)
        case AddView(view=view):
            return DropView(view=view)
        case DropView(view=view):
            return AddView(view=view)
