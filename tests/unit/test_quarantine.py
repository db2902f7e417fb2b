"""Rows in quarantine are kept whole: no leaf is lost, and the response can be put together again."""

import copy
import json
from dataclasses import replace
from pathlib import Path

import pytest

from compiler.backends import docs
from compiler.ir.plan import Plan
from runtime.assemble import assemble
from runtime.export import transform_files, wanted
from runtime.job import Extraction, Job, Row, Rule
from runtime.quarantine import put_back
from runtime.responses import files
from runtime.transform import Transformed, transform
from tests.postgres.catalog import CATALOG, GAME, GAMES, PLAYS, game, play
from tests.support import project
from tests.support.comparison import canonical
from tests.support.faults import LIVE_GAME, response

DOCUMENT = game(7, "Live", [play(0, 9), play(1, 1), play(2, 9), play(3, 2)], weather={"temp": 78})


def early(row: Row) -> bool | None:
    return row[2] != 9


def nobody(row: Row) -> bool | None:
    return row[0] is None


def job(*rules: Rule, of_game: tuple[Rule, ...] = ()) -> Job:
    by_table = {PLAYS.name: rules, GAMES.name: of_game}
    extractions = (
        Extraction(table=one.table, rows=one.rows, rules=by_table[one.table.name]) for one in GAME.extractions
    )
    return replace(GAME, extractions=tuple(extractions))


def made(rules: Job) -> Transformed:
    return transform(rules, copy.deepcopy(DOCUMENT), {})


NO_NINTH = Rule("no_ninth", early, columns=("inning",), is_error=True)


def test_rows_that_violate_an_error_are_set_aside_with_their_place() -> None:
    found = made(job(NO_NINTH))
    assert [row[1] for row in found.rows[PLAYS.name]] == [1, 3]
    assert [(one.table, one.rules, one.position, one.row[1]) for one in found.quarantined] == [
        (PLAYS, ("no_ninth",), 0, 0),
        (PLAYS, ("no_ninth",), 2, 2),
    ]


def test_a_row_names_every_error_that_it_violates() -> None:
    found = made(job(NO_NINTH, Rule("never", nobody, columns=("game_pk",), is_error=True)))
    assert [one.rules for one in found.quarantined] == [
        ("no_ninth", "never"),
        ("never",),
        ("no_ninth", "never"),
        ("never",),
    ]


def test_what_lies_in_a_row_goes_with_it() -> None:
    found = made(job(of_game=(Rule("nobody", nobody, columns=("game_pk",), is_error=True),)))
    assert {name: len(rows) for name, rows in found.rows.items()} == {GAMES.name: 0, PLAYS.name: 0}
    assert {one.rules for one in found.quarantined} == {("nobody",)}
    assert {one.rules_of for one in found.quarantined} == {GAMES.name}
    assert len(found.quarantined) == 5


def test_a_warning_leaves_the_row_where_it_is() -> None:
    found = made(job(replace(NO_NINTH, is_error=False)))
    assert [one.row[1] for one in found.doubted] == [0, 2]
    assert (len(found.rows[PLAYS.name]), found.quarantined) == (4, ())


def test_unknown_passes() -> None:
    assert made(job(Rule("unknown", lambda _: None, columns=(), is_error=True))).quarantined == ()


@pytest.mark.parametrize(
    "rules", [job(NO_NINTH), job(of_game=(Rule("nobody", nobody, columns=(), is_error=True),))]
)
def test_no_leaf_is_lost(rules: Job) -> None:
    found, whole = made(rules), made(GAME)
    assert found.counts == whole.counts
    assert found.counts.lost == 0
    assert put_back(found.rows, found.quarantined) == whole.rows
    assert assemble(rules, found.rows, found.rescued, found.quarantined) == DOCUMENT


def test_a_page_lists_the_rules() -> None:
    page = docs.BACKEND.emit(Plan(operations=(project.operation("game.liveGameV1"),)))[
        "docs/game/live_game_v1.md"
    ]
    assert "| outs_in_range | `outs between 0 and 3` | error | A half inning has three outs. |" in page
    assert "| runs_reconcile | `game.live_game_linescore_teams`, " in page


def test_files_have_the_rows_in_quarantine_beside_the_tables(tmp_path: Path) -> None:
    file = tmp_path / "game.json"
    file.write_text(json.dumps(DOCUMENT), "utf-8")
    catalog = replace(CATALOG, jobs={"demo.game": job(NO_NINTH)})
    to = str(tmp_path / "to")
    done = transform_files(wanted(catalog, "demo.game", (), "ndjson"), files(str(file)), to)
    assert done.tables == {
        GAMES.name: 1,
        PLAYS.name: 2,
        "metadata.documents": 1,
        "metadata.rescued_values": 0,
        "metadata.quarantine": 2,
        "metadata.dead_letters": 0,
    }
    lines = (tmp_path / "to" / "metadata.quarantine.ndjson").read_text("utf-8").splitlines()
    cells = {"game_pk": 7, "play_index": 0, "inning": 9, "speed": None}
    expected = {
        "raw_id": 1,
        "operation": "demo.game",
        "table_name": PLAYS.name,
        "position": 0,
        "rules": ["no_ninth"],
        "rules_of": PLAYS.name,
        "row": cells,
    }
    assert json.loads(lines[0]) == expected
    transform_files(wanted(CATALOG, "demo.game", (), "ndjson"), files(str(file)), to)
    assert not (tmp_path / "to" / "metadata.quarantine.ndjson").read_bytes()


@pytest.mark.slow
def test_a_response_with_rows_in_quarantine_can_be_put_together_again() -> None:
    live, plan = project.job("game.liveGameV1"), project.operation("game.liveGameV1")
    errors = {
        (item.table.name, rule.name) for item in live.extractions for rule in item.rules if rule.is_error
    }
    for fault in sorted(errors):
        document = response("game.liveGameV1").document
        LIVE_GAME[fault](document)
        found = transform(live, copy.deepcopy(document), {})
        assert found.quarantined
        assert found.counts.lost == 0
        assembled = assemble(live, found.rows, found.rescued, found.quarantined)
        assert canonical(plan, assembled) == canonical(plan, document), fault
