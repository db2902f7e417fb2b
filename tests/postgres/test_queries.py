"""Named queries: what they say of the real game is true, and of generated games it adds up."""

from collections import Counter, defaultdict
from datetime import datetime
from decimal import Decimal
from statistics import median

import pytest

from runtime.job import Conformed
from tests.season import replay
from tests.support.game import edited
from tests.support.questions import Analyst, documents, feeds, one, sides, total

pytestmark = pytest.mark.slow
REAL = 747175
ARIZONA, TORONTO = 109, 141
QUESTIONS = 25


@pytest.fixture(scope="module")
def game() -> Conformed:
    return edited()


def pitched(*games: Conformed) -> list[tuple[Conformed, Conformed]]:
    return [(play, event) for game in games for play, event in replay.events(game) if event["isPitch"]]


def test_every_question_is_answered(ask: Analyst) -> None:
    numbers = {int(entry["question"].split()[0]) for entry in ask.known.queries if entry["question"]}
    assert numbers == {*range(1, QUESTIONS + 1)}


def test_every_query_can_be_asked_of_everything(ask: Analyst) -> None:
    for entry in ask.known.queries:
        needed = {param["name"] for param in entry["params"] if param["required"]}
        assert needed <= {"game_pk"}, "an optional parameter has a default"
        rows = ask.ask(entry["name"], **dict.fromkeys(needed, REAL))
        assert rows or entry["name"] in ("schema_drift", "ingestion_latency"), entry["name"]
        assert all(column["type"] for column in entry["columns"]), entry["name"]


def test_a_season_without_games_is_empty(ask: Analyst) -> None:
    for entry in ask.known.queries:
        if "season" in {param["name"] for param in entry["params"]}:
            found = ask.ask(entry["name"], season=1901)
            assert total(found, "compared") == 0 if entry["name"] == "reconciliation" else found == []


def test_pitch_mix_by_count(ask: Analyst, game: Conformed) -> None:
    expected: Counter[tuple[int, int, str]] = Counter()
    for play, event in pitched(game):
        before = play["playEvents"][event["index"] - 1]["count"] if event["index"] else {}
        expected[before.get("balls", 0), before.get("strikes", 0), event["details"]["type"]["code"]] += 1
    found = ask.ask("pitch_mix_by_count", game_pk=REAL)
    assert {(row["balls"], row["strikes"], row["pitch_type"]): row["pitches"] for row in found} == expected
    assert total(found, "pitches") == 290
    everything = ask.ask("pitch_mix_by_count")
    assert total(everything, "pitches") == len(pitched(*feeds()))
    shares: dict[tuple[object, object], float] = defaultdict(float)
    for row in everything:
        shares[row["balls"], row["strikes"]] += float(str(row["percent"]))
    assert all(abs(share - 100) < 1 for share in shares.values())


def test_win_probability_swings(ask: Analyst) -> None:
    plays = next(
        found for params, found in documents("game.getWinProbability") if str(REAL) in params.values()
    )
    swings = [play["homeTeamWinProbabilityAdded"] for play in plays]
    found = ask.ask("win_probability_swings", game_pk=REAL, top=3)
    assert [row["event"] for row in found] == ["Single", "Sac Fly", "Triple"]
    assert [float(str(row["swing"])) for row in found] == [
        round(swing, 1) for swing in sorted(swings, key=abs, reverse=True)[:3]
    ]
    assert found[0]["batter"] == "Alek Thomas"
    assert (found[0]["home_before"], found[0]["home_after"]) == (Decimal("19.2"), Decimal("55.0"))


def test_times_through_the_order(ask: Analyst, game: Conformed) -> None:
    starters = {
        side["pitchers"][0]: side["players"][f"ID{side['pitchers'][0]}"]["stats"]["pitching"]
        for side in game["liveData"]["boxscore"]["teams"].values()
    }
    found = ask.ask("times_through_the_order", game_pk=REAL)
    assert total(found, "plate_appearances") == sum(line["battersFaced"] for line in starters.values()) == 45
    assert total(found, "hits") == sum(line["hits"] for line in starters.values())
    assert total(found, "strike_outs") == sum(line["strikeOuts"] for line in starters.values())
    assert [row["time"] for row in found] == [1, 2, 3]
    assert [row["plate_appearances"] for row in found] == [18, 18, 9]


def test_umpire_called_strikes(ask: Analyst, game: Conformed) -> None:
    called = right = 0
    for _, event in pitched(game):
        code, data = event["details"]["call"]["code"], event["pitchData"]
        if code in ("C", "B", "*B"):
            across, high = abs(data["coordinates"]["pX"]), data["coordinates"]["pZ"]
            inches = 1.45 / 12
            is_inside = across <= 8.5 / 12 + inches and (
                data["strikeZoneBottom"] - inches <= high <= data["strikeZoneTop"] + inches
            )
            called, right = called + 1, right + (is_inside == (code == "C"))
    (found,) = ask.ask("umpire_called_strikes", game_pk=REAL)
    assert (found["umpire"], found["called"], found["correct"]) == ("Doug Eddings", called, right)
    assert found["accuracy"] == round(Decimal(100 * right) / called, 1)
    assert total([found], "missed_strikes") + total([found], "missed_balls") == called - right


