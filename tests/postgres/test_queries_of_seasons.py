"""Named queries about teams, calendars, drafts, and the warehouse itself."""

import math
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from runtime.job import Conformed
from tests.support.game import edited
from tests.support.questions import Analyst, documents, feeds, one, sides, total

pytestmark = pytest.mark.slow
REAL = 747175


@pytest.fixture(scope="module")
def game() -> Conformed:
    return edited()


def test_bullpen_usage(ask: Analyst, game: Conformed) -> None:
    found = {row["pitcher"]: row for row in ask.ask("bullpen_usage", game_pk=REAL)}
    for side in sides(game):
        for order, player in enumerate(side["pitchers"][1:], 2):
            record = side["players"][f"ID{player}"]
            line, row = record["stats"]["pitching"], found[record["person"]["fullName"]]
            assert (row["appearance_order"], row["outs"], row["pitches"]) == (
                order, line["outs"], line["numberOfPitches"],
            )  # fmt: skip
            assert row["inherited_runners"] == line["inheritedRunners"]
    assert len(found) == 7
    for row in ask.ask("bullpen_usage", season=2024):
        has_rested = row["days_since_last"] is None or int(str(row["days_since_last"])) > 3
        assert not has_rested or row["pitches_last_3_days"] == 0


def test_travel_distance(ask: Analyst) -> None:
    places = {
        1: ("Phoenix", 33.445302, -112.066687),
        2: ("Toronto", 43.641653, -79.391991),
        3: ("?", None, None),
    }
    with ask.connection.transaction(force_rollback=True):
        for key, (name, latitude, longitude) in places.items():
            ask.run(
                "INSERT INTO venue.venue (venue_id, name, latitude, longitude, sources, captured_at)"
                " VALUES (%s, %s, %s, %s, '{}', now())", key, name, latitude, longitude,
            )  # fmt: skip
        for day, venue, state in (
            (1, 1, "F"),
            (2, 2, "D"),
            (3, 2, "F"),
            (4, 2, "F"),
            (5, 1, "F"),
            (6, 3, "F"),
        ):
            listed = date(2019, 4, day)
            ask.run(
                "INSERT INTO schedule.games (listed_date, game_pk, venue_id, coded_game_state, raw_id, captured_at)"
                " VALUES (%s, %s, %s, %s, 1, now())", listed, day, venue, state,
            )  # fmt: skip
            ask.run(
                "INSERT INTO schedule.game_teams (listed_date, game_pk, is_home, team_id, raw_id, captured_at)"
                " VALUES (%s, %s, true, 9, 1, now())", listed, day,
            )  # fmt: skip
        found = ask.ask("travel_distance", team_id=9, season=2019)
    there = round(_great_circle(places[1], places[2]))
    assert 2950 < there < 3100, "Phoenix is three thousand kilometers from Toronto"
    assert [row["kilometers"] for row in found] == [None, there, 0, there, None]
    assert abs(total(found[3:4], "season_kilometers") - 2 * there) <= 1


def _great_circle(a: tuple[object, ...], b: tuple[object, ...]) -> float:
    """By the law of cosines."""
    (lat_a, lon_a), (lat_b, lon_b) = ([math.radians(float(str(x))) for x in place[1:]] for place in (a, b))
    cosines = math.cos(lat_a) * math.cos(lat_b) * math.cos(lon_a - lon_b)
    return 6371 * math.acos(math.sin(lat_a) * math.sin(lat_b) + cosines)


def test_calendar_anomalies(ask: Analyst) -> None:
    listed = [
        (day["date"], game)
        for _, document in documents("schedule.schedule")
        for day in document["dates"]
        for game in day["games"]
    ]
    odd = {
        (day, game["gamePk"])
        for day, game in listed
        if game["status"]["codedGameState"] in "DCTU"
        or game["doubleHeader"] != "N"
        or {"rescheduledFromDate", "resumedFromDate", "resumeDate"} & {*game}
    }
    found = ask.ask("calendar_anomalies")
    assert {(str(row["listed_date"]), row["game_pk"]) for row in found} == odd
    postponed = next(row for row in found if row["anomaly"] == "postponed")
    made_up = one(found, game_pk=postponed["game_pk"], listed_date=postponed["other_date"])
    assert "make-up" in str(made_up["anomaly"])
    assert made_up["other_date"] == postponed["listed_date"]
    assert made_up["official_date"] == postponed["official_date"]


