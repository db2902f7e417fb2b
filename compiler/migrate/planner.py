"""Changes -> ordered statements with what they cost -> the texts of migrations.

A migration either runs in one transaction, changes nothing but the catalog and locks for moments, or it is `online`:
statement by statement, each of which may run again, for what takes as long as a table is large.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from compiler.backends.base import render
from compiler.backends.postgres import ddl, relocation
from compiler.backends.postgres.metadata import MetadataStep
from compiler.ir.catalog import Catalog, Table
from compiler.migrate import freed
from compiler.migrate.changes import (
    RAW,
    AddColumn,
    AddIndex,
    AddTable,
    AddView,
    AlterDefault,
    AlterFormat,
    AlterNullability,
    AlterPath,
    AlterRows,
    AlterSentinels,
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
    ReplaceView,
    TakeUpColumn,
    TakeUpTable,
    has_statement,
)
from compiler.migrate.hazards import Hazard, Lock
from compiler.wording import counted

EACH_PARTITION = "-- mlbc: then each partition, concurrently"
"""Tells the migrator, which knows the partitions, to make the index of the next statement for each."""

_IN_A_TRANSACTION = ("SET LOCAL lock_timeout = '5s';", "SET LOCAL statement_timeout = '5min';")
_ONLINE = ("SET lock_timeout = '5s';", "SET statement_timeout = '12h';")
"""How long others may wait for a statement that waits for its lock, and how long a statement may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A change and the SQL of it: what waits for it, what it risks, and whether it runs outside a transaction."""

    summary: str
    sql: str
    lock: Lock = Lock.NONE
    hazards: tuple[Hazard, ...] = ()
    online: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A statement as the template shows it."""

    title: str
    lock: str
    hazards: tuple[str, ...]
    sql: str


def split(changes: Sequence[Change], old: Catalog) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """Return what runs in one transaction, and then what runs online.

    What no statement makes goes along with the first that has statements; alone it is no migration.
    """
    changes = freed.in_order(changes)
    online = _online(changes, _partitioned(changes, old))
    at_once = tuple(one for one in changes if not online(one))
    later = tuple(one for one in changes if online(one))
    return (at_once, later) if any(map(has_statement, at_once)) else ((), (*at_once, *later) if later else ())


def said(changes: Iterable[Change]) -> tuple[Statement, ...]:
    """Return what a migration only tells, since no statement makes it: titles with hazards."""
    return tuple(
        Statement(summary=change.title, sql="", hazards=tuple(_hazards_of_meaning(change)))
        for change in changes
        if not has_statement(change)
    )


def plan(changes: Sequence[Change], old: Catalog, before: str = "") -> tuple[Statement, ...]:
    """Return the statements of changes to a catalog: what the runtime has to know first, then each in its order.

    `before`: what earlier migrations do.
    """
    partitioned = _partitioned(changes, old)
    online = _online(changes, partitioned)
    replaced = {(one.table, one.before) for one in changes if isinstance(one, RenameColumn)}
    replaced |= {(one.before, "") for one in changes if isinstance(one, MoveTable)}
    added = (one.table for one in changes if isinstance(one, AddTable))
    replaced |= {(table.name, "") for table in added if not old.by_name.keys().isdisjoint(table.was)}
    raw = frozenset(table.name for table in old.tables if table.kind == RAW)
    left = _left(changes)
    statements = (
        _relocating(change, old.by_name[change.before], change.before in left)
        if isinstance(change, MoveTable | RenameTable)
        else _statement(
            change, tuple(_of_raw(change, raw) or _hazards(change, replaced)), partitioned, online(change)
        )
        for change in changes
        if has_statement(change)
    )
    names = map(_taken, filter(has_statement, changes))
    kinds = {one.view.name: one.view.kind for one in changes if isinstance(one, DropView)}
    made = (
        _behind_view(
            statement, name, kinds.get(name, "view" if relocation.has_stand_in(name, before) else "")
        )
        for statement, name in zip(statements, names, strict=True)
    )
    return (*_known(changes), *made)


def _taken(change: Change) -> str:
    """Return the name that a table takes; "" for a change that gives none."""
    match change:
        case AddTable(table=table):
            return table.name
        case RenameTable(after=after):
            return after
        case _:
            return ""


def _behind_view(statement: Statement, name: str, kind: str) -> Statement:
    """Return a statement that first drops the view whose name a table takes; as it is, if there is none (`kind`)."""
    if kind not in ("view", "materialized view"):
        return statement
    sql = f"{ddl.drop_view(name, kind)}\n{statement.sql}"
    return replace(statement, sql=sql, lock=Lock.A_MOMENT)


