"""`mlbc explain`: lineage both ways on the real project, keys that tools rely on, and what is said of wrong input."""

import json
import re
from typing import cast

import pytest

from compiler.driver.explanation import explained
from compiler.ir.paths import show
from compiler.ir.plan import MapKey
from compiler.project import ProjectError
from tests.support.project import ROOT, explainable, plan
from tests.unit.cli.conftest import Mlbc

Facts = dict[str, object]
LIVE = "game.liveGameV1:$"


def facts(subject: str) -> Facts:
    (found,) = explained(explainable(), subject).to_objects()
    return cast("Facts", json.loads(json.dumps(found)))


def text(subject: str) -> str:
    return explained(explainable(), subject).to_text()


def decisions(found: Facts) -> list[tuple[str, str]]:
    listed = cast("list[dict[str, str]]", found["decisions"])
    return [(decision["pass"], decision["decision"]) for decision in listed]


# ------------------------------------------------------------------------------------------------- keys

COLUMN = """
kind column type in_key doc operation rows where source source_kind path format sentinels copy_of references
declared observed
mapping was decisions names
"""
RAW_COLUMN = "kind column type in_key operation source source_kind path declared observed roles names"
TABLE = "kind table doc operation rows where filter key parent children lookups omitted rules mapping decisions columns"
RAW_TABLE = "kind table operation document_key version raw_keys tables columns"
PATH = """
kind path asked operation shape declared observed keys alike decisions columns below ignored why_no_column names
"""


@pytest.mark.parametrize(
    ("subject", "kind", "keys"),
    [
        ("game.live_game_plays.inning", "column", COLUMN),
        ("game.live_game_plays.raw_id", "column", "kind column source source_kind operation"),
        ("game.live_game_v1.timecode", "raw_column", RAW_COLUMN),
        ("game.live_game_plays", "table", TABLE),
        ("game.live_game_v1", "raw_table", RAW_TABLE),
        ("game.liveGameV1", "path", PATH),
        (f"{LIVE}.gamePk", "path", PATH),
    ],
)
def test_the_keys_of_the_object(subject: str, kind: str, keys: str, mlbc: Mlbc) -> None:
    found = facts(subject)
    assert (found["kind"], sorted(found)) == (kind, sorted(keys.split()))
    page = " ".join(mlbc("explain", "--help").out.split())
    assert kind == "column" or all(key in page for key in found)


def test_the_rules_of_a_table() -> None:
    """Its own checks, then the rules over several tables that read it."""
    rules = cast("list[Facts]", facts("game.live_game_plays")["rules"])
    by_name = {rule["name"]: rule for rule in rules}
    assert by_name["outs_in_range"]["check"] == "outs between 0 and 3"
    assert by_name["outs_in_range"]["severity"] == "error"
    assert "game.live_game_runners" in cast("list[str]", by_name["runs_reconcile"]["reads"])
    assert "outs_in_range (error)" in text("game.live_game_plays")
    assert "rules" not in text("game.live_game_officials")


# ------------------------------------------------------------------------------------------------- columns


def test_a_column_of_the_row() -> None:
    found = facts("game.live_game_pitch_events.plate_x")
    assert found["path"] == "$.liveData.plays.allPlays[*].playEvents[*].pitchData.coordinates.pX"
    assert found["where"] == ".isPitch"
    assert found["operation"] == {
        "name": "game.liveGameV1",
        "http_method": "GET",
        "path": "/v1.1/game/{game_pk}/feed/live",
        "paths": ["/v1.1/game/{game_pk}/feed/live"],
    }
    mapping = cast("Facts", found["mapping"])
    assert mapping["file"] == "mappings/game/fragments/plays.yaml"
    lines = (ROOT / str(mapping["file"])).read_text("utf-8").splitlines()
    assert lines[cast("int", mapping["line"]) - 1].strip() == mapping["text"]
    assert str(mapping["text"]).startswith("plate_x: ")
    observed = cast("Facts", found["observed"])
    assert observed["count"] == observed["parents"] == cast("Facts", observed["kinds"])["number"]
    assert cast("int", observed["captures"]) >= 2
    assert ("bind", "named by the mapping") in decisions(found)
    assert set(cast("Facts", found["names"])) == {
        "postgres", "avro", "avro_row", "pydantic", "spark", "spark_schema", "local"
    }  # fmt: skip


def test_what_was_seen_of_the_same_thing_elsewhere_is_told_apart() -> None:
    observed = cast("Facts", facts("game.live_game_pitch_events.plate_x")["observed"])
    pooled = cast("dict[str, int]", observed["pooled"])
    assert pooled["count"] > cast("int", observed["count"])
    assert any(place.startswith("game.playByPlay:$.") for place in cast("list[str]", observed["shared_with"]))
    never = facts("team.leaders:$.leagueLeaders")
    assert (cast("Facts", never["observed"])["count"], cast("Facts", never["observed"])["captures"]) == (0, 0)


