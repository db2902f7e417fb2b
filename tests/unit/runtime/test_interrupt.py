"""Ctrl-C is never swallowed."""

import subprocess
import sys

from runtime.errors import TerminalError, interrupted

SCRIPT = """
import sys, time
from runtime.cli.main import _pass_on

class Dying:
    def __del__(self):
        raise KeyboardInterrupt

sys.unraisablehook = _pass_on
try:
    Dying()
    time.sleep(0.5)
    print("swallowed")
except KeyboardInterrupt:
    print("interrupted")
"""


def test_an_interrupt_while_an_object_is_deleted_comes_again() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, timeout=60
    )
    assert ended.stdout == "interrupted\n"
    assert ended.stderr == ""


def test_an_error_on_the_way_out_of_an_interrupt_is_one() -> None:
    try:
        try:
            raise KeyboardInterrupt
        finally:
            raise ConnectionError("cut off")
    except ConnectionError as error:
        wrapped = TerminalError("the connection failed")
        wrapped.__cause__ = error
    assert interrupted(wrapped)
    assert not interrupted(TerminalError("of its own"))
