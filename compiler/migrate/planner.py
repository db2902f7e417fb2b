"""Additive changes -> ordered statements with what they cost -> the text of a migration."""

from collections.abc import Sequence
from dataclasses import dataclass

from compiler.backends.base import render
from compiler.backends.postgres import ddl
from compiler.migrate.changes import (
    AddColumn,
    AddIndex,
    AddTable,
    Change,
    CommentColumn,
    CommentTable,
    CreateSchema,
    describe,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One step of a migration: what it does, what it costs while it runs, and its SQL."""

    summary: str
    sql: str
    hazards: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A statement as the template shows it."""

    title: str
    hazards: tuple[str, ...]
    sql: str


_BLOCKS_WRITES = "blocks-writes: writers of the table wait while the index is built"


def plan(changes: Sequence[Change]) -> tuple[Statement, ...]:
    """Return the statements of additive changes, one each, in their order."""
    return tuple(
        Statement(
            summary=describe(change),
            sql=_sql(change),
            hazards=(_BLOCKS_WRITES,) if isinstance(change, AddIndex) else (),
        )
        for change in changes
    )


def _sql(change: Change) -> str:
    match change:
        case CreateSchema(schema=schema):
            return ddl.create_schema(schema)
        case AddTable(table=table):
            return ddl.create_table(table)
        case AddColumn(table=table, column=column):
            return ddl.add_column(table, column)
        case AddIndex(table=table, index=index):
            return ddl.create_index(table, index)
        case CommentTable(table=table, after=comment):
            return ddl.comment_on_table(table, comment)
        case CommentColumn(table=table, column=column):
            return ddl.comment_on_column(table, column)
        case _:
            raise AssertionError(f"not additive: {describe(change)}")


def migration(name: str, before: str, after: str, statements: Sequence[Statement]) -> str:
    """Return the text of a migration between two catalogs, which their digests name."""
    total = len(statements)
    steps = tuple(
        Step(title=f"{number}/{total}  {one.summary}", hazards=one.hazards, sql=one.sql)
        for number, one in enumerate(statements, start=1)
    )
    counts = (
        f"{_counted(total, 'statement')}, {_counted(sum(len(one.hazards) for one in statements), 'hazard')}"
    )
    return render(
        "postgres/migration.sql.jinja", name=name, before=before, after=after, counts=counts, steps=steps
    )


def metadata() -> str:
    """Return the script of the tables that the runtime keeps about itself: every history begins with it."""
    return render("postgres/metadata.sql.jinja")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
