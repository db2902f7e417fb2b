"""Two catalogs -> what changed, and back: `apply(diff(old, new), old) == new`, whatever the order of tables.

Former names are no part of that: no database knows them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from compiler.ir.catalog import Catalog, Column, Index, Table, View
from compiler.migrate.changes import (
    AddColumn,
    AddIndex,
    AddTable,
    AddView,
    AlterDefault,
    AlterFormat,
    AlterKey,
    AlterNullability,
    AlterPartitioning,
    AlterPath,
    AlterRows,
    AlterSentinels,
    AlterSource,
    AlterType,
    Change,
    CommentColumn,
    CommentTable,
    CreateSchema,
    DropColumn,
    DropIndex,
    DropSchema,
    DropTable,
    DropView,
    GiveUpColumn,
    GiveUpTable,
    MoveTable,
    RenameColumn,
    RenameIndex,
    RenameKey,
    RenameTable,
    ReorderColumns,
    ReplaceView,
    TakeUpColumn,
    TakeUpTable,
)

Named = TypeVar("Named", Table, Column)


def diff(old: Catalog, new: Catalog) -> tuple[Change, ...]:
    """Return what makes the old catalog the new one, in an order in which a database can do it.

    Things are known by their names: another name is another thing, but for one that says what it was. What one of both
    does not tell, views and what values mean, is not compared.
    """
    if not (old.tells_meaning and new.tells_meaning):
        old, new = old.bare, new.bare
    return tuple(_diff(old, new))


def _diff(old: Catalog, new: Catalog) -> Iterator[Change]:
    views_before, views = _by_name(old.views), _by_name(new.views)
    yield from (DropView(view=view) for name, view in views_before.items() if name not in views)
    yield from (CreateSchema(schema=name) for name in sorted(new.schemas - old.schemas))
    moves = tuple(_moves(old, new))
    yield from moves
    before, after = _moved(old.by_name, moves), new.by_name
    for table in new.tables:
        found = before.get(table.name)
        yield from (AddTable(table=table),) if found is None else _table(found, table)
    yield from (DropTable(table=table) for name, table in before.items() if name not in after)
    yield from (DropSchema(schema=name) for name in sorted(old.schemas - new.schemas))
    for name, view in views.items():
        known = views_before.get(name)
        if known != view:
            yield AddView(view=view) if known is None else ReplaceView(before=known, after=view)


def _moves(old: Catalog, new: Catalog) -> Iterator[MoveTable | RenameTable]:
    """Yield the tables that say what they were; one that is given up only lies in another schema."""
    for was, table in _successors(old.by_name, new.by_name):
        if not table.given_up:
            yield RenameTable(before=was, after=table.name)
        elif was.partition(".")[2] == table.short_name:
            yield MoveTable(before=was, after=table.name)


def _moved(tables: Mapping[str, Table], moves: Iterable[MoveTable | RenameTable]) -> dict[str, Table]:
    names = {move.before: move.after for move in moves}
    return {
        names.get(name, name): replace(table, name=names.get(name, name)) for name, table in tables.items()
    }


def _table(old: Table, new: Table) -> Iterator[Change]:
    if old == new:
        return
    name = new.name
    if (old.kind, old.operation) != (new.kind, new.operation):
        yield AlterSource(table=name, before=(old.kind, old.operation), after=(new.kind, new.operation))
    renames = tuple(_renames(old, new))
    yield from renames
    old = _renamed(old, renames)
    yield from _columns(old, new)
    if old.key != new.key:
        yield AlterKey(table=name, before=old.key, after=new.key)
    if old.key_name != new.key_name:
        yield RenameKey(table=name, before=old.key_name, after=new.key_name)
    if old.partitioning != new.partitioning:
        yield AlterPartitioning(table=name, before=old.partitioning, after=new.partitioning)
    yield from _indexes(old, new)
    yield from _use(old, new)


def _use(old: Table, new: Table) -> Iterator[Change]:
    if old.given_up != new.given_up:
        if new.given_up:
            yield GiveUpTable(table=new.name, since=new.given_up)
        else:
            yield TakeUpTable(table=new.name, since=old.given_up)
    if old.comment != new.comment:
        is_same = old.given_up != new.given_up or old.rows == new.rows
        said = CommentTable if is_same else AlterRows
        yield said(table=new.name, before=old.comment, after=new.comment)


def _renames(old: Table, new: Table) -> Iterator[RenameColumn]:
    before = _by_name(old.columns)
    for was, column in _successors(before, _by_name(new.columns)):
        required = not (before[was].nullable or column.nullable)
        yield RenameColumn(table=new.name, before=was, after=column.name, required=required)


def _successors(old: Mapping[str, Named], new: Mapping[str, Named]) -> Iterator[tuple[str, Named]]:
    """Yield what has a new name and says which of the old ones it had; that name is free, or its successor's."""
    taken: set[str] = set()
    for name, thing in new.items():
        was = next((was for was in thing.was if was in old), "")
        is_free = was not in new or bool(thing.given_up)
        if name not in old and was and is_free and was not in taken:
            taken.add(was)
            yield was, thing


