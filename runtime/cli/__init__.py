"""`mlb-etl`: verbs, flags and exit codes. Results go to stdout, everything else to stderr."""

import os
import sys

__all__ = ["main"]


def main() -> None:
    """Run `mlb-etl` and exit. Ctrl-C while modules are still being imported says so too."""
    try:
        from runtime.cli.main import main as run
    except KeyboardInterrupt:
        os.write(sys.stderr.fileno(), b"interrupted; nothing was begun\n")
        os._exit(130)
    run()
