"""Format generated Python: imports sorted, unused ones dropped, then one `ruff format`; our settings and no others."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from compiler.bundle.cache import TextCache
from compiler.bundle.files import digest

_SETTINGS = ("--isolated", "--quiet", "--no-cache", "--target-version=py311", "--line-length=110")
_FIRST_PARTY = 'lint.isort.known-first-party=["runtime","generated"]'
_COMMANDS = (
    ("check", *_SETTINGS, "--select=I,F401", "--fix", "--config", _FIRST_PARTY),
    ("format", *_SETTINGS),
)


class FormatError(RuntimeError):
    """A backend made Python that does not parse: a bug of ours. The message shows where."""


def format_python(files: Mapping[str, str], cache: TextCache) -> dict[str, str]:
    """Return `files` with the Python among them formatted; texts that the cache knows are not formatted again."""
    keys = {path: digest(f"{_COMMANDS}\n{text}") for path, text in files.items() if path.endswith(".py")}
    known = {path: cache.get(key) for path, key in keys.items()}
    fresh = _run_ruff({path: files[path] for path, text in known.items() if text is None})
    for path, text in fresh.items():
        cache.put(keys[path], text)
    return {path: fresh.get(path) or known.get(path) or text for path, text in files.items()}


def _run_ruff(files: Mapping[str, str]) -> dict[str, str]:
    if not files:
        return {}
    with TemporaryDirectory(prefix="mlbc-") as folder:
        root = Path(folder)
        for path, text in files.items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text.encode())
        for command in _COMMANDS:
            _call(command, root)
        return {path: (root / path).read_bytes().decode() for path in files}


def _call(command: tuple[str, ...], root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *command, "."], cwd=root, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise FormatError(done.stderr.strip() or done.stdout.strip())