def _columns(old: Table, new: Table) -> Iterator[Change]:
    before, after = _by_name(old.columns), _by_name(new.columns)
    yield from (
        DropColumn(table=new.name, column=column) for column in old.columns if column.name not in after
    )
    for column in new.columns:
        known = before.get(column.name)
        if known is None:
            yield AddColumn(table=new.name, kind=new.kind, column=column)
        else:
            yield from _column(new, known, column)
    order = tuple(after)
    kept = [name for name in before if name in after]
    grown = (*kept, *(name for name in order if name not in before))
    if grown != order:
        yield ReorderColumns(table=new.name, before=grown, after=order)


def _column(table: Table, old: Column, new: Column) -> Iterator[Change]:
    of, name = table.name, new.name
    if old.type != new.type:
        yield AlterType(table=of, column=name, before=old.type, after=new.type)
    if old.nullable != new.nullable:
        yield AlterNullability(table=of, column=name, nullable=new.nullable)
    if old.default != new.default:
        yield AlterDefault(table=of, column=name, before=old.default, after=new.default)
    if old.format != new.format:
        yield AlterFormat(table=of, column=name, before=old.format, after=new.format)
    if old.sentinels != new.sentinels:
        yield AlterSentinels(table=of, column=name, before=old.sentinels, after=new.sentinels)
    yield from _said(table, old, new)


def _said(table: Table, old: Column, new: Column) -> Iterator[Change]:
    """Yield what the comment tells: whether a column is in use, and where its cells come from."""
    if old.given_up != new.given_up and new.given_up:
        yield GiveUpColumn(table=table.name, column=new)
    elif old.given_up != new.given_up:
        yield TakeUpColumn(table=table.name, column=new, since=old.given_up)
    elif old.comment != new.comment:
        said = CommentColumn if table.source(old) == table.source(new) else AlterPath
        yield said(table=table.name, column=new, before=old.comment)


def _indexes(old: Table, new: Table) -> Iterator[Change]:
    renames = tuple(_index_renames(old, new))
    held = _with_indexes(old, renames).indexes
    yield from (DropIndex(table=new.name, index=index) for index in held if index not in new.indexes)
    yield from renames
    yield from (AddIndex(table=new.name, index=index) for index in new.indexes if index not in held)


def _index_renames(old: Table, new: Table) -> Iterator[RenameIndex]:
    """Yield the indexes that are as one that is gone, under a name that nothing had."""
    before, after = _by_name(old.indexes), _by_name(new.indexes)
    gone = [index for name, index in before.items() if name not in after]
    for name, index in after.items():
        same = next((one for one in gone if replace(one, name=name) == index), None)
        if name not in before and same is not None:
            gone.remove(same)
            yield RenameIndex(table=new.name, before=same.name, after=name)


def _with_indexes(table: Table, renames: Iterable[RenameIndex]) -> Table:
    names = {rename.before: rename.after for rename in renames}
    indexes = (replace(index, name=names.get(index.name, index.name)) for index in table.indexes)
    return replace(table, indexes=tuple(indexes))


Part = TypeVar("Part", Column, Index, View)


def _by_name(parts: Iterable[Part]) -> dict[str, Part]:
    return {part.name: part for part in parts}


# ------------------------------------------------------------------------------------------------- apply


