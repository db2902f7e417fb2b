"""One finding per cause, with what it does to every artefact."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from compiler.breaking import RULES, Category, Surface, Surfaces, across, compare
from compiler.breaking.surfaces import Attribute
from tests.breaking.test_rules import CASES, drop_field
from tests.breaking.versions import (
    FEED,
    PLAYS,
    ROWS,
    SPARK,
    both,
    column,
    first,
    model,
    schema,
    table,
    whole,
    without,
    without_column,
)

EDITS = [edit for pair in CASES.values() for edit in pair]


def _without_attribute(name: str) -> object:
    kept = tuple(one for one in first().models[0].attributes if one.name != name)
    return model("Play", attributes=kept)


LEAF_GONE = both(
    without_column("rbi"),
    drop_field(ROWS, "rbi"),
    drop_field(FEED, "rbi"),
    _without_attribute("rbi"),  # pyright: ignore[reportArgumentType]
    whole(
        spark=tuple(
            replace(one, columns=tuple(c for c in SPARK if c != "rbi bigint")) for one in first().spark
        )
    ),
)


def test_a_leaf_that_vanished_is_one_finding_with_effects_on_all_four() -> None:
    (found,) = compare(first(), LEAF_GONE(first()))
    assert (found.rule, found.subject) == ("FIELD_NO_DELETE_UNLESS_RESERVED", f"game.feed:{PLAYS}.rbi")
    assert {effect.surface for effect in found.effects} == {*Surface}
    assert len(found.effects) == 5, "the response's Avro field, the row's, the column, the attribute, Spark's"


def test_a_column_that_vanished_alone_is_told_of_by_its_name() -> None:
    gone = both(without_column("rbi"), drop_field(ROWS, "rbi"))
    (found,) = compare(first(), gone(first()))
    assert found.subject == "game.plays.rbi"
    assert [effect.surface for effect in found.effects] == [Surface.AVRO, Surface.SQL] or [
        effect.surface for effect in found.effects
    ] == [Surface.SQL, Surface.AVRO]


def test_what_lies_below_a_place_that_is_of_another_kind_is_no_finding_of_its_own() -> None:
    def to_json(fields: dict[str, dict[str, object]], _: object) -> None:
        fields["plays"]["type"] = ["null", {"type": "string", "content": "json"}]

    attributes = (
        Attribute(name="game_pk", key="gamePk", type="int | None"),
        Attribute(name="plays", key="plays", type="JsonValue | None"),
    )
    edit = both(
        schema(FEED, to_json),
        without("tables", "game.plays"),
        without("models", "Play"),
        model("FeedResponse", attributes=attributes),
        without("spark", "game.plays"),
    )
    (found,) = compare(first(), edit(first()))
    assert (found.rule, found.subject) == ("SHAPE_SAME_KIND", "game.feed:$.plays")
    assert {effect.surface for effect in found.effects} == {*Surface}


def test_an_operation_that_vanished_takes_all_along() -> None:
    gone = Surfaces(version="0.2.0")
    (found,) = compare(first(), gone)
    assert (found.rule, found.subject, found.category) == ("ENDPOINT_NO_DELETE", "game.feed", Category.DATA)


def test_a_rename_that_the_mapping_declares_is_one_finding_for_readers_of_sql() -> None:
    def to_alias(fields: dict[str, dict[str, object]], _: object) -> None:
        fields["rbi"] |= {"name": "runs_batted_in", "aliases": ["rbi"]}

    columns = tuple("runs_batted_in bigint" if one == "rbi bigint" else one for one in SPARK)
    edit = both(
        column("rbi", name="runs_batted_in", was=("rbi",)),
        schema(ROWS, to_alias),
        whole(spark=(replace(first().spark[0], columns=columns),)),
    )
    (found,) = compare(first(), edit(first()))
    assert (found.rule, found.category) == ("FIELD_SAME_NAME", Category.SQL)
    assert {effect.surface for effect in found.effects} == {Surface.AVRO, Surface.SQL, Surface.SPARK}


def test_a_rename_without_a_word_is_a_deletion_with_advice() -> None:
    (found, order) = compare(first(), column("rbi", name="runs_batted_in")(first()))
    assert order.rule == "COLUMN_SAME_ORDER", "nobody has said that it is the same column"
    assert found.rule == "FIELD_NO_DELETE_UNLESS_RESERVED"
    assert "was: rbi" in found.help


def test_a_key_column_that_is_renamed_is_no_other_key() -> None:
    edit = both(
        table("game.plays", key=("game_pk", "place")), column("play_index", name="place", was=("play_index",))
    )
    assert {found.rule for found in compare(first(), edit(first()))} == {"FIELD_SAME_NAME"}


def test_a_finding_of_several_versions_is_one() -> None:
    now = without_column("rbi")(first("now"))
    found = across(one for old in ("0.1.0", "0.2.0", "0.3.0") for one in compare(first(old), now))
    assert [one.against for one in found] == [("0.1.0", "0.2.0", "0.3.0")]


def test_a_version_compared_with_itself_has_no_findings() -> None:
    assert compare(first(), first("now")) == ()


@given(st.lists(st.sampled_from(EDITS), max_size=4))
def test_whatever_changed_every_finding_is_known_and_nothing_is_told_twice(edits: list[object]) -> None:
    now = first("now")
    for edit in edits:
        try:
            now = edit(now)  # pyright: ignore[reportCallIssue]
        except (KeyError, AttributeError, IndexError, TypeError, StopIteration):
            return  # what one edit took away another cannot change
    found = compare(first(), now)
    assert {one.rule for one in found} <= {*RULES}
    assert len({one.key for one in found}) == len(found)
    assert compare(now, now) == ()
    assert all(one.effects and one.against == ("0.1.0",) for one in found)
