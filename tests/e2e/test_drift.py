"""A field that nobody has seen: rescued, shown, given a column and a migration, filled from raw."""

import gzip
from pathlib import Path
from typing import Any

import orjson

from tests.e2e.conftest import Place, new_place

SEASON = {
    "endpoint": "season",
    "method": "seasons",
    "path_params": {},
    "query_params": {"sportId": "1", "season": "2031"},
    "url": None,
    "status_code": 200,
    "response": {"seasons": [{"seasonId": "2031", "expansionTeams": 2, "robotUmpires": {"plate": True}}]},
}
SEASONS = SEASON | {
    "method": "allSeasons",
    "response": {"seasons": [{"seasonId": "2031", "moons": 2, "robots": [{"plate": True, "umpireId": 7}]}]},
}
LATER = "2031-07-04T20:00:00+00:00"
PLAYS = "game.live_game_plays"


def test_from_a_rescued_value_to_a_filled_column() -> None:
    with new_place() as place:
        (place.root / "season.json").write_bytes(orjson.dumps(SEASON))
        place.sh("mlb-etl db migrate && mlb-etl ingest season.json && mlb-etl load")
        found = [orjson.loads(line) for line in place.sh("mlb-etl drift --json", code=1).stdout.splitlines()]
        assert {one["path"] for one in found} == {"$.seasons[*].expansionTeams", "$.seasons[*].robotUmpires"}
        _take(place, [one["proposal"] for one in found])
        place.sh("mlbc generate && mlb-etl db migrate --reset")
        query = (
            "SELECT expansion_teams, robot_umpires FROM season.seasons_normalized WHERE season_id = '2031'"
        )
        assert place.rows(query) == [(2, {"plate": True})]
        assert place.sh("mlb-etl drift").stdout == ""


def _take(place: Place, proposals: list[str]) -> None:
    """Paste the proposed lines into the mapping."""
    mapping: Path = place.root / "mappings/season/seasons.yaml"
    lines = [line for proposal in proposals for line in proposal.splitlines()[1:]]
    mapping.write_text("\n".join((mapping.read_text("utf-8").rstrip(), "shapes:", *lines, "")), "utf-8")


def test_the_loop_without_a_line_of_mapping() -> None:
    with new_place() as place:
        files = (place.root / ".mlb/captures").rglob("game/liveGameV1/*.json.gz")
        game = max(files, key=lambda file: file.stat().st_size)
        place.sh(f"mlb-etl db migrate && mlb-etl ingest '{game}' && mlb-etl load")
        before = _dump(place)
        _write_news(place, orjson.loads(gzip.decompress(game.read_bytes())))
        place.sh("mlb-etl ingest game.json seasons.json && mlb-etl load")

        found = place.sh("mlb-etl drift --json", code=1).stdout.splitlines()
        drift = {(one["operation"], one["path"]): one for one in map(orjson.loads, found)}
        speed = drift["game.liveGameV1", "$.liveData.plays.allPlays[*].batSpeed"]
        assert (speed["reason"], speed["documents"]) == ("unknown-key", 1)
        assert speed["values"] == place.rows(f"SELECT count(*) FROM {PLAYS}")[0][0]
        assert ("season.allSeasons", "$.seasons[*].robots") in drift
        digest = "SELECT count(*) FROM metadata.rescued_values WHERE schema_digest IS NULL"
        assert place.rows(digest) == [(0,)]

        place.sh("mlb-etl drift --export")
        folded = place.objects("mlbc observe --from-rescued --json")[0]
        assert (folded["new"], folded["known"]) == (2, 0)
        assert place.objects("mlbc observe --from-rescued --json")[0]["known"] == 2
        name = _grows_by_one_migration(place)
        assert name in place.sh("mlb-etl backfill", code=2).stderr
        place.sh("mlb-etl db migrate")
        assert _dump(place) == before, "a migration changes no row"

        assert place.objects("mlb-etl backfill --dry-run --json")[0]["documents"] == {
            "game.liveGameV1": 1,
            "season.allSeasons": 1,
        }
        filled = place.objects(f"mlb-etl backfill {PLAYS}.bat_speed season.allSeasons --json")[0]
        columns = {(one["table"], one["column"]): one for one in filled["columns"]}
        assert columns[PLAYS, "bat_speed"]["after"] == speed["values"]
        assert (filled["left"], filled["rescued_values"]["after"]) == (0, 0)
        _is_in_the_columns(place)
        assert _dump(place) == before, "what was there is as it was"
        assert place.sh("mlb-etl drift").stdout == ""
        assert place.objects("mlb-etl backfill --json")[0]["documents"] == 0
        assert place.sh("mlb-etl db migrate").stdout == "up to date\n"


def _write_news(place: Place, game: dict[str, Any]) -> None:
    """Write a later state of the game with a new key and a new array, and a response of another operation."""
    game["captured_at"] = LATER
    for number, play in enumerate(game["response"]["liveData"]["plays"]["allPlays"]):
        play["batSpeed"] = 70.5 + number
        play["sensors"] = [{"sensorId": one, "spin": number + one / 4} for one in range(2)]
    plays = game["response"]["liveData"]["plays"]
    plays["currentPlay"] = plays["allPlays"][-1]
    (place.root / "game.json").write_bytes(orjson.dumps(game))
    (place.root / "seasons.json").write_bytes(orjson.dumps(SEASONS))


def _grows_by_one_migration(place: Place) -> str:
    """Return its name."""
    folder = place.root / "generated/postgres/migrations"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    place.sh("mlbc generate && mlbc generate && mlbc generate --check && mlbc migrate verify")
    after = {path.name: path.read_bytes() for path in folder.iterdir()}
    (name,) = after.keys() - before.keys()
    assert name == max(after)
    assert {**after, **before} == after
    text = after[name].decode()
    assert f"ALTER TABLE {PLAYS} ADD COLUMN bat_speed double precision;" in text
    assert "CREATE TABLE game.live_game_plays_sensors (" in text
    assert "DROP" not in text
    return name


def _is_in_the_columns(place: Place) -> None:
    speeds = place.rows(f"SELECT bat_speed FROM {PLAYS} ORDER BY at_bat_index")
    assert [speed for (speed,) in speeds] == [70.5 + number for number in range(len(speeds))]
    spins = "SELECT at_bat_index, sensor_id, spin FROM game.live_game_plays_sensors ORDER BY 1, 2"
    assert place.rows(spins) == [
        (play, one, play + one / 4) for play in range(len(speeds)) for one in range(2)
    ]
    assert place.rows("SELECT moons FROM season.all_seasons_normalized") == [(2,)]
    assert place.rows("SELECT plate, umpire_id FROM season.all_seasons_normalized_robots") == [(True, 7)]


def _dump(place: Place) -> list[tuple[object, ...]]:
    """Return the plays as the first capture has them, without what came later."""
    return place.rows(
        f"SELECT to_jsonb(p) - '{{raw_id,captured_at,bat_speed}}'::text[] FROM {PLAYS} p ORDER BY at_bat_index"
    )
