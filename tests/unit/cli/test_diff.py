"""What `generate --diff` tells a reviewer, in its forms, and what it does not."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Mlbc, Outcome
from tests.unit.cli.test_history import observe

SEASONS = "season.seasons_normalized  table of season.seasons"
UMPIRES = {"seasons": [{"seasonId": "2031", "robotUmpires": 2}]}


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def groups(found: Outcome) -> dict[str, list[str]]:
    """The lines below each head; the counts at the end are no group."""
    *blocks, _ = found.out.strip().split("\n\n")
    split = (block.split("\n") for block in blocks)
    return {head: [" ".join(line.split()) for line in lines] for head, *lines in split}


@pytest.fixture
def columns(project: Path) -> Path:
    """The mapping with more columns, generated."""
    mapping = project / "mappings" / "seasons.yaml"
    edit(
        mapping,
        "      season_id: .seasonId\n",
        "      season_id: .seasonId\n      starts: .seasonStartDate\n",
    )
    return mapping


def test_nothing_is_told_where_nothing_differs(mlbc: Mlbc) -> None:
    mlbc("generate")
    same = mlbc("generate", "--diff")
    assert (same.code, same.out, same.err) == (0, "", "")
    markdown = mlbc("generate", "--diff", "--format", "markdown")
    assert (markdown.code, markdown.out) == (0, "### What changes in `generated/`\n\nNothing.\n")


def test_the_first_time_all_is_new(mlbc: Mlbc, project: Path) -> None:
    found = mlbc("generate", "--diff")
    assert found.code == 1
    assert not (project / "generated").exists()
    told = groups(found)
    assert told["season.seasons  response"][0] == "SQL + operation /v1/seasons, /v1/seasons/{seasonId}"
    assert {
        line.split()[1]
        for lines in told.values()
        for line in lines
        if line.split()[0] in {"SQL", "Avro", "Spark"}
    } == {"+"}


def test_a_selection_is_told_of_alone(mlbc: Mlbc, project: Path) -> None:
    mlbc("generate")
    observe(mlbc, project, UMPIRES)
    told = groups(mlbc("generate", "season.seasons", "--only", "avro,pyspark,local", "--diff"))
    assert told == {
        "season.seasons  response": ['Avro + field Season.robotUmpires: ["null", long]'],
        SEASONS: ['Avro + field robot_umpires: ["null", long]', "Spark + column robot_umpires bigint"],
    }


def test_a_new_field_is_told_per_table_and_artefact(mlbc: Mlbc, project: Path) -> None:
    mlbc("generate")
    observe(mlbc, project, UMPIRES)
    found = mlbc("generate", "--diff")
    assert found.code == 1
    told = groups(found)
    assert told["season.seasons  response"] == [
        'Avro + field Season.robotUmpires: ["null", long]',
        "Pydantic + attribute Season.robot_umpires: int | None",
    ]
    assert told[SEASONS] == [
        "SQL + column robot_umpires bigint from $.seasons[*].robotUmpires",
        'Avro + field robot_umpires: ["null", long]',
        "Spark + column robot_umpires bigint",
    ]
    assert [head for head in told if head.startswith("0002_")] == [[*told][-1]]
    assert "\n2 responses, 2 tables changed\n" in found.out


def test_a_new_table_is_one_line_for_each_artefact(mlbc: Mlbc, project: Path) -> None:
    mlbc("generate")
    observe(mlbc, project, {"seasons": [{"seasonId": "2031", "expansion": [{"teamId": 1, "city": "x"}]}]})
    told = groups(mlbc("generate", "--diff"))
    (lines,) = (lines for head, lines in told.items() if head.endswith("expansion  table of season.seasons"))
    assert [line.split(":")[0] for line in lines] == [
        "SQL + table",
        "Avro + schema",
        f"Spark + function {lines[-1].split()[-1]}",
    ]


def test_what_leaves_is_told_with_what_becomes_of_it(mlbc: Mlbc, columns: Path) -> None:
    mlbc("generate")
    edit(columns, "      starts: .seasonStartDate\n", "")
    with columns.open("a", encoding="utf-8") as mapping:
        mapping.write("ignore:\n  - {path: '$.seasons[*].seasonStartDate', because: no}\n")
    assert groups(mlbc("generate", "--diff"))[SEASONS] == [
        "SQL - column starts: nothing fills it any more, its values stay",
        'Avro - field starts: ["null", date]',
        "Spark - column starts date",
    ]


def test_a_rename_is_none_of_both(mlbc: Mlbc, columns: Path) -> None:
    mlbc("generate")
    edit(columns, "starts: .seasonStartDate", "begins: {path: .seasonStartDate, was: starts}")
    told = groups(mlbc("generate", "--diff"))
    assert {line.split()[1] for line in told[SEASONS]} == {"~"}
    assert "SQL ~ rename column starts to begins" in told[SEASONS]
    assert "Spark ~ starts is called begins" in told[SEASONS]


def test_a_renamed_table_is_told_under_its_name(mlbc: Mlbc, columns: Path) -> None:
    mlbc("generate")
    edit(
        columns,
        "  season.seasons_normalized:\n",
        "  season.each_season:\n    was: season.seasons_normalized\n",
    )
    told = groups(mlbc("generate", "--diff"))
    lines = told["season.each_season  table of season.seasons"]
    assert lines[0] == "SQL ~ table, which was season.seasons_normalized"
    assert {line.split()[1] for line in lines} == {"~"}
    assert not [head for head in told if head.startswith("season.seasons_normalized  table")]


def test_another_type_is_told_once_and_where_the_old_values_are(mlbc: Mlbc, columns: Path) -> None:
    mlbc("generate")
    edit(columns, "starts: .seasonStartDate", "starts: {path: .seasonStartDate, type: text}")
    told = groups(mlbc("generate", "--diff"))
    assert told[SEASONS] == [
        "SQL ~ column starts text from $.seasons[*].seasonStartDate; what it had stays in starts__0002",
        "Avro ~ starts is string, not date",
        "Spark ~ starts is string, not date",
    ]
    (migration,) = (lines for head, lines in told.items() if head.startswith("0002_"))
    assert any(line.startswith("hazard breaks-readers: ") for line in migration)


def test_a_table_that_is_made_anew_is_told_as_one_that_changed(mlbc: Mlbc, columns: Path) -> None:
    mlbc("generate")
    edit(columns, "key: [season_id]", "key: [season_id, starts]")
    told = groups(mlbc("generate", "--diff"))
    assert not [head for head in told if head.startswith("given_up")]
    kept = "given_up_0002_season.seasons_normalized"
    assert told[SEASONS][0] == f"SQL ~ table is made anew; what it had stays in {kept}"
    assert "SQL ~ key: season_id -> season_id, starts" in told[SEASONS]


def test_a_hazard_is_told_once(mlbc: Mlbc, columns: Path) -> None:
    edit(columns, "starts: .seasonStartDate", "starts: .seasonStartDate\n      ends: .seasonEndDate")
    mlbc("generate")
    edit(columns, "starts: .seasonStartDate", "begins: {path: .seasonStartDate, was: starts}")
    edit(columns, "ends: .seasonEndDate", "is_over: {path: .seasonEndDate, was: ends}")
    lines = mlbc("generate", "--diff").out.splitlines()
    risks = [line for line in lines if line.startswith("  hazard breaks-readers: ")]
    assert [risk.endswith(" (2 steps)") for risk in risks] == [True]


def test_other_meanings_are_told_with_what_to_do(mlbc: Mlbc, columns: Path) -> None:
    edit(columns, "season_id: .seasonId", "season_id: {path: .seasonId, type: bigint}")
    mlbc("generate")
    edit(columns, "type: bigint", "type: bigint, sentinels: [tbd]")
    edit(columns, "starts: .seasonStartDate", "starts: .seasonEndDate")
    told = groups(mlbc("generate", "--diff"))[SEASONS]
    after = "; rows that are there follow with `mlb-etl backfill`"
    path = "$.seasons[*].season"
    assert f"SQL ~ column starts comes from {path}EndDate, not from {path}StartDate{after}" in told
    assert any(line.startswith("SQL ~ sentinels of season_id: ") and line.endswith(after) for line in told)


def test_sentences_and_lines_that_moved_are_no_changes(mlbc: Mlbc, columns: Path, project: Path) -> None:
    mlbc("generate")
    edit(columns, "doc: One row per season.", "doc: One row for each season.")
    assert groups(mlbc("generate", "--diff"))[SEASONS] == ["SQL ~ comment on table"]
    mlbc("generate")
    models = project / "generated" / "models" / "season" / "seasons.py"
    lines = models.read_text("utf-8").splitlines(keepends=True)
    models.write_text("".join([*lines[1:], lines[0]]), "utf-8")
    found = mlbc("generate", "--diff")
    assert (found.code, found.out) == (
        1,
        "no surface changed\n1 file: 1 changed, 0 added, 0 removed (models 1)\n1 file with lines that only moved\n",
    )


def test_other_code_in_the_same_columns_is_told(mlbc: Mlbc, columns: Path, project: Path) -> None:
    mlbc("generate")
    job = project / "generated" / "jobs" / "local" / "season" / "seasons.py"
    edit(job, '.get("seasonStartDate")', '.get("other")')
    told = groups(mlbc("generate", "--diff"))
    assert told == {SEASONS: ["code ~ function seasons_normalized does something else"]}
    edit(job, '.get("other")', '.get(  # why\n"seasonStartDate")')
    assert groups(mlbc("generate", "--diff")) == {}


def test_what_cannot_be_read_is_named_and_the_rest_compared(mlbc: Mlbc, project: Path) -> None:
    mlbc("generate")
    (project / "generated" / "models" / "season" / "seasons.py").write_text("<<<<<<< HEAD\n", "utf-8")
    observe(mlbc, project, UMPIRES)
    found = mlbc("generate", "--diff")
    assert found.code == 1
    assert "not compared: generated/models/season/seasons.py: invalid syntax" in found.out
    assert "SQL + column robot_umpires" in " ".join(groups(found)[SEASONS])


def test_a_comment_of_a_pull_request(mlbc: Mlbc, project: Path) -> None:
    mlbc("generate")
    observe(mlbc, project, UMPIRES)
    found = mlbc("generate", "--diff", "--format", "markdown")
    assert found.code == 1
    assert found.out.startswith("### What changes in `generated/`\n\n* 2 responses, 2 tables changed\n* 2")
    assert "ADD COLUMN robot_umpires bigint;\n" in found.out
    body = found.out.partition("**`season.seasons_normalized`** table of season.seasons\n")[2]
    assert body.splitlines()[:3] == [
        "```diff",
        "+ SQL       column robot_umpires bigint from $.seasons[*].robotUmpires",
        '+ Avro      field robot_umpires: ["null", long]',
    ]


@pytest.mark.slow
def test_a_comment_is_not_longer_than_a_comment_may_be(mlbc: Mlbc, project: Path) -> None:
    mlbc("generate")
    seasons = {"seasonId": "2031", **{f"field{number:04d}{'x' * 60}": 1 for number in range(600)}}
    (project / "mappings" / "defaults.yaml").write_text("columns_per_table: 900", "utf-8")
    observe(mlbc, project, {"seasons": [seasons]})
    found = mlbc("generate", "--diff", "--format", "markdown")
    assert len(found.out) < 65_536
    assert "blocks more: `mlbc generate --diff` prints them." in found.out


def test_objects_for_tools(mlbc: Mlbc, project: Path) -> None:
    mlbc("generate")
    observe(mlbc, project, UMPIRES)
    report = json.loads(mlbc("generate", "--diff", "--json").out)
    assert {"folder": "generated", "against": ""}.items() <= report.items()
    (table,) = (one for one in report["groups"] if one["subject"] == "season.seasons_normalized")
    assert table["changes"][1] == {
        "artefact": "avro",
        "change": "added",
        "text": 'field robot_umpires: ["null", long]',
        "file": "avro/season/seasons_normalized.avsc",
    }
    assert [one["statements"] for one in report["migrations"]] == [2]
    assert "catalog.json" in report["changed"]


def test_against_a_ref_and_a_folder(mlbc: Mlbc, project: Path) -> None:
    mlbc("generate")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "one"]):
        subprocess.run([*git, *command], cwd=project, check=True)
    assert mlbc("generate", "--diff", "--against", "HEAD").out == ""
    observe(mlbc, project, UMPIRES)
    before = mlbc("generate", "--diff").out
    assert mlbc("generate").code == 0
    assert mlbc("generate", "--diff").out == ""
    since = mlbc("generate", "--diff", "--against", "HEAD")
    assert (since.code, since.out) == (1, before.replace("tables changed\n", "tables changed since HEAD\n"))
    (project / "other").mkdir()
    assert mlbc("generate", "--diff", "--against", "other").code == 2
    (project / "generated").rename(project / "other" / "generated")
    assert mlbc("generate", "--squash").code == 0
    squashed = mlbc("generate", "--diff", "--against", "other")
    assert groups(squashed)[SEASONS] == ["SQL ~ reorder columns"]
    assert mlbc("generate", "--diff", "--against", "nowhere").err.startswith("error[B102]: ")


def test_a_patch_is_asked_for(mlbc: Mlbc, project: Path) -> None:
    mlbc("generate")
    assert (mlbc("generate", "--patch").code, mlbc("generate", "--patch").out) == (0, "")
    observe(mlbc, project, UMPIRES)
    found = mlbc("generate", "--patch")
    assert found.code == 1
    assert "+++ b/generated/catalog.json\n" in found.out


@pytest.mark.parametrize("options", [["--check", "--diff"], ["--patch", "--diff"], ["--against", "HEAD"]])
def test_options_that_do_not_go_together(mlbc: Mlbc, options: list[str]) -> None:
    assert mlbc("generate", *options).code == 2
