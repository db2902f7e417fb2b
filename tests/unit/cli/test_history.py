"""What `generate` and `migrate` do to the history of a project."""

import json
from pathlib import Path

import pytest

from compiler.bundle import disk
from tests.unit.cli.conftest import Mlbc

BODY = {
    "seasons": [{"seasonId": "2031", "robotUmpires": 2, "expansion": [{"teamId": 1, "city": "Nashville"}]}]
}
SECOND = "postgres/migrations/0002_all_seasons_expansion_and_3_more.sql"


def observe(mlbc: Mlbc, project: Path, body: object = BODY) -> None:
    (project / "new.json").write_text(json.dumps(body), "utf-8")
    assert mlbc("observe", "new.json", "--operation", "season.seasons").code == 0


def generated(project: Path) -> dict[str, str]:
    root = project / "generated"
    return {
        path.relative_to(root).as_posix(): path.read_text("utf-8")
        for path in root.rglob("*")
        if path.is_file()
    }


def test_a_new_field_is_appended_once(mlbc: Mlbc, project: Path) -> None:
    mlbc("generate")
    first = generated(project)
    observe(mlbc, project)
    checked = mlbc("generate", "--check")
    assert checked.code == 1
    assert f"missing  generated/{SECOND}\n" in checked.out
    assert f"+++ b/generated/{SECOND}\n" in mlbc("generate", "--patch").out
    shown = mlbc("migrate", "diff")
    assert generated(project) == first

    report = json.loads(mlbc("generate", "--json").out)
    assert SECOND in report["added"]
    assert "postgres/migrations.sum" in report["changed"]
    after = generated(project)
    assert after["postgres/migrations/0001_initial.sql"] == first["postgres/migrations/0001_initial.sql"]
    assert (shown.code, shown.out) == (1, after[SECOND])
    assert "ADD COLUMN robot_umpires bigint" in after[SECOND]
    assert mlbc("generate", "--check").code == 0
    assert mlbc("generate").out.startswith(f"{report['files']} files: 0 changed, 0 added, 0 removed")
    assert mlbc("migrate", "diff").code == 0
    assert json.loads(mlbc("migrate", "verify", "--json").out)["migrations"] == [
        "0001_initial.sql",
        SECOND.rpartition("/")[2],
    ]


def test_a_selection_leaves_the_history_alone(mlbc: Mlbc, project: Path) -> None:
    mlbc("generate")
    observe(mlbc, project)
    before = {
        path: text for path, text in generated(project).items() if path.startswith(("postgres", "catalog"))
    }
    assert mlbc("generate", "season.seasons").code == 0
    assert mlbc("generate", "--only", "avro").code == 0
    assert before.items() <= generated(project).items()
    assert SECOND not in generated(project)
    assert mlbc("generate").code == 0
    assert SECOND in generated(project)


def test_what_leaves_the_mapping_stays_until_it_is_dropped(mlbc: Mlbc, project: Path) -> None:
    mlbc("generate")
    observe(mlbc, project)
    mlbc("generate")
    mapping = project / "mappings" / "seasons.yaml"
    mapping.write_text(
        mapping.read_text("utf-8") + "ignore:\n  - {path: '$.seasons[*].robotUmpires', because: no}\n",
        "utf-8",
    )
    third = "postgres/migrations/0003_give_up_seasons_normalized_robot_umpires.sql"
    assert json.loads(mlbc("generate", "--json").out)["added"] == [third]
    assert mlbc("generate", "--check").code == 0
    assert "Given up with migration 0003" in generated(project)["postgres/schema.sql"]

    refused = mlbc("generate", "--drop", "season.seasons_normalized.season_id")
    assert refused.err.startswith("error[G104]: `season.seasons_normalized.season_id` was not given up\n")
    assert (
        "\n  = help: given up are `season.seasons_normalized.robot_umpires`\n"
        in mlbc("generate", "--drop", "x").err
    )
    assert mlbc("generate", "seasons", "--drop", "a.b").code == 2
    fourth = "postgres/migrations/0004_drop_seasons_normalized_robot_umpires.sql"
    dropped = mlbc("generate", "--drop", "season.seasons_normalized.robot_umpires", "--json")
    assert json.loads(dropped.out)["added"] == [fourth]
    assert "DROP COLUMN robot_umpires;\n" in generated(project)[fourth]
    assert "Given up" not in generated(project)["postgres/schema.sql"]
    assert mlbc("generate", "--check").code == 0

    assert json.loads(mlbc("generate", "--squash", "--json").out)["removed"] == [SECOND, third, fourth]
    assert mlbc("generate", "--check").code == 0
    assert json.loads(mlbc("migrate", "verify", "--json").out)["migrations"] == ["0001_initial.sql"]


