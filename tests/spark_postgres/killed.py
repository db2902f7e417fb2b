"""`python -m tests.spark_postgres.killed MOMENT ARGUMENTS...`: mlb-etl that kills itself and all it started."""

import os
import signal
import sys
import threading
from typing import NoReturn

from runtime.database import Connection
from runtime.spark import load, sinks

MOMENTS = ("before a batch", "while a batch is loaded", "after a batch is loaded")


def main() -> None:
    moment, *arguments = sys.argv[1:]
    if moment in MOMENTS:
        _at(moment)
    else:
        threading.Timer(float(moment), _die).start()
    from runtime.cli.main import run_cli

    sys.exit(run_cli(arguments))


def _at(moment: str) -> None:
    """Die in the second batch: Spark has written down where it ends, and not that it is done."""
    calls = 0
    whole = sinks.IntoTables.__call__

    def take(self: sinks.IntoTables, batch: object, number: int) -> object:
        nonlocal calls
        calls += 1
        if calls < 2:
            return whole(self, batch, number)  # pyright: ignore[reportArgumentType]
        if moment == MOMENTS[0]:
            _die()
        if moment == MOMENTS[1]:
            _die_within()
        done = whole(self, batch, number)  # pyright: ignore[reportArgumentType]
        _die() if moment == MOMENTS[2] else None
        return done

    sinks.IntoTables.__call__ = take  # pyright: ignore[reportAttributeAccessIssue]


def _die_within() -> None:
    """Die with the rows staged, and merged in a transaction that is not committed."""
    merge = load.load_all

    def merge_and_die(connection: Connection, *arguments: object, **named: object) -> None:
        with connection.transaction():
            merge(connection, *arguments, **named)  # pyright: ignore[reportArgumentType]
            _die()

    load.load_all = merge_and_die


def _die() -> NoReturn:
    os.killpg(0, signal.SIGKILL)
    raise AssertionError


if __name__ == "__main__":
    main()
