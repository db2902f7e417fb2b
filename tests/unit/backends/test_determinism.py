"""The same Plan gives the same bytes, whatever the hash seed, the locale and the time zone."""

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = """
from compiler.backends import BACKENDS
from compiler.bundle import digest
from tests.unit.backends.plans import PLAN

for backend in BACKENDS:
    for path, text in backend.emit(PLAN).items():
        print(path, digest(text))
"""


def emitted(root: Path, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**os.environ, "PYTHONPATH": str(root), **environment},
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_the_environment_does_not_matter() -> None:
    root = Path(__file__).parents[3]
    first = emitted(root, PYTHONHASHSEED="1", TZ="UTC", LC_ALL="C")
    assert "models/game/live_game_v1.py" in first
    assert emitted(root, PYTHONHASHSEED="2", TZ="America/Phoenix", LC_ALL="C.UTF-8") == first
