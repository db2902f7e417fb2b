"""`mlb-etl`: verbs, flags and exit codes. Results go to stdout, everything else to stderr."""

from runtime.cli.main import main

__all__ = ["main"]
