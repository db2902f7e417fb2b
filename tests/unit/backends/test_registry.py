"""`registry.json` has what each operation becomes, also what was given up; digests change with that alone."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from compiler.backends.postgres import lower
from compiler.backends.postgres.registry import REGISTRY, registry_file
from compiler.ir.paths import Field
from compiler.ir.plan import Ignored, Plan
from compiler.ir.settle import Before, settled
from compiler.ir.types import Type
from runtime.definitions import Definition, differences
from tests.support.definitions import digest_of
from tests.unit.backends.plans import (
    EVENTS_TABLE,
    GAME_PLAN,
    ORIGIN,
    PLAN,
    PLAYERS_TABLE,
    PLAYS_TABLE,
    column,
    leaf,
)

GAME = GAME_PLAN.name


def compiled(plan: Plan, before: Plan | None = None) -> Mapping[str, Definition]:
    """The definitions of a plan, on databases that have the tables of another one."""
    past = Before() if before is None else Before(catalog=lower(before), number="0002")
    text = registry_file(plan, settled(past, lower(plan)))[REGISTRY]
    return cast("Mapping[str, Definition]", json.loads(text)["operations"])


def with_game(**changes: object) -> Plan:
    game = replace(GAME_PLAN, **changes)  # type: ignore[arg-type]
    return Plan(operations=(game, *(one for one in PLAN.operations if one.name != GAME)))


def changed(plan: Plan, before: Plan = PLAN) -> list[str]:
    """How the definition of the game differs from what it was; those of the others do not."""
    old, new = compiled(before), compiled(plan, before)
    found = [name for name in new if new[name].get("digest") != old[name].get("digest")]
    assert found in ([], [GAME])
    said = [f"{one.kind} {one}" for one in differences(old[GAME], new[GAME])]
    assert bool(found) == bool(said)
    return said


def test_every_operation_has_its_definition() -> None:
    found = compiled(PLAN)
    assert [*found] == [operation.name for operation in PLAN.operations]
    assert all(one.get("digest") == digest_of(one) for one in found.values())
    game = found[GAME]
    assert game["raw"]["columns"] == [{"name": "game_pk", "type": "bigint", "from": "$.gamePk"}]
    assert [table["name"] for table in game["tables"]] == [table.name for table in GAME_PLAN.tables]
    players = game["tables"][2]
    assert (players.get("key"), players.get("lookups")) == (
        ["game_pk", "player_key"],
        {"person": "$.gameData.players{@}"},
    )
    cells = {one["name"]: (one["type"], one.get("from")) for one in players["columns"]}
    assert cells["official_date"] == ("date", "$.gameData.datetime.officialDate from DateText")
    assert cells["language"] == ("text", "parameter language, else en")
    assert not {"raw_id", "captured_at"} & cells.keys()
    assert found["game.getWinProbability"]["tables"] == []


def test_each_column_is_a_line() -> None:
    """So that a change of a column is a line of a diff."""
    lines = registry_file(PLAN, lower(PLAN))[REGISTRY].splitlines()
    columns = sum(
        len(table["columns"]) for one in compiled(PLAN).values() for table in (one["raw"], *one["tables"])
    )
    assert sum('{"name": ' in line for line in lines) == columns


def test_the_same_plan_has_the_same_digest() -> None:
    assert changed(PLAN) == []
    texts = [replace(table, doc="Said otherwise.") for table in GAME_PLAN.tables]
    assert changed(with_game(tables=tuple(texts))) == []


def test_what_changes() -> None:
    outs = column("outs", Type.INTEGER, leaf("$.liveData.plays.allPlays[*].count.outs"))
    inning = PLAYS_TABLE.columns[2]
    plays = replace(PLAYS_TABLE, columns=(*PLAYS_TABLE.columns[:2], outs))
    assert changed(with_game(tables=(plays, EVENTS_TABLE))) == [
        "deprecated game.live_game_players: nothing fills it any more",
        "deprecated game.live_game_plays.inning: nothing fills it any more",
        "added game.live_game_plays.outs",
    ]
    text = replace(PLAYS_TABLE, columns=(*PLAYS_TABLE.columns[:2], replace(inning, type=Type.TEXT)))
    assert changed(with_game(tables=(text, EVENTS_TABLE, PLAYERS_TABLE))) == [
        "breaking game.live_game_plays.inning: integer -> text"
    ]
    renamed = replace(inning, name="inning_number", was=("inning",))
    plays = replace(PLAYS_TABLE, columns=(*PLAYS_TABLE.columns[:2], renamed))
    assert changed(with_game(tables=(plays, EVENTS_TABLE, PLAYERS_TABLE))) == [
        "breaking game.live_game_plays.inning: renamed to game.live_game_plays.inning_number"
    ]
    ignored = Ignored(path=(Field("copyright"),), because="it says nothing", origin=ORIGIN)
    assert changed(with_game(ignored=(ignored,))) == ["changed ignored: none -> $.copyright"]
    all_events = replace(EVENTS_TABLE, where=None)
    (said,) = changed(with_game(tables=(PLAYS_TABLE, all_events, PLAYERS_TABLE)))
    assert said.startswith("changed game.live_game_pitch_events: from ")