def test_a_declared_column() -> None:
    found = facts("game.live_game_metadata.game_pk")
    assert found["declared"] == {
        "document": "game.json",
        "model": "GameRestObject",
        "property": "gamePk",
        "description": "Unique Primary Key Representing a Game",
        "type": "integer (int32)",
        "overruled_by": None,
    }
    assert found["in_key"] is True


def test_a_copied_key_names_its_owner() -> None:
    found = facts("game.live_game_fielding_credits.at_bat_index")
    assert found["copy_of"] == "game.live_game_plays.at_bat_index"
    assert ("keys", "copied from the key of game.live_game_runners") in decisions(found)


def test_a_column_through_a_lookup_names_its_owner() -> None:
    found = facts("game.live_game_players.jersey_number")
    assert found["copy_of"] == "game.live_game_boxscore_players.jersey_number"
    assert "through lookup `box`" in str(found["source"])


def test_a_column_with_sentinels() -> None:
    found = facts("schedule.games.away_league_record_pct")
    assert found["format"] == ".000"
    assert "-.--" in cast("list[str]", found["sentinels"])


@pytest.mark.parametrize(
    ("column", "kind", "source"),
    [
        ("game.live_game_runners.runner_index", "position", "position in $.liveData.plays.allPlays[*].runners, from 0"),
        ("game.live_game_teams.is_home", "branch", "whether `home` of $.gameData.teams.{away,home}"),
        ("season.seasons_normalized.sport_id", "parameter", "request parameter `sportId`, else `1`"),
        ("game.live_game_metadata.game_events", "leaf", "$.metaData.gameEvents[*], all in one array"),
    ],
)  # fmt: skip
def test_other_sources(column: str, kind: str, source: str) -> None:
    found = facts(column)
    assert (found["source_kind"], found["source"]) == (kind, source)


def test_a_key_of_a_map() -> None:
    name, source = next(
        (f"{table.name}.{column.name}", column.source)
        for operation in plan().operations
        for table in operation.tables
        for column in table.columns
        if isinstance(column.source, MapKey)
    )
    found = facts(name)
    assert (found["source_kind"], found["source"]) == ("map_key", f"key in {show(source.loop[:-1])}")


def test_decisions_of_passes_are_read_off() -> None:
    renamed = next(
        f"{table.name}.{column.name}"
        for operation in plan().operations
        for table in operation.tables
        for column in table.columns
        if column.name.endswith("_")
    )
    name = renamed.rpartition(".")[2]
    assert ("names", f"`{name[:-1]}` is reserved: `{name}`") in decisions(facts(renamed))
    folded = decisions(facts("game.live_game_boxscore_players.player_id"))
    assert [name for name, _ in folded] == ["resolve", "shape", "bind"]
    derived = decisions(facts("game.live_game_pitch_events.type_confidence"))
    assert derived[-1][0] == "unnest"
    assert derived[-1][1].startswith("no mapping names it: a column of the nearest table above")
    looked_up = decisions(facts("game.live_game_players.jersey_number"))
    assert ("unnest", "a copy: another column owns the value") in looked_up
    derived = next(
        table.name for operation in plan().operations for table in operation.tables if table.is_derived
    )
    assert decisions(facts(derived))[0][1] != ""


def test_a_raw_key() -> None:
    found = facts("game.live_game_v1.timecode")
    assert (found["path"], found["source_kind"]) == ("$.metaData.timeStamp", "raw_key")
    assert found["roles"] == ["orders the states of a document"]


def test_a_table() -> None:
    found = facts("game.live_game_pitch_events")
    assert (found["parent"], found["children"]) == ("game.live_game_plays", ["game.live_game_hit_data"])
    assert found["key"] == ["game_pk", "at_bat_index", "event_index"]
    assert "  plate_x " in text("game.live_game_pitch_events")


# ------------------------------------------------------------------------------------------------- paths


def columns(found: Facts) -> list[tuple[str, str]]:
    listed = cast("list[dict[str, str]]", found["columns"])
    return [(column["role"], column["column"]) for column in listed]


def test_keys_and_indexes_of_a_response_will_do() -> None:
    concrete = facts(f"{LIVE}.liveData.boxscore.teams.away.players.ID660271.allPositions[3].code")
    general = facts(f"{LIVE}.liveData.boxscore.teams.away.players{{*}}.allPositions[*].code")
    assert concrete | {"asked": ""} == general | {"asked": ""}
    assert columns(concrete) == [("value", "game.live_game_player_positions.code")]


def test_rows_that_filters_part_go_to_both_tables() -> None:
    found = facts(f"{LIVE}.liveData.plays.allPlays[0].playEvents[0].index")
    assert columns(found)[:2] == [
        ("value", "game.live_game_pitch_events.event_index"),
        ("value", "game.live_game_play_actions.event_index"),
    ]
    assert ("copy", "game.live_game_hit_data.event_index") in columns(found)


def test_a_document_key_goes_to_the_raw_table_and_to_copies() -> None:
    roles = columns(facts(f"{LIVE}.gamePk"))
    assert roles[0] == ("value", "game.live_game_metadata.game_pk")
    assert ("raw_key", "game.live_game_v1.game_pk") in roles
    assert ("copy", "game.live_game_plays.game_pk") in roles


