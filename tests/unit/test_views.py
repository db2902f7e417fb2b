"""Views bound to a small schema: what they return, in which order they come, how they read for Spark."""

from typing import cast

import pytest

from compiler.diagnostics import Sink
from compiler.driver import Session, explain, list_views
from compiler.frontends.views import read_views
from compiler.ir.views import View, places, with_parameters
from compiler.passes.views import bind_views
from compiler.passes.views.lineage import trace
from compiler.project import ProjectError, discover
from compiler.source import SourceFile
from tests.support.project import ROOT

TABLES = {
    "game.plays": {
        "game_pk": "bigint",
        "place": "integer",
        "speed": "double precision",
        "event": "text",
        "day": "date",
        "at": "timestamptz",
        "doc": "jsonb",
        "ids": "bigint[]",
    }
}


def bound(sql: str, head: str = "", **others: str) -> tuple[View | None, list[str]]:
    """Bind `mart.v`, and other views; return it and the messages."""
    sink = Sink()
    texts = {"v": f"/*\ndoc: Rows.\n{head}\n*/\n{sql}"}
    texts |= {name: f"/*\ndoc: Rows.\n*/\n{text}" for name, text in others.items()}
    files = [SourceFile(f"mappings/views/mart/{name}.sql", text) for name, text in texts.items()]
    views = bind_views(read_views(files, "mappings", sink), TABLES, {}, sink)
    found = next((view for view in views if view.name == "mart.v"), None)
    return found, [finding.message for finding in sink.diagnostics]


def bound_one(sql: str, head: str = "engines: [postgres]") -> View:
    view, messages = bound(sql, head)
    assert view is not None, messages
    assert not messages
    return view


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("sum(place)", "bigint"),
        ("sum(game_pk)", "numeric"),
        ("avg(place)", "numeric"),
        ("avg(speed)", "double precision"),
        ("max(day) - min(day)", "integer"),
        ("max(at) - min(at)", "interval"),
        ("max(day) + 1", "date"),
        ("max(at AT TIME ZONE 'UTC')", "timestamp"),
        ("extract(epoch FROM max(at))", "numeric"),
        ("max(place) / 2", "integer"),
        ("max(place) * 1.5", "numeric"),
        ("max(speed) * 1.5", "double precision"),
        ("count(*)", "bigint"),
        ("round(max(speed))", "double precision"),
        ("bool_or(event = 'a')", "boolean"),
        ("max(doc ->> 'a')", "text"),
        ("percentile_cont(0.5) WITHIN GROUP (ORDER BY speed)", "double precision"),
        ("max(event) || 'a'", "text"),
        ("max(ids[1])", "bigint"),
        ("coalesce(max(speed), 0)", "double precision"),
    ],
)
def test_types_are_those_of_postgres(expression: str, kind: str) -> None:
    (column,) = bound_one(f"SELECT {expression} AS a FROM game.plays").columns
    assert column.type == kind


@pytest.mark.parametrize(
    ("sql", "spark"),
    [
        ("SELECT place / 2 AS a", "plays.place DIV 2 AS a"),
        ("SELECT speed / 2 AS a", "plays.speed / 2 AS a"),
        ('SELECT max(event COLLATE "C") AS a', "MAX(plays.event) AS a"),
        ("SELECT sum(game_pk)::bigint AS a", "CAST(SUM(plays.game_pk) AS BIGINT) AS a"),
        (
            "SELECT lag(speed) OVER (ORDER BY place DESC) AS a",
            "LAG(plays.speed) OVER (ORDER BY plays.place DESC NULLS FIRST) AS a",
        ),
        (
            "SELECT row_number() OVER (ORDER BY place) AS a",
            "CAST(ROW_NUMBER() OVER (ORDER BY plays.place NULLS LAST) AS BIGINT) AS a",
        ),
        ("SELECT event IS DISTINCT FROM 'a' AS a", "plays.event IS DISTINCT FROM 'a' AS a"),
    ],
)
def test_spark_reads_the_same(sql: str, spark: str) -> None:
    text = bound_one(f"{sql} FROM game.plays", "").spark
    assert " ".join(text.split()) == f"SELECT {spark} FROM game.plays AS plays"


@pytest.mark.parametrize(
    "expression",
    [
        "avg(place)",
        "sum(game_pk)",
        "max(event)",
        "max(speed)::integer",
        "min(at)::date",
        "max(day) - min(day)",
        "max(doc ->> 'a')",
        "bool_or(event ~ 'a')",
        "string_agg(event, ',')",
        "max(now())",
        "max(current_date)",
        "max(at AT TIME ZONE 'UTC')",
        "round(max(speed))",
        "percentile_cont(0.5) WITHIN GROUP (ORDER BY speed)",
        "max(ids[1])",
        "max(event || place)",
        "max(split_part(event, ' ', 1)) COLLATE \"C\"",
    ],
)
def test_what_spark_might_take_otherwise_is_said(expression: str) -> None:
    _, messages = bound(f"SELECT {expression} AS a FROM game.plays")
    assert messages
    assert all("no translation for Spark that surely means the same" in message for message in messages)
    assert bound_one(f"SELECT {expression} AS a FROM game.plays").spark == ""


