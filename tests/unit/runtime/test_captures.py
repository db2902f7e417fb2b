"""Captures are pulled once, verified, unpacked safely and dated like their release."""

import hashlib
import io
import shutil
import tarfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from runtime import captures, envelope, index
from runtime.errors import MlbError, TerminalError, TransientError
from runtime.progress import Quiet
from runtime.project import Project
from runtime.sources import Asked, Bare, CaptureSource, Contents, Enveloped

UPLOADED = datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)
FILES = {
    "pack-1.0/data/season/seasons/a.json.gz": b"a",
    "pack-1.0/data/season/b.json.gz": b"b",
    "pack-1.0/data/readme.md": b"",
    "pack-1.0/setup.py": b"",
}


def tarball(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return stream.getvalue()


TWO = Enveloped(count=2)


class Shop:
    """An index with one release; counts how often it is asked."""

    def __init__(self, content: bytes, monkeypatch: pytest.MonkeyPatch, contents: Contents = TWO) -> None:
        self.content, self.asked = content, 0
        self.source = CaptureSource(
            package="pack",
            version="1.0",
            filename="pack-1.0.tar.gz",
            sha256=hashlib.sha256(content).hexdigest(),
            root="data",
            suffix=".json.gz" if isinstance(contents, Enveloped) else ".json",
            contents=contents,
        )
        monkeypatch.setattr(captures, "SOURCES", (self.source,))

    def fetch(self, source: CaptureSource, into: Path) -> datetime:
        self.asked += 1
        into.write_bytes(self.content)
        return UPLOADED


def test_pulling_twice_asks_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop, project = Shop(tarball(FILES), monkeypatch), Project(tmp_path)
    captures.pull(project, Quiet(), shop.fetch)
    [folder] = captures.pull(project, Quiet(), shop.fetch)
    assert shop.asked == 1
    found = captures.in_folder(folder)
    assert sorted(str(path.relative_to(folder)) for path in found) == [
        "season/b.json.gz",
        "season/seasons/a.json.gz",
    ]
    assert {path.stat().st_mtime for path in found} == {UPLOADED.timestamp()}
    assert len(captures.files(project)) == 2


def removed(file: Path) -> None:
    file.unlink()


def truncated(file: Path) -> None:
    file.write_bytes(b"")


def without_sums(file: Path) -> None:
    (file.parents[1] / "SHA256SUMS").unlink()


@pytest.mark.parametrize("damage", [removed, truncated, without_sums])
def test_damage_is_repaired_without_asking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: Callable[[Path], None]
) -> None:
    shop, project = Shop(tarball(FILES), monkeypatch), Project(tmp_path)
    [folder] = captures.pull(project, Quiet(), shop.fetch)
    damage(folder / "season/b.json.gz")
    captures.pull(project, Quiet(), shop.fetch)
    assert shop.asked == 1
    assert (folder / "season/b.json.gz").read_bytes() == b"b"
    assert (folder / "SHA256SUMS").is_file()


def test_a_damaged_archive_is_fetched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop, project = Shop(tarball(FILES), monkeypatch), Project(tmp_path)
    [folder] = captures.pull(project, Quiet(), shop.fetch)
    removed(folder / "season/b.json.gz")
    (project.captures / shop.source.filename).write_bytes(b"half")
    captures.pull(project, Quiet(), shop.fetch)
    assert shop.asked == 2
    assert (folder / "season/b.json.gz").read_bytes() == b"b"


def test_what_an_interrupted_pull_left_is_no_capture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop, project = Shop(tarball(FILES), monkeypatch), Project(tmp_path)
    staging = project.captures / ".new-1" / "bodies"
    staging.mkdir(parents=True)
    (staging / "c.json.gz").write_bytes(b"c")
    captures.pull(project, Quiet(), shop.fetch)
    assert len(captures.files(project)) == 2


BODY = b'{"seasons": [{"x": 1.10, "y": "\\u00e9"}], "response": {"a": "]}"}}'
BARE = {"pack-1.0/data/a.json": BODY, "pack-1.0/data/b.json": b"[]", "pack-1.0/data/c.json": b"{}"}
ASKED = Asked(operation="season.seasons", query_params={"season": "1999"})


def bare(**answers: Asked) -> Bare:
    return Bare(
        answers={f"{name}.json": asked for name, asked in answers.items()}, left_out={"b.json": "old"}
    )


@pytest.mark.parametrize("around", [(b"", b""), (b"\n ", b"\r\n\t")], ids=["alone", "in white space"])
def test_a_bare_body_is_kept_byte_for_byte_under_its_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, around: tuple[bytes, bytes]
) -> None:
    content = tarball(BARE | {"pack-1.0/data/a.json": BODY.join(around)})
    shop, project = Shop(content, monkeypatch, bare(a=ASKED)), Project(tmp_path)
    [folder] = captures.pull(project, Quiet(), shop.fetch)
    [file] = captures.files(project)
    assert Path(file) == folder / "season/seasons/a.json.gz"
    read = envelope.read(file)
    assert (read.body, read.sha256) == (BODY, hashlib.sha256(BODY).hexdigest())
    assert read.request.canonical() == "season.seasons?season=1999"
    assert read.request.captured_at == UPLOADED


