"""Names of records: from the path alone, short, and all different."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.backends import naming
from compiler.ir.paths import Branches, Each, Entries, Field, Path
from tests.unit.backends.plans import steps
from tests.unit.backends.shapes import KEYS

NAMES = {
    "$": "LiveGameV1Response",
    "$.gameData.players{*}": "GameDataPlayer",
    "$.liveData": "LiveData",
    "$.liveData.plays": "Plays",
    "$.liveData.plays.allPlays[*]": "AllPlay",
    "$.liveData.plays.allPlays[*].playEvents[*].pitchData.coordinates": "AllPlayEventPitchDataCoordinates",
    "$.liveData.plays.playsByInning[*].hits.{away,home}[*]": "PlaysByInningHit",
    "$.liveData.boxscore.teams": "BoxscoreTeams",
    "$.liveData.boxscore.teams.{away,home}": "BoxscoreTeam",
    "$.liveData.boxscore.teams.{away,home}.team": "BoxscoreTeamTeam",
    "$.liveData.boxscore.teams.{away,home}.teamStats": "BoxscoreTeamStats",
    "$.liveData.boxscore.officials[*].official": "BoxscoreOfficialOfficial",
    "$.liveData.linescore.innings[*].{away,home}": "LinescoreInningSide",
    "$.field": "FieldRecord",
    "$[*]": "LiveGameV1Item",
    "$.a[*][*]": "AItem",
    "$.1st": "N1st",
}

paths = st.lists(
    KEYS.map(Field) | st.just(Each()) | st.just(Entries()) | st.just(Branches(("away", "home"))), max_size=4
).map(tuple)


@pytest.mark.parametrize(("path", "name"), NAMES.items())
def test_name_of_a_path(path: str, name: str) -> None:
    assert naming.assign([steps(path)], "live_game_v1") == {steps(path): name}


def test_names_together_are_names_alone() -> None:
    together = naming.assign([steps(path) for path in NAMES], "live_game_v1")
    assert together == {steps(path): name for path, name in NAMES.items()}


def test_two_paths_with_one_name_keep_all_their_words() -> None:
    found = naming.assign([steps("$.liveData.team"), steps("$.team"), steps("$.coach")], "x")
    assert list(found.values()) == ["LiveDataTeam", "Team", "Coach"]


def test_an_entity_has_its_own_name_wherever_it_stands() -> None:
    play, other = steps("$.liveData.plays.allPlays[*]"), steps("$.allPlays[*]")
    for place in (play, other):
        below = (*place, *steps("$.playEvents[*].details"))
        names = naming.assign([place, below], "live_game_v1", {place: "play"})
        assert list(names.values()) == ["Play", "PlayEventDetails"]


@given(st.lists(paths, unique=True, max_size=8))
def test_names_are_different_identifiers(found: list[Path]) -> None:
    names = naming.assign(found, "some_method")
    assert len(set(names.values())) == len(found)
    assert all(name.isidentifier() for name in names.values())


@given(st.lists(KEYS, unique=True, max_size=12))
def test_attributes_are_different_identifiers(keys: list[str]) -> None:
    made = naming.attributes(keys)
    assert list(made) == keys
    assert len(set(made.values())) == len(keys)
    assert all(name.isidentifier() and not name.startswith("_") for name in made.values())