def apply(changes: Iterable[Change], catalog: Catalog) -> Catalog:
    """Return the catalog with the changes made, tables, indexes and views by name."""
    tables, views = dict(catalog.by_name), _by_name(catalog.views)
    for change in changes:
        match change:
            case CreateSchema() | DropSchema():
                pass
            case AddTable(table=table):
                tables[table.name] = table
            case DropTable(table=table):
                del tables[table.name]
            case MoveTable(before=before, after=after) | RenameTable(before=before, after=after):
                tables[after] = replace(tables.pop(before), name=after)
            case AddView(view=view) | ReplaceView(after=view):
                views[view.name] = view
            case DropView(view=view):
                del views[view.name]
            case _:
                tables[change.table] = _changed(tables[change.table], change)
    return replace(catalog, tables=tuple(tables.values()), views=tuple(views.values())).unordered


def _changed(table: Table, change: Change) -> Table:
    match change:
        case AddIndex(index=index):
            return replace(table, indexes=(*table.indexes, index))
        case DropIndex(index=index):
            return replace(table, indexes=tuple(kept for kept in table.indexes if kept.name != index.name))
        case RenameIndex():
            return _with_indexes(table, (change,))
        case AlterKey() | RenameKey() | AlterPartitioning() | AlterSource():
            return _changed_rows(table, change)
        case RenameColumn():
            return _renamed(table, (change,))
        case GiveUpTable() | TakeUpTable() | CommentTable() | AlterRows():
            return _changed_use(table, change)
        case _:
            return replace(table, columns=tuple(_changed_columns(table.columns, change)))


def _changed_rows(table: Table, change: AlterKey | RenameKey | AlterPartitioning | AlterSource) -> Table:
    match change:
        case AlterKey(after=key):
            return replace(table, key=key)
        case RenameKey(after=name):
            return replace(table, key_name=name)
        case AlterPartitioning(after=partitioning):
            return replace(table, partitioning=partitioning)
        case AlterSource(after=(kind, operation)):
            return replace(table, kind=kind, operation=operation)


def _changed_use(table: Table, change: GiveUpTable | TakeUpTable | CommentTable | AlterRows) -> Table:
    match change:
        case GiveUpTable(since=since):
            return replace(table, given_up=since)
        case TakeUpTable():
            return replace(table, given_up="")
        case CommentTable(after=comment) | AlterRows(after=comment):
            return replace(table, comment=comment)


def _renamed(table: Table, renames: Iterable[RenameColumn]) -> Table:
    """Return a table with columns of other names wherever it names them, as a database does it."""
    names = {rename.before: rename.after for rename in renames}
    if not names:
        return table

    def now(old: Iterable[str]) -> tuple[str, ...]:
        return tuple(names.get(name, name) for name in old)

    by = table.partitioning
    return replace(
        table,
        columns=tuple(replace(one, name=names.get(one.name, one.name)) for one in table.columns),
        key=now(table.key),
        indexes=tuple(replace(index, columns=now(index.columns)) for index in table.indexes),
        partitioning=replace(by, column=names.get(by.column, by.column)) if by else None,
    )


def _changed_columns(columns: tuple[Column, ...], change: Change) -> Iterable[Column]:
    known = _by_name(columns)
    match change:
        case AddColumn(column=column):
            return (*columns, column)
        case DropColumn(column=column):
            return (kept for kept in columns if kept.name != column.name)
        case ReorderColumns(after=order):
            return (known[name] for name in order)
        case GiveUpColumn() | TakeUpColumn() | CommentColumn() | AlterPath():
            said = change.column
            known[said.name] = replace(known[said.name], comment=said.comment, given_up=said.given_up)
        case AlterType() | AlterNullability() | AlterDefault() | AlterFormat() | AlterSentinels():
            known[change.column] = _altered(known[change.column], change)
        case _:
            raise AssertionError(change)
    return known.values()


def _altered(
    column: Column, change: AlterType | AlterNullability | AlterDefault | AlterFormat | AlterSentinels
) -> Column:
    match change:
        case AlterType(after=type_):
            return replace(column, type=type_)
        case AlterNullability(nullable=nullable):
            return replace(column, nullable=nullable)
        case AlterDefault(after=default):
            return replace(column, default=default)
        case AlterFormat(after=form):
            return replace(column, format=form)
        case AlterSentinels(after=sentinels):
            return replace(column, sentinels=sentinels)
