"""The verb: versions, exit codes, formats. A small project whose artefacts are those of a golden case."""

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from compiler.cli import run

GOLDEN = Path(__file__).parents[1] / "golden"
NAME = '"name": "is_open"'


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run of the command left."""

    code: int
    out: str
    err: str


Mlbc = Callable[..., Outcome]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "mappings").mkdir()
    shutil.copytree(GOLDEN / "columns" / "expected", tmp_path / "generated")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def mlbc(project: Path, capsys: pytest.CaptureFixture[str]) -> Mlbc:
    def call(*arguments: str) -> Outcome:
        code = run([*arguments])
        printed = capsys.readouterr()
        return Outcome(code, printed.out, printed.err)

    return call


def _edit(path: Path, before: str, after: str) -> None:
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after), "utf-8")


def _drop_a_column(project: Path) -> None:
    catalog = json.loads((project / "generated/catalog.json").read_text("utf-8"))
    for table in catalog["tables"]:
        table["columns"] = [column for column in table["columns"] if column["name"] != "is_open"]
    (project / "generated/catalog.json").write_text(json.dumps(catalog), "utf-8")


def _text(outcome: Outcome) -> str:
    return f"{outcome.out}{outcome.err}"


def test_nothing_compared_is_no_success(mlbc: Mlbc) -> None:
    assert mlbc("breaking").code == 2


def test_a_release_compared_with_itself(mlbc: Mlbc) -> None:
    assert mlbc("release", "0.1.0").code == 0
    found = mlbc("breaking")
    assert found.code == 0
    assert found.out.startswith("CODE: 0 breaks, 0 accepted\ncompared with 0.1.0: ")
    assert "not checked: TRANSFORM_SAME_OUTPUT: a release keeps no transforms" in found.out


def test_a_release_is_never_written_again(mlbc: Mlbc, project: Path) -> None:
    mlbc("release", "0.1.0")
    before = {path: path.read_bytes() for path in (project / "schemas").rglob("*") if path.is_file()}
    assert mlbc("release", "0.1.0").code == 2
    assert "B104" in mlbc("release", "0.0.9").err
    assert {path: path.read_bytes() for path in (project / "schemas").rglob("*") if path.is_file()} == before


def test_the_gate_is_transitive(mlbc: Mlbc, project: Path) -> None:
    mlbc("release", "0.1.0")
    _edit(project / "generated/catalog.json", NAME, '"name": "opened_now"')
    mlbc("release", "0.2.0")
    _edit(project / "generated/catalog.json", '"name": "opened_now"', NAME)
    mlbc("release", "0.3.0")
    _drop_a_column(project)
    found = mlbc("breaking", "--json", "--category", "sql")
    assert found.code == 1
    report = json.loads(found.out.splitlines()[-1])
    assert report["versions"] == ["0.1.0", "0.2.0", "0.3.0"]
    against = {one["subject"]: one["against"] for one in report["findings"]}
    assert against["venue.details.is_open"] == ["0.1.0", "0.3.0"]
    assert against["venue.details.opened_now"] == ["0.2.0"]


def test_an_accepted_break_passes_until_it_is_taken_back(mlbc: Mlbc, project: Path) -> None:
    mlbc("release", "0.1.0")
    whole = (project / "generated/catalog.json").read_text("utf-8")
    _drop_a_column(project)
    help_ = next(line for line in mlbc("breaking").err.splitlines() if "accepted.yaml" in line)
    entry = help_[help_.index("- {") :].replace("because: ...", "because: nobody reads it")
    (project / "schemas/accepted.yaml").write_text(entry + "\n", "utf-8")
    passed = mlbc("breaking")
    assert passed.code == 0, _text(passed)
    assert "0 breaks, 1 accepted" in passed.out
    (project / "generated/catalog.json").write_text(whole, "utf-8")
    taken_back = mlbc("breaking")
    assert taken_back.code == 1
    assert "B105" in taken_back.err


def test_a_tombstone_is_enough_for_avro_and_not_for_sql(mlbc: Mlbc, project: Path) -> None:
    mlbc("release", "0.1.0")
    _drop_a_column(project)
    assert mlbc("breaking", "--category", "WIRE").code == 1
    stone = "venue.details.is_open: {path: $.isOpen, removed: 2026-03-26, because: sent no more}\n"
    (project / "schemas/reserved.yaml").write_text(stone, "utf-8")
    assert mlbc("breaking", "--category", "WIRE").code == 0
    found = mlbc("breaking", "--category", "SQL")
    assert "error[FIELD_NO_DELETE]: " in found.err


def test_the_strict_gate_checks_what_the_others_do(mlbc: Mlbc, project: Path) -> None:
    mlbc("release", "0.1.0")
    _edit(project / "generated/models/venue/venue.py", "is_open: ", "open_now: ")
    codes = [mlbc("breaking", "--category", category).code for category in ("CODE", "SQL", "WIRE", "DATA")]
    assert codes == [1, 0, 0, 0]


def test_annotations_of_github(mlbc: Mlbc, project: Path) -> None:
    mlbc("release", "0.1.0")
    _drop_a_column(project)
    found = mlbc("breaking", "--format", "github")
    assert found.code == 1
    assert found.out.startswith("::error file=generated/catalog.json,title=FIELD_NO_DELETE_UNLESS_RESERVED")


def test_findings_as_json_and_then_what_was_compared(mlbc: Mlbc, project: Path) -> None:
    mlbc("release", "0.1.0")
    _drop_a_column(project)
    finding, report = map(json.loads, mlbc("breaking", "--json").out.splitlines())
    assert finding["code"] == "FIELD_NO_DELETE_UNLESS_RESERVED"
    assert report["rule"] == "GATE_RAN"
    (one,) = report["findings"]
    assert one["effects"] == [
        {"surface": "sql", "artefact": "venue.details", "name": "is_open", "effect": "is gone"}
    ]


def test_a_comment_of_a_pull_request(mlbc: Mlbc, project: Path) -> None:
    mlbc("release", "0.1.0")
    same = mlbc("breaking", "--format", "markdown")
    assert same.code == 0
    assert same.out.startswith(
        "### What breaks since `0.1.0`\n\nNothing.\n\n* not checked: TRANSFORM_SAME_OUTPUT: "
    )
    _drop_a_column(project)
    found = mlbc("breaking", "--format", "markdown")
    assert (found.code, found.err) == (1, "")
    assert found.out.splitlines()[2:4] == [
        "* **FIELD_NO_DELETE_UNLESS_RESERVED** (WIRE): `venue.details.is_open` is gone",
        "  * sql: venue.details is_open is gone",
    ]


def test_an_edited_release_is_refused(mlbc: Mlbc, project: Path) -> None:
    mlbc("release", "0.1.0")
    mlbc("release", "0.2.0")
    shutil.copy(
        project / "schemas/releases/0.2.0/surfaces.json.xz",
        project / "schemas/releases/0.1.0/surfaces.json.xz",
    )
    refused = mlbc("breaking")
    assert refused.code == 2
    assert "B103" in refused.err


def test_a_folder_and_what_is_off_by_itself(mlbc: Mlbc, project: Path) -> None:
    shutil.copytree(project / "generated", project / "before")
    catalog = json.loads((project / "generated/catalog.json").read_text("utf-8"))
    catalog["tables"][-1]["columns"].reverse()
    (project / "generated/catalog.json").write_text(json.dumps(catalog), "utf-8")
    assert mlbc("breaking", "--against", "before").code == 0
    asked = mlbc("breaking", "--against", "before", "--rule", "COLUMN_SAME_ORDER")
    assert (asked.code, "COLUMN_SAME_ORDER" in asked.err) == (1, True)


def test_a_git_ref(mlbc: Mlbc, project: Path) -> None:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    who = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    for command in (["init", "-q"], ["add", "-A"], [*who, "commit", "-qm", "first"]):
        subprocess.run(["git", *command], cwd=project, check=True)
    _drop_a_column(project)
    found = mlbc("breaking", "--against", "HEAD")
    assert found.code == 1
    assert "compared with HEAD" in found.out
    assert mlbc("breaking", "--against", "nowhere").code == 2
    assert mlbc("breaking", "--against=--output=x").code == 2


def test_an_artefact_that_is_none_is_named(mlbc: Mlbc, project: Path) -> None:
    mlbc("release", "0.1.0")
    (project / "generated/models/venue/venue.py").write_text("class Broken(:\n", "utf-8")
    found = mlbc("breaking")
    assert found.code == 2
    assert "generated/models/venue/venue.py" in found.err


def test_an_artefact_that_is_no_text_is_named(mlbc: Mlbc, project: Path) -> None:
    (project / "generated/models/venue/venue.py").write_bytes(b"# \xff\n")
    found = mlbc("breaking", "--against", "generated")
    assert found.code == 2
    assert "not UTF-8 at byte 2" in found.err


@pytest.mark.parametrize("id_", ["FIELD_NO_DELETE", "field_same_type", "GATE_RAN"])
def test_a_rule_is_explained(mlbc: Mlbc, id_: str) -> None:
    found = mlbc("explain", id_)
    assert found.code == 0
    assert "breaks:" in found.out
    assert "compatible:" in found.out
