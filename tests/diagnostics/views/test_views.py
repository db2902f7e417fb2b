"""Each file here is a bad view; a comment `error[V103]` stands on the line that must be reported.

A first line `-- file: queries/name.sql` says where it would lie; without it, it is the view `mart.<name>`.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from compiler.backends.postgres import lower
from compiler.diagnostics import Sink
from compiler.driver.views import relations_of
from compiler.frontends.views import read_views
from compiler.ir.views import Relations
from compiler.passes.views import bind_views
from compiler.source import SourceFile, Span
from tests.support.project import plan

HERE = Path(__file__).parent
CASES = sorted(HERE.glob("*.sql"))
EXPECTED = re.compile(r"((?:error|warning)\[[A-Z]\d{3}\])")
PLACE = re.compile(r"-- file: (?P<path>\S+)[^\n]*")


@cache
def relations() -> Relations:
    return relations_of(lower(plan()))


def bind(files: Mapping[str, str], before: Relations | None = None) -> tuple[Sink, list[str]]:
    """Bind views at paths below `mappings`; return what is wrong, and the names of those that are right."""
    sink = Sink()
    sources = [SourceFile(f"mappings/{path}", text) for path, text in files.items()]
    views = bind_views(read_views(sources, "mappings", sink), relations(), before or {}, sink)
    return sink, [view.name for view in views]


def findings(path: str, text: str) -> list[tuple[int, str]]:
    file = SourceFile(path, text)
    sink, _ = bind({path: text})
    places = ((found, file.locate(found.origin.span or Span(0, 0))) for found in sink.diagnostics)
    return sorted((place.line, f"{found.severity}[{found.code}]") for found, place in places)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_rule_fires_at_its_line_and_only_there(case: Path) -> None:
    text = case.read_text("utf-8")
    placed = PLACE.match(text)
    path = placed["path"] if placed else f"views/mart/{case.name}"
    # the line that says where a case lies is part of the case, and of no view
    shown = PLACE.sub(lambda line: " " * len(line[0]), text, count=1) if placed else text
    lines = enumerate(text.splitlines(), start=1)
    expected = sorted((number, code) for number, line in lines for code in EXPECTED.findall(line))
    assert findings(path, shown) == expected


def head(sql: str) -> str:
    return f"/*\ndoc: A view.\n*/\n{sql}\n"


def test_a_column_of_a_view_that_is_wrong_is_not_reported_again() -> None:
    wrong = head("SELECT gamepk AS game_pk FROM game.live_game_plays")
    sink, _ = bind({"views/mart/a.sql": wrong, "views/mart/b.sql": head("SELECT other FROM mart.a")})
    assert [found.origin.file for found in sink.diagnostics] == ["mappings/views/mart/a.sql"]


def test_a_cycle_is_said_once_with_its_way() -> None:
    sink, made = bind(
        {
            "views/mart/a.sql": head("SELECT game_pk FROM mart.b"),
            "views/mart/b.sql": head("SELECT game_pk FROM mart.c"),
            "views/mart/c.sql": head("SELECT game_pk FROM mart.a"),
            "views/mart/d.sql": head("SELECT game_pk FROM mart.a"),
            "views/mart/e.sql": head("SELECT game_pk FROM game.live_game_metadata"),
        }
    )
    assert [found.message for found in sink.diagnostics] == [
        "`mart.a` depends on itself: `mart.a` reads `mart.b` reads `mart.c` reads `mart.a`"
    ]
    assert made == ["mart.e"]


def test_views_stand_behind_what_they_read_whatever_the_order_of_files() -> None:
    texts = {
        "views/mart/a.sql": head("SELECT game_pk FROM mart.z"),
        "views/mart/z.sql": head("SELECT game_pk FROM mart.m"),
        "views/mart/m.sql": head("SELECT game_pk FROM game.live_game_metadata"),
        "queries/b.sql": head("SELECT game_pk FROM mart.a"),
    }
    for files in (texts, dict(reversed(texts.items()))):
        sink, made = bind(files)
        assert not sink.diagnostics
        assert made == ["mart.m", "mart.z", "mart.a", "b"]


def test_a_column_that_a_mapping_dropped_is_said_to_be_dropped() -> None:
    before = {"game.live_game_plays": {"game_pk": "bigint", "lost": "text"}}
    sink, _ = bind({"views/mart/a.sql": head("SELECT game_pk, lost FROM game.live_game_plays p")}, before)
    assert [found.notes for found in sink.diagnostics] == [
        ("`game.live_game_plays` had it: a mapping that drops or renames it must change this view too",)
    ]