def test_review_outcomes(ask: Analyst) -> None:
    assert ask.ask("review_outcomes", game_pk=REAL) == []
    reviews = [
        thing["reviewDetails"]
        for game in feeds()
        for play in replay.plays(game)
        for thing in (play, *play["playEvents"])
        if thing.get("reviewDetails")
    ]
    found = ask.ask("review_outcomes")
    assert total(found, "reviews") == len(reviews) > 0
    assert total(found, "overturned") == sum(review["isOverturned"] for review in reviews)
    assert total(found, "overturned") + total(found, "upheld") == len(reviews)


def test_hard_hit_by_batter(ask: Analyst, game: Conformed) -> None:
    found = ask.ask("hard_hit_by_batter", game_pk=REAL)
    hits = [event["hitData"] for _, event in pitched(game) if event["details"]["isInPlay"]]
    assert total(found, "balls_in_play") == len(hits) == 48
    assert total(found, "measured") == sum("launchSpeed" in hit for hit in hits)
    assert total(found, "hard_hit") == sum(hit.get("launchSpeed", 0) >= 95 for hit in hits)
    assert (
        max(float(str(row["max_speed"])) for row in found) == max(hit["launchSpeed"] for hit in hits) == 107.6
    )
    assert (
        0 < total(found, "barrels") == sum(_is_barrel(hit["launchSpeed"], hit["launchAngle"]) for hit in hits)
    )


def _is_barrel(speed: float, angle: float) -> bool:
    """Say it as Statcast does: 26 to 30 degrees at 98 miles per hour, wider with each mile."""
    if speed < 98:
        return False
    return max(124 - speed, 0) <= angle <= min(1.5 * speed - 117, 50)


def test_velocity_by_inning(ask: Analyst, game: Conformed) -> None:
    nelson = 669194
    found = ask.ask("velocity_by_inning", game_pk=REAL, pitcher_id=nelson, pitch_type="FF")
    speeds: dict[int, list[float]] = {}
    for play, event in pitched(game):
        if play["matchup"]["pitcher"]["id"] == nelson and event["details"]["type"]["code"] == "FF":
            speeds.setdefault(play["about"]["inning"], []).append(event["pitchData"]["startSpeed"])
    means = {inning: sum(thrown) / len(thrown) for inning, thrown in speeds.items()}
    assert {row["inning"]: row["pitches"] for row in found} == {
        inning: len(s) for inning, s in speeds.items()
    }
    for row in found:
        mean = means[int(str(row["inning"]))]
        assert abs(float(str(row["average_speed"])) - mean) <= 0.051
        assert abs(float(str(row["change"])) - (mean - means[1])) <= 0.051


def test_stolen_bases(ask: Analyst) -> None:
    found = ask.ask("stolen_bases", game_pk=REAL)
    assert [(row["role"], row["player"], row["stolen"], row["caught"]) for row in found] == [
        ("runner", "Corbin Carroll", 2, 0),
        ("runner", "Ketel Marte", 1, 0),
        ("pitcher", "Chad Green", 2, 0),
        ("pitcher", "Yariel Rodríguez", 1, 0),
        ("catcher", "Alejandro Kirk", 3, 0),
    ]
    lines = [side["teamStats"]["batting"] for game in feeds() for side in sides(game)]
    rows = ask.ask("stolen_bases")
    for role in ("runner", "pitcher", "catcher"):
        mine = [row for row in rows if row["role"] == role]
        assert total(mine, "stolen") == sum(line["stolenBases"] for line in lines)
        assert total(mine, "caught") == sum(line["caughtStealing"] for line in lines)
        assert all(row["player_id"] for row in mine)


def test_risp_batting(ask: Analyst) -> None:
    found = ask.ask("risp_batting", game_pk=REAL)
    assert {row["team_id"]: row["official"] for row in found} == {ARIZONA: "3-for-7", TORONTO: "1-for-5"}
    batters = ask.ask("risp_batting", game_pk=REAL, by_batter=True)
    assert (total(batters, "at_bats"), total(batters, "hits")) == (12, 4)
    assert len(batters) > 9


def test_substitution_timeline(ask: Analyst) -> None:
    found = ask.ask("substitution_timeline", game_pk=REAL)
    changes = Counter(row["change"] for row in found)
    assert changes == {
        "starter": 20,
        "pitching_substitution": 7,
        "defensive_switch": 2,
        "offensive_substitution": 1,
        "defensive_substitution": 1,
    }
    pinch = one(found, change="offensive_substitution")
    assert (pinch["player_in"], pinch["player_out"], pinch["slot"]) == ("Ketel Marte", "Joc Pederson", 3)
    relief = [row["player_out"] for row in found if row["change"] == "pitching_substitution"]
    assert relief[0] == "Yariel Rodríguez"
    assert None not in relief
    everything = ask.ask("substitution_timeline", season=2024)
    assert Counter(row["change"] for row in everything)["starter"] == 20 * len(feeds())


