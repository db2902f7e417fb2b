"""What holds in every real game (DOMAIN.md, sections 3, 4.8 and 6) holds in every generated one."""

from collections import Counter
from itertools import groupby, pairwise

import pytest

from runtime.job import Conformed
from tests.season import replay
from tests.support.season import GAMES, answers

SIDES = ("away", "home")


@pytest.fixture(scope="module", params=range(GAMES))
def game(request: pytest.FixtureRequest) -> Conformed:
    return answers("game.liveGameV1")[request.param].document


def test_indexes_are_positions(game: Conformed) -> None:
    for place, play in enumerate(replay.plays(game)):
        assert play["atBatIndex"] == play["about"]["atBatIndex"] == place
        assert [event["index"] for event in play["playEvents"]] == list(range(len(play["playEvents"])))
        assert play["runnerIndex"] == list(range(len(play["runners"])))
    assert game["liveData"]["plays"]["currentPlay"] == replay.plays(game)[-1]


def test_time_goes_on(game: Conformed) -> None:
    starts = [play["about"]["startTime"] for play in replay.plays(game)]
    assert starts == sorted(starts)
    times = [event[name] for _, event in replay.events(game) for name in ("startTime", "endTime")]
    assert times == sorted(times)


def test_counts_follow_from_the_calls(game: Conformed) -> None:
    for play in replay.plays(game):
        balls = strikes = 0
        for event in play["playEvents"]:
            code = event["details"].get("call", {}).get("code", "")
            balls += code in {"B", "*B", "VB"}
            strikes += code in {"C", "S", "W", "T"} or (code in {"F", "L"} and strikes < 2)
            assert (event["count"]["balls"], event["count"]["strikes"]) == (balls, strikes)
        assert (play["count"]["balls"], play["count"]["strikes"]) == (balls, strikes)
        assert (balls == 4) == (play["result"]["eventType"] in {"walk", "intent_walk"})
        assert (strikes == 3) == (play["result"]["eventType"] == "strikeout")


def test_pitches_are_numbered_and_named(game: Conformed) -> None:
    for play in replay.plays(game):
        numbers = [event["pitchNumber"] for event in play["playEvents"] if event["isPitch"]]
        assert numbers == list(range(1, len(numbers) + 1))
    ids = [event["playId"] for _, event in replay.events(game) if event["isPitch"]]
    assert len(set(ids)) == len(ids) > 150


def test_every_half_has_three_outs_but_the_last(game: Conformed) -> None:
    halves = [list(found) for _, found in groupby(replay.plays(game), key=replay.half)]
    for number, found in enumerate(halves):
        outs = [
            item["movement"]["outNumber"]
            for play in found
            for item in play["runners"]
            if item["movement"]["isOut"]
        ]
        assert outs == list(range(1, len(outs) + 1))
        assert found[-1]["count"]["outs"] == len(outs)
        assert len(outs) == 3 or (number == len(halves) - 1 and not found[-1]["about"]["isTopInning"])
        for before, play in pairwise(found):
            assert play["playEvents"][0]["count"]["outs"] == before["count"]["outs"]


def test_runs_are_the_linescore(game: Conformed) -> None:
    scored = Counter(
        (play["about"]["inning"], replay.side(play))
        for play, item in replay.runners(game)
        if item["movement"]["end"] == "score"
    )
    linescore = game["liveData"]["linescore"]
    for branch in SIDES:
        runs = {item["num"]: item[branch].get("runs") for item in linescore["innings"]}
        assert {inning: count or 0 for inning, count in runs.items()} == {n: scored[n, branch] for n in runs}
        assert linescore["teams"][branch]["runs"] == sum(filter(None, runs.values()))
        assert replay.plays(game)[-1]["result"][f"{branch}Score"] == linescore["teams"][branch]["runs"]


def test_the_last_half_is_missing_when_the_home_team_leads(game: Conformed) -> None:
    innings, last = game["liveData"]["linescore"]["innings"], replay.plays(game)[-1]
    assert len(innings) >= 9
    assert all("runs" in item["home"] for item in innings[:-1])
    assert ("runs" in innings[-1]["home"]) == (not last["about"]["isTopInning"])
    if last["about"]["isTopInning"]:
        assert last["result"]["homeScore"] > last["result"]["awayScore"]


