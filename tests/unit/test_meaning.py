"""What no database holds but its readers mind: it is no migration, and told by the next one."""

import json
from dataclasses import replace

import pytest

from compiler.diagnostics import Sink
from compiler.ir.catalog import Catalog, Index, NewerCatalogError, View
from compiler.migrate import NOTHING, diff, extend
from tests.unit.test_history import BASE, FIRST, GROWN, PLAYS, appended, codes, committed, made, with_table

DIGEST = View(name="stats.innings", kind="view", columns=("inning bigint", "n bigint"), digest="1")
MEANT = replace(
    with_table(columns=(PLAYS.columns[0], replace(PLAYS.columns[1], sentinels=("-.--",)), PLAYS.columns[2])),
    views=(DIGEST,),
)


def test_what_only_means_something_else_is_no_migration() -> None:
    assert [one.title for one in diff(BASE, MEANT)] == [
        "alter sentinels of game.plays.inning: + '-.--'",
        "add view stats.innings",
    ]
    assert appended(MEANT) == {}
    assert codes(MEANT) == []


def test_a_migration_tells_what_else_changed() -> None:
    history = committed(MEANT, extend(NOTHING, made(MEANT), Sink()))
    grown = replace(GROWN, views=(replace(DIGEST, columns=("inning bigint", "plays bigint"), digest="2"),))
    ((_, text),) = appended(grown, history).items()
    assert text.splitlines()[1:10] == [
        f"-- 0002_plays_speed    catalog {BASE.digest} -> {GROWN.digest}    1 statement, 2 hazards",
        "SET LOCAL lock_timeout = '5s';",
        "SET LOCAL statement_timeout = '5min';",
        "",
        "-- also  alter sentinels of game.plays.inning: - '-.--'",
        "--      hazard values-change: rows that are there keep their values until `mlb-etl backfill` makes them again",
        "",
        "-- also  replace view stats.innings: - n bigint, + plays bigint",
        "--      hazard breaks-readers: a query by the old name finds nothing, or other values",
    ]


def test_what_else_changed_is_told_by_what_runs_online_if_nothing_else_runs() -> None:
    indexed = replace(MEANT.tables[0], indexes=(Index(name="plays_b_idx", columns=("inning",)),))
    ((_, text),) = appended(
        replace(MEANT, tables=(replace(indexed, indexes=(*PLAYS.indexes, *indexed.indexes)),))
    ).items()
    assert "-- also  alter sentinels" in text
    assert "1/1  add index" in text


def test_another_path_changes_values() -> None:
    moved = (
        PLAYS.columns[0],
        replace(PLAYS.columns[1], comment="$.about.inning: With a word."),
        PLAYS.columns[2],
    )
    ((name, text),) = appended(with_table(columns=moved)).items()
    assert name == "0002_plays_inning.sql"
    assert "1/1  alter path of game.plays.inning: $.inning -> $.about.inning\n" in text
    assert "hazard values-change: " in text
    said = (PLAYS.columns[0], replace(PLAYS.columns[1], comment="$.inning: With a word."), PLAYS.columns[2])
    ((_, text),) = appended(with_table(columns=said)).items()
    assert "1/1  comment on column game.plays.inning\n" in text
    assert "hazard" not in text.splitlines()[4]


def test_another_fold_changes_values() -> None:
    folded = with_table(comment="One row per $.teams.{away,home}[*] of game.live.")
    history = committed(folded, extend(NOTHING, made(folded), Sink()))
    ((_, text),) = appended(
        with_table(comment="One row per $.teams.{away,home,extra}[*] of game.live."), history
    ).items()
    assert "alter rows of game.plays: One row per $.teams.{away,home,extra}[*] of game.live.\n" in text
    assert "hazard values-change: " in text


def test_a_state_of_the_first_form_is_read() -> None:
    members = json.loads(MEANT.to_json())
    del members["format"], members["views"]
    history = replace(committed(MEANT, extend(NOTHING, made(MEANT), Sink())), catalog=json.dumps(members))
    assert not history.state.tells_meaning
    assert history.state.digest == history.head
    assert [one.title for one in diff(history.state, GROWN)] == ["add column game.plays.speed"]


def test_a_state_of_a_newer_form_is_told() -> None:
    text = json.dumps({**json.loads(BASE.to_json()), "format": 99})
    with pytest.raises(NewerCatalogError, match="form is 99"):
        Catalog.from_json(text)
    for catalog in (BASE, GROWN):
        sink = Sink()
        history = replace(FIRST, catalog=text)
        assert extend(history, made(catalog), sink) is history
        [found] = sink.diagnostics
        assert (found.code, "newer compiler wrote it" in found.message) == ("G103", True)
        assert "generate with the compiler that wrote it" in found.help
