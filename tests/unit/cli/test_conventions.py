"""Exit codes, streams, formats and help: what a script may rely on."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from compiler import driver
from compiler.cli import run
from compiler.cli.verbs import command
from tests.unit.cli.conftest import Mlbc

VERBS = sorted(command.commands)


def test_version_stands_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.count("\n") == 1


@pytest.mark.parametrize(
    "verb", [*VERBS, "migrate diff", "migrate lint", "migrate verify", "upstream status", "upstream update"]
)
def test_help_has_a_short_line_and_two_examples(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*verb.split(), "--help"]) == 0
    page = capsys.readouterr().out
    summary = page.splitlines()[2].strip()
    assert len(summary) <= 60
    examples = page.partition("Examples:\n")[2].strip().splitlines()
    assert len(examples) >= 2
    assert all(example.strip().startswith(f"mlbc {verb.split()[0]}") for example in examples)


def test_a_clean_check(mlbc: Mlbc) -> None:
    outcome = mlbc("check")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == "2 operations, 3 tables, 46 columns: no errors\n"


def test_findings_go_to_stderr_with_code_1(mlbc: Mlbc, project: Path) -> None:
    (project / "mappings" / "bad.yaml").write_text("operation: [", "utf-8")
    outcome = mlbc("check")
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.startswith("error[M101]: ")


def test_findings_as_json_are_lines_on_stdout(mlbc: Mlbc, project: Path) -> None:
    (project / "mappings" / "bad.yaml").write_text("operation: season.season\ntabels: {}\n", "utf-8")
    outcome = mlbc("check", "--json")
    assert (outcome.code, outcome.err) == (1, "")
    (found,) = map(json.loads, outcome.out.splitlines())
    assert found == {
        "code": "M104",
        "name": "unknown-key",
        "severity": "error",
        "message": "unknown key `tabels`",
        "file": "mappings/bad.yaml",
        "path": "tabels",
        "line": 2,
        "column": 1,
        "end_line": 2,
        "end_column": 7,
        "label": "",
        "notes": [],
        "help": "did you mean `tables`?",
    }


def test_findings_for_github(mlbc: Mlbc, project: Path) -> None:
    (project / "mappings" / "bad.yaml").write_text("tabels: {}\n", "utf-8")
    outcome = mlbc("check", "--format", "github")
    place = "::error file=mappings/bad.yaml,line=1,endLine=1,col=1,endColumn=7,title=M104 unknown-key::"
    assert f"{place}unknown key `tabels`%0Adid you mean `tables`?" in outcome.out.splitlines()


def test_global_options_stand_before_or_after_the_verb(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = ["-C", str(project), "--schemas", str(project / "documents"), "--json"]
    assert run([*before, "upstream", "status"]) == 1
    first = capsys.readouterr().out
    assert run(["upstream", "status", *before]) == 1
    assert capsys.readouterr().out == first
    assert json.loads(first)["is_accepted"] is False


@pytest.mark.parametrize(
    "arguments", [["genrate"], ["check", "--nope"], ["observe"], ["dump"], ["account", "x.y"]]
)
def test_usage_errors_are_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 2
    assert capsys.readouterr().out == ""


def test_outside_a_project_nothing_works(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "-C", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("error[P101]: no project here or above")


def test_a_rule_is_explained_outside_a_project(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "m103", "-C", str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith("M103 unknown-path (error)\n")


def test_a_project_is_found_from_below(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    below = project / "mappings" / "deep"
    below.mkdir()
    assert run(["upstream", "update", "-C", str(below), "--schemas", str(project / "documents")]) == 0
    assert (project / "schemas" / "upstream.lock").is_file()


def test_quiet_prints_findings_only(mlbc: Mlbc) -> None:
    outcome = mlbc("check", "-q")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")


def test_verbose_names_the_stages(mlbc: Mlbc) -> None:
    assert "mappings\n" in mlbc("check", "-v").err
    assert "passes: 0." in mlbc("check", "-vv").err


def test_colors_on_request_only(mlbc: Mlbc, project: Path) -> None:
    (project / "mappings" / "bad.yaml").write_text("operation: [", "utf-8")
    assert "\x1b[" in mlbc("check", "--color", "always").err
    assert "\x1b[" not in mlbc("check").err


def test_strict_takes_warnings_for_errors(mlbc: Mlbc, project: Path) -> None:
    (project / "mappings" / "defaults.yaml").write_text("columns_per_table: 3", "utf-8")
    outcome = mlbc("check")
    assert (outcome.code, "warning[N103]" in outcome.err) == (0, True)
    outcome = mlbc("check", "--strict")
    assert (outcome.code, "error[N103]" in outcome.err) == (1, True)


def test_a_bug_is_ours(mlbc: Mlbc, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(session: driver.Session, patterns: object) -> None:
        with session.during("passes"):
            raise KeyError("x")

    monkeypatch.setattr(driver, "check", broken)
    outcome = mlbc("check")
    assert outcome.code == 2
    assert outcome.err == (
        "error: this is a bug in mlbc in stage `passes`: KeyError: 'x'\n  = help: MLBC_TRACEBACK=1 shows where\n"
    )
    monkeypatch.setenv("MLBC_TRACEBACK", "1")
    assert "Traceback (most recent call last)" in mlbc("check").err


def test_interrupted(mlbc: Mlbc, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(session: object, patterns: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(driver, "check", interrupted)
    outcome = mlbc("check")
    assert (outcome.code, outcome.err) == (130, "\ninterrupted\n")


def test_a_full_disk_is_2(mlbc: Mlbc, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object, **_options: object) -> None:
        raise OSError(28, "No space left on device", "generated/lock.json")

    monkeypatch.setattr(driver, "generate", full)
    outcome = mlbc("generate")
    assert (outcome.code, outcome.err) == (2, "error: no space left on device: generated/lock.json\n")


@pytest.mark.slow
def test_a_reader_that_leaves_is_no_error(project: Path) -> None:
    ls = [sys.executable, "-m", "compiler", "explain", "M103"]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        ls, stdout=writer, stderr=subprocess.PIPE, check=False, cwd=Path(__file__).parents[3]
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")