def test_scoring_plays_are_those_in_which_somebody_scores(game: Conformed) -> None:
    by_runners = {
        play["atBatIndex"] for play, item in replay.runners(game) if item["movement"]["end"] == "score"
    }
    assert game["liveData"]["plays"]["scoringPlays"] == sorted(by_runners)
    said = {play["atBatIndex"] for play in replay.plays(game) if play["about"]["isScoringPlay"]}
    balks = {
        play["atBatIndex"] for play, item in replay.runners(game) if item["details"]["eventType"] == "balk"
    }
    assert said <= by_runners <= said | balks


def test_balls_in_play_are_the_hits_of_the_innings(game: Conformed) -> None:
    plays = [
        (play["about"]["inning"], replay.side(play), play["matchup"]["batter"]["id"])
        for play, event in replay.events(game)
        if event["details"].get("isInPlay")
    ]
    summary = game["liveData"]["plays"]["playsByInning"]
    shown = [
        (number, branch, item["batter"]["id"])
        for number, inning in enumerate(summary, 1)
        for branch in SIDES
        for item in inning["hits"][branch]
    ]
    assert sorted(shown) == sorted(plays)
    for inning in summary:
        assert [*inning["top"], *inning["bottom"]] == list(
            range(inning["startIndex"], inning["endIndex"] + 1)
        )
    for branch in SIDES:
        hits = sum(item["type"] == "H" for inning in summary for item in inning["hits"][branch])
        assert hits == game["liveData"]["linescore"]["teams"][branch]["hits"]


def test_outs_are_putouts(game: Conformed) -> None:
    for branch in SIDES:
        mine = [item for play, item in replay.runners(game) if replay.side(play) != branch]
        outs = sum(item["movement"]["isOut"] for item in mine)
        putouts = Counter(
            credit["player"]["id"]
            for item in mine
            for credit in item["credits"]
            if credit["credit"] == "f_putout"
        )
        assert sum(putouts.values()) == outs
        fielding = replay.lines(game, branch, "fielding")
        assert {who: line["putOuts"] for who, line in fielding.items() if line["putOuts"]} == dict(putouts)
        assert sum(line["outs"] for line in replay.lines(game, branch, "pitching").values()) == outs


def test_the_bases_follow_from_the_movements(game: Conformed) -> None:
    for state in replay.states(game):
        assert state.after == replay.posts(state.play)


def test_the_average_with_runners_in_scoring_position_is_the_official_one(game: Conformed) -> None:
    for branch in SIDES:
        tried = [
            state.play["result"]["eventType"]
            for state in replay.states(game)
            if replay.side(state.play) == branch
            and any(state.before[1:])
            and state.play["result"]["eventType"] not in replay.NO_AT_BAT | replay.NO_APPEARANCE
        ]
        hits = sum(event in replay.HITS for event in tried)
        notes = game["liveData"]["boxscore"]["teams"][branch]["info"][0]["fieldList"]
        said = next(item["value"] for item in notes if item["label"] == "Team RISP")
        assert said == f"{hits}-for-{len(tried)}."


def test_pitches_belong_to_who_threw_them(game: Conformed) -> None:
    counted = replay.pitches_by_pitcher(game)
    for branch in SIDES:
        for who, line in replay.lines(game, branch, "pitching").items():
            assert line["numberOfPitches"] == counted[who]


def test_players_are_on_one_roster(game: Conformed) -> None:
    teams = game["liveData"]["boxscore"]["teams"]
    rosters = [set(teams[branch]["players"]) for branch in SIDES]
    assert not rosters[0] & rosters[1]
    assert rosters[0] | rosters[1] == set(game["gameData"]["players"])
    assert {len(roster) for roster in rosters} == {26}
    for branch in SIDES:
        played = {*teams[branch]["batters"], *teams[branch]["bench"], *teams[branch]["bullpen"]}
        assert {f"ID{player}" for player in played} == set(teams[branch]["players"])