def _left(changes: Iterable[Change]) -> frozenset[str]:
    """Return the views that come, but for those whose schema goes before they are made."""
    gone = {one.schema for one in changes if isinstance(one, DropSchema)}
    names = {one.view.name for one in changes if isinstance(one, AddView)}
    return frozenset(name for name in names if name.partition(".")[0] not in gone)


def _known(changes: Sequence[Change]) -> Iterator[Statement]:
    """Yield what tells the runtime of tables that go elsewhere, before any is locked: there are many documents."""
    moved = [one.before for one in changes if isinstance(one, MoveTable)]
    if moved:
        summary = f"forget what is loaded of {', '.join(moved)}"
        yield Statement(summary=summary, sql=relocation.forget_rows(moved))
    for one in changes:
        if isinstance(one, RenameTable):
            summary = f"know what is loaded of {one.before} as of {one.after}"
            yield Statement(summary=summary, sql=relocation.follow_rows(one.before, one.after))


def _relocating(change: MoveTable | RenameTable, table: Table, is_left: bool) -> Statement:
    """Return what renames a table; a view that comes under the former name stands there from the same moment on."""
    is_renamed = isinstance(change, RenameTable)
    used = (column.name for column in table.columns if not column.given_up)
    left = (relocation.stand_in(change.before, change.after, used),) if is_left and is_renamed else ()
    moved = relocation.relocate(table, change.after, with_detached=is_renamed)
    return Statement(
        summary=change.title,
        sql="\n".join((moved, *left)),
        lock=Lock.A_MOMENT,
        hazards=(Hazard.LEAVES_A_VIEW if left else Hazard.BREAKS_READERS,),
    )


def _partitioned(changes: Sequence[Change], old: Catalog) -> frozenset[str]:
    """Return the partitioned tables, by the names that they have before and after."""
    names = frozenset(table.name for table in old.tables if table.partitioning)
    return names | {one.after for one in changes if isinstance(one, RenameTable) and one.before in names}


def _online(changes: Iterable[Change], partitioned: frozenset[str]) -> Callable[[Change], bool]:
    at_once = freed.at_once(changes)

    def online(change: Change) -> bool:
        match change:
            case AddIndex():
                return True
            case DropIndex(table=table):
                return table not in partitioned and change not in at_once
            case AlterNullability(nullable=nullable):
                return not nullable
            case _:
                return False

    return online


def _statement(
    change: Change, hazards: tuple[Hazard, ...], partitioned: frozenset[str], online: bool
) -> Statement:
    return Statement(
        summary=change.title,
        sql="\n".join(_sql(change, partitioned, online)),
        lock=_lock(change, partitioned, online),
        hazards=hazards,
        online=online,
    )


def _lock(change: Change, partitioned: frozenset[str], online: bool) -> Lock:
    match change:
        case CreateSchema() | DropSchema() | AddTable() | GiveUpTable() | TakeUpTable():
            return Lock.NONE
        case DropIndex() if not online:
            return Lock.A_MOMENT
        case AddIndex(table=table) if table in partitioned:
            return Lock.A_MOMENT
        case AddIndex() | DropIndex() | CommentColumn() | CommentTable() | AlterPath() | AlterRows():
            return Lock.WRITES_GO_ON
        case GiveUpColumn() | TakeUpColumn() | RenameIndex() | RenameKey():
            return Lock.WRITES_GO_ON
        case _:
            return Lock.A_MOMENT


def _hazards(change: Change, replaced: set[tuple[str, str]]) -> Iterable[Hazard]:
    match change:
        case RenameColumn():
            return (Hazard.BREAKS_READERS,)
        case DropColumn() | DropTable():
            return (Hazard.DELETES_DATA, Hazard.BREAKS_READERS)
        case AddTable(table=table) if (table.name, "") in replaced:
            return (Hazard.EMPTY_UNTIL_LOADED,)
        case AddColumn(table=table, column=column) if (table, column.name) in replaced:
            return (Hazard.EMPTY_UNTIL_LOADED,)
        case AddIndex(index=index):
            unique = (Hazard.DEPENDS_ON_DATA,) if index.unique else ()
            return (Hazard.READS_WHOLE_TABLE, *unique)
        case AlterNullability(nullable=False):
            return (Hazard.READS_WHOLE_TABLE, Hazard.DEPENDS_ON_DATA)
        case _:
            return _hazards_of_meaning(change)


def _hazards_of_meaning(change: Change) -> Iterable[Hazard]:
    match change:
        case AlterPath() | AlterRows() | AlterFormat() | AlterSentinels():
            return (Hazard.VALUES_CHANGE,)
        case DropView():
            return (Hazard.BREAKS_READERS,)
        case ReplaceView(before=before, after=after) if (
            after.columns[: len(before.columns)] != before.columns
        ):
            return (Hazard.BREAKS_READERS,)
        case _:
            return ()


