"""What did not change is not touched; what changed reaches exactly the files that depend on it."""

from pathlib import Path

import pytest

from tests.generate.conftest import Home, changed, real

SEASON = "mappings/season.yaml"
OF_SEASONS = {
    "avro/season/seasons_normalized.avsc",
    "catalog.json",
    "docs/season/seasons.md",
    "lock.json",
    "postgres/migrations.sum",
    "postgres/migrations/0002_comment_seasons_normalized.sql",
    "postgres/schema.sql",
}
"""What says the sentence about a column."""

OF_DIVISIONS = {
    "avro/division/division_seasons.avsc",
    "catalog.json",
    "docs/division/divisions.md",
    "lock.json",
    "postgres/migrations.sum",
    "postgres/migrations/0002_comment_division_seasons.sql",
    "postgres/schema.sql",
}
"""The same in the real project."""


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), "utf-8")


def times(home: Home) -> dict[str, int]:
    return {path: (home.root / "generated" / path).stat().st_mtime_ns for path in home.tree()}


@pytest.mark.slow
def test_nothing_changed_is_nothing_compiled(home: Home) -> None:
    home.mlbc("generate")
    before = times(home)
    said = home.mlbc("generate", "-vv")
    assert "passes" not in said
    assert "49 files: 0 changed, 0 added, 0 removed" in said
    assert times(home) == before


def test_a_comment_changes_the_lock(home: Home) -> None:
    before, at = home.tree(), times(home)
    edit(home.root / SEASON, "operation:", "# a remark\noperation:")
    home.mlbc("generate")
    assert changed(before, home.tree()) == {"lock.json"}
    assert changed(at, times(home)) == {"lock.json"}


@pytest.mark.slow
def test_a_sentence_changes_what_says_it(home: Home) -> None:
    before, at = home.tree(), times(home)
    edit(home.root / SEASON, "season_id: .seasonId", "season_id: {path: .seasonId, doc: The year.}")
    home.mlbc("generate")
    assert changed(before, home.tree()) == OF_SEASONS
    assert changed(at, times(home)) == OF_SEASONS


@pytest.mark.slow
def test_a_mapping_that_goes_takes_its_tables_along_and_nothing_else(home: Home) -> None:
    before = home.tree()
    (home.root / SEASON).unlink()
    home.mlbc("generate", "--squash")
    touched = changed(before, home.tree())
    assert {path for path in touched if path.endswith("seasons_normalized.avsc")} == {
        "avro/season/seasons_normalized.avsc"
    }
    others = ("standings", "division", "all_seasons")
    assert not [path for path in touched if any(name in path for name in others)]


@pytest.mark.slow
def test_a_sentence_in_the_real_project(tmp_path: Path) -> None:
    home = real(tmp_path / "project")
    home.mlbc("generate")
    before, at = home.tree(), times(home)
    edit(
        home.root / "mappings" / "division" / "divisions.yaml",
        "name: .name\n",
        "name: {path: .name, doc: Such as American League West.}\n",
    )
    home.mlbc("generate")
    assert changed(before, home.tree()) == OF_DIVISIONS
    assert changed(at, times(home)) == OF_DIVISIONS
