"""The command itself: global flags, the list of verbs, and what a failure looks like."""

import contextlib
import errno
import logging
import os
import signal
import sys
import threading
from types import FrameType
from typing import NoReturn

import click
import psycopg

from runtime.cli.backfill import backfill
from runtime.cli.captures import captures
from runtime.cli.db import db
from runtime.cli.drift import drift
from runtime.cli.jobs import jobs, run, status, version
from runtime.cli.options import App, here
from runtime.cli.quality import quality
from runtime.cli.query import query
from runtime.cli.schema import schema
from runtime.cli.spark import spark
from runtime.cli.verbs import Verbs
from runtime.cli.work import ingest, load, transform
from runtime.database import problem
from runtime.errors import MlbError, interrupted, redact

INTERRUPTED = 130


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("-C", "folder", metavar="DIR", help="work in this project folder")
@click.option("-q", "--quiet", is_flag=True, help="report no progress")
@click.option("-v", "--verbose", count=True, help="say more; twice: show where a bug happened")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True)
@click.pass_context
def cli(context: click.Context, folder: str | None, quiet: bool, verbose: int, color: str) -> None:
    """Keep responses of the MLB Stats API raw, transform them, load them, and ask.

    Examples:
      mlb-etl run demo                     pull real captures, load a game, report
      mlb-etl ingest game.json.gz && mlb-etl load
    """
    context.obj = App(here(folder), quiet, verbose, color)


for verb in (
    captures,
    db,
    ingest,
    transform,
    load,
    query,
    quality,
    drift,
    schema,
    backfill,
    spark,
    jobs,
    run,
    status,
    version,
):
    cli.add_command(verb)


def main() -> NoReturn:
    """Run the command; the exit code says how it went: 0 clean, 1 findings, 2 could not work, 130 interrupted."""
    signal.signal(signal.SIGTERM, _interrupt)
    sys.unraisablehook = _pass_on
    logging.getLogger("psycopg").addHandler(logging.NullHandler())  # what matters of it comes as an error
    sys.exit(run_cli(sys.argv[1:]))


def run_cli(arguments: list[str]) -> int:
    """Run the command and return its exit code."""
    try:
        code: object = cli.main(arguments, prog_name="mlb-etl", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader had enough; what is still buffered must not fail again at exit.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (KeyboardInterrupt, click.Abort):
        return _say_interrupted()
    except Exception as error:  # noqa: BLE001  # the last line of defence: no traceback for users
        return _say_interrupted() if interrupted(error) else _explain(error, arguments)
    return code if isinstance(code, int) else 0


def _say_interrupted() -> int:
    click.echo("interrupted; what was committed stays, run the same command to go on", err=True)
    return INTERRUPTED


def _explain(error: Exception, arguments: list[str]) -> int:
    match error:
        case click.ClickException():
            error.show()
            return 2
        case MlbError():
            shown, code = error, error.exit_code
        case psycopg.Error():
            shown, code = problem(error), 2
        case OSError() if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            shown, code = "the disk is full: free some space and run the same command again", 2
        case OSError():
            shown, code = str(error), 2
        case _:
            if "-vv" in arguments:
                raise error
            name = type(error).__name__
            shown = redact(
                f"this is a bug in mlb-etl: {name}: {error}\n  = help: `mlb-etl -vv ...` shows where"
            )
            code = 2
    click.echo(f"{click.style('error', fg='red')}: {shown}", err=True)
    return code


def _interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _pass_on(unraisable: "sys.UnraisableHookArgs") -> None:
    """Interrupt again, a moment later, if the interrupt came where Python swallows it: while deleting an object."""
    if isinstance(unraisable.exc_value, KeyboardInterrupt):
        threading.Timer(0.01, os.kill, [os.getpid(), signal.SIGINT]).start()
    else:
        sys.__unraisablehook__(unraisable)
