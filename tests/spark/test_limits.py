"""What is too wide for a method of Java (64 KB) or for a hundred fields is wide, not wrong."""

from collections.abc import Iterator

import pytest

from compiler.ir.types import DateText, DecimalText, Type
from tests.spark.plans import leaf, plan, table

KINDS = (
    (Type.BIGINT, None, lambda number: number, lambda value: value),
    (Type.TEXT, None, lambda number: f"text {number}", lambda value: value),
    (Type.DOUBLE, DecimalText("0.00"), lambda number: f"{number}.25", float),
    (Type.DATE, DateText(), lambda number: f"{1000 + number}-01-02", lambda value: value),
    (Type.BOOLEAN, None, lambda number: number % 3 == 0, lambda value: value),
)
GROUPS, COLUMNS = 40, 40
"""1,600 leaves: what a live game has, and what a table of Postgres can have."""

ITEMS = 750


def wide():
    """A record of 1,600 leaves at the root, and an array of records with 750 each."""
    root = {"c0_0": leaf("$.g0.c0")}
    for number in range(1, GROUPS * COLUMNS):
        group, column = divmod(number, COLUMNS)
        kind, codec, _, _ = KINDS[number % len(KINDS)]
        root[f"c{group}_{column}"] = leaf(f"$.g{group}.c{column}", kind, codec)
    items = {"id": leaf("$.items[*].id")}
    for number in range(ITEMS):
        kind, codec, _, _ = KINDS[number % len(KINDS)]
        items[f"c{number}"] = leaf(f"$.items[*].c{number}", kind, codec)
    return plan(
        "wide.all",
        "wide.all",
        table("wide.root", "$", "c0_0", root),
        table("wide.items", "$.items[*]", "id", items),
    )


def document() -> dict:
    groups = {
        f"g{group}": {f"c{column}": written(group * COLUMNS + column) for column in range(COLUMNS)}
        for group in range(GROUPS)
    }
    items = [{"id": number} | {f"c{column}": written(column) for column in range(ITEMS)} for number in (1, 2)]
    return groups | {"items": items}


def written(number: int):
    return KINDS[number % len(KINDS)][2](number)


def cells(count: int) -> Iterator[object]:
    for number in range(count):
        cell = KINDS[number % len(KINDS)][3](written(number))
        yield str(cell)


@pytest.fixture(params=["interpreted", "compiled"])
def compiling(spark, request) -> Iterator[None]:
    """Interpret, or compile and fail where that cannot be: by default Spark falls back without a word."""
    names = ("spark.sql.codegen.wholeStage", "spark.sql.codegen.factoryMode")
    before = {name: spark.conf.get(name) for name in names}
    is_compiled = request.param == "compiled"
    spark.conf.set(names[0], str(is_compiled).lower())
    spark.conf.set(names[1], "CODEGEN_ONLY" if is_compiled else "NO_CODEGEN")
    yield
    for name, value in before.items():
        spark.conf.set(name, value)


@pytest.mark.usefixtures("compiling")
def test_wide_records(run) -> None:
    rows = run(wide(), document())
    (root,) = rows["wide.root"]
    assert [str(cell) for cell in root] == [*cells(GROUPS * COLUMNS)]
    assert [[str(cell) for cell in row[1:]] for row in rows["wide.items"]] == [[*cells(ITEMS)]] * 2