@pytest.mark.parametrize(
    ("path", "column"),
    [
        (".liveData.leaders.hitDistance[0].x", ("json", "game.live_game_metadata.leaders")),
        (".metaData.gameEvents[0]", ("value", "game.live_game_metadata.game_events")),
        (".liveData.boxscore.teams.home", ("branch", "game.live_game_boxscore_team_stats.is_home")),
        (".liveData.plays.allPlays[*].runners", ("position", "game.live_game_runners.runner_index")),
    ],
)
def test_roles(path: str, column: tuple[str, str]) -> None:
    assert column in columns(facts(f"{LIVE}{path}"))


@pytest.mark.parametrize(
    ("path", "because"),
    [
        (".copyright", "ignored: "),
        (
            ".liveData.plays.currentPlay.about.inning",
            "ignored while it equals $.liveData.plays.allPlays[-1]: ",
        ),
        (".liveData.decisions.winner.birthDate", "declared, never seen"),
    ],
)
def test_why_there_is_no_column(path: str, because: str) -> None:
    found = facts(f"{LIVE}{path}")
    assert found["columns"] == []
    assert str(found["why_no_column"]).startswith(because)


def test_a_record_is_summed_up() -> None:
    found = facts(f"{LIVE}.liveData.plays")
    below = cast("Facts", found["below"])
    tables = {str(item["table"]): item["columns"] for item in cast("list[Facts]", below["tables"])}
    assert cast("int", tables["game.live_game_pitch_events"]) > 50
    assert "game.live_game_teams" not in tables
    assert any("ignored" in str(item["reason"]) for item in cast("list[Facts]", below["without_column"]))


def test_map_or_record_with_its_evidence() -> None:
    players = cast("Facts", facts(f"{LIVE}.gameData.players")["keys"])
    assert (players["are"], "key-in-value" in cast("Facts", players["evidence"])) == ("values", True)
    teams = cast("Facts", facts(f"{LIVE}.gameData.teams")["keys"])
    assert (teams["are"], teams["evidence"]) == ("names", {})
    assert cast("int", teams["objects"]) > 0


# ------------------------------------------------------------------------------------------------- wrong input


@pytest.mark.parametrize(
    ("subject", "help_"),
    [
        ("game.live_game_pitch_event", "did you mean `game.live_game_pitch_events`?"),
        ("game.live_game_pitch_events.platex", "did you mean `plate_x`?"),
        ("game.live_game_v1.timcode", "did you mean `timecode`?"),
        ("game.liveGamV1:$.gamePk", "did you mean `game.liveGameV1`?"),
        (f"{LIVE}.gameData.plyers", "did you mean `players`?"),
        (f"{LIVE}.gameData.players.ID1.fulName", "did you mean `fullName`?"),
        (f"{LIVE}.liveData.plays.allPlays.about", "write `$.liveData.plays.allPlays[*]`"),
        ("game.liveGameV1:gamePk", "write `$.gamePk`"),
        ("Z999", "`mlbc ls --tables` lists the tables"),
    ],
)
def test_wrong_input_is_told_what_was_perhaps_meant(subject: str, help_: str) -> None:
    with pytest.raises(ProjectError) as raised:
        explained(explainable(), subject)
    assert raised.value.diagnostic.help == help_


def test_an_operation_that_is_not_compiled_says_why() -> None:
    with pytest.raises(ProjectError) as raised:
        explained(explainable(), "schedule.scheduleUpdate:$")
    message = "`schedule.scheduleUpdate` is not compiled: POST changes data, it is no source"
    assert raised.value.diagnostic.message == message


def test_wrong_input_is_2(mlbc: Mlbc) -> None:
    outcome = mlbc("explain", "season.seasons:$.moons")
    assert (outcome.code, outcome.out) == (2, "")
    assert "`$` of season.seasons is a record of" in outcome.err


# ------------------------------------------------------------------------------------------------- text

PAGE = """\
season.seasons_normalized.season_id  text, in the key

path       $.seasons[*].seasonId
operation  season.seasons  GET /v1/seasons
                           GET /v1/seasons/{seasonId}
row        one per $.seasons[*]
declared   season.json, model SeasonRestObject, property seasonId: string
           Season of play
observed   N of N times in N captures: string N (integer N)
           N of N times with the same in season.allSeasons: string N (integer N)
mapping    mappings/seasons.yaml:8
           season_id: .seasonId
"""


def test_the_page_of_a_column(mlbc: Mlbc) -> None:
    page = mlbc("explain", "season.seasons_normalized.season_id").out
    counts = re.compile(r"\d+(?= of| times| captures|[,)]|$| \()", re.MULTILINE)
    head, label, rest = page.partition("observed")
    observed, mapping, rest = rest.partition("mapping")
    assert (head + label + counts.sub("N", observed) + mapping + rest).startswith(PAGE)
    assert "named      postgres  season.seasons_normalized.season_id  text NOT NULL\n" in page
