"""Captures are pulled once, verified, unpacked safely and dated like their release."""

import hashlib
import io
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from runtime import captures, index
from runtime.errors import MlbError, TerminalError, TransientError
from runtime.progress import Quiet
from runtime.project import Project
from runtime.sources import CaptureSource

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


class Shop:
    """An index with one release; counts how often it is asked."""

    def __init__(self, content: bytes, monkeypatch: pytest.MonkeyPatch, count: int = 2) -> None:
        self.content, self.asked = content, 0
        self.source = CaptureSource(
            package="pack",
            version="1.0",
            filename="pack-1.0.tar.gz",
            sha256=hashlib.sha256(content).hexdigest(),
            root="data",
            suffix=".json.gz",
            count=count,
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
    found = [path for path in folder.rglob("*") if path.is_file()]
    assert sorted(str(path.relative_to(folder)) for path in found) == [
        "season/b.json.gz",
        "season/seasons/a.json.gz",
    ]
    assert {path.stat().st_mtime for path in found} == {UPLOADED.timestamp()}
    assert len(captures.files(project)) == 2


def test_a_missing_file_is_unpacked_again_without_asking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, project = Shop(tarball(FILES), monkeypatch), Project(tmp_path)
    [folder] = captures.pull(project, Quiet(), shop.fetch)
    (folder / "season/b.json.gz").unlink()
    captures.pull(project, Quiet(), shop.fetch)
    assert shop.asked == 1
    assert (folder / "season/b.json.gz").read_bytes() == b"b"


@pytest.mark.parametrize(
    "name", ["pack-1.0/data/../../../evil.json.gz", "pack-1.0//data/../../x/data/evil.json.gz"]
)
def test_names_that_lead_elsewhere_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    shop = Shop(tarball({name: b"x"}), monkeypatch, count=1)
    with pytest.raises((MlbError, tarfile.TarError, ValueError)):
        captures.pull(Project(tmp_path / "project"), Quiet(), shop.fetch)
    assert not list(tmp_path.rglob("evil*"))


def test_a_release_with_other_content_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Shop(tarball(FILES), monkeypatch, count=3)
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
