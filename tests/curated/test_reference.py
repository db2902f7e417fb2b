"""Drafts, awards, jobs and lookups: keys and values of real responses."""

from collections import Counter

import pytest

from runtime.transform import transform
from tests.support import project
from tests.support.tables import rows


def test_draft_picks() -> None:
    picks = rows("draft.draftPicks", "draft.picks", year="2024")
    first = picks[0]
    assert len(picks) == 615
    assert (first["draft_year"], first["round"], first["pick_number"]) == (2024, "1", 1)
    assert (first["player_id"], first["pick_value"], first["signing_bonus"]) == (
        683953,
        10_570_600,
        8_950_000,
    )
    assert all(row["round"] == row["pick_round"] and row["draft_year"] == row["pick_year"] for row in picks)
    assert [row["signing_bonus"] is None for row in picks].count(True) == 45


def test_draft_rounds() -> None:
    rounds = [row["round"] for row in rows("draft.draftPicks", "draft.rounds", year="2024")]
    assert len(rounds) == 26
    assert {"1", "1C", "CB-A", "PPI"} <= {*rounds}


def test_a_prospect_can_be_listed_twice() -> None:
    prospects = rows("draft.draftProspects", "draft.prospects", year="2020")
    players = Counter(row["player_id"] for row in prospects)
    assert players[676508] == 2
    assert [row["prospect_index"] for row in prospects] == list(range(len(prospects)))
    assert {row["draft_year"] for row in prospects} == {2020}


def test_the_latest_pick() -> None:
    (pick,) = rows("draft.latestDraftPicks", "draft.latest_picks")
    assert (pick["draft_year"], pick["pick_number"], pick["player_id"]) == (2024, 615, 814779)


def test_awards() -> None:
    awards = {row["award_id"]: row for row in rows("awards.awards", "awards.awards_normalized")}
    assert len(awards) > 600
    assert awards["MLBHOF"]["name"] == "Hall Of Fame"
    assert awards["MLBHOF"]["sport_id"] == 1


def test_jobs() -> None:
    jobs = rows("job.getJobsByType", "job.jobs")
    assert len(jobs) == 98
    assert (jobs[0]["player_id"], jobs[0]["job_id"], jobs[0]["jersey_number"]) == (596809, "UMPR", "67")


def test_game_types() -> None:
    types = rows("config.gameTypes", "config.game_types_normalized")
    assert {row["game_type"]: row["description"] for row in types}["R"] == "Regular Season"


@pytest.mark.parametrize("operation", ["awards.awardRecipients", "person.award"])
def test_one_award_is_given_to_one_player_several_times(operation: str) -> None:
    win = {"id": "ALPOW", "season": "2024", "player": {"id": 592450}}
    document = {"awards": [win | {"date": "2024-05-06"}, win | {"date": "2024-05-06"}, win]}
    params = {"$request": "/any", "awardId": "ALPOW", "personId": "592450"}
    result = transform(project.job(operation), document, params)
    (found,) = result.rows.values()
    assert len(found) == 3
    assert result.counts.rescued == 0


def test_a_year_can_have_several_drafts() -> None:
    picks = [{"pickNumber": 1, "draftType": {"code": code}} for code in ("JR", "NR")]
    document = {"drafts": {"draftYear": 1975, "rounds": [{"round": "1", "picks": picks}]}}
    result = transform(project.job("draft.draftPicks"), document, {})
    assert [row[:4] for row in result.rows["draft.picks"]] == [(1975, "1", "JR", 1), (1975, "1", "NR", 1)]
    assert result.counts.rescued == 0
