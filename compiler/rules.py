"""Every rule: its code, name, severity, and the page that `mlbc explain CODE` prints.

Codes by family: S Swagger, M mapping, O observed, T types, N names, P project. A code is never reused.
"""

from dataclasses import dataclass

from compiler.diagnostics import Diagnostic, Severity
from compiler.source import Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule and its documentation: what it checks, why, an example, what to do instead."""

    code: str
    name: str
    severity: Severity
    explanation: str

    def at(
        self, origin: Origin, message: str, *, label: str = "", notes: tuple[str, ...] = (), advice: str = ""
    ) -> Diagnostic:
        """Make a finding of this rule at a place."""
        return Diagnostic(
            code=self.code,
            severity=self.severity,
            message=message,
            origin=origin,
            label=label,
            notes=notes,
            help=advice,
        )


def _rule(code: str, name: str, explanation: str, severity: Severity = Severity.ERROR) -> Rule:
    return Rule(code=code, name=name, severity=severity, explanation=explanation)


PATH_SYNTAX = _rule(
    "M102",
    "path-syntax",
    """A path must parse: `$` (document), `.` (row), `^` (record around the row) or a lookup's name, then steps:
`.name`, `['odd name']`, `[*]` (array), `{*}` (map), `.{away,home}` (fold), `{@}` (same map key, in lookups).

    plate_x: .pitchData..pX        # two dots
    plate_x: .pitchData.pX         # good""",
)
UNKNOWN_PATH = _rule(
    "M103",
    "unknown-path",
    """No declared model and no observation knows this path. A column that reads it would always be NULL, which is
how a warehouse ends up with keys that are never filled. Correct the path, or observe a response that has it.

    inning: .abount.inning         # `about`""",
)

RULES: dict[str, Rule] = {rule.code: rule for rule in (PATH_SYNTAX, UNKNOWN_PATH)}
