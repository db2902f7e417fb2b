"""What one change means: the matrix of verdicts, row by row."""

import pytest

from compiler.breaking import Category, compare
from compiler.breaking.surfaces import Attribute, Column
from tests.breaking.test_rules import add_field, field
from tests.breaking.versions import (
    PLAY,
    PLAYS,
    ROWS,
    Edit,
    both,
    column,
    first,
    model,
    more_columns,
    schema,
    table,
)

NEW = Column(name="new", type="bigint", source=f"{PLAYS}.new")
OPTIONAL = {"name": "new", "type": ["null", "long"], "default": None}


def _rows_type(name: str, type_: object) -> Edit:
    return schema(ROWS, lambda fields, _: fields[name].update(type=type_))


VERDICTS: dict[str, tuple[Edit, str, Category | None]] = {
    "add optional leaf": (
        both(
            more_columns(NEW),
            add_field(**OPTIONAL),
            model("Play", attributes=(*PLAY, Attribute(name="new", key="new", type="int | None"))),
        ),
        "",
        None,
    ),
    "add required leaf": (
        both(
            more_columns(Column(name="new", type="bigint", nullable=False)),
            add_field(name="new", type="long"),
        ),
        "FIELD_ADD_HAS_DEFAULT",
        Category.WIRE,
    ),
    "wider number": (
        both(column("rbi", type="double precision"), _rows_type("rbi", ["null", "double"])),
        "FIELD_SAME_TYPE",
        Category.WIRE,
    ),
    "number to text": (
        both(column("rbi", type="text"), _rows_type("rbi", ["null", "string"])),
        "FIELD_PROMOTABLE_TYPE",
        Category.WIRE,
    ),
    "object or array to map": (
        field("plays", type=["null", {"type": "map", "values": "long"}]),
        "SHAPE_SAME_KIND",
        Category.DATA,
    ),
    "scalar to array": (
        field("gamePk", type=["null", {"type": "array", "items": "long"}]),
        "SHAPE_SAME_KIND",
        Category.DATA,
    ),
    "sentinel added": (
        column("average", sentinels=("-.--", ".---")),
        "FIELD_SAME_SENTINELS",
        Category.DATA,
    ),
    "another grain": (table("game.plays", rows="$.innings[*].plays[*]"), "TABLE_SAME_GRAIN", Category.DATA),
}


@pytest.mark.parametrize("name", VERDICTS)
def test_a_verdict(name: str) -> None:
    edit, rule, category = VERDICTS[name]
    found = compare(first(), edit(first("now")))
    assert [(one.rule, one.category) for one in found] == ([(rule, category)] if rule else [])