def _of_raw(change: Change, raw: frozenset[str]) -> tuple[Hazard, ...]:
    """Return what holds for keys of raw tables: they are read when a response is stored; a comment names the path."""
    match change:
        case (
            AddColumn(table=table, column=column)
            | AlterPath(table=table, column=column)
            | TakeUpColumn(table=table, column=column)
        ):
            is_key = table in raw and column.comment and not column.given_up
            return (Hazard.STORED_AS_BEFORE,) if is_key else ()
        case _:
            return ()


def _sql(change: Change, partitioned: frozenset[str], online: bool) -> tuple[str, ...]:
    match change:
        case CreateSchema(schema=schema):
            return (ddl.create_schema(schema, "IF NOT EXISTS"),)
        case DropSchema(schema=schema):
            return (ddl.drop_schema(schema),)
        case AddTable(table=table):
            return (ddl.create_table(table),)
        case DropTable(table=table):
            return (ddl.drop_table(table.name),)
        case AddIndex() | DropIndex() | RenameIndex() | RenameKey():
            return _sql_of_index(change, partitioned, online)
        case _:
            return (_sql_of_comment(change) or _sql_of_column(change),)


def _sql_of_index(
    change: AddIndex | DropIndex | RenameIndex | RenameKey, partitioned: frozenset[str], online: bool
) -> tuple[str, ...]:
    match change:
        case AddIndex(table=table, index=index) if table in partitioned:
            return (EACH_PARTITION, ddl.create_index(table, index, clause="IF NOT EXISTS", only=True))
        case AddIndex(table=table, index=index):
            # one that was left half made is not valid
            dropped = ddl.drop_index(table, index.name, concurrently=True)
            return (dropped, ddl.create_index(table, index, clause="CONCURRENTLY"))
        case DropIndex(table=table, index=index):
            return (ddl.drop_index(table, index.name, concurrently=online),)
        case RenameIndex() | RenameKey():
            return (ddl.rename_index(change.table, change.before, change.after),)


def _sql_of_comment(change: Change) -> str:
    """Return what makes a table or column say something else of itself; "" for another change."""
    match change:
        case GiveUpColumn(table=table, column=column) | TakeUpColumn(table=table, column=column):
            return ddl.comment_on_column(table, column)
        case CommentColumn(table=table, column=column) | AlterPath(table=table, column=column):
            return ddl.comment_on_column(table, column)
        case CommentTable(table=table, after=comment) | AlterRows(table=table, after=comment):
            return ddl.comment_on_table(table, comment)
        case GiveUpTable() | TakeUpTable():
            return "-- (its comment says so)"
        case _:
            return ""


def _sql_of_column(change: Change) -> str:
    match change:
        case AddColumn(table=table, column=column):
            return ddl.add_column(table, column)
        case DropColumn(table=table, column=column):
            return ddl.drop_column(table, column.name)
        case RenameColumn(table=table, before=before, after=after, required=required):
            return relocation.rename_column(table, before, after, required=required)
        case AlterNullability(table=table, column=column, nullable=nullable):
            return (
                ddl.alter_column(table, column, "DROP NOT NULL") if nullable else ddl.require(table, column)
            )
        case AlterDefault(table=table, column=column, after=default):
            return ddl.alter_column(table, column, f"SET DEFAULT {default}" if default else "DROP DEFAULT")
        case _:
            raise AssertionError(f"refused: {change.title}")


def migration(
    name: str, before: str, after: str, statements: Sequence[Statement], told: Sequence[Statement] = ()
) -> str:
    """Return the text of a migration between two catalogs, which their digests name; `told` is what it only says."""
    total = len(statements)
    hazards = sum(len(one.hazards) for one in (*statements, *told))
    steps = (
        *(_step(f"also  {one.summary}", one) for one in told),
        *(_step(f"{number}/{total}  {one.summary}", one) for number, one in enumerate(statements, start=1)),
    )
    online = any(one.online for one in statements)
    return render(
        "postgres/migration.sql.jinja",
        name=name,
        before=before,
        after=after,
        counts=f"{counted(total, 'statement')}, {counted(hazards, 'hazard')}",
        online=online,
        timeouts=_ONLINE if online else _IN_A_TRANSACTION,
        remakes_views=any(Hazard.BREAKS_READERS in one.hazards for one in statements),
        steps=steps,
    )


def _step(title: str, statement: Statement) -> Step:
    return Step(
        title=title,
        lock=statement.lock.value,
        hazards=tuple(hazard.value for hazard in statement.hazards),
        sql=statement.sql,
    )


def metadata(step: MetadataStep) -> Statement:
    """Return what makes a database follow a step of schema `metadata`."""
    lock = Lock.A_MOMENT if "ALTER TABLE" in step.sql else Lock.NONE
    return Statement(summary=f"grow schema metadata: {step.name}", sql=step.sql.rstrip("\n"), lock=lock)