def test_batters_come_in_their_order(game: Conformed) -> None:
    for branch in SIDES:
        box = game["liveData"]["boxscore"]["teams"][branch]["players"].values()
        order = {item["person"]["id"]: int(item["battingOrder"]) for item in box if "battingOrder" in item}
        assert sorted(slot for slot in order.values() if not slot % 100) == [
            slot * 100 for slot in range(1, 10)
        ]
        mine = [play for play in replay.plays(game) if replay.side(play) == branch]
        slots = [order[play["matchup"]["batter"]["id"]] // 100 for play in mine]
        for before, slot, play in zip(slots, slots[1:], mine, strict=False):
            assert slot == (before % 9 + 1 if replay.is_complete(play) else before)
        last = {who: order[who] for who in game["liveData"]["boxscore"]["teams"][branch]["battingOrder"]}
        assert [slot // 100 for slot in last.values()] == list(range(1, 10))
        assert all(
            slot == max(o for o in order.values() if o // 100 == slot // 100) for slot in last.values()
        )


def test_batting_lines_are_the_plays(game: Conformed) -> None:
    for branch in SIDES:
        counted: dict[str, Counter[int]] = {
            name: Counter() for name in ("plateAppearances", "atBats", "hits", "rbi")
        }
        for play in replay.plays(game):
            if replay.side(play) != branch or not replay.is_complete(play):
                continue
            who, kind = play["matchup"]["batter"]["id"], play["result"]["eventType"]
            counted["plateAppearances"][who] += 1
            counted["atBats"][who] += kind not in replay.NO_AT_BAT
            counted["hits"][who] += kind in replay.HITS
            counted["rbi"][who] += play["result"]["rbi"]
        lines = replay.lines(game, branch, "batting")
        for name, found in counted.items():
            assert {who: line[name] for who, line in lines.items() if line[name]} == dict(+found)


def test_team_totals_are_sums(game: Conformed) -> None:
    for branch in SIDES:
        totals = game["liveData"]["boxscore"]["teams"][branch]["teamStats"]
        for kind in ("batting", "pitching", "fielding"):
            lines = replay.lines(game, branch, kind).values()
            counts = [name for name, value in totals[kind].items() if isinstance(value, int)]
            assert {name: totals[kind][name] for name in counts} == {
                name: sum(line.get(name, 0) for line in lines) for name in counts
            }
        line = game["liveData"]["linescore"]["teams"][branch]
        assert (totals["batting"]["runs"], totals["batting"]["hits"]) == (line["runs"], line["hits"])
        assert totals["fielding"]["errors"] == line["errors"]


def test_the_batting_side_proves(game: Conformed) -> None:
    """Everybody who came to bat, or was placed on base, scored, was put out or was left on base."""
    placed = Counter(
        replay.side(play)
        for play, event in replay.events(game)
        if event["details"].get("eventType") == "runner_placed"
    )
    for branch in SIDES:
        totals = game["liveData"]["boxscore"]["teams"]
        came = totals[branch]["teamStats"]["batting"]["plateAppearances"] + placed[branch]
        line = game["liveData"]["linescore"]["teams"][branch]
        assert (
            came
            == line["runs"]
            + line["leftOnBase"]
            + totals[replay.other(branch)]["teamStats"]["pitching"]["outs"]
        )


def test_the_decisions_are_of_both_sides(game: Conformed) -> None:
    line, decisions = game["liveData"]["linescore"]["teams"], game["liveData"]["decisions"]
    ahead = max(SIDES, key=lambda branch: line[branch]["runs"])
    pitchers = {branch: replay.lines(game, branch, "pitching") for branch in SIDES}
    assert pitchers[ahead][decisions["winner"]["id"]]["wins"] == 1
    assert pitchers[replay.other(ahead)][decisions["loser"]["id"]]["losses"] == 1
    assert sum(line["wins"] + line["losses"] for lines in pitchers.values() for line in lines.values()) == 2
    if "save" in decisions:
        assert pitchers[ahead][decisions["save"]["id"]]["saves"] == 1
