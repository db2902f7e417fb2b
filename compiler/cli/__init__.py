"""`mlbc`: verbs, flags, exit codes. No logic: parse, call the driver, print.

Exit codes: 0 clean; 1 findings (errors in the inputs, a check that differs, a lost leaf); 2 the tool could not do
its work (usage, configuration, input and output, a bug); 130 interrupted.
"""

import gc
import os
import sys
from io import TextIOWrapper
from typing import cast

import click

from compiler.cli.run import CANNOT_WORK, CLEAN, INTERRUPTED, report_bug
from compiler.cli.verbs import command

__all__ = ["command", "main", "run"]


def main() -> None:
    """Run `mlbc` and exit."""
    gc.disable()  # a compile is short and makes many nodes that live to its end
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run `mlbc` with arguments; return the exit code."""
    _print_any_text()
    try:
        code: object = command.main(arguments, prog_name="mlbc", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else CLEAN
    except click.ClickException as error:
        error.show()
        return CANNOT_WORK
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except (BrokenPipeError, SystemExit):  # click makes the second of the first
        _forget_stdout()
        return CLEAN
    except OSError as error:
        place = f": {error.filename}" if error.filename else ""
        click.echo(f"error: {(error.strerror or str(error)).lower()}{place}", err=True)
        return CANNOT_WORK
    except Exception as error:  # noqa: BLE001  # whatever escapes is a bug of ours, and is reported as one
        return report_bug(error)


def _print_any_text() -> None:
    """Let half a surrogate pair in a key of a response be printed, as JSON escapes it."""
    stdout: object = sys.stdout
    if isinstance(stdout, TextIOWrapper):
        cast("TextIOWrapper", stdout).reconfigure(errors="backslashreplace")


def _forget_stdout() -> None:
    """Keep the interpreter from complaining of a reader that left: `mlbc ls | head`."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
