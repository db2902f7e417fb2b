"""Findings about the inputs: values that are collected, sorted and printed, never raised."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum

from compiler.source import Origin


class Severity(StrEnum):
    """How bad a finding is; only errors change the exit code."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One finding: a rule's code, what was found, where, and what to do.

    `message` is lower case without a full stop, the author's words in backticks; `label` is the short text
    under the carets; advice goes to `help`.
    """

    code: str
    severity: Severity
    message: str
    origin: Origin
    label: str = ""
    notes: tuple[str, ...] = ()
    help: str = ""

    @property
    def sort_key(self) -> tuple[str, int, str, str]:
        """Order of printing: by file, by place, by code."""
        start = self.origin.span.start if self.origin.span else -1
        return self.origin.file, start, self.code, self.message


@dataclass(slots=True)
class Sink:
    """Collects diagnostics; the driver stops after a stage that reported an error."""

    _found: set[Diagnostic] = field(default_factory=set[Diagnostic])

    def report(self, diagnostic: Diagnostic) -> None:
        """Keep a finding; the same finding twice is one."""
        self._found.add(diagnostic)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All findings so far, sorted."""
        return tuple(sorted(self._found, key=lambda found: found.sort_key))

    @property
    def failed(self) -> bool:
        """Whether an error was reported."""
        return any(found.severity is Severity.ERROR for found in self._found)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return "did you mean `x`?" for the nearest known word, or "".

    >>> did_you_mean("abount", ["about", "result"])
    'did you mean `about`?'
    """
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean `{close[0]}`?" if close else ""