def test_ingestion_latency(ask: Analyst) -> None:
    insert = """
        INSERT INTO game.live_game_v1 (captured_at, ingested_at, endpoint, method, path_params, query_params,
                                       status_code, sha256, document_key, game_pk, timecode, data)
        VALUES (%s, %s, 'game', 'liveGameV1', '{}', '{}', 200, %s, '7', 7, %s, '{}')
    """
    with ask.connection.transaction(force_rollback=True):
        for captured, stored, sha256, timecode in (
            ("2024-07-12T20:00:10Z", "2024-07-12T20:00:11Z", "a", "20240712_200000"),
            ("2024-07-12T20:00:30Z", "2024-07-12T20:00:32Z", "b", "20240712_200020"),
            ("2024-07-12T20:00:20Z", "2024-07-12T20:00:33Z", "c", "20240712_200010"),
            ("2024-07-12T20:00:40Z", "2024-07-12T20:00:43Z", "c", "no timecode"),
        ):
            ask.run(insert, captured, stored, sha256, timecode)
        (found,) = ask.ask("ingestion_latency")
        assert ask.ask("ingestion_latency", since="2024-07-13T00:00:00Z") == []
    assert (found["operation"], found["responses"]) == ("game.liveGameV1", 4)
    assert (found["p50_seconds"], found["p50_behind_seconds"]) == (Decimal("2.5"), Decimal("10.0"))
    assert (found["out_of_order"], found["older_state"], found["repeated"]) == (1, 1, 1)


def test_probables_vs_starters(ask: Analyst) -> None:
    found = ask.ask("probables_vs_starters", game_pk=REAL)
    assert [(row["team"], row["starter"], row["as_announced"]) for row in found] == [
        ("TOR", "Yariel Rodríguez", True),
        ("AZ", "Ryne Nelson", True),
    ]
    with ask.connection.transaction(force_rollback=True):
        ask.run("UPDATE game.live_game_probables SET player_id = 1 WHERE game_pk = 747175 AND is_home")
        (changed,) = ask.ask("probables_vs_starters", game_pk=REAL, changed=True)
    assert changed["team"] == "AZ"


def test_roster_bios(ask: Analyst, game: Conformed) -> None:
    found = ask.ask("roster_bios", game_pk=REAL)
    assert len(found) == 51
    people = {person["id"]: person for person in game["gameData"]["players"].values()}
    for row in found:
        person = people[row["player_id"]]
        born = date.fromisoformat(person["birthDate"])
        assert row["age"] == 2024 - born.year - ((born.month, born.day) > (7, 12))
        assert str(row["birthplace"]).startswith(person["birthCity"])


def test_draft_bonuses(ask: Analyst) -> None:
    drafts = [document["drafts"] for _, document in documents("draft.draftPicks")]
    years = Counter(draft["draftYear"] for draft in drafts)
    assert years.total() > 1
    for draft in (draft for draft in drafts if years[draft["draftYear"]] == 1):
        found = ask.ask("draft_bonuses", year=draft["draftYear"])
        picks = [pick for rounds in draft["rounds"] for pick in rounds["picks"]]
        assert total(found, "picks") == len(picks)
        both = [pick for pick in picks if pick.get("pickValue") and pick.get("signingBonus")]
        assert total(found, "bonuses") == sum(int(float(pick["signingBonus"])) for pick in both)
        assert total(found, "slot_value") == sum(int(float(pick["pickValue"])) for pick in both)


def test_season_calendar(ask: Analyst) -> None:
    found = ask.ask("season_calendar", season=2024)
    mine = [row for row in found if 501 <= int(str(row["team_id"])) <= 530]
    generated = {game["gamePk"] for game in feeds() if game["gamePk"] != REAL and game["gamePk"] > 10**7}
    assert total(mine, "games") == 2 * len(generated)
    assert total(mine, "won") == total(mine, "lost") == len(generated)
    seasons = [season for _, document in documents("season.seasons") for season in document["seasons"]]
    starts = {season["seasonId"]: season["regularSeasonStartDate"] for season in seasons}
    assert {str(row["season_starts"]) for row in mine} == {starts["2024"]}
    ranked = [row for row in mine if row["standings_won"] is not None]
    assert ranked
    assert all((row["won"], row["lost"]) == (row["standings_won"], row["standings_lost"]) for row in ranked)


def test_schema_drift(ask: Analyst) -> None:
    insert = """
        INSERT INTO metadata.rescued_values (raw_id, ordinal, captured_at, operation, document_key, pointer, value,
                                             reason)
        VALUES (1, %s, now(), 'game.liveGameV1', %s, %s, '1', 'unknown field')
    """
    assert ask.ask("schema_drift") == []
    with ask.connection.transaction(force_rollback=True):
        for ordinal, pointer in enumerate(("/plays/0/newField", "/plays/17/newField", "/players/ID660271/x")):
            ask.run(insert, ordinal, str(ordinal), pointer)
        found = ask.ask("schema_drift", operation="game.liveGameV1")
        assert ask.ask("schema_drift", operation="game.boxscore") == []
    assert [(row["path"], row["rescued"]) for row in found] == [("/plays/*/newField", 2), ("/players/*/x", 1)]
