"""Statistics: lists of leaders tie, lines have the statistics of their group as numbers."""

from copy import deepcopy

from runtime.transform import transform
from tests.support import project
from tests.support.tables import rows


def test_lists_of_leaders() -> None:
    lists = rows("stats.leaders", "stats.leader_lists")
    assert [row["stat_group"] for row in lists] == ["hitting", "catching", "pitching"]
    assert {(row["leader_category"], row["game_type"], row["season"]) for row in lists} == {
        ("homeRuns", "R", 2024)
    }


def test_leaders_tie() -> None:
    leaders = rows("stats.leaders", "stats.stat_leaders")
    hitters = [row for row in leaders if row["stat_group"] == "hitting"]
    assert [(row["player_id"], row["value"]) for row in hitters[:2]] == [(592450, "58"), (660271, "54")]
    assert len({row["rank"] for row in hitters}) < len(hitters) == 7


def test_lines_of_teams() -> None:
    lines = {row["team_id"]: row for row in rows("team.stats", "team.stat_splits")}
    padres = lines[135]
    assert len(lines) == 30
    assert (padres["season"], padres["stat_type"], padres["stat_group"], padres["rank"]) == (
        2024,
        "season",
        "hitting",
        1,
    )
    assert (padres["avg"], padres["ops"], padres["at_bats_per_home_run"], padres["runs"]) == (
        0.263,
        0.744,
        29.08,
        760,
    )
    assert padres["era"] is None
    assert padres["player_id"] is None


def test_a_line_of_pitching() -> None:
    stat = {"era": "-.--", "whip": "1.20", "inningsPitched": "8.2", "strikeOuts": 9}
    split = {"season": "2024", "stat": stat, "player": {"id": 660271, "fullName": "Shohei Ohtani"}}
    group = {
        "type": {"displayName": "season"},
        "group": {"displayName": "pitching"},
        "splits": [split, deepcopy(split)],
    }
    made = transform(project.job("stats.stats"), {"stats": [group]}, {"$request": "/any"})
    columns = [column.name for column in project.operation("stats.stats").tables[1].columns]
    first, second = (dict(zip(columns, row, strict=True)) for row in made.rows["stats.stat_splits"])
    assert (first["era"], first["whip"], first["innings_pitched_outs"], first["stat_group"]) == (
        None,
        1.2,
        26,
        "pitching",
    )
    assert (first["split_index"], second["split_index"]) == (0, 1)
    assert (made.counts.sentinel, made.counts.rescued) == (2, 0)
