"""A field that nobody has seen: rescued, shown, given a column by the line that was proposed, filled from raw."""

from pathlib import Path

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
