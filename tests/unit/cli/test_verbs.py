"""What each verb does on a small project."""

import io
import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Mlbc

BODY = {"seasons": [{"seasonId": "2025", "hasWildcard": True}]}
ENVELOPE = {
    "endpoint": "season",
    "method": "seasons",
    "path_params": {},
    "query_params": {},
    "response": BODY,
}


def write(project: Path, name: str, content: object) -> str:
    (project / name).write_text(json.dumps(content), "utf-8")
    return name


def test_generate_writes_checks_and_tells_differences(mlbc: Mlbc, project: Path) -> None:
    first = mlbc("generate", "--json")
    report = json.loads(first.out)
    assert (first.code, first.err) == (0, "")
    assert report["files"] == len(report["added"]) > 10
    assert mlbc("generate", "--check").code == 0
    assert mlbc("generate", "--diff").out == ""
    again = mlbc("generate")
    assert again.out.startswith(f"{report['files']} files: 0 changed, 0 added, 0 removed")

    schema = project / "generated" / "postgres" / "schema.sql"
    schema.write_text("edited", "utf-8")
    (project / "generated" / "catalog.json").unlink()
    checked = mlbc("generate", "--check")
    assert checked.code == 1
    assert "missing  generated/catalog.json\n" in checked.out
    assert "edited   generated/postgres/schema.sql\n" in checked.out
    assert checked.out.endswith("run `mlbc generate`\n")
    diff = mlbc("generate", "--patch")
    assert diff.code == 1
    assert "+++ b/generated/catalog.json" in diff.out
    assert json.loads(mlbc("generate", "--json").out)["added"] == ["catalog.json"]


def test_generate_writes_nothing_if_anything_fails(mlbc: Mlbc, project: Path) -> None:
    (project / "mappings" / "bad.yaml").write_text("operation: [", "utf-8")
    assert mlbc("generate").code == 1
    assert not (project / "generated").exists()


def test_generate_refuses_documents_that_were_not_accepted(mlbc: Mlbc, project: Path) -> None:
    document = project / "documents" / "season.json"
    document.write_text(document.read_text("utf-8").replace('"seasonId"', '"seasonKey"'), "utf-8")
    outcome = mlbc("generate")
    assert outcome.code == 1
    assert outcome.err.startswith("error[S110]: the upstream documents are not the accepted ones")
    status = mlbc("upstream", "status", "--schemas", "documents")
    assert status.code == 1
    assert "removed property SeasonRestObject.seasonId: string\n" in status.out
    assert mlbc("upstream", "update", "--schemas", "documents").code == 0
    assert mlbc("upstream", "status", "--schemas", "documents").code == 0


def test_generate_of_a_selection_leaves_the_rest(mlbc: Mlbc, project: Path) -> None:
    mlbc("generate")
    everything = sorted(path for path in (project / "generated").rglob("*") if path.is_file())
    (project / "generated" / "catalog.json").write_text("edited", "utf-8")
    outcome = mlbc("generate", "season.seasons", "--only", "avro")
    assert outcome.code == 0
    assert sorted(path for path in (project / "generated").rglob("*") if path.is_file()) == everything
    assert (project / "generated" / "catalog.json").read_text("utf-8") == "edited"


def test_generate_only_what_exists(mlbc: Mlbc) -> None:
    outcome = mlbc("generate", "--only", "avr")
    assert outcome.code == 2
    assert "did you mean `avro`?" in outcome.err


def test_observe_folds_once(mlbc: Mlbc, project: Path) -> None:
    name = write(project, "new.json", ENVELOPE)
    facts = project / "schemas" / "observed" / "season" / "seasons.json"
    before = facts.read_text("utf-8")
    assert mlbc("observe", "--check", name).code == 0
    assert facts.read_text("utf-8") == before
    assert json.loads(mlbc("observe", name, "--json").out)["new"] == 1
    folded = facts.read_text("utf-8")
    assert folded != before
    assert json.loads(mlbc("observe", name, "--json").out)["known"] == 1
    assert facts.read_text("utf-8") == folded


def test_observe_takes_folders_and_stdin(mlbc: Mlbc, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "captures").mkdir()
    write(project, "captures/b.json", ENVELOPE)
    write(project, "captures/a.json", ENVELOPE | {"response": {"seasons": []}})
    assert json.loads(mlbc("observe", "captures", "--json").out)["files"] == 2
    stdin = io.TextIOWrapper(io.BytesIO(json.dumps(BODY).encode()))
    monkeypatch.setattr("sys.stdin", stdin)
    assert json.loads(mlbc("observe", "-", "--operation", "season.seasons", "--json").out)["known"] == 1


def test_observe_check_finds_news(mlbc: Mlbc, project: Path) -> None:
    body = {"seasons": [{"seasonId": 2025}]}
    outcome = mlbc("observe", "--check", write(project, "new.json", ENVELOPE | {"response": body}), "--json")
    assert outcome.code == 1
    news = json.loads(outcome.out)["news"]
    assert {"file": "new.json", "path": "$.seasons[*].seasonId", "finding": "kind `integer`"} in news


def test_account(mlbc: Mlbc, project: Path) -> None:
    bodies = [{"seasons": [{"seasonId": "2025", "hasWildcard": "yes", "moons": [1, {}]}]}, BODY]
    names = [
        write(project, f"{number}.json", ENVELOPE | {"response": body}) for number, body in enumerate(bodies)
    ]
    outcome = mlbc("account", "season.seasons", *names, "--json")
    assert outcome.code == 0
    first, second = map(json.loads, outcome.out.splitlines())
    classes = ("typed", "json", "null", "sentinel", "empty", "ignored", "rescued", "lost")
    assert first["leaves"] == 4 == sum(first[name] for name in classes)
    assert (first["typed"], first["lost"]) == (1, 0)
    assert {rescued["path"] for rescued in first["rescued_paths"]} >= {"$.seasons[*].hasWildcard"}
    assert (second["file"], second["operation"], second["leaves"], second["typed"]) == (
        "1.json",
        "season.seasons",
        2,
        2,
    )
    assert "  leaves  typed " in mlbc("account", "season.seasons", *names).out


def test_account_of_bare_bodies_and_wrong_ones(mlbc: Mlbc, project: Path) -> None:
    bare = write(project, "bare.json", BODY)
    assert mlbc("account", "season.seasons", bare).code == 0
    other = write(project, "other.json", ENVELOPE | {"method": "allSeasons"})
    outcome = mlbc("account", "season.seasons", other, bare)
    assert outcome.code == 1
    assert "this is a response of `season.allSeasons`" in outcome.err
    assert mlbc("account", "season.season", bare).code == 2


def test_account_of_keys_that_are_no_text(mlbc: Mlbc, project: Path) -> None:
    strange = write(project, "strange.json", {"\ud800": 1, "\0": 2})
    outcome = mlbc("account", "season.seasons", strange, "--json")
    assert outcome.code == 0
    assert {found["path"] for found in json.loads(outcome.out)["rescued_paths"]} == {"$.\ud800", "$.\0"}
    assert "$.\\ud800" in mlbc("account", "season.seasons", strange).out


def test_account_of_an_operation_without_tables_says_so(mlbc: Mlbc, project: Path) -> None:
    (project / "mappings" / "all.yaml").write_text("operation: season.allSeasons\ntables: {}\n", "utf-8")
    outcome = mlbc("account", "season.allSeasons", write(project, "bare.json", BODY))
    assert (outcome.code, outcome.out) == (2, "")
    assert (
        "`season.allSeasons` has no tables: its responses are kept whole in season.all_seasons" in outcome.err
    )