def test_fielding_credits_by_position(ask: Analyst, game: Conformed) -> None:
    found = ask.ask("fielding_credits_by_position", game_pk=REAL)
    assert total(found, "put_outs") == 53
    stats = [player["stats"]["fielding"] for side in sides(game) for player in side["players"].values()]
    assert total(found, "assists") == sum(line.get("assists", 0) for line in stats)
    assert total(found, "errors") == sum(line.get("errors", 0) for line in stats)
    listed = sum(total(found, name) for name in ("put_outs", "assists", "errors", "fielded", "others"))
    assert listed == 80
    catchers = ask.ask("fielding_credits_by_position", game_pk=REAL, by_player=True)
    assert {row["player"] for row in catchers if row["position"] == "C"} == {
        "Alejandro Kirk",
        "Gabriel Moreno",
    }


def test_pace(ask: Analyst, game: Conformed) -> None:
    (found,) = ask.ask("pace", game_pk=REAL)
    seconds = [
        (_time(event) - _time(before)).total_seconds()
        for play in replay.plays(game)
        for before, event in zip(play["playEvents"], play["playEvents"][1:], strict=False)
        if before["isPitch"] and event["isPitch"]
    ]
    assert abs(float(str(found["median_seconds"])) - median(seconds)) <= 0.051
    assert (found["minutes"], found["pitches"], found["mound_visits"]) == (159, 290, 6)
    kinds = Counter(event["details"].get("eventType") for _, event in replay.events(game))
    assert found["timeouts"] == kinds["batter_timeout"]


def _time(event: Conformed) -> datetime:
    return datetime.fromisoformat(event["startTime"])


def test_reconciliation(ask: Analyst) -> None:
    found = ask.ask("reconciliation", game_pk=REAL)
    assert [row["total"] for row in found if row["differing"]] == []
    assert one(found, total="runs: runners who scored, linescore")["official"] == 9
    assert one(found, total="outs: runners, put-outs")["counted"] == 53
    assert [row for row in ask.ask("reconciliation") if row["differing"]] == []


def test_reconciliation_finds_what_is_wrong(ask: Analyst) -> None:
    with ask.connection.transaction(force_rollback=True):
        ask.run(
            "UPDATE game.live_game_linescore_teams SET runs = runs + 1 WHERE game_pk = 747175 AND is_home"
        )
        ask.run("UPDATE game.live_game_boxscore_team_stats SET fielding_errors = 7 WHERE game_pk = 747175")
        wrong = {
            str(row["total"]).split(":")[0]: row for row in ask.ask("reconciliation") if row["differing"]
        }
    assert {*wrong} == {"runs", "proof", "errors"}
    assert wrong["errors"]["games"] == [REAL, REAL]


def test_game_state_at(ask: Analyst, game: Conformed) -> None:
    (end,) = ask.ask("game_state_at", game_pk=REAL)
    assert (end["is_over"], end["away_score"], end["home_score"], end["inning"]) == (True, 4, 5, 9)
    (start,) = ask.ask("game_state_at", game_pk=REAL, at="2024-07-12T00:00:00Z")
    assert (start["inning"], start["half_inning"], start["outs"], start["last_event"]) == (1, "top", 0, None)
    play = next(play for play in replay.plays(game) if play["matchup"]["batter"]["fullName"] == "Alek Thomas"
                and play["result"]["event"] == "Single" and play["about"]["inning"] == 8)  # fmt: skip
    pitch = play["playEvents"][-1]
    (before,) = ask.ask("game_state_at", game_pk=REAL, at=pitch["startTime"])
    assert (before["away_score"], before["home_score"], before["batter"]) == (4, 2, "Alek Thomas")
    (after,) = ask.ask("game_state_at", game_pk=REAL, at=pitch["endTime"])
    assert (after["away_score"], after["home_score"]) == (4, 4)


def test_platoon_splits(ask: Analyst, game: Conformed) -> None:
    found = ask.ask("platoon_splits", game_pk=REAL)
    lines = [side["teamStats"]["batting"] for side in sides(game)]
    for column, name in (("at_bats", "atBats"), ("hits", "hits"), ("walks", "baseOnBalls")):
        assert total(found, column) == sum(line[name] for line in lines)
    expected = Counter(
        (play["matchup"]["batSide"]["code"], play["matchup"]["pitchHand"]["code"])
        for play in replay.plays(game)
    )
    assert {(row["stand"], row["p_throws"]): row["plate_appearances"] for row in found} == expected


def test_whiff_and_csw(ask: Analyst, game: Conformed) -> None:
    found = one(ask.ask("whiff_and_csw", game_pk=REAL), pitch_type="SL")
    codes = Counter(
        event["details"]["call"]["code"]
        for _, event in pitched(game)
        if event["details"]["type"]["code"] == "SL"
    )
    whiffs = codes["S"] + codes["W"] + codes["T"]
    assert (found["pitches"], found["whiffs"], found["called_strikes"]) == (codes.total(), whiffs, codes["C"])
    assert found["csw_percent"] == round(Decimal(100 * (whiffs + codes["C"])) / codes.total(), 1)
    assert found["swings"] == codes.total() - codes["C"] - codes["B"] - codes["*B"] - codes["H"]
