"""A table and a column that say what they were: the same rows, under the new name and the former one."""

import json
import shutil
from pathlib import Path

from tests.unit.cli.conftest import MAPPING, Mlbc
from tests.unit.cli.test_history import generated

RENAMED = MAPPING.replace("season.seasons_normalized:", "season.years:\n    was: season.seasons_normalized")
COLUMN = RENAMED.replace("key: [season_id]", "key: [season]").replace(
    "season_id: .seasonId", "season: {path: .seasonId, was: season_id}"
)
SECOND = "postgres/migrations/0002_rename_seasons_normalized_and_3_more.sql"


def test_a_table_that_says_what_it_was_keeps_its_rows_and_its_name(mlbc: Mlbc, project: Path) -> None:
    mlbc("generate")
    (project / "mappings" / "seasons.yaml").write_text(RENAMED, "utf-8")
    assert mlbc("generate").code == 0
    files = generated(project)
    (name,) = (path for path in files if path.startswith("postgres/migrations/0002"))
    text = files[name]
    assert "rename table season.seasons_normalized to season.years\n" in text
    assert "hazard leaves-a-view: " in text
    assert "breaks-readers" not in text
    assert "ALTER TABLE season.seasons_normalized RENAME TO years;\n" in text
    assert "CREATE VIEW season.seasons_normalized AS SELECT season_id, " in text
    assert "CREATE VIEW season.seasons_normalized AS\n" in files["postgres/views.sql"]
    avro = json.loads(files["avro/season/years.avsc"])
    assert avro["aliases"] == ["mlb.season.SeasonsNormalizedRow"]
    assert "season/seasons_normalized.sql" in " ".join(
        path for path in files if path.startswith("spark/views")
    )
    assert mlbc("generate", "--check").code == 0
    assert mlbc("migrate", "verify").code == 0
    linted = mlbc("migrate", "lint")
    assert linted.code == 0, linted.err
    assert "the former name of season.years" in mlbc("explain", "season.seasons_normalized").out.lower()


def test_a_table_that_was_given_up_takes_nobodys_place(mlbc: Mlbc, project: Path, tmp_path: Path) -> None:
    mlbc("generate")
    mapping = project / "mappings" / "seasons.yaml"
    anew = RENAMED.replace("key: [season_id]", "key: [sport_id, season_id]").replace(
        "season_id: .seasonId", "season_id: .seasonId\n      sport_id: {param: sportId, type: bigint}"
    )
    for text in (RENAMED, anew):
        mapping.write_text(text, "utf-8")
        assert mlbc("generate").code == 0
    tables = json.loads(generated(project)["registry.json"])["operations"]["season.seasons"]["tables"]
    assert {table["name"]: table.get("also") for table in tables} == {
        "season.years": ["season.seasons_normalized"],
        "given_up_0003_season.years": None,
    }

    shutil.copytree(project / "generated", tmp_path / "before" / "generated")
    mapping.write_text(anew.replace("    was: season.seasons_normalized\n", ""), "utf-8")
    assert mlbc("generate").code == 0
    *found, _ = map(
        json.loads, mlbc("breaking", "--against", str(tmp_path / "before"), "--json").out.splitlines()
    )
    assert [(one["code"], one["message"]) for one in found] == [
        ("TABLE_NO_DELETE", "view `season.seasons_normalized` is gone")
    ]
