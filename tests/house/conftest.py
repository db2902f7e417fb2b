"""What the house tests look at: the tree, and the files that git tracks."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture(scope="session")
def tracked() -> tuple[Path, ...]:
    """Every file under version control that is there."""
    try:
        listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    names = listing.stdout.decode().split("\0")
    return tuple(path for name in names if name and (path := ROOT / name).is_file())


@pytest.fixture(scope="session")
def texts(tracked: tuple[Path, ...]) -> dict[str, str]:
    """Project-relative path -> text, of every file under version control."""
    return {str(path.relative_to(ROOT)): path.read_text("utf-8", errors="replace") for path in tracked}
