"""The Postgres backend: the SQL parses, names fit, the chain holds."""

import json
from dataclasses import replace

import pglast
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.backends.postgres import BACKEND, check, lower
from compiler.backends.postgres.ddl import literal, quoted, script
from compiler.diagnostics import Sink
from compiler.ir.catalog import Catalog, Column, Table
from compiler.ir.plan import OperationPlan, Plan, RawKey
from compiler.ir.plan import Table as PlanTable
from compiler.ir.settle import Before
from compiler.ir.types import Type
from compiler.migrate import squash
from runtime.migrations import link
from tests.unit.backends.plans import ORIGIN, PLAN, column, leaf, operation, unknown


@pytest.fixture(scope="module")
def emitted() -> dict[str, str]:
    return dict(BACKEND.emit(PLAN))


def test_every_script_parses(emitted: dict[str, str]) -> None:
    history = squash(emitted).files
    for text in (emitted["postgres/schema.sql"], history["postgres/migrations/0001_initial.sql"]):
        assert pglast.parse_sql(text)


def test_first_migration_makes_the_whole_schema(emitted: dict[str, str]) -> None:
    schema = pglast.parse_sql(emitted["postgres/schema.sql"])
    assert pglast.parse_sql(squash(emitted).migrations["0001_initial.sql"]) == schema


def test_chain_is_that_of_the_runtime(emitted: dict[str, str]) -> None:
    history = squash(emitted)
    text = history.migrations["0001_initial.sql"].encode()
    assert history.files["postgres/migrations.sum"] == f"{link('', text)}  0001_initial.sql\n"


def test_columns_stay_where_a_database_has_them() -> None:
    whole = lower(PLAN)
    less = [
        replace(table, columns=tuple(one for one in table.columns if one.name != "inning"))
        for table in whole.tables
    ]
    made = replace(BACKEND, before=Before(catalog=Catalog(tables=tuple(less)))).emit(PLAN)["catalog.json"]
    (plays,) = [one for one in Catalog.from_json(made).tables if one.name == "game.live_game_plays"]
    assert [one.name for one in plays.columns][-3:] == ["raw_id", "captured_at", "inning"]


def test_columns_carry_their_path_relative_to_the_row(emitted: dict[str, str]) -> None:
    sql = emitted["postgres/schema.sql"]
    assert "inning        integer,                -- .about.inning\n" in sql
    assert "game_pk       bigint       NOT NULL,  -- $.gamePk\n" in sql
    comment = "'$.liveData.plays.allPlays[*].about.inning: of the play'"
    assert f"COMMENT ON COLUMN game.live_game_plays.inning IS {comment};" in sql


def test_catalog_is_canonical_json(emitted: dict[str, str]) -> None:
    tables = {table["name"]: table for table in json.loads(emitted["catalog.json"])["tables"]}
    assert tables["game.live_game_v1"]["partitioning"] == {"column": "captured_at", "every": "month"}
    assert tables["game.live_game_plays"]["key"] == ["game_pk", "at_bat_index"]
    assert [column["name"] for column in tables["game.live_game_plays"]["columns"]][-2:] == [
        "raw_id",
        "captured_at",
    ]


def test_only_tables_without_a_document_key_are_found_by_raw_id() -> None:
    indexes = {table.name: [index.columns for index in table.indexes] for table in lower(PLAN).tables}
    assert indexes["season.seasons_normalized"] == [("raw_id",)]
    assert indexes["game.live_game_plays"] == []
    assert indexes["game.live_game_v1"] == [("document_key", "captured_at"), ("game_pk",)]


def test_names_of_constraints_and_indexes_fit() -> None:
    long = operation("game.long", unknown(), raw_table=f"game.{'long_name_' * 6}end")
    (table,) = lower(Plan(operations=(long,))).tables
    names = [table.key_name, *(index.name for index in table.indexes)]
    assert all(len(name.encode()) <= 63 for name in names)
    assert len(set(names)) == len(names)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")))
def test_any_text_survives_as_literal(text: str) -> None:
    assert _target(f"SELECT {literal(text)}")["val"]["val"]["sval"] == literal_text(text)


def _target(sql: str) -> dict:
    (statement,) = pglast.parse_sql(sql)
    return statement(skip_none=True)["stmt"]["targetList"][0]


def literal_text(text: str) -> str:
    return " ".join("".join(mark if mark.isprintable() else " " for mark in text).split())


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1))
def test_any_name_survives_as_identifier(name: str) -> None:
    shown = _target(f"SELECT 1 AS {quoted(name)}")["name"]
    assert shown == name.encode()[:63].decode(errors="ignore")


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=15),
        min_size=1,
        unique=True,
    )
)
def test_a_table_of_any_columns_parses(names: list[str]) -> None:
    columns = tuple(Column(name=name, type="text", nullable=True, comment=name) for name in names)
    table = Table(
        name="a.b", kind="normalized", operation="a.b", columns=columns, key=(names[0],), key_name="k"
    )
    assert pglast.parse_sql(script(Catalog(tables=(table,))))


def test_every_type_has_a_column(emitted: dict[str, str]) -> None:
    made = tuple(column(f"c{number}", type_, leaf("$.a")) for number, type_ in enumerate(Type))
    arrays = tuple(
        column(f"a{number}", type_, leaf("$.a"), is_array=True) for number, type_ in enumerate(Type)
    )
    table = PlanTable(name="a.t", scan=(), columns=made + arrays, origin=ORIGIN)
    plan = Plan(operations=(operation("a.t", unknown(), raw_table="a.raw", tables=(table,)),))
    assert pglast.parse_sql(BACKEND.emit(plan)["postgres/schema.sql"])


def reported(*operations: OperationPlan) -> list[str]:
    sink = Sink()
    check(Plan(operations=operations), sink)
    return [found.code for found in sink.diagnostics]


def test_a_plan_without_collisions_is_clean() -> None:
    assert reported(*PLAN.operations) == []


def test_a_table_cannot_be_called_as_a_key() -> None:
    first = operation("a.b", unknown(), raw_table="a.b")
    assert reported(first, operation("a.c", unknown(), raw_table="a.b_pkey")) == ["N104"]


def test_two_indexes_cannot_have_one_name() -> None:
    short = operation(
        "a.b", unknown(), raw_table="a.b", raw_keys=(RawKey(name="c_d", type=Type.TEXT, path=()),)
    )
    long = operation(
        "a.bc", unknown(), raw_table="a.b_c", raw_keys=(RawKey(name="d", type=Type.TEXT, path=()),)
    )
    assert reported(short, long) == ["N104"]


def test_a_raw_key_cannot_be_called_as_a_raw_column() -> None:
    keys = tuple(RawKey(name=name, type=Type.TEXT, path=()) for name in ("url", "pk", "pk"))
    assert reported(operation("a.b", unknown(), raw_table="a.b", raw_keys=keys[:1])) == ["N105"]
    assert "N105" in reported(operation("a.b", unknown(), raw_table="a.b", raw_keys=keys[1:]))
