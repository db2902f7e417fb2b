"""`mlb-etl` from its arguments to its exit code: results on stdout, everything else on stderr."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import click
import orjson
import pytest
from psycopg.conninfo import conninfo_to_dict

from runtime import captures
from runtime.cli.main import cli, run_cli
from runtime.database import opened
from runtime.job import Conformed
from runtime.ledger import recent
from runtime.progress import Progress
from runtime.project import Project

ROOT = Path(__file__).parents[2]
SEASON = {
    "endpoint": "season",
    "method": "seasons",
    "path_params": {},
    "query_params": {"sportId": "1", "season": "1999"},
    "url": None,
    "status_code": 200,
    "response": {
        "seasons": [{"seasonId": "1999", "hasWildcard": True, "regularSeasonStartDate": "1999-04-04"}]
    },
}


@dataclass(frozen=True)
class Shell:
    """Runs the command in a project on an empty database."""

    project: Path
    url: str
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *words: str, code: int = 0) -> str:
        self.capsys.readouterr()
        found = run_cli(["-C", str(self.project), *words])
        out, err = self.capsys.readouterr()
        assert found == code, err
        assert "Traceback" not in err
        return out if code == 0 else err

    def lines(self, *words: str, code: int = 0) -> list[str]:
        """Run the command and return the lines of its results."""
        self.capsys.readouterr()
        assert run_cli(["-C", str(self.project), *words]) == code
        return self.capsys.readouterr().out.splitlines()

    def json(self, *words: str) -> Conformed:
        return orjson.loads(self(*words, "--json"))

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with opened(self.url) as connection:
            return connection.execute(query.encode()).fetchall()


@pytest.fixture
def project(open_folder: Path, tmp_path: Path) -> Path:
    folder = open_folder / tmp_path.name
    folder.mkdir()
    (folder / "generated").symlink_to(ROOT / "generated")
    (folder / "mappings").symlink_to(ROOT / "mappings")
    (folder / "season.json").write_bytes(orjson.dumps(SEASON))
    return folder


@pytest.fixture
def shell(
    project: Path,
    new_database: Callable[..., AbstractContextManager[str]],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Shell]:
    with new_database("template1") as url:
        monkeypatch.setenv("MLB_DATABASE_URL", url)
        yield Shell(project, url, capsys)


def verbs(command: click.Command, name: str = "mlb-etl") -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        for child in command.commands.values():
            yield from verbs(child, f"{name} {child.name}")
    else:
        yield name, command


@pytest.mark.parametrize(("name", "verb"), [pytest.param(*pair, id=pair[0]) for pair in verbs(cli)])
def test_every_verb_has_json_and_two_examples(name: str, verb: click.Command) -> None:
    text = verb.get_help(click.Context(verb, info_name=name))
    examples = text.partition("Examples:\n")[2].partition("\n\n")[0].splitlines()
    assert len(examples) == 2
    assert all(name in example for example in examples)
    assert "--json" in text
    first = verb.get_short_help_str(limit=200)
    assert len(first) <= 60
    assert not first.endswith(".")


def test_from_a_file_to_a_row(shell: Shell) -> None:
    file = str(shell.project / "season.json")
    assert "apply 0001" in shell("db", "migrate", "--dry-run")
    assert "applied 0001" in shell("db", "migrate")
    assert shell("db", "migrate") == "up to date\n"
    assert shell.json("ingest", file)["stored"] == 1
    assert shell.json("ingest", file)["known"] == 1
    assert shell.json("load")["inserted"] == 1
    assert shell.json("load", "--force")["unchanged"] == 1
    assert shell.rows("SELECT season_id FROM season.seasons_normalized") == [("1999",)]
    assert shell.rows("SELECT count(*) FROM season.seasons") == [(1,)]
    assert "succeeded" in shell("status")
    assert [line["verb"] for line in map(orjson.loads, shell("status", "--json").splitlines())][
        -1
    ] == "ingest"
    assert shell.json("db", "status")["pending"] == []
    assert "rebuilt from 1 archived" in shell("db", "migrate", "--reset")
    assert shell.rows("SELECT season_id FROM season.seasons_normalized") == [("1999",)]


def test_versions_of_definitions(shell: Shell) -> None:
    assert "no `metadata.schema_versions` yet" in shell("schema", "list", code=2)
    assert "schema versions" in shell("db", "migrate", "--dry-run")
    shell("db", "migrate")
    name = "season.seasons"
    (line,) = (
        one for one in map(orjson.loads, shell.lines("schema", "list", "--json")) if one["operation"] == name
    )
    assert (line["version"], line["state"], line["tables"], line["added"]) == (1, "current", 1, [])
    assert "has version 1 and none before it" in shell("schema", "diff", name, code=2)
    with opened(shell.url) as connection:
        connection.execute(
            "UPDATE metadata.schema_versions SET digest = 'old', definition ="
            " definition #- '{tables,0,columns,3}' WHERE endpoint = 'season' AND method = 'seasons'"
        )
    assert shell("db", "migrate", "--dry-run") == "record 1 schema versions\n"
    assert shell("db", "migrate") == "applied schema versions\n"
    (found,) = shell.json("schema", "show", name)["definition"]["tables"]
    column = f"{found['name']}.{found['columns'][3]['name']}"
    assert shell("schema", "diff", name) == shell("schema", "diff", name, "1", "2") == f"+ {column}\n"
    assert shell("schema", "diff", name, "2", "1").startswith(f"! {column}: is gone")
    assert shell.json("schema", "diff", name) == {"kind": "added", "field": column, "said": ""}
    shell("ingest", str(shell.project / "season.json"))
    shell("load")
    counts = [orjson.loads(line)["responses"] for line in shell.lines("schema", "versions", name, "--json")]
    assert counts == [0, 1]
    assert name in shell("schema", "versions")
    assert column.partition(".")[0] in shell("schema", "show", name, "--version", "1")
    with opened(shell.url) as connection:
        connection.execute("UPDATE metadata.schema_versions SET method = 'old' WHERE method = 'seasons'")
    states = {
        one["operation"]: one["state"] for one in map(orjson.loads, shell.lines("schema", "list", "--json"))
    }
    assert (states.pop("season.old"), {*states.values()}) == ("retired", {"current"})
    with opened(shell.url) as connection:
        connection.execute("UPDATE metadata.schema_versions SET method = 'seasons' WHERE method = 'old'")
    assert "it has 1 to 2" in shell("schema", "show", name, "--version", "3", code=2)
    assert "knows no version of `season.season`" in shell("schema", "show", "season.season", code=2)


def test_what_has_no_column_is_shown_with_what_would_give_it_one(shell: Shell) -> None:
    shell("db", "migrate")
    assert shell("drift") == ""
    season = {"seasonId": "1999", "expansion": {"teams": 2}, "labels": 7, "allStarDate": "soon"}
    named = [{"seasonId": "2000", "labels": 8}, {"hasWildcard": True}]
    for year, seasons in (("1999", [season]), ("2000", named)):
        envelope = SEASON | {"query_params": {"season": year}, "response": {"seasons": seasons}}
        (shell.project / f"{year}.json").write_bytes(orjson.dumps(envelope))
        shell("ingest", str(shell.project / f"{year}.json"))
    shell("load")
    lines = [orjson.loads(line) for line in shell.lines("drift", "season.seasons", "--json", code=1)]
    found = {(line["path"], line["reason"]): line for line in lines}
    labels = found["$.seasons[*].labels", "unknown-key"]
    assert (labels["values"], labels["documents"]) == (2, 2)
    assert labels["proposal"] == "shapes:\n  $.seasons[*].labels: {as: column, type: bigint}"
    assert (
        found["$.seasons[*].expansion", "unknown-key"]["proposal"]
        == "shapes:\n  $.seasons[*].expansion: json"
    )
    assert found["$.seasons[*].allStarDate", "bad-format"]["example"] == '"soon"'
    assert "key" in found["$.seasons[*]", "null-key"]["proposal"]
    assert "$.seasons[*].labels" in "\n".join(shell.lines("drift", code=1))
    files = (
        sorted((shell.project / ".mlb/rescued/season.seasons").iterdir())
        if shell("drift", "--export")
        else []
    )
    assert len(files) == 2
    elsewhere = shell.project / "elsewhere"
    shell("drift", "schedule.schedule", "--to", str(elsewhere))
    assert list(elsewhere.iterdir()) == []


def test_a_backfill_takes_what_an_older_transform_made(shell: Shell) -> None:
    column = "season.seasons_normalized.has_wildcard"
    assert "lacks 0001_initial.sql" in shell("backfill", code=2)
    shell("db", "migrate")
    shell("ingest", str(shell.project / "season.json"))
    shell("load")
    assert shell("backfill", "--dry-run") == ""
    assert shell("backfill") == "0 documents loaded, 0 left; rescued values: 0 -> 0\n"
    with opened(shell.url) as connection:
        connection.execute("UPDATE metadata.documents SET transform_digest = 'old', tables = '{}'")
        connection.execute("UPDATE season.seasons_normalized SET has_wildcard = NULL")
    assert shell("backfill", "--dry-run").split() == ["1", "season.seasons"]
    assert shell.json("backfill", "--dry-run")["documents"] == {"season.seasons": 1}
    assert shell("backfill", "season.seasons").splitlines() == [
        f"{column}  0 -> 1 of 1 rows",
        "1 documents loaded, 0 left; rescued values: 0 -> 0",
    ]
    assert shell("backfill", column).startswith(f"{column}  1 -> 1 of 1 rows\n")
    assert shell.rows("SELECT verb, status FROM metadata.job_executions ORDER BY 1 LIMIT 1") == [
        ("backfill", "succeeded")
    ]
    assert "did you mean `season.seasons_normalized.has_wildcard`?" in shell("backfill", f"{column}s", code=2)


def test_a_backfill_reads_the_keys_of_raw_tables_anew(shell: Shell) -> None:
    game = {"gamePk": 7, "gameData": {"datetime": {"officialDate": "2024-07-12"}}}
    envelope = {**SEASON, "endpoint": "game", "method": "liveGameV1", "query_params": {}, "response": game}
    (shell.project / "game.json").write_bytes(orjson.dumps(envelope))
    shell("db", "migrate")
    shell("ingest", str(shell.project / "game.json"))
    with opened(shell.url) as connection:
        connection.execute("UPDATE game.live_game_v1 SET game_pk = NULL")
    (changed,) = shell.json("backfill", "--raw", "--dry-run", "game.liveGameV1")["raw"]
    named = {"operation": "game.liveGameV1", "table": "game.live_game_v1"}
    assert changed == {**named, "responses": 1, "changed": 1}
    said = shell("backfill", "--raw").splitlines()
    assert said[0] == "game.live_game_v1  keys of 1 of 1 responses"
    assert shell.rows("SELECT game_pk FROM game.live_game_v1") == [(7,)]


def test_findings_exit_with_1_and_the_rest_goes_on(shell: Shell) -> None:
    shell("db", "migrate")
    (shell.project / "bad.json").write_text("<html>")
    said = shell("ingest", str(shell.project), code=1)
    assert "bad.json: not an envelope" in said
    assert shell.rows("SELECT count(*) FROM season.seasons") == [(1,)]
    assert shell.rows("SELECT count(*) FROM metadata.dead_letters") == [(1,)]
    said = shell("ingest", "--operation", "season.seasons", str(shell.project / "bad.json"), code=1)
    assert "markup" in said


def test_a_job_from_captures_to_a_report(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def pull(project: Project, progress: Progress) -> tuple[Path, ...]:
        folder = project.captures / "hand-made"
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "season.json").exists():
            (folder / "season.json").write_bytes(orjson.dumps(SEASON))
        return (folder,)

    monkeypatch.setattr(captures, "pull", pull)
    assert "pull > start" in shell("run", "demo", "--dry-run")
    report = shell("run", "demo")
    assert "season.seasons_normalized" in report
    assert "Leaf accounting" in report
    assert "1 captures" in shell("captures", "pull")
    assert "season.seasons?season=1999" in shell("captures", "list")
    again = shell.json("run", "demo")
    assert again["run"]["tally"]["known"] == 1
    assert shell.json("captures", "list")["operation"] == "season.seasons"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("ingset",), "did you mean `ingest`?"),
        (("db", "strat"), "did you mean `start`?"),
        (("load", "season.saesons"), "`season.seasons`"),
        (("run", "dmeo"), "did you mean `demo`?"),
        (("ingest", "--operation", "game.none", "x"), "unknown operation"),
        (("ingest", "--captured-at", "soon", "x"), "not an instant"),
        (("ingest", "--param", "x", "x"), "not NAME=VALUE"),
        (("transform", "season.seasons", "x"), "--to"),
        (("status",), "db migrate"),
        (("load", "--database-url", "postgresql://u:s3cret@127.0.0.1:1/x"), "nobody listens there"),
        (("-C", "/nowhere", "jobs"), "not a folder"),
    ],
)
def test_what_cannot_work_exits_with_2(shell: Shell, words: tuple[str, ...], message: str) -> None:
    said = shell(*words, code=2)
    assert message in said
    assert "s3cret" not in said


def test_requests_of_operations_without_a_mapping_keep_apart(shell: Shell) -> None:
    """A list does not say what it was asked for: its request does. An older answer changes nothing."""
    shell("db", "migrate")
    for group, name, day in (("hitting", "avg", 8), ("pitching", "era", 16), ("pitching", "ops", 14)):
        file = shell.project / f"stats_{name}.json"
        request = {
            "path_params": {},
            "query_params": {"group": group},
            "captured_at": f"2024-07-{day:02}T00:00:00Z",
        }
        envelope = {
            "endpoint": "config",
            "method": "statSearchStats",
            **request,
            "response": [{"abbreviation": name}],
        }
        file.write_bytes(orjson.dumps(envelope))
        shell("ingest", str(file))
        shell("load", "config.statSearchStats")
    assert shell.rows(
        "SELECT document_key, row_index, abbreviation FROM config.stat_search_stats_normalized ORDER BY 1"
    ) == [
        ("config.statSearchStats?group=hitting", 0, "avg"),
        ("config.statSearchStats?group=pitching", 0, "era"),
    ]


def test_transform_writes_files(shell: Shell) -> None:
    to = shell.project / "out"
    written = shell.json("transform", "season.seasons", str(shell.project / "season.json"), "--to", str(to))
    assert written["tables"] == {"season.seasons_normalized": 1}
    assert orjson.loads((to / "season.seasons_normalized.ndjson").read_bytes())["season_id"] == "1999"


def test_passwords_stay_off_command_lines(shell: Shell) -> None:
    [password] = [conninfo_to_dict(shell.url)["password"]]
    assert str(password) not in shell("db", "shell", "--json")
    assert shell("db", "url").strip() == shell.url


def test_small_answers(shell: Shell) -> None:
    assert shell.json("version")["version"] == shell("version").strip()
    assert "pull" in shell("jobs")
    assert shell.json("jobs")["name"] == "demo"


def test_a_bug_is_called_a_bug(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("postgresql://a:s3cret@b/c")

    monkeypatch.setattr("runtime.cli.jobs.shelf.recipes", broken)
    said = shell("jobs", code=2)
    assert "this is a bug in mlb-etl: ZeroDivisionError" in said
    assert "s3cret" not in said
    monkeypatch.setattr(
        "runtime.cli.jobs.shelf.recipes", lambda: (_ for _ in ()).throw(OSError(28, "no space"))
    )
    assert "the disk is full" in shell("jobs", code=2)


def test_ctrl_c_is_recorded_and_leaves_nothing_broken(shell: Shell) -> None:
    shell("db", "migrate")
    command = [
        sys.executable,
        "-c",
        "from runtime.cli import main; main()",
        "-C",
        str(shell.project),
        "ingest",
        "-",
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, cwd=ROOT
    ) as process:
        deadline = time.monotonic() + 60
        while not shell.rows("SELECT 1 FROM metadata.job_executions") and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        assert process.stderr is not None
        said = process.stderr.read().decode()
    assert "interrupted" in said
    assert "Traceback" not in said
    with opened(shell.url) as connection:
        assert [run.status for run in recent(connection)] == ["interrupted"]


def test_the_embedded_server_of_a_project(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLB_DATABASE_URL", raising=False)
    shell = Shell(project, "", capsys)
    assert shell.json("db", "status")["running"] is False
    assert "no embedded server" in shell("db", "url", code=2)
    try:
        assert shell("db", "start").startswith("running: postgresql://mlb:***@127.0.0.1:")
        assert shell.json("db", "start")["running"] is True
        assert "0001" in str(shell.json("db", "status")["pending"])
    finally:
        assert shell("db", "stop") == "stopped\n"
    assert shell.json("db", "stop")["stopped"] is False
