"""Two catalogs -> what changed, and back: `apply(diff(old, new), old) == new`, whatever the order of tables."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from compiler.ir.catalog import Catalog, Column, Index, Table
from compiler.migrate.changes import (
    AddColumn,
    AddIndex,
    AddTable,
    AlterDefault,
    AlterKey,
    AlterNullability,
    AlterPartitioning,
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
    ReorderColumns,
)


def diff(old: Catalog, new: Catalog) -> tuple[Change, ...]:
    """Return what makes the old catalog the new one, in an order in which a database can do it.

    Things are known by their names: another name is another thing.
    """
    return tuple(_diff(old, new))


def _diff(old: Catalog, new: Catalog) -> Iterator[Change]:
    before, after = old.by_name, new.by_name
    yield from (CreateSchema(schema=name) for name in sorted(new.schemas - old.schemas))
    for table in new.tables:
        known = before.get(table.name)
        yield from (AddTable(table=table),) if known is None else _table(known, table)
    yield from (DropTable(table=table) for table in old.tables if table.name not in after)
    yield from (DropSchema(schema=name) for name in sorted(old.schemas - new.schemas))


def _table(old: Table, new: Table) -> Iterator[Change]:
    if old == new:
        return
    name = new.name
    if (old.kind, old.operation) != (new.kind, new.operation):
        yield AlterSource(
            table=name,
            kind_before=old.kind,
            kind_after=new.kind,
            operation_before=old.operation,
            operation_after=new.operation,
        )
    yield from _columns(old, new)
    if (old.key, old.key_name) != (new.key, new.key_name):
        yield AlterKey(
            table=name, before=old.key, after=new.key, name_before=old.key_name, name_after=new.key_name
        )
    if old.partitioning != new.partitioning:
        yield AlterPartitioning(table=name, before=old.partitioning, after=new.partitioning)
    yield from _indexes(old, new)
    if old.comment != new.comment:
        yield CommentTable(table=name, before=old.comment, after=new.comment)


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
            yield from _column(new.name, known, column)
    order = tuple(after)
    kept = [name for name in before if name in after]
    grown = (*kept, *(name for name in order if name not in before))
    if grown != order:
        yield ReorderColumns(table=new.name, before=grown, after=order)


def _column(table: str, old: Column, new: Column) -> Iterator[Change]:
    if old.type != new.type:
        yield AlterType(table=table, column=new.name, before=old.type, after=new.type)
    if old.nullable != new.nullable:
        yield AlterNullability(table=table, column=new.name, nullable=new.nullable)
    if old.default != new.default:
        yield AlterDefault(table=table, column=new.name, before=old.default, after=new.default)
    if old.comment != new.comment:
        yield CommentColumn(table=table, column=new, before=old.comment)


def _indexes(old: Table, new: Table) -> Iterator[Change]:
    yield from (DropIndex(table=new.name, index=index) for index in old.indexes if index not in new.indexes)
    yield from (AddIndex(table=new.name, index=index) for index in new.indexes if index not in old.indexes)


def _by_name(columns: tuple[Column, ...]) -> dict[str, Column]:
    return {column.name: column for column in columns}


# ------------------------------------------------------------------------------------------------- apply


def apply(changes: Iterable[Change], catalog: Catalog) -> Catalog:
    """Return the catalog with the changes made, tables and indexes by name."""
    tables = dict(catalog.by_name)
    for change in changes:
        match change:
            case CreateSchema() | DropSchema():
                pass
            case AddTable(table=table):
                tables[table.name] = table
            case DropTable(table=table):
                del tables[table.name]
            case _:
                tables[change.table] = _changed(tables[change.table], change)
    return Catalog(tables=tuple(tables.values())).unordered


def _changed(table: Table, change: Change) -> Table:
    match change:
        case AddIndex(index=index):
            return replace(table, indexes=(*table.indexes, index))
        case DropIndex(index=index):
            return replace(table, indexes=_without(table.indexes, index))
        case AlterKey(after=key, name_after=name):
            return replace(table, key=key, key_name=name)
        case AlterPartitioning(after=partitioning):
            return replace(table, partitioning=partitioning)
        case AlterSource(kind_after=kind, operation_after=operation):
            return replace(table, kind=kind, operation=operation)
        case CommentTable(after=comment):
            return replace(table, comment=comment)
        case _:
            return replace(table, columns=tuple(_changed_columns(table.columns, change)))


def _changed_columns(columns: tuple[Column, ...], change: Change) -> Iterable[Column]:
    known = _by_name(columns)
    match change:
        case AddColumn(column=column):
            return (*columns, column)
        case DropColumn(column=column):
            return (kept for kept in columns if kept.name != column.name)
        case ReorderColumns(after=order):
            return (known[name] for name in order)
        case AlterType(column=name, after=type_):
            known[name] = replace(known[name], type=type_)
        case AlterNullability(column=name, nullable=nullable):
            known[name] = replace(known[name], nullable=nullable)
        case AlterDefault(column=name, after=default):
            known[name] = replace(known[name], default=default)
        case CommentColumn(column=column):
            known[column.name] = replace(known[column.name], comment=column.comment)
        case _:
            raise AssertionError(change)
    return known.values()


def _without(indexes: tuple[Index, ...], index: Index) -> tuple[Index, ...]:
    return tuple(kept for kept in indexes if kept != index)
