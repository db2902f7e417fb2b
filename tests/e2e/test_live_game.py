"""The final state of one real game: every row, every leaf, and what must hold between its tables."""

from collections import Counter
from functools import cache

from runtime.assemble import assemble
from runtime.job import Conformed, Row
from runtime.transform import Transformed, account, transform
from tests.oracle.interpreter import interpret
from tests.support import project
from tests.support.comparison import canonical

OPERATION = "game.liveGameV1"
ROWS = {
    "metadata": 1,
    "players": 51,
    "plays": 75,
    "pitch_events": 290,
    "play_actions": 41,
    "lineup_changes": 11,
    "runners": 101,
    "fielding_credits": 80,
    "hit_data": 48,
    "scoring_plays": 8,
    "linescore": 1,
    "linescore_teams": 2,
    "linescore_innings": 9,
    "batting_order": 18,
    "bench": 6,
    "bullpen": 16,
    "pitchers": 9,
    "officials": 4,
    "venue_details": 1,
    "boxscore_team_stats": 2,
    "player_batting_stats": 20,
    "player_pitching_stats": 9,
    "player_fielding_stats": 29,
    "decisions": 2,
    "mound_visits": 2,
    "probables": 2,
    "inning_summary": 9,
    "hits": 48,
    "top_performers": 3,
    "player_positions": 31,
    "info": 13,
}


@cache
def made() -> Transformed:
    game = project.live_game()
    return transform(project.job(OPERATION), game.document, game.params)


@cache
def rows(noun: str) -> tuple[Conformed, ...]:
    """Return the rows of a table as records."""
    name = f"game.live_game_{noun}"
    table = next(table for table in project.job(OPERATION).tables if table.name == name)
    names = [column.name for column in table.columns]
    return tuple(dict(zip(names, row, strict=True)) for row in made().rows[name])


def count(noun: str, **wanted: object) -> int:
    return sum(all(row[name] == cell for name, cell in wanted.items()) for row in rows(noun))


def test_every_row_is_there() -> None:
    assert {noun: len(rows(noun)) for noun in ROWS} == ROWS


def test_every_leaf_is_typed() -> None:
    game = project.live_game()
    counts = account(project.job(OPERATION), game.document, game.params)
    assert (counts.lost, counts.rescued) == (0, 0)
    assert counts.typed + counts.sentinel > 0.95 * counts.leaves


def test_the_reference_agrees() -> None:
    game = project.live_game()
    assert interpret(project.operation(OPERATION), game.document, game.params) == made().rows


def test_round_trip() -> None:
    plan, game = project.operation(OPERATION), project.live_game()
    assembled = assemble(project.job(OPERATION), made().rows, made().rescued)
    assert canonical(plan, assembled) == canonical(plan, game.document)


def test_keys_are_unique_and_filled() -> None:
    for table in project.job(OPERATION).tables:
        keys: list[Row] = [row[: len(table.key)] for row in made().rows[table.name]]
        assert len(set(keys)) == len(keys), table.name
        assert not any(None in key for key in keys), table.name


def test_every_child_has_its_parent() -> None:
    tables = {table.name: table for table in project.job(OPERATION).tables}
    for table in tables.values():
        if table.parent:
            width = len(tables[table.parent].key)
            parents = {row[:width] for row in made().rows[table.parent]}
            assert {row[:width] for row in made().rows[table.name]} <= parents, table.name


def test_runs_by_runners_are_the_linescore() -> None:
    halves = {row["at_bat_index"]: row["half_inning"] for row in rows("plays")}
    scored = Counter(halves[row["at_bat_index"]] for row in rows("runners") if row["end_base"] == "score")
    total = {row["is_home"]: row["runs"] for row in rows("linescore_teams")}
    assert (scored["top"], scored["bottom"]) == (total[False], total[True]) == (4, 5)


def test_innings_add_up_to_the_linescore() -> None:
    for side, is_home in (("away", False), ("home", True)):
        innings = sum(row[f"{side}_runs"] or 0 for row in rows("linescore_innings"))
        assert innings == next(row["runs"] for row in rows("linescore_teams") if row["is_home"] == is_home)


def test_balls_in_play_are_the_hit_rows() -> None:
    assert count("pitch_events", is_in_play=True) == len(rows("hit_data")) == len(rows("hits")) == 48


def test_putouts_are_outs_by_runners() -> None:
    assert count("fielding_credits", credit="f_putout") == count("runners", is_out=True) == 53


def test_positions_are_indexes() -> None:
    assert [row["at_bat_index"] for row in rows("plays")] == list(range(75))
    by_play: dict[object, set[object]] = {}
    for row in (*rows("pitch_events"), *rows("play_actions")):
        by_play.setdefault(row["at_bat_index"], set()).add(row["event_index"])
    assert all(found == set(range(len(found))) for found in by_play.values())


def test_every_pitch_has_its_own_id() -> None:
    assert len({row["play_id"] for row in rows("pitch_events")} - {None}) == 290


def test_players_are_those_of_the_boxscore_on_one_side_each() -> None:
    players = {(row["player_id"], row["team_id"]) for row in rows("players")}
    assert players == {(row["player_id"], row["team_id"]) for row in rows("boxscore_players")}
    assert Counter(row["is_home"] for row in rows("players")) == {True: 26, False: 25}


def test_scoring_plays_are_plays() -> None:
    scored = {row["at_bat_index"] for row in rows("runners") if row["end_base"] == "score"}
    assert {row["at_bat_index"] for row in rows("scoring_plays")} == scored
