"""Every rule, with a change that breaks it and one that does not."""

from dataclasses import replace

import pytest

from compiler.breaking import RULES, Category, Finding, Surfaces, compare
from compiler.breaking.surfaces import Column, Model, Operation, SparkTable, Table
from compiler.ir.evolution import Tombstone
from tests.breaking.versions import (
    FEED,
    PLAY,
    PLAYS,
    ROWS,
    SPARK,
    Edit,
    both,
    column,
    first,
    model,
    more_columns,
    play,
    schema,
    table,
    whole,
    without,
    without_column,
)

RBI = Tombstone(name="game.plays.rbi", path=f"{PLAYS}.rbi", removed="2026-03-26", because="sent no more")
NEW = Column(name="new", type="text", source=f"{PLAYS}.new")
VIEW = Table(name="mart.plays", kind="view")
WIDE = tuple(Column(name=f"c{number}", type="text") for number in range(400))


def spark(**changes: object) -> Edit:
    made = {"table": "game.plays", "module": "jobs/spark/game/feed.py", "function": "plays", "columns": SPARK}
    return whole(spark=(SparkTable(**{**made, **changes}),))  # pyright: ignore[reportArgumentType]


def field(name: str, **members: object) -> Edit:
    return schema(FEED, lambda fields, _: fields[name].update(members))


def add_field(**members: object) -> Edit:
    return schema(ROWS, lambda _, found: found["fields"].append(members))  # pyright: ignore[reportAttributeAccessIssue]


def drop_field(file: str, name: str) -> Edit:
    def change(_: object, found: dict[str, object]) -> None:
        record = found if file == ROWS else play(found)
        record["fields"] = [one for one in record["fields"] if one["name"] != name]  # pyright: ignore[reportGeneralTypeIssues]

    return schema(file, change)


def half(**members: object) -> Edit:
    return schema(FEED, lambda fields, _: fields["half"]["type"][1].update(members))  # pyright: ignore[reportIndexIssue]


def rename_play(**members: object) -> Edit:
    return schema(FEED, lambda _, found: play(found).update(members))


def rename_attribute(old: str, **changes: object) -> Edit:
    return model(
        "Play", attributes=tuple(replace(one, **changes) if one.name == old else one for one in PLAY)
    )