def test_a_function_of_ours_is_a_relation_where_it_is_called() -> None:
    sink = Sink()
    files = [
        SourceFile(
            "mappings/views/game/over.sql",
            "/*\ndoc: Fast ones.\nparams: {least: {type: double precision}}\n*/\n"
            "SELECT place, speed FROM game.plays WHERE speed > :least",
        ),
        SourceFile(
            "mappings/queries/q.sql", "/*\ndoc: Few.\n*/\nSELECT o.place, o.sped FROM game.over(95) o"
        ),
        SourceFile("mappings/queries/r.sql", "/*\ndoc: Few.\n*/\nSELECT place FROM game.over"),
    ]
    bind_views(read_views(files, "mappings", sink), TABLES, {}, sink)
    assert [found.message for found in sink.diagnostics] == [
        "there is no column `sped`",
        "there is no table or view `game.over`",
    ]


def test_columns_are_traced_through_other_columns() -> None:
    sink = Sink()
    text = (
        "WITH f AS (SELECT place, speed * 2 AS s FROM game.plays)"
        " SELECT count(*) AS n, max(s) + min(place) AS a FROM f"
    )
    (spec,) = read_views(
        [SourceFile("mappings/queries/q.sql", f"/*\ndoc: Rows.\n*/\n{text}")], "mappings", sink
    )
    assert trace(spec, "a", TABLES).sources == (("game.plays", "place"), ("game.plays", "speed"))
    assert trace(spec, "n", TABLES).sources == ()


def test_a_column_that_is_taken_over_keeps_its_sentence() -> None:
    sink = Sink()
    texts = {
        "a": "SELECT game_pk, speed, speed * 2 AS twice FROM game.plays",
        "b": "SELECT a.speed AS mph, a.twice FROM mart.a a",
    }
    heads = {"a": "columns: {game_pk: Own.}", "b": ""}
    files = [
        SourceFile(f"mappings/views/mart/{name}.sql", f"/*\ndoc: Rows.\n{heads[name]}\n*/\n{text}")
        for name, text in texts.items()
    ]
    docs = {("game.plays", "speed"): "Miles per hour.", ("game.plays", "game_pk"): "The game."}
    one, other = bind_views(read_views(files, "mappings", sink), TABLES, {}, sink, docs)
    assert [column.doc for column in one.columns] == ["Own.", "Miles per hour.", ""]
    assert [column.doc for column in other.columns] == ["Miles per hour.", ""]


def test_what_looks_like_a_parameter_and_is_none() -> None:
    sql = "SELECT ':a', \":b\", x::date, $$ :c $$, /* :d */ y -- :e\n, :f, '%' FROM t WHERE z = :f"
    assert [place.name for place in places(sql)] == ["f", "f"]
    replaced = with_parameters(sql, {"f": "%(f)s"}, {ord("%"): "%%"})
    assert replaced.endswith(", %(f)s, '%%' FROM t WHERE z = %(f)s")


# ------------------------------------------------------------------------------------------------- the project's own


@pytest.fixture(scope="module")
def session() -> Session:
    return Session(project=discover(ROOT))


@pytest.mark.slow
def test_a_column_is_explained_down_to_the_api(session: Session) -> None:
    found = explain(session, "mart.pitches.on_1b_id")
    assert found is not None
    assert found.facts["sources"] == ["mart.event_states.on_1b_id"]
    origins = {item["column"]: item["path"] for item in cast("list[dict[str, str]]", found.facts["origins"])}
    assert origins["game.live_game_plays.post_on_first_id"].endswith(".matchup.postOnFirst.id")
    assert origins["game.live_game_runners.runner_id"].endswith(".details.runner.id")
    assert not any(name.startswith("mart.") for name in origins)


@pytest.mark.slow
def test_a_view_says_who_reads_it(session: Session) -> None:
    found = explain(session, "mart.event_states")
    assert found is not None
    assert found.facts["read_by"] == ["mart.pitches", "mart.plate_appearances", "game_state_at"]
    with pytest.raises(ProjectError, match=r"`mart.event_states` has no column `on_1b`"):
        explain(session, "mart.event_states.on_1b")


@pytest.mark.slow
def test_views_are_listed_by_pattern(session: Session) -> None:
    found = list_views(session, ["mart.pitch*"])
    assert found is not None
    assert [item["view"] for item in found.to_objects()] == [
        "mart.pitches",
        "mart.pitches_savant",
        "mart.pitching_lines",
    ]
    assert len(found.to_text().splitlines()) == 4
    with pytest.raises(ProjectError, match="names no view and no query"):
        list_views(session, ["mart.nothing"])
