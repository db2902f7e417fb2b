"""What a rule is: its code, name, severity, and the page that `mlbc explain CODE` prints."""

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


def rule(code: str, name: str, explanation: str, severity: Severity = Severity.ERROR) -> Rule:
    """Make a rule; most are errors."""
    return Rule(code=code, name=name, severity=severity, explanation=explanation)
