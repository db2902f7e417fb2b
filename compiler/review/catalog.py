"""Changes of the catalog -> items, by the table that they are about."""

from collections.abc import Iterable, Iterator

from compiler.ir.catalog import Catalog, Column, Table, View, source_of
from compiler.migrate import diff
from compiler.migrate.changes import (
    AddColumn,
    AddTable,
    AddView,
    AlterFormat,
    AlterPath,
    AlterRows,
    AlterSentinels,
    Change,
    CommentColumn,
    CreateSchema,
    DropSchema,
    DropTable,
    DropView,
    GiveUpColumn,
    GiveUpTable,
    MoveTable,
    RenameColumn,
    RenameTable,
    ReplaceView,
    TakeUpColumn,
    TakeUpTable,
)
from compiler.review.items import Artefact, Item, Scope, Sign, Subject

FILE = "catalog.json"
_BACKFILL = "; rows that are there follow with `mlb-etl backfill`"
_VERBS = frozenset({"add", "drop", "alter"})
"""Verbs that the sign says."""

Found = Iterator[tuple[Subject, Item]]
"""What an item is about, and the item."""


def catalog_items(old: Catalog, new: Catalog) -> Found:
    """Yield what `diff` finds, in its order; what is made anew beside the old is told of once."""
    changes = diff(old, new)
    columns = _columns_anew(changes)
    tables = _tables_anew(changes)
    buried = {(table, kept) for (table, _), kept in columns.items()}
    for change in changes:
        match change:
            case CreateSchema() | DropSchema():
                pass  # its tables say so
            case AddTable(table=table) if table.name in tables:
                yield from _table_anew(old.by_name[table.name], table, tables[table.name])
            case RenameColumn(table=table, before=name) if (table, name) in columns:
                pass
            case AddColumn(table=table, column=column) if (table, column.name) in columns:
                kept = columns[table, column.name]
                text = f"column {_column(column)}; what it had stays in {kept}"
                yield (Scope.RELATION, table), _item(Sign.CHANGED, text)
            case GiveUpColumn(table=table, column=column) if (table, column.name) in buried:
                pass
            case _ if _subject(change) not in tables.values():
                yield from _told(change)
            case _:
                pass  # of a table that another took the place of


def _columns_anew(changes: Iterable[Change]) -> dict[tuple[str, str], str]:
    """Return the columns whose name another takes, by table and name, with the name of the old one."""
    added = {(one.table, one.column.name) for one in changes if isinstance(one, AddColumn)}
    renames = (one for one in changes if isinstance(one, RenameColumn))
    return {(one.table, one.before): one.after for one in renames if (one.table, one.before) in added}


def _tables_anew(changes: Iterable[Change]) -> dict[str, str]:
    """Return the tables whose name another takes, with the name of the old one."""
    added = {one.table.name for one in changes if isinstance(one, AddTable)}
    return {one.before: one.after for one in changes if isinstance(one, MoveTable) and one.before in added}


def _table_anew(old: Table, new: Table, kept: str) -> Found:
    """Yield what is another in a table that takes the place of one, as if the old one were changed."""
    text = f"table is made anew; what it had stays in {kept}"
    yield (Scope.RELATION, new.name), _item(Sign.CHANGED, text)
    yield from catalog_items(Catalog(tables=(old,)), Catalog(tables=(new,)))


def _told(change: Change) -> Found:
    match change:
        case ReplaceView(before=before, after=after):
            yield from _view(before, after)
        case _:
            yield (Scope.RELATION, _subject(change)), _item(_sign(change), _text(change))


def _view(before: View, after: View) -> Found:
    """Yield what a view returns no longer, and what more; else that it is another query."""
    subject = Scope.RELATION, after.name
    less = [column for column in before.columns if column not in after.columns]
    more = [column for column in after.columns if column not in before.columns]
    yield from ((subject, _item(Sign.REMOVED, f"column {column}")) for column in less)
    yield from ((subject, _item(Sign.ADDED, f"column {column}")) for column in more)
    if not less and not more:
        yield subject, _item(Sign.CHANGED, "another query")


