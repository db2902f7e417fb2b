"""A table is renamed where its mapping says what it was, and nothing else about its rows changed."""

from dataclasses import replace

import pytest

from compiler.ir.catalog import Catalog, Index, Table, View
from compiler.ir.settle import Before, settled
from compiler.migrate import apply, diff
from compiler.migrate.hazards import Hazard
from compiler.migrate.planner import plan
from tests.unit.test_history import BASE, PLAYS, column

EVERY = replace(
    PLAYS,
    name="game.every_play",
    was=("game.plays",),
    key_name="every_play_pkey",
    indexes=(Index(name="every_play_raw_id_idx", columns=("raw_id",)),),
)
FORMER = View(name="game.plays", kind="view", columns=(), digest="1")


def titles(*planned: Table, views: tuple[View, ...] = ()) -> list[str]:
    """What databases are told to do, that have the table under its former name."""
    new = settled(Before(catalog=BASE, number="0002"), Catalog(tables=planned, views=views))
    changes = diff(BASE, new)
    assert apply(changes, BASE).current == new.current.unordered
    return [change.title for change in changes]


def test_a_table_takes_its_key_and_its_indexes_along() -> None:
    assert titles(EVERY) == [
        "rename table game.plays to game.every_play",
        "rename key of game.every_play: plays_pkey -> every_play_pkey",
        "rename index of game.every_play: plays_raw_id_idx -> every_play_raw_id_idx",
    ]


def test_a_column_of_a_renamed_table_is_renamed_too() -> None:
    inn = replace(column("inn"), was=("inning",))
    found = titles(replace(EVERY, columns=(PLAYS.columns[0], inn, PLAYS.columns[2])))
    assert "rename column game.every_play.inning to inn" in found


@pytest.mark.parametrize(
    "planned",
    [
        (replace(EVERY, key=("game_pk", "raw_id")),),
        (replace(EVERY, operation="game.other"),),
        (EVERY, replace(EVERY, name="game.third")),
        (EVERY, replace(PLAYS, comment="It is still there.")),
        (replace(EVERY, was=()),),
    ],
    ids=["another key", "another source", "two claim the name", "the name is in use", "without a word"],
)
def test_what_is_not_the_same_table_is_another(planned: tuple[Table, ...]) -> None:
    found = titles(*planned)
    assert "add table game.every_play" in found
    assert not any(title.startswith("rename table") for title in found)


@pytest.mark.parametrize(
    ("name", "views", "hazard"),
    [
        ("game.every_play", (FORMER,), Hazard.LEAVES_A_VIEW),
        ("game.every_play", (), Hazard.BREAKS_READERS),
        ("season.every_play", (FORMER,), Hazard.BREAKS_READERS),  # the schema of the former name goes
    ],
)
def test_readers_of_the_former_name(name: str, views: tuple[View, ...], hazard: Hazard) -> None:
    new = Catalog(tables=(replace(EVERY, name=name),), views=views)
    (renaming,) = (one for one in plan(diff(BASE, new), BASE) if one.summary.startswith("rename table"))
    assert renaming.hazards == (hazard,)
    is_left = "CREATE VIEW game.plays AS SELECT game_pk, inning, raw_id FROM" in renaming.sql
    assert is_left == (hazard is Hazard.LEAVES_A_VIEW)


def test_an_index_that_changes_places_with_another_is_made_anew() -> None:
    one, other = Index(name="a_idx", columns=("inning",)), Index(name="b_idx", columns=("raw_id",))
    before = Catalog(tables=(replace(PLAYS, indexes=(one, other)),))
    swapped = replace(one, name="b_idx"), replace(other, name="a_idx")
    after = Catalog(tables=(replace(PLAYS, indexes=swapped),))
    assert {type(change).__name__ for change in diff(before, after)} == {"AddIndex", "DropIndex"}
