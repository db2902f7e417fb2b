"""Catalogs drawn from the IR, and catalogs that grew out of another."""

from dataclasses import replace

from hypothesis import strategies as st

from compiler.ir.catalog import Catalog, Column, Index, Partitioning, Table, View

SCHEMAS = ("game", "season")
NAMES = ("a", "b", "c", "plays", "end", "Größe", 'a"b', "x" * 60)
TYPES = ("bigint", "text", "double precision", "timestamptz", "jsonb", "text[]")
COMMENTS = ("", "$.a", "it's", "back\\slash", "$.a: with a word", "One row per $.b.{x,y}[*] of game.a.")


def columns(*, nullable: bool | None = None) -> st.SearchStrategy[Column]:
    return st.builds(
        Column,
        name=st.sampled_from(NAMES),
        type=st.sampled_from(TYPES),
        nullable=st.booleans() if nullable is None else st.just(nullable),
        default=st.sampled_from(("", "NULL")) if nullable is None else st.just(""),
        comment=st.sampled_from(COMMENTS),
        was=st.sampled_from(((), ("a",), ("plays", "b"))) if nullable is None else st.just(()),
        given_up=st.sampled_from(("", "0001")) if nullable is None else st.just(""),
        format=st.sampled_from(("", ".000", "innings")),
        sentinels=st.sampled_from(((), ("-.--",), ("*", "a\nb;"))),
    )


def views() -> st.SearchStrategy[View]:
    return st.builds(
        View,
        name=st.sampled_from(("stats.a", "stats.b", "game.c")),
        kind=st.sampled_from(("view", "materialized view", "function")),
        columns=st.sampled_from((("a text",), ("a text", "b date"), ("b date",))),
        digest=st.sampled_from(("0", "1")),
    )


def _unique(strategy: st.SearchStrategy, most: int, least: int = 0) -> st.SearchStrategy[tuple]:
    return st.lists(strategy, min_size=least, max_size=most, unique_by=lambda one: one.name).map(tuple)


@st.composite
def tables(draw: st.DrawFn, *, grown: bool = False) -> Table:
    """A table that Postgres takes; a `grown` one is such as a migration adds to a database."""
    held = draw(_unique(columns(nullable=True if grown else None), 5, 1))
    names = [column.name for column in held]
    name = f"{draw(st.sampled_from(SCHEMAS))}.{draw(st.sampled_from(NAMES[:5]))}"
    drawn = draw(st.lists(st.sampled_from(names), max_size=0 if grown else 2, unique=True))
    key = tuple(drawn)
    is_partitioned = bool(key) and not grown and draw(st.booleans())
    indexes = st.builds(
        Index,
        name=st.sampled_from([f"{name.partition('.')[2]}_{number}_idx" for number in range(3)]),
        columns=st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True).map(tuple),
        unique=st.just(False) if grown or is_partitioned else st.booleans(),
    )
    return Table(
        name=name,
        kind="normalized" if grown else draw(st.sampled_from(("raw", "normalized"))),
        operation=draw(st.sampled_from(("game.a", "game.b"))),
        columns=tuple(replace(one, nullable=one.nullable and one.name not in key) for one in held),
        key=key,
        key_name=f"{name.partition('.')[2]}_pkey",
        indexes=draw(_unique(indexes, 2)),
        partitioning=Partitioning(column=key[0], every="month") if is_partitioned else None,
        comment=draw(st.sampled_from(COMMENTS)),
        was=() if grown else draw(st.sampled_from(((), ("game.a",), ("season.b",)))),
        given_up="" if grown else draw(st.sampled_from(("", "0001"))),
    )


def catalogs(*, grown: bool = False) -> st.SearchStrategy[Catalog]:
    """Any catalogs, also such as no plan and no history makes."""
    return st.builds(Catalog, tables=_unique(tables(grown=grown), 4), views=_unique(views(), 2))


def normalized_catalogs() -> st.SearchStrategy[Catalog]:
    """Catalogs without a raw table, all of it in use."""
    return catalogs().map(lambda drawn: replace(drawn, tables=tuple(map(_in_use, drawn.tables))))


def renaming_catalogs() -> st.SearchStrategy[Catalog]:
    """Catalogs without a raw table, all of it in use, whose columns may say what they were."""
    return catalogs().map(
        lambda drawn: Catalog(tables=tuple(_in_use(one, renames=True) for one in drawn.tables))
    )


def _in_use(table: Table, *, renames: bool = False) -> Table:
    columns = tuple(
        replace(one, was=one.was if renames else (), given_up="", default="") for one in table.columns
    )
    return replace(table, kind="normalized", columns=columns, was=(), given_up="")


@st.composite
def grown_from(draw: st.DrawFn, old: Catalog) -> Catalog:
    """A catalog that has more than the old one, in an order of its own."""
    kept = [draw(_grown_table(table)) for table in old.tables]
    drawn = draw(catalogs(grown=True))
    new = [table for table in drawn.tables if table.name not in old.by_name]
    return replace(drawn, tables=tuple(draw(st.permutations([*kept, *new]))))


@st.composite
def _grown_table(draw: st.DrawFn, table: Table) -> Table:
    names = {column.name for column in table.columns}
    new = [column for column in draw(_unique(columns(nullable=True), 3)) if column.name not in names]
    held = draw(st.permutations([*table.columns, *(new if table.kind == "normalized" else [])]))
    said = [replace(column, comment=draw(st.sampled_from(COMMENTS))) for column in held]
    return replace(table, columns=tuple(said), comment=draw(st.sampled_from(COMMENTS)))
