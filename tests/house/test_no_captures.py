"""The responses are MLB Advanced Media's: none is ever committed."""

import lzma
import re
from pathlib import Path

from compiler.breaking import Surfaces

NOTICE = re.compile(r"Copyright [0-9]{4} MLB Advanced Media")
"""Every real response carries it."""

RELEASES = "schemas/releases/*/surfaces.json.xz"
PACKED = {".avro", ".br", ".bz2", ".gz", ".parquet", ".tar", ".xz", ".zip", ".zst"}
LARGEST_SAMPLE = 20_000
"""Bytes: a sample made by hand shows one feature."""


def test_no_file_carries_the_notice_of_a_response(texts: dict[str, str]) -> None:
    assert not [path for path, text in texts.items() if NOTICE.search(text)]


def test_nothing_packed_is_committed(tracked: tuple[Path, ...]) -> None:
    assert not [path for path in tracked if path.suffix in PACKED and not path.match(RELEASES)]


def test_what_is_packed_in_a_release_is_surfaces_and_nothing_else(tracked: tuple[Path, ...]) -> None:
    for path in tracked:
        if path.match(RELEASES):
            content = lzma.decompress(path.read_bytes()).decode()
            assert Surfaces.from_json(content).to_json() == content, path
            assert not NOTICE.search(content)


def test_samples_are_small(texts: dict[str, str]) -> None:
    large = {
        path: len(text)
        for path, text in texts.items()
        if path.startswith("tests/") and path.endswith((".json", ".ndjson")) and "/expected/" not in path
    }
    assert not {path: size for path, size in large.items() if size > LARGEST_SAMPLE}