def _item(sign: Sign, text: str) -> Item:
    return Item(artefact=Artefact.SQL, sign=sign, text=text, file=FILE)


def _subject(change: Change) -> str:
    match change:
        case AddTable(table=table) | DropTable(table=table):
            return table.name
        case MoveTable(after=after) | RenameTable(after=after):
            return after
        case CreateSchema(schema=schema) | DropSchema(schema=schema):
            return schema
        case AddView(view=view) | DropView(view=view) | ReplaceView(after=view):
            return view.name
        case _:
            return change.table


def _sign(change: Change) -> Sign:
    match change:
        case TakeUpColumn() | TakeUpTable():
            return Sign.ADDED
        case GiveUpColumn() | GiveUpTable():
            return Sign.REMOVED
        case _:
            verb = type(change).__name__
            by_verb = {"Add": Sign.ADDED, "Drop": Sign.REMOVED}
            return next((sign for word, sign in by_verb.items() if verb.startswith(word)), Sign.CHANGED)


def _text(change: Change) -> str:
    match change:
        case AddTable(table=table):
            return _table(table)
        case MoveTable(before=before) | RenameTable(before=before):
            return f"table, which was {before}"
        case AddColumn(column=column):
            return f"column {_column(column)}"
        case AlterPath(column=column, before=before):
            was, source = source_of(before), source_of(column.comment)
            text = f"column {column.name} comes from {source or 'nowhere'}, not from {was or 'nowhere'}"
            return f"{text}{_BACKFILL}"
        case CommentColumn(column=column):
            return f"comment of column {column.name}"
        case AddView(view=view):
            return f"{view.kind}: {len(view.columns)} columns"
        case _:
            return _text_of_use(change) or _text_of_values(change)


def _text_of_use(change: Change) -> str:
    """Return what becomes of what a table or a column holds; "" for another change."""
    match change:
        case DropTable():
            return "table, with its rows"
        case GiveUpTable():
            return "table: nothing fills it any more, its rows stay"
        case TakeUpTable():
            return "table: it is filled again"
        case GiveUpColumn(column=column):
            return f"column {column.name}: nothing fills it any more, its values stay"
        case TakeUpColumn(column=column):
            return f"column {_column(column)}: it is filled again"
        case _:
            return ""


def _text_of_values(change: Change) -> str:
    """Return a title; where values become others, how those that are there follow."""
    said = _short(change.title, _subject(change))
    is_other = isinstance(change, AlterFormat | AlterRows | AlterSentinels)
    return f"{said}{_BACKFILL}" if is_other else said


def _short(title: str, subject: str) -> str:
    """Return a title without the name of the table that it stands below.

    >>> _short("alter column game.plays.inning: NOT NULL", "game.plays")
    'column inning: NOT NULL'
    >>> _short("rename key of game.plays: a -> b", "game.plays")
    'rename key: a -> b'
    """
    for before, after in (
        (f"{subject}.", ""),
        (f" of {subject}", ""),
        (f" on {subject}", ""),
        (f" {subject}", ""),
    ):
        title = title.replace(before, after)
    verb, _, rest = title.partition(" ")
    return rest if verb in _VERBS else title


def _table(table: Table) -> str:
    by = f", by {table.partitioning.every} of {table.partitioning.column}" if table.partitioning else ""
    return f"table: {len(table.columns)} columns, key {', '.join(table.key) or 'none'}{by}"


def _column(column: Column) -> str:
    null = "" if column.nullable else " NOT NULL"
    default = f" DEFAULT {column.default}" if column.default else ""
    source = source_of(column.comment)
    return f"{column.name} {column.type}{null}{default}{f' from {source}' if source else ''}"
