"""The Avro schemas in a registry: published once, each as a subject, unless it holds one to be incompatible."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from tenacity import wait_none

from runtime.cli.main import run_cli
from runtime.confluent import connected
from runtime.errors import TerminalError, TransientError
from runtime.publish import Published, State, publish, subjects
from tests.support.schema_registry import Store, registry

ROOT = Path(__file__).parents[3]
NAME = "mlb.d.x.Play"


@pytest.fixture
def running() -> Iterator[tuple[str, Store]]:
    with registry() as made:
        yield made


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "generated/avro/d").mkdir(parents=True)
    (tmp_path / "mappings").mkdir()
    return tmp_path


def write(project: Path, *fields: tuple[str, object], name: str = "Play") -> None:
    """Write a schema with nullable fields."""
    listed = [{"name": field, "type": ["null", type_], "default": None} for field, type_ in fields]
    record = {"type": "record", "namespace": "mlb.d.x", "name": name, "fields": listed}
    (project / f"generated/avro/d/{name.lower()}.avsc").write_text(json.dumps(record))


def run(
    project: Path, url: str, level: str | None = "FULL_TRANSITIVE", *, dry_run: bool = False, prefix: str = ""
) -> list[Published]:
    with connected(url, wait_none()) as found:
        some = subjects(project / "generated", prefix)
        return [publish(found, one, level, dry_run=dry_run) for one in some]


def states(found: list[Published]) -> list[State]:
    return [one.state for one in found]


def test_a_schema_is_published_once(project: Path, running: tuple[str, Store]) -> None:
    url, store = running
    write(project, ("inning", "int"))
    write(project, ("pitcher", "long"), name="Pitch")
    assert states(run(project, url, dry_run=True)) == [State.NEW, State.NEW]
    assert not store.subjects
    assert not store.levels
    assert states(run(project, url)) == [State.PUBLISHED, State.PUBLISHED]
    assert states(run(project, url)) == [State.UNCHANGED, State.UNCHANGED]
    assert {name: len(versions) for name, versions in store.subjects.items()} == {NAME: 1, "mlb.d.x.Pitch": 1}
    assert store.levels == {NAME: "FULL_TRANSITIVE", "mlb.d.x.Pitch": "FULL_TRANSITIVE"}
    write(project, ("inning", "int"), ("outs", "int"))
    assert states(run(project, url, dry_run=True)) == [State.UNCHANGED, State.CHANGED]
    assert states(run(project, url)) == [State.UNCHANGED, State.PUBLISHED]
    assert len(store.subjects[NAME]) == 2


def test_what_is_incompatible_stays_out_and_does_not_stop_the_others(
    project: Path, running: tuple[str, Store]
) -> None:
    url, store = running
    write(project, ("inning", "int"))
    run(project, url)
    write(project, ("inning", "string"))
    write(project, ("pitcher", "long"), name="Zone")
    for dry_run in (True, False):
        found = run(project, url, dry_run=dry_run)
        assert states(found) == [State.INCOMPATIBLE, State.NEW if dry_run else State.PUBLISHED]
        assert "INT" in found[0].said
    assert len(store.subjects[NAME]) == 1
    assert states(run(project, url, "NONE")) == [State.PUBLISHED, State.UNCHANGED]


def test_transitive_levels_look_at_every_version(project: Path, running: tuple[str, Store]) -> None:
    """A field that was a long once cannot be an int of today, although the last version has none."""
    url, store = running
    for fields in ([("inning", "string")], []):
        write(project, *fields)
        assert states(run(project, url)) == [State.PUBLISHED]
    write(project, ("inning", "int"))
    assert states(run(project, url)) == [State.INCOMPATIBLE]
    assert states(run(project, url, "FULL")) == [State.PUBLISHED]
    assert store.levels == {NAME: "FULL"}


def test_levels_and_prefixes(project: Path, running: tuple[str, Store]) -> None:
    url, store = running
    write(project, ("inning", "int"))
    assert states(run(project, url, None, prefix="a/b ")) == [State.PUBLISHED]
    assert [*store.subjects] == [f"a/b {NAME}"]
    assert not store.levels
    store.level = "FULL_TRANSITIVE"
    run(project, url)
    assert not store.levels  # the registry's own level is the one asked for


def test_what_may_be_tried_again_is(project: Path, running: tuple[str, Store]) -> None:
    url, store = running
    write(project, ("inning", "int"))
    store.failures = [503, 500, 429]
    assert states(run(project, url)) == [State.PUBLISHED]
    store.failures = [503] * 5
    with pytest.raises(TransientError, match="503 Error in the backend data store"):
        run(project, url)
    assert not store.failures
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pytest.raises(TransientError, match="cannot be reached") as caught:
        run(project, f"http://me:secret@127.0.0.1:{port}")
    assert "secret" not in str(caught.value)


def test_who_may_not_write_is_told(project: Path, running: tuple[str, Store]) -> None:
    url, store = running
    write(project, ("inning", "int"))
    store.secret = "me:secret"
    with pytest.raises(TerminalError, match="401 Unauthorized") as caught:
        run(project, url.replace("//", "//me:wrong@"))
    assert "wrong" not in str(caught.value)
    assert states(run(project, url.replace("//", "//me:secret@"))) == [State.PUBLISHED]


def test_what_is_no_registry_and_what_is_no_schema(project: Path, running: tuple[str, Store]) -> None:
    url, _ = running
    with pytest.raises(TerminalError, match="there are no Avro schemas"):
        run(project, url)
    write(project, ("inning", "nothing"))
    (found,) = run(project, url, None)
    assert (found.state, "Invalid schema" in found.said) == (State.INCOMPATIBLE, True)
    with pytest.raises(TerminalError, match="does not answer as a schema registry does: 404"):
        run(project, f"{url}/elsewhere")
    with pytest.raises(TerminalError, match="is no URL of a registry"):
        run(project, "localhost:8081")
    (project / "generated/avro/d/play.avsc").write_text("[]")
    with pytest.raises(TerminalError, match="this is no Avro schema"):
        run(project, url)


def test_the_command(project: Path, running: tuple[str, Store], capsys: pytest.CaptureFixture[str]) -> None:
    url, _ = running
    arguments = ["-C", str(project), "schema", "publish", "--registry", url]
    write(project, ("inning", "int"))
    assert run_cli([*arguments, "--dry-run"]) == 0
    assert capsys.readouterr().out == f"new          {NAME}\n"
    assert run_cli(arguments) == 0
    assert "1 subjects: 1 published" in capsys.readouterr().err
    write(project, ("inning", "string"))
    assert run_cli([*arguments, "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["subject"], found["state"]) == (NAME, "incompatible")


@pytest.mark.slow
def test_every_generated_schema_is_taken(running: tuple[str, Store]) -> None:
    url, store = running
    found = run(ROOT, url)
    assert {*states(found)} == {State.PUBLISHED}
    assert len({one.subject for one in found}) == len(found) == len(store.subjects)
    assert {*states(run(ROOT, url))} == {State.UNCHANGED}
