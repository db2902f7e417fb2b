"""What `mlbc upstream` says comes of a change: what is declared, what was seen, and which columns follow."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from compiler.driver.upstream import OVERRULED, UNFIT, UNREADABLE
from tests.unit.cli.conftest import Mlbc, Outcome

Document = dict[str, Any]
PLACE = "season.allSeasons:$.seasons[*]"
STRINGS = {"type": "Array", "items": {"type": "string"}}
INTEGER = {"type": "integer"}
STRING = {"type": "string"}


def changed(mlbc: Mlbc, project: Path, edit: Callable[[Document], object], *options: str) -> Outcome:
    """Generate, change the document, and ask what comes of it."""
    mlbc("generate", "--only", "postgres")
    path = project / "documents" / "season.json"
    document = json.loads(path.read_text("utf-8"))
    edit(document)
    path.write_text(json.dumps(document), "utf-8")
    return mlbc("upstream", "status", "--schemas", "documents", *options)


def told(outcome: Outcome) -> list[str]:
    """Return the lines up to what is said of the documents."""
    lines = outcome.out.splitlines()
    return lines[: next(at for at, line in enumerate(lines) if line.startswith("document `"))]


def declaring(name: str, type_: Document) -> Callable[[Document], object]:
    """Return an edit that declares a property of a season."""
    return lambda document: document["models"]["SeasonRestObject"]["properties"].update({name: type_})


def without(name: str) -> Callable[[Document], object]:
    """Return an edit that removes a property of a season."""
    return lambda document: document["models"]["SeasonRestObject"]["properties"].pop(name)


@pytest.mark.parametrize(
    ("name", "type_", "change", "says"),
    [
        ("seasonId", INTEGER, "property {}: string -> integer", "string"),
        ("seasonId", STRINGS, "property {}: string -> array of string", "string"),
        ("seasonId", {"type": "Map<string,string>"}, "property {}: string -> map of string", "string"),
        ("seasonId", {"type": "SeasonsRestObject"}, "property {}: string -> SeasonsRestObject", "string"),
        ("seasonStartDate", STRING, "added property {}: string", "date"),
        ("allStarDate", STRING, "property {}: string (date) -> string", "date"),
        ("hasWildcard", STRING, "added property {}: string", "boolean"),
    ],
)
def test_what_was_seen_overrules_what_is_declared(
    mlbc: Mlbc, project: Path, name: str, type_: Document, change: str, says: str
) -> None:
    outcome = changed(mlbc, project, declaring(name, type_))
    first, effect, closing = told(outcome)
    assert first == change.format(f"SeasonRestObject.{name}")
    where = f"    no effect at {PLACE}.{name} and 1 more place: captured responses say {says} ("
    assert effect.startswith(where)
    assert closing == OVERRULED
    mlbc("upstream", "update", "--schemas", "documents")
    page = mlbc("explain", f"season.seasons:$.seasons[*].{name}").out
    assert f"overruled: captured responses say {says}\n" in page
    catalog = project / "generated" / "catalog.json"
    before = catalog.read_bytes()
    assert mlbc("generate", "--only", "postgres").code == 0
    assert catalog.read_bytes() == before


def test_what_was_seen_already_is_no_news(mlbc: Mlbc, project: Path) -> None:
    first, effect = told(changed(mlbc, project, declaring("hasWildcard", {"type": "boolean"})))
    assert first == "added property SeasonRestObject.hasWildcard: boolean"
    assert effect.startswith(
        f"    no effect at {PLACE}.hasWildcard and 1 more place: captured responses say boolean ("
    )


def test_what_is_still_seen_stays(mlbc: Mlbc, project: Path) -> None:
    first, effect = told(changed(mlbc, project, without("allStarDate")))
    assert first == "removed property SeasonRestObject.allStarDate: string (date)"
    assert effect.startswith(
        f"    no effect at {PLACE}.allStarDate and 1 more place: captured responses have it ("
    )


def test_a_contradiction_that_was_there_before_is_no_news(mlbc: Mlbc, project: Path) -> None:
    changed(mlbc, project, declaring("seasonId", INTEGER))
    mlbc("upstream", "update", "--schemas", "documents")
    seen = told(changed(mlbc, project, declaring("weeks", INTEGER)))
    assert seen == [
        "added property SeasonRestObject.weeks: integer",
        "    adds season.all_seasons_normalized.weeks bigint, season.seasons_normalized.weeks bigint",
    ]


def test_columns_that_come_change_and_go(mlbc: Mlbc, project: Path) -> None:
    changed(mlbc, project, declaring("weeks", INTEGER))
    mlbc("upstream", "update", "--schemas", "documents")
    tables = ("season.all_seasons_normalized", "season.seasons_normalized")
    changes = ", ".join(f"{table}.weeks bigint -> text" for table in tables)
    assert told(changed(mlbc, project, declaring("weeks", STRING)))[1] == f"    changes {changes}"
    gone = ", ".join(f"{table}.weeks" for table in tables)
    assert told(changed(mlbc, project, without("weeks")))[1] == f"    gives up {gone}"


def test_the_same_for_tools(mlbc: Mlbc, project: Path) -> None:
    (found,) = json.loads(changed(mlbc, project, declaring("seasonId", INTEGER), "--json").out)["changes"]
    first = found["effect"]["observed"][0]
    assert (first["place"], first["says"], first["overrules"]) == (f"{PLACE}.seasonId", "string", True)
    assert found["effect"]["adds"] == found["effect"]["changes"] == found["effect"]["gives_up"] == []


def test_a_lock_in_pieces_is_no_empty_lock(mlbc: Mlbc, project: Path) -> None:
    lock = project / "schemas" / "upstream.lock"
    whole = lock.read_text("utf-8")
    lock.write_text(f"<<<<<<< HEAD\n{whole}=======\n>>>>>>> other\n", "utf-8")
    assert mlbc("upstream", "status", "--schemas", "documents").code == 1
    assert mlbc("upstream", "update", "--schemas", "documents").out.startswith(f"{UNREADABLE}\naccepted ")
    assert lock.read_text("utf-8") == whole


def test_mappings_that_do_not_fit_are_told_once(mlbc: Mlbc, project: Path) -> None:
    def edit(document: Document) -> None:
        declaring("seasonId", INTEGER)(document)
        declaring("weeks", INTEGER)(document)

    mapping = project / "mappings" / "seasons.yaml"
    mlbc("generate", "--only", "postgres")
    mapping.write_text(mapping.read_text("utf-8") + "      gone: .isGone\n", "utf-8")
    seen = told(changed(mlbc, project, edit))
    assert [line for line in seen if not line.startswith(" ")][-2:] == [OVERRULED, UNFIT]
    assert not [line for line in seen if "weeks" in line][1:], "columns are not known"
    assert sum("captured responses say string" in line for line in seen) == 1