@pytest.mark.parametrize("body", [b"", b"{", b"\xef\xbb\xbf{}", b"NaN"])
def test_a_bare_body_that_is_not_json_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    shop = Shop(tarball({"pack-1.0/data/a.json": body}), monkeypatch, bare(a=ASKED))
    with pytest.raises(TerminalError, match=r"pack 1\.0: a\.json is not JSON"):
        captures.pull(Project(tmp_path), Quiet(), shop.fetch)
    assert captures.files(Project(tmp_path)) == ()


def test_a_source_that_fails_is_named_and_the_others_are_pulled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, project = Shop(tarball(FILES), monkeypatch), Project(tmp_path)
    broken = replace(shop.source, package="other", filename="other-1.0.tar.gz")
    monkeypatch.setattr(captures, "SOURCES", (broken, shop.source))

    def fetch(source: CaptureSource, into: Path) -> datetime:
        if source is broken:
            raise TransientError("cannot fetch it", hint="check the network")
        return shop.fetch(source, into)

    with pytest.raises(TransientError, match=r"^other 1\.0: cannot fetch it\n.*check the network"):
        captures.pull(project, Quiet(), fetch)
    assert len(captures.files(project)) == 2


def test_the_list_says_where_a_capture_comes_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop, project = Shop(tarball(BARE), monkeypatch, bare(a=ASKED, c=ASKED)), Project(tmp_path)
    [folder] = captures.pull(project, Quiet(), shop.fetch)
    mine = project.captures / "mine" / "deeper"
    mine.mkdir(parents=True)
    shutil.copy(folder / "season/seasons/a.json.gz", mine)
    captures.pull(project, Quiet(), shop.fetch)
    sources = [found.source for found in captures.listing(project, Quiet())]
    assert sources == ["mine", "pack-1.0", "pack-1.0"]


@pytest.mark.parametrize(
    "name", ["pack-1.0/data/../../../evil.json.gz", "pack-1.0//data/../../x/data/evil.json.gz"]
)
def test_names_that_lead_elsewhere_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    shop = Shop(tarball({name: b"x"}), monkeypatch, contents=Enveloped(count=1))
    with pytest.raises((MlbError, tarfile.TarError, ValueError)):
        captures.pull(Project(tmp_path / "project"), Quiet(), shop.fetch)
    assert not list(tmp_path.rglob("evil*"))


def test_a_release_with_other_content_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Shop(tarball(FILES), monkeypatch, contents=Enveloped(count=3))
    with pytest.raises(TerminalError, match="2 captures where 3 are expected"):
        captures.pull(Project(tmp_path), Quiet(), shop.fetch)
    assert captures.files(Project(tmp_path)) == ()


class Page:
    """What an index says of a project."""

    def __init__(self, filename: str) -> None:
        self.packages = [self]
        self.filename = filename
        self.upload_time = UPLOADED


class Client:
    """Stands for the index client: hands out bytes, or fails a few times first."""

    content, failures, filename = b"", 0, "pack-1.0.tar.gz"

    def __init__(self, endpoint: str, session: requests.Session) -> None:
        self.endpoint, self.session = endpoint, session

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def get_project_page(self, name: str, timeout: float) -> Page:
        if Client.failures:
            Client.failures -= 1
            raise requests.ConnectionError("no route to postgresql://u:secret@host")
        return Page(Client.filename)

    def download_package(self, package: Page, path: Path, *, verify: bool, timeout: float) -> None:
        path.write_bytes(Client.content)


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> type[Client]:
    monkeypatch.setattr(index, "PyPISimple", Client)
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda _: None)
    Client.content, Client.failures, Client.filename = tarball(FILES), 0, "pack-1.0.tar.gz"
    return Client


def test_a_passing_failure_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client: type[Client]
) -> None:
    shop = Shop(client.content, monkeypatch)
    client.failures = 2
    assert index.fetch(shop.source, tmp_path / "file") == UPLOADED
    assert (tmp_path / "file").read_bytes() == client.content


def test_offline_is_said_without_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client: type[Client]
) -> None:
    shop = Shop(client.content, monkeypatch)
    client.failures = 99
    with pytest.raises(TransientError, match="cannot fetch") as caught:
        index.fetch(shop.source, tmp_path / "file")
    assert "secret" not in str(caught.value)


def test_a_file_that_is_not_the_pinned_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client: type[Client]
) -> None:
    shop = Shop(client.content, monkeypatch)
    client.content = b"other"
    with pytest.raises(TerminalError, match="digest differs"):
        index.fetch(shop.source, tmp_path / "file")
    assert list(tmp_path.iterdir()) == []


def test_an_index_without_the_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client: type[Client]
) -> None:
    shop = Shop(client.content, monkeypatch)
    client.filename = "pack-2.0.tar.gz"
    with pytest.raises(TerminalError, match="has no"):
        index.fetch(shop.source, tmp_path / "file")


def test_settings_of_pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "pip.conf"
    file.write_text("[global]\nindex-url = file:///a\ncert = /c\n[download]\nindex-url = file:///b\n")
    for name in ("PIP_INDEX_URL", "PIP_CERT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(file))
    assert (index.setting("index-url"), index.setting("cert"), index.setting("proxy")) == (
        "file:///b",
        "/c",
        None,
    )
    monkeypatch.setenv("PIP_INDEX_URL", "file:///mine")
    assert index.setting("index-url") == "file:///mine"
    monkeypatch.delenv("PIP_INDEX_URL")
    file.write_text("not a configuration")
    with pytest.raises(TerminalError, match="pip's configuration"):
        index.setting("index-url")
