"""The constructs of the live feed's tables, on a game that fits a screen."""

from datetime import UTC, date, datetime

import pytest

from tests.spark.plans import LIVE

PITCH = {
    "index": 0,
    "isPitch": True,
    "playId": "p0",
    "pitchData": {"startSpeed": 95, "coordinates": {"pX": 0.5}},
}
GAME = {
    "gamePk": 7,
    "gameData": {
        "datetime": {"officialDate": "2024-07-12", "dateTime": "2024-07-13T01:40:00Z"},
        "weather": {"temp": "78"},
        "players": {
            "ID2": {"id": 2, "fullName": "B", "birthDate": "1990-01-02"},
            "ID1": {"id": 1, "fullName": "A"},
            "ID3": {"id": 3, "fullName": "C"},
            "ID4": {"id": 5, "fullName": "under the key of another"},
        },
    },
    "liveData": {
        "plays": {
            "allPlays": [
                {
                    "atBatIndex": 0,
                    "about": {"inning": 1, "isScoringPlay": False},
                    "pitchIndex": [0, 2],
                    "playEvents": [
                        PITCH,
                        {"index": 1, "isPitch": False},
                        None,
                        {"index": 2, "isPitch": True, "hitData": {"launchSpeed": 101.5, "location": "7"}},
                    ],
                    "runners": [
                        {"credits": [{"player": {"id": 1}}, {"player": {}}, {"player": {"id": 2}}, {}]},
                        {},
                        {"movement": {"originBase": "1B"}},
                    ],
                },
                {"atBatIndex": 1, "playEvents": [], "runners": []},
            ]
        },
        "linescore": {"innings": [{"num": 1, "home": {"runs": 0}}, {"num": 2, "home": {}}]},
        "boxscore": {
            "teams": {
                "away": {
                    "team": {"id": 141},
                    "pitchers": [2],
                    "players": {"ID2": {"battingOrder": "100", "seasonStats": {"batting": {"avg": "-.--"}}}},
                },
                "home": {
                    "team": {"id": 109},
                    "pitchers": [1, 4],
                    "players": {"ID1": {"seasonStats": {"batting": {"avg": ".250"}}}},
                },
            }
        },
    },
}


@pytest.fixture(scope="module")
def rows(run):
    found = run(LIVE, GAME, params={"timecode": "20240713_014000"})
    return {name.removeprefix("game.live_game_"): sorted(rows, key=repr) for name, rows in found.items()}


def test_document(rows) -> None:
    moment = datetime(2024, 7, 13, 1, 40, tzinfo=UTC)
    assert rows["metadata"] == [(7, date(2024, 7, 12), moment, 78, "20240713_014000")]


def test_lookup_by_map_key_takes_the_branch_that_has_it(rows) -> None:
    assert rows["players"] == [
        (7, 1, "A", None, True, 109, None, 0.25),
        (7, 2, "B", date(1990, 1, 2), False, 141, 100, None),
        (7, 3, "C", None, None, None, None, None),
    ]


def test_array_of_records(rows) -> None:
    assert rows["plays"] == [(7, 0, 1, None, False, None, [0, 2]), (7, 1, None, None, None, None, None)]


def test_filter(rows) -> None:
    assert rows["pitch_events"] == [(7, 0, 0, "p0", 95.0, 0.5), (7, 0, 2, None, None, None)]


def test_scan_that_ends_in_a_field(rows) -> None:
    assert rows["hit_data"] == [(7, 0, 2, 101.5, 7)]


def test_ordinals_count_what_is_skipped(rows) -> None:
    """An empty record is no row, but an element: the next one keeps its position."""
    assert rows["runners"] == [(7, 0, 0, None), (7, 0, 2, "1B")]
    assert rows["fielding_credits"] == [(7, 0, 0, 0, 1), (7, 0, 0, 2, 2)]


def test_fold(rows) -> None:
    assert rows["pitchers"] == [(7, 109, 1, True, 1), (7, 109, 2, True, 4), (7, 141, 1, False, 2)]


def test_missing_is_null(rows) -> None:
    assert rows["linescore_innings"] == [(7, 1, 0), (7, 2, None)]
