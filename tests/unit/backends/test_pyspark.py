"""What the PySpark backend writes, read without a JVM."""

import ast

import pytest

from compiler.backends.pyspark import BACKEND
from compiler.backends.pyspark.columns import DATE, INSTANT, INTEGER, decimal_pattern, reference
from compiler.backends.pyspark.schema import Read, prune, show
from compiler.ir.paths import Field
from compiler.ir.plan import Ordinal, Plan
from tests.spark.plans import LIVE, TRAPS, leaf, other, path, plan, table


def emitted(made: Plan) -> str:
    (text,) = BACKEND.emit(made).values()
    return text


def function(text: str, name: str) -> str:
    """The source of one generated function, without its layout."""
    node = next(item for item in ast.parse(text).body if getattr(item, "name", "") == name)
    return ast.unparse(node)


def pruned(*wanted: tuple[str, str]) -> str:
    return show(prune(Read(path(text), type) for text, type in wanted)).expression


def test_a_module_for_each_operation_with_tables() -> None:
    assert list(BACKEND.emit(LIVE)) == ["jobs/spark/game/live_game_v1.py"]
    assert BACKEND.emit(plan("a.b", "a.b")) == {}


@pytest.mark.parametrize("made", [LIVE, TRAPS], ids=["live", "traps"])
def test_modules_are_python_and_import_only_what_they_may(made) -> None:
    tree = ast.parse(emitted(made))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert modules == {"pyspark.sql", "pyspark.sql.types", "runtime.job"}
    assert not any(isinstance(node, ast.Import) for node in ast.walk(tree))


def test_the_same_plan_gives_the_same_text() -> None:
    assert emitted(LIVE) == emitted(LIVE)


def test_the_docstring_lists_tables_with_grain_and_key() -> None:
    doc = ast.get_docstring(ast.parse(emitted(LIVE)))
    assert doc is not None
    assert "one row per `$.liveData.plays.allPlays[*].playEvents[*]` where `.isPitch`" in doc
    assert "key: game_pk, at_bat_index, event_index" in doc


def test_a_select_carries_what_it_needs_and_nothing_wider() -> None:
    source = function(emitted(LIVE), "live_game_pitch_events")
    assert "play_events = all_plays.select('raw_id', 'captured_at', 'game_pk'" in source
    assert "'body'" not in source


def test_a_key_made_of_positions_needs_no_window() -> None:
    loop = path("$.items[*]")
    columns = {"at": other(Ordinal(loop=loop, base=1))}
    text = emitted(
        plan("a.b", "a.b", table("a.items", "$.items[*]", "at", columns | {"n": leaf("$.items[*].n")}))
    )
    assert "Window" not in text
    assert "(F.col('item_position') + 1).cast('bigint').alias('at')" in function(text, "items")


def test_names_that_columns_have_are_not_taken_twice() -> None:
    columns = {"item": leaf("$.items[*].item"), "item_position": leaf("$.items[*].p")}
    source = function(emitted(plan("a.b", "a.b", table("a.items", "$.items[*]", "item", columns))), "items")
    assert ".alias('item_position_2', 'item_value')" in source


def test_tables_of_one_name_in_two_schemas_are_two_functions() -> None:
    columns = {"id": leaf("$.id")}
    text = emitted(
        plan("a.b", "a.b", table("a.items", "$", "id", columns), table("b.items", "$", "id", columns))
    )
    assert function(text, "a_items")
    assert function(text, "b_items")


def test_pruning() -> None:
    assert pruned(("$.a[*].b", "LongType"), ("$.a[*].c{*}", "StringType")) == (
        'StructType([StructField("a", ArrayType(A_SCHEMA))])'
    )
    assert pruned(("$[*]", "LongType")) == "ArrayType(LongType())"
    assert pruned(("$", "")) == "StructType([])"


def test_branches_share_one_schema() -> None:
    """Two paths into single branches and one into both: all three end up in one type."""
    printed = show(
        prune(
            Read(path(text), "LongType")
            for text in ("$.t.{away,home}.x", "$.t.away.y", "$.t.{home,neutral}.z", "$.t.other.x")
        )
    )
    assert printed.constants == (
        (
            "T_SCHEMA",
            'StructType([StructField("x", LongType()), StructField("y", LongType()), StructField("z", LongType()),])',
        ),
    )
    assert printed.expression.count("T_SCHEMA") == 3


@pytest.mark.parametrize(
    "wanted",
    [
        [("$.a", "LongType"), ("$.a", "StringType")],
        [("$.a", "VariantType"), ("$.a.b", "LongType")],
        [("$.a[*]", "LongType"), ("$.a{*}", "LongType")],
    ],
)
def test_one_place_cannot_be_read_in_two_ways(wanted) -> None:
    with pytest.raises(ValueError, match="in several ways"):
        pruned(*wanted)


def test_odd_names_are_quoted() -> None:
    assert reference("row", (Field("a.b"), Field("c`d"), Field("é"))) == "row.`a.b`.`c``d`.`é`"


def test_patterns_have_names_of_their_own() -> None:
    patterns = [DATE, INSTANT, INTEGER, *map(decimal_pattern, (".000", ".00", "0.00", "0.0"))]
    assert len({pattern.name for pattern in patterns}) == len(patterns)
    assert len({pattern.regex for pattern in patterns}) == len(patterns)
