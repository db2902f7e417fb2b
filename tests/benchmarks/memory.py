"""Peak memory of a command."""

import sys
from shlex import quote

from tests.e2e.conftest import Place

_MEASURE = """
import resource, subprocess, sys
subprocess.run(["sh", "-c", sys.argv[1]], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
_UNIT = 1024 * 1024 if sys.platform == "darwin" else 1024


def peak(command: str, place: Place) -> float:
    """Return the most megabytes that a process of a command held."""
    return int(place.sh(f"python -c {quote(_MEASURE)} {quote(command)}").stdout) / _UNIT
