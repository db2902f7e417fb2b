"""`mlbc ls`: the state of the API, one line per operation; what its numbers mean."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from compiler.driver import Session, list_operations
from compiler.driver.compilation import load, make_plan
from compiler.driver.listing import Listing
from compiler.driver.share import Share, typed_share
from compiler.frontends.fold import fold
from compiler.project import discover
from runtime.transform import account
from tests.support.project import ROOT, job, live_game, operation
from tests.unit.cli.conftest import Mlbc

KEYS = """
operation http_method path paths compiled why opaque raw_table declared_leaves observed_leaves captures typed_share
tables
"""


def objects(out: str) -> dict[str, dict[str, object]]:
    return {found["operation"]: found for found in map(json.loads, out.splitlines())}


@cache
def everything() -> Listing:
    listing = list_operations(Session(project=discover(ROOT)), ())
    assert listing is not None
    return listing


def test_the_object_of_an_operation(mlbc: Mlbc) -> None:
    listed = objects(mlbc("ls", "--json").out)
    assert [*listed] == ["season.allSeasons", "season.seasons"]
    seasons = listed["season.seasons"]
    assert sorted(seasons) == sorted(KEYS.split())
    assert (seasons["http_method"], seasons["path"], seasons["compiled"]) == ("GET", "/v1/seasons", True)
    assert (seasons["declared_leaves"], seasons["observed_leaves"]) == (10, 22)
    assert seasons["tables"] == [
        {
            "name": "season.seasons_normalized",
            "key": ["season_id"],
            "columns": seasons["tables"][0]["columns"],  # pyright: ignore[reportIndexIssue]  # JSON
            "derived": False,
        }
    ]


def test_one_line_per_operation_and_a_sum(mlbc: Mlbc) -> None:
    head, *lines, total = mlbc("ls").out.splitlines()
    assert head.split() == ["operation", "declared", "observed", "typed", "tables", "columns"]
    assert [line.split()[0] for line in lines] == ["season.allSeasons", "season.seasons"]
    assert total.startswith("2 operations ")
    declared, observed = ([int(line.split()[place]) for line in lines] for place in (1, 2))
    assert [int(cell) for cell in total.split()[2:4]] == [sum(declared), sum(observed)]


@pytest.mark.parametrize("arguments", [["--tables"], ["season.*"]])
def test_tables_are_shown_on_request(mlbc: Mlbc, arguments: list[str]) -> None:
    table = "  season.seasons_normalized   21 columns  key: season_id"
    assert table in mlbc("ls", *arguments).out.splitlines()
    assert table not in mlbc("ls").out


@pytest.mark.slow
def test_operations_that_are_not_compiled_say_why() -> None:
    listed = {str(found["operation"]): found for found in everything().to_objects()}
    others = [name for name, found in listed.items() if not found["compiled"]]
    assert others == ["schedule.scheduleUpdate", "team.updateAlumni"]
    assert listed["team.updateAlumni"]["why"] == "POST changes data, it is no source"
    assert len(listed) == 99
    [line] = [line for line in everything().to_text().splitlines() if line.startswith("team.updateAlumni")]
    assert line.endswith("not compiled: POST changes data, it is no source")


@pytest.mark.slow
def test_an_operation_that_is_not_compiled_can_be_selected() -> None:
    listing = list_operations(Session(project=discover(ROOT)), ["team.update*"])
    assert listing is not None
    assert [listed.operation.name for listed in listing.listed] == ["team.updateAlumni"]


@pytest.mark.slow
def test_opaque_declarations_say_so() -> None:
    opaque = {listed.operation.name for listed in everything().listed if listed.is_opaque}
    assert {"game.colorFeed", "schedule.tuneIn", "milestones.milestones"} <= opaque
    assert opaque.isdisjoint({"game.liveGameV1", "awards.awardRecipients", "season.seasons"})
    lines = [line for line in everything().to_text().splitlines() if "opaque" in line]
    assert len(lines) == len(opaque)


@pytest.mark.slow
def test_the_listing_fits_a_terminal() -> None:
    assert max(map(len, everything().to_text().splitlines())) <= 130


# ------------------------------------------------------------------------------------------------- typed share

MAPPING = """\
operation: season.seasons
shapes: {"$.notes": json}
ignore: [{path: $.copyright, because: a notice}]
tables:
  season.seasons_normalized:
    rows: $.seasons[*]
    key: [season_id]
    columns:
      season_id: .seasonId
      rate: {path: .rate, type: double precision, format: .00}
"""
BODY = {
    "copyright": "c",  # ignored
    "notes": {"a": 1, "b": "x"},  # jsonb
    "seasons": [
        {"seasonId": "2024", "rate": ".25", "days": [1, 2], "none": None, "empty": {}},
        {"seasonId": "2025", "rate": "-.--", "days": []},
    ],
}


def _share(project: Path, mapping: str, body: object) -> Share:
    (project / "mappings" / "defaults.yaml").write_text("sentinels: ['-.--']\n", "utf-8")
    (project / "mappings" / "seasons.yaml").write_text(mapping, "utf-8")
    session = Session(project=discover(project, project / "documents"))
    observed = fold("season.seasons", body)
    plan = make_plan(session, replace(load(session), observed={"season.seasons": observed}))
    assert plan is not None, session.findings
    found = next(found for found in plan.operations if found.name == "season.seasons")
    return typed_share(found, observed)


def test_what_is_typed_and_what_has_content(mlbc: Mlbc, project: Path) -> None:
    # typed: two ids, one rate, two days. content: these, two in notes, one notice; a placeholder is none
    share = _share(project, MAPPING, BODY)
    assert share == Share(typed=5, content=8)
    assert (share.ratio, share.to_text()) == (0.625, "62.5 %")


def test_nothing_observed_is_no_share() -> None:
    assert (Share().ratio, Share().to_text()) == (None, "-")
    assert Share(999999, 1000000).to_text() == "99.9 %"


def test_the_share_is_what_account_counts() -> None:
    """On the final state of a game: account holds null and empty leaves of what is JSON or ignored for content."""
    response = live_game()
    counts = account(job("game.liveGameV1"), response.document, dict(response.params))
    share = typed_share(operation("game.liveGameV1"), fold("game.liveGameV1", response.document))
    content = counts.leaves - counts.null - counts.empty - counts.sentinel
    assert abs(share.typed - counts.typed) <= 0.001 * content
    assert 0 <= content - share.content < counts.json + counts.ignored
