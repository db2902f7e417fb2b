"""Ask squawk, a linter of migrations, if it is installed: `pip install squawk-cli`."""

import json
import shutil
import subprocess
import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import cast


class SquawkError(Exception):
    """It is not installed, or does not work; the text says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """A finding of squawk: its rule, what it says, and the first and last line, from 1."""

    rule: str
    message: str
    help: str
    line: int


def opinions(file: Path, *, in_transaction: bool, leave_out: Collection[str]) -> tuple[Opinion, ...]:
    """Return what squawk finds in a file.

    Raises:
        SquawkError: it cannot be asked.
    """
    program = shutil.which("squawk", path=str(Path(sys.executable).parent)) or shutil.which("squawk")
    if program is None:
        raise SquawkError("not installed: `pip install squawk-cli`")
    options = ["--reporter=json", f"--exclude={','.join(sorted(leave_out))}"]
    options += ["--assume-in-transaction"] if in_transaction else []
    done = subprocess.run([program, *options, str(file)], capture_output=True, text=True, check=False)
    try:
        found = cast("list[dict[str, object]]", json.loads(done.stdout or "[]"))
        if done.returncode and not found:
            raise SquawkError((done.stderr.strip() or f"it ended with {done.returncode}").splitlines()[-1])
        return tuple(map(_opinion, found))
    except (ValueError, KeyError, TypeError) as error:
        raise SquawkError(f"what it says is not understood: {error}") from error


def _opinion(found: dict[str, object]) -> Opinion:
    return Opinion(
        rule=str(found["rule_name"]),
        message=str(found["message"]),
        help=str(found.get("help") or ""),
        line=int(str(found["line"])) + 1,
    )