def test_a_new_key_of_a_raw_table_is_two_migrations(mlbc: Mlbc, project: Path) -> None:
    mlbc("generate")
    mapping = project / "mappings" / "seasons.yaml"
    keys = "raw:\n  keys:\n    notice: $.copyright\n    sport: {param: sportId, type: bigint}\n"
    mapping.write_text(mapping.read_text("utf-8") + keys, "utf-8")
    assert mlbc("generate").code == 0
    _, first, online = (
        text for name, text in sorted(generated(project).items()) if name.startswith("postgres/migrations/")
    )
    assert "ALTER TABLE season.seasons ADD COLUMN notice text;\n" in first
    assert "ALTER TABLE season.seasons ADD COLUMN sport bigint;\n" in first
    assert first.count("hazard stored-as-before: ") == 2
    assert online.count("hazard reads-whole-table: ") == 2
    mapping.write_text(mapping.read_text("utf-8").replace("$.copyright", "$.seasons"), "utf-8")
    assert mlbc("generate").code != 0  # no scalar
    mapping.write_text(mapping.read_text("utf-8").replace("    notice: $.seasons\n", ""), "utf-8")
    added = json.loads(mlbc("generate", "--json").out)["added"]
    assert added == ["postgres/migrations/0004_give_up_seasons_notice_and_1_more.sql"]


def test_a_squash_is_about_everything(mlbc: Mlbc) -> None:
    assert mlbc("generate", "season.seasons", "--squash").code == 2
    assert mlbc("generate", "--only", "avro", "--squash").code == 2


def test_a_touched_history_is_refused(mlbc: Mlbc, project: Path) -> None:
    mlbc("generate")
    file = project / "generated" / "postgres" / "migrations" / "0001_initial.sql"
    text = file.read_text("utf-8")
    file.write_text(text + "-- mine\n", "utf-8")
    for verb in (["generate"], ["generate", "--check"], ["migrate", "verify"]):
        refused = mlbc(*verb)
        assert refused.code == 1
        assert "error[G102]: `0001_initial.sql` was edited\n" in refused.err
    assert file.read_text("utf-8") == text + "-- mine\n"
    file.write_text(text, "utf-8")
    assert mlbc("generate").code == 0
    file.with_name("0002_mine.sql").write_text("SELECT 1;\n", "utf-8")
    assert "error[G102]: `0002_mine.sql` is not in the hash chain\n" in mlbc("generate").err
    assert mlbc("generate", "--squash").code == 0
    assert not file.with_name("0002_mine.sql").exists()


@pytest.mark.parametrize(
    "killed_at", [pytest.param(1, marks=pytest.mark.slow), 4, pytest.param(8, marks=pytest.mark.slow)]
)
def test_a_killed_run_is_finished_before_the_history_is_read(
    mlbc: Mlbc, project: Path, killed_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    mlbc("generate")
    observe(mlbc, project)
    move, moved = disk._move, []

    def killed(source: Path, target: Path) -> None:
        if len(moved) == killed_at:
            raise KeyboardInterrupt
        moved.append(target)
        move(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(disk, "_move", killed)
        assert mlbc("generate").code == 130
    assert (project / "generated" / SECOND).exists() == (project / "generated" / SECOND in moved)
    assert mlbc("generate").code == 0
    assert mlbc("migrate", "verify").code == mlbc("generate", "--check").code == 0
    assert len([path for path in generated(project) if path.startswith("postgres/migrations/")]) == 2


def test_from_rescued_folds_what_was_exported(mlbc: Mlbc, project: Path) -> None:
    nothing = mlbc("observe", "--from-rescued")
    assert (nothing.code, nothing.out) == (0, "0 captures: 0 new, 0 known\n")
    folder = project / ".mlb" / "rescued" / "season.seasons"
    folder.mkdir(parents=True)
    envelope = {"endpoint": "season", "method": "seasons", "response": BODY}
    (folder / "1.json").write_text(json.dumps(envelope), "utf-8")
    assert json.loads(mlbc("observe", "--from-rescued", "--json").out)["new"] == 1
    assert json.loads(mlbc("observe", "--from-rescued", "--json").out)["known"] == 1
