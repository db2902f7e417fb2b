"""`migrate lint` on what `generate` writes: steps name what they risk, and squawk finds nothing more."""

import json
import shutil
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Mlbc
from tests.unit.cli.test_diff import columns as columns  # a fixture
from tests.unit.cli.test_diff import edit
from tests.unit.cli.test_history import observe


@pytest.fixture
def changed(mlbc: Mlbc, columns: Path, project: Path) -> Path:
    """The last migration of a project that gets columns and a table, renames a column, and drops one."""
    mlbc("generate")
    edit(columns, "starts: .seasonStartDate", "begins: {path: .seasonStartDate, was: starts}")
    observe(mlbc, project)
    mlbc("generate")
    with columns.open("a", encoding="utf-8") as mapping:
        mapping.write("ignore:\n  - {path: '$.seasons[*].robotUmpires', because: no}\n")
    mlbc("generate")
    mlbc("generate", "--drop", "season.seasons_normalized.robot_umpires")
    return max((project / "generated" / "postgres" / "migrations").iterdir())


@pytest.mark.usefixtures("changed")
def test_what_generate_writes_is_clean(mlbc: Mlbc) -> None:
    found = mlbc("migrate", "lint")
    assert (found.code, found.err) == (0, "")
    *named, last = found.out.splitlines()
    assert any(
        line.endswith(": rename column season.seasons_normalized.starts to begins: breaks-readers")
        for line in named
    )
    assert any(line.endswith(": breaks-readers, deletes-data") for line in named)
    assert last.startswith("migrations: 4, ")
    assert last.endswith(", findings: 0")
    report = json.loads(mlbc("migrate", "lint", "--json").out)
    assert [len(one["steps"]) > 0 for one in report["migrations"]] == [False, True, True, True]
    assert report["not_run"] == []


def test_a_risk_that_no_step_names_is_an_annotation(mlbc: Mlbc, changed: Path) -> None:
    text = changed.read_text("utf-8")
    lines = [line for line in text.splitlines(keepends=True) if "deletes-data" not in line]
    changed.write_text("".join(lines), "utf-8")
    found = mlbc("migrate", "lint", "--format", "github")
    assert found.code == 1
    (line,) = found.out.splitlines()
    assert line.startswith(f"::error file=generated/postgres/migrations/{changed.name},line=")
    assert line.endswith("title=G110 unnamed-risk::values go with the column")


@pytest.mark.slow
def test_squawk_need_not_be_there(mlbc: Mlbc, changed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert changed.name.startswith("0004_")
    monkeypatch.setattr(shutil, "which", lambda name, path=None: None)
    found = mlbc("migrate", "lint")
    assert found.code == 0
    assert found.out.endswith("not asked: squawk: not installed: `pip install squawk-cli`\n")


@pytest.mark.slow
def test_squawk_that_does_not_work_is_named(
    mlbc: Mlbc, changed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert changed.exists()
    broken = tmp_path / "squawk"
    broken.write_text("#!/bin/sh\necho no such option >&2\nexit 2\n", "utf-8")
    broken.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda name, path=None: str(broken))
    found = mlbc("migrate", "lint")
    assert (found.code, found.out.splitlines()[-1]) == (0, "not asked: squawk: no such option")
