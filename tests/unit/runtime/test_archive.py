"""The archive keeps exact bytes, whole or not at all, and gives them back verified."""

import errno
import gzip
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from runtime.archive import Archive
from runtime.capture import Capture, Request, digest
from runtime.errors import TerminalError

NOON = datetime(2024, 7, 12, 12, tzinfo=UTC)


def capture(body: bytes, **query: str) -> Capture:
    request = Request(endpoint="game", method="linescore", query_params=query, captured_at=NOON)
    return Capture(request=request, body=body, sha256=digest(body), source="here")


def files(archive: Archive) -> dict[str, bytes]:
    return {
        str(path.relative_to(archive.root)): path.read_bytes()
        for path in archive.root.rglob("*")
        if path.is_file()
    }


def test_bytes_come_back_exactly(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    one = capture(b'{"a": 1.10}\r\n', x="1")
    archive.put(one)
    assert archive.body(one.sha256) == one.body
    assert archive.holds(one.sha256)
    assert archive.body(digest(b"other")) is None
    [entry] = archive.entries()
    assert (entry.request, entry.sha256, entry.source) == (one.request, one.sha256, "here")


def test_putting_twice_changes_nothing_and_bytes_do_not_depend_on_time(tmp_path: Path) -> None:
    first, second = Archive(tmp_path / "a"), Archive(tmp_path / "b")
    for archive in (first, first, second):
        archive.put(capture(b"{}"))
    assert files(first) == files(second)


def test_one_body_of_two_requests_is_kept_once(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.put(capture(b"{}", a="1"))
    archive.put(capture(b"{}", a="2"))
    assert sorted(entry.request.query_params["a"] for entry in archive.entries() if entry.request) == [
        "1",
        "2",
    ]
    assert len(list(tmp_path.rglob("*.json.gz"))) == 1


def test_bytes_that_are_no_response(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.put_unreadable(b"\x1f\x8bnonsense", "file", "damaged gzip")
    [entry] = archive.entries()
    assert (entry.request, entry.reason) == (None, "damaged gzip")
    assert archive.body(entry.sha256) == b"\x1f\x8bnonsense"


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda content: content[:-5], "damaged"),
        (lambda content: b"", "not what its name says"),
        (lambda content: gzip.compress(b"other"), "not what its name says"),
    ],
)
def test_damage_is_noticed(tmp_path: Path, damage: Callable[[bytes], bytes], message: str) -> None:
    archive = Archive(tmp_path)
    archive.put(capture(b"{}"))
    [path] = tmp_path.rglob("*.json.gz")
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(TerminalError, match=message):
        archive.body(digest(b"{}"))


def test_a_damaged_request_is_noticed(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.put(capture(b"{}"))
    [path] = tmp_path.rglob("*.request.json")
    path.write_text("{}")
    with pytest.raises(TerminalError, match="damaged request"):
        list(archive.entries())


def test_a_full_disk_leaves_nothing_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    archive = Archive(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(TerminalError, match="No space left") as caught:
            archive.put(capture(b"{}"))
    assert "free some space" in str(caught.value)
    assert files(archive) == {}
    archive.put(capture(b"{}"))
    assert archive.body(digest(b"{}")) == b"{}"


def test_what_is_archived_does_not_depend_on_the_source(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.put(capture(b"{}"))
    archive.put(replace(capture(b"{}"), source="elsewhere"))
    assert len(list(archive.entries())) == 1
