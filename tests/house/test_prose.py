"""Every path that our prose names is there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PAGES = ("README.md", "CONTRIBUTING.md", "compiler/README.md")
SUFFIXES = {".avsc", ".jinja", ".json", ".lock", ".md", ".py", ".sql", ".toml", ".txt", ".yaml"}
NOT_OURS = (".venv/", ".mlb/")
"""Folders that appear when something runs."""

FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
BACKTICKED = re.compile(r"`([\w./*-]+)`")


def _paths(text: str, folders: tuple[Path, ...]) -> Iterator[str]:
    """Yield what looks like a path: its first part exists, or it ends as our files end. `<name>` stands for any."""
    for name in BACKTICKED.findall(FENCED.sub("", text)):
        known = "/" in name and any((folder / name.split("/")[0]).is_dir() for folder in folders)
        file = Path(name).suffix in SUFFIXES and not name.startswith((".", "*"))
        if (known or file) and not name.startswith(("/", *NOT_OURS)):
            yield name


def _exists(name: str, folders: tuple[Path, ...]) -> bool:
    return any(next(folder.glob(name), None) is not None for folder in folders)


@pytest.mark.parametrize("page", PAGES)
def test_named_paths_exist(root: Path, page: str) -> None:
    path = root / page
    folders = (root, path.parent)
    missing = sorted(
        {name for name in _paths(path.read_text("utf-8"), folders) if not _exists(name, folders)}
    )
    assert not missing