CASES: dict[str, tuple[Edit, Edit]] = {
    "ENDPOINT_NO_DELETE": (without("operations", "game.feed"), whole()),
    "PARAM_NO_DELETE": (
        lambda found: whole(operations=(_without_params(found),))(found),
        lambda found: whole(operations=(_without_params(found, "game_pk", "season"),))(found),
    ),
    "TABLE_NO_DELETE": (
        without("tables", "game.plays"),
        lambda found: whole(tables=(*found.tables, VIEW))(found),
    ),
    "TABLE_SAME_GRAIN": (table("game.plays", rows=f"{PLAYS}.events[*]"), more_columns(NEW)),
    "TABLE_SAME_KEY": (table("game.plays", key=("play_index", "game_pk")), more_columns(NEW)),
    "TABLE_SAME_PARENT": (table("game.plays", parent="game.innings"), more_columns(NEW)),
    "TABLE_SAME_PARTITIONING": (table("game.feed", partitioning="captured_at by year"), more_columns(NEW)),
    "FIELD_NO_DELETE": (
        both(without_column("rbi"), whole(reserved=(RBI,))),
        column("rbi", source="nowhere any more"),
    ),
    "FIELD_NO_DELETE_UNLESS_RESERVED": (
        without_column("rbi"),
        both(without_column("rbi"), whole(reserved=(RBI,))),
    ),
    "RESERVED_NO_DELETE": (whole(reserved=(RBI,)), both(without_column("rbi"), whole(reserved=(RBI,)))),
    "FIELD_SAME_NAME": (column("rbi", name="runs_batted_in", was=("rbi",)), more_columns(NEW)),
    "IDENTIFIER_STABLE": (
        column("hashed_0a1b2c3d", name="hashed_99999999"),
        more_columns(Column(name="other_99999999", type="text", source=f"{PLAYS}.other")),
    ),
    "FIELD_SAME_PATH": (column("rbi", source=f"{PLAYS}.runs"), more_columns(NEW)),
    "FIELD_SAME_TYPE": (column("rbi", type="double precision"), more_columns(NEW)),
    "FIELD_PROMOTABLE_TYPE": (column("rbi", type="text"), column("rbi", type="double precision")),
    "FIELD_NO_NARROW": (column("average", type="bigint"), column("rbi", type="double precision")),
    "FIELD_SAME_NULLABILITY": (column("rbi", nullable=False), more_columns(NEW)),
    "FIELD_ADD_HAS_DEFAULT": (
        add_field(name="new", type="long"),
        add_field(name="new", type=["null", "long"], default=None),
    ),
    "FIELD_SAME_DEFAULT": (field("note", default="none"), field("note", doc="$.elsewhere")),
    "FIELD_SAME_UNIT_TZ": (column("average", codec="innings"), more_columns(NEW)),
    "FIELD_SAME_SENTINELS": (column("average", sentinels=("-.--", "*.**")), more_columns(NEW)),
    "SHAPE_SAME_KIND": (
        field("players", type=["null", {"type": "array", "items": "long"}]),
        field("players", type=["null", {"type": "map", "values": "double"}]),
    ),
    "UNION_BRANCH_NO_DELETE": (
        field("note", type=["null", "long", "boolean"]),
        field("note", doc="$.elsewhere"),
    ),
    "UNION_SAME_ORDER": (
        field("note", type=["null", "string", "long"]),
        field("note", type=["null", "long", "string", "boolean"]),
    ),
    "ENUM_VALUE_NO_DELETE": (half(symbols=["TOP"]), half(symbols=["BOTTOM", "TOP"])),
    "ENUM_HAS_DEFAULT": (half(symbols=["TOP", "BOTTOM", "MIDDLE"]), half(symbols=["BOTTOM", "TOP"])),
    "RECORD_SAME_FULLNAME": (rename_play(name="Pitch"), rename_play(name="Pitch", aliases=["Play"])),
    "MODEL_NO_DELETE": (
        without("models", "Play"),
        lambda found: whole(models=(*found.models, _fresh()))(found),
    ),
    "MODEL_SAME_NAME": (model("Play", name="Pitch"), model("Play")),
    "ATTR_SAME_ALIAS": (rename_attribute("home_half", name="half_of"), rename_attribute("rbi")),
    "SPARK_SAME_SCHEMA": (
        spark(columns=tuple(one for one in SPARK if one != "rbi bigint")),
        spark(columns=(*SPARK, "new string")),
    ),
    "CASE_FOLD_UNIQUE": (more_columns(Column(name="RBI", type="text")), more_columns(NEW)),
    "BYTES63_UNIQUE": (
        more_columns(Column(name="x" * 64, type="text")),
        more_columns(Column(name="x" * 63, type="text")),
    ),
    "RESERVED_WORD_QUOTED": (
        more_columns(Column(name="user", type="text")),
        more_columns(Column(name="user_name", type="text")),
    ),
    "COLS_LE_BUDGET": (more_columns(*WIDE), more_columns(*WIDE[:300])),
    "COLUMN_SAME_ORDER": (
        lambda found: table("game.plays", columns=(NEW, *found.tables[1].columns))(found),
        more_columns(NEW),
    ),
}
ELSEWHERE = {"GATE_RAN", "TRANSFORM_SAME_OUTPUT", "AVRO_RESOLVES"}
"""Rules of the verb, of code that runs, and of what the libraries say: tests of their own."""

BEFORE: dict[str, Edit] = {
    "IDENTIFIER_STABLE": more_columns(Column(name="hashed_0a1b2c3d", type="text", source=f"{PLAYS}.hashed")),
    "ENUM_HAS_DEFAULT": half(default=""),
}
"""What the first version is, where it is not `first`."""


def _without_params(found: Surfaces, *params: str) -> Operation:
    return replace(found.operations[0], params=params)


def _fresh() -> Model:
    return replace(first().models[0], name="Fresh", places=("$.fresh",))


def _rules(id_: str, edit: Edit) -> dict[str, Finding]:
    old = BEFORE.get(id_, whole())(first())
    return {found.rule: found for found in compare(old, edit(old))}


@pytest.mark.parametrize("id_", sorted(CASES))
def test_a_break_is_found(id_: str) -> None:
    old = BEFORE.get(id_, whole())(first())
    edit = CASES[id_][0]
    found = [one for one in compare(old, edit(old)) if one.rule == id_]
    assert len(found) == 1, compare(old, edit(old))
    assert found[0].effects
    assert found[0].against == ("0.1.0",)


@pytest.mark.parametrize("id_", sorted(CASES))
def test_what_fits_is_no_break_of_the_rule(id_: str) -> None:
    assert id_ not in _rules(id_, CASES[id_][1])


def test_every_rule_has_a_case() -> None:
    assert {*CASES} | ELSEWHERE == {*RULES}


@pytest.mark.parametrize("id_", sorted(RULES))
def test_a_rule_says_what_it_is(id_: str) -> None:
    rule = RULES[id_]
    assert rule.id == id_
    assert rule.checks
    assert rule.breaks
    assert rule.fits
    assert rule.categories[0] == "CODE", "CODE checks all"


def test_categories_are_nested() -> None:
    assert sorted(Category) == [Category.DATA, Category.WIRE, Category.SQL, Category.CODE]
    assert RULES["FIELD_SAME_TYPE"].categories == ("CODE", "SQL")
