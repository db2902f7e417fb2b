"""`migrate lint`: what the migrations risk, and whether they say so."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from compiler.driver.evolution import migrations
from compiler.driver.session import Session
from compiler.driver.squawk import SquawkError, opinions
from compiler.migrate.lint import HARMLESS, NAMED, Step, is_online, named_at, risks, steps
from compiler.rules import UNNAMED_RISK
from compiler.source import Origin, SourceFile, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class LintedFile:
    """A migration: its path, whether it runs statement by statement, and its steps."""

    path: str
    is_online: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Linted:
    """The migrations that were looked at, and who could not look. What was found are findings."""

    files: tuple[LintedFile, ...]
    findings: int
    not_run: str
    differs: bool = False

    def to_text(self) -> str:
        """Return every step that has a hazard, and counts."""
        lines = [
            f"{file.path}: {step.title}: {', '.join(sorted(step.hazards))}"
            for file in self.files
            for step in file.steps
            if step.hazards
        ]
        count = sum(len(file.steps) for file in self.files)
        lines.append(f"migrations: {len(self.files)}, steps: {count}, findings: {self.findings}")
        lines += [f"not asked: squawk: {self.not_run}"] if self.not_run else []
        return "\n".join(lines)

    def to_objects(self) -> tuple[Mapping[str, object], ...]:
        """Return one object."""
        files = [
            {
                "file": file.path,
                "is_online": file.is_online,
                "steps": [{"title": one.title, "hazards": sorted(one.hazards)} for one in file.steps],
            }
            for file in self.files
        ]
        not_run = [{"linter": "squawk", "reason": self.not_run}] if self.not_run else []
        return ({"migrations": files, "findings": self.findings, "not_run": not_run},)


def migrate_lint(session: Session) -> Linted:
    """Look at every migration that changes a database with rows: all but the first."""
    files = migrations(session)
    not_run = ""
    with session.during("lint"):
        for file in files[1:]:
            own = tuple(risks(file.text))
            for risk in own:
                _report(session, file, Span(risk.start, risk.end), risk.text)
            try:
                _ask_squawk(session, file, {file.locate(Span(risk.start, risk.end)).line for risk in own})
            except SquawkError as error:
                not_run = str(error)
    linted = tuple(
        LintedFile(path=file.path, is_online=is_online(file.text), steps=steps(file.text)) for file in files
    )
    return Linted(files=linted, findings=len(session.findings), not_run=not_run)


def _report(session: Session, file: SourceFile, span: Span, message: str, advice: str = "") -> None:
    session.sink.report(UNNAMED_RISK.at(Origin(file.path, span=span), message, advice=advice))


def _ask_squawk(session: Session, file: SourceFile, told: Collection[int]) -> None:
    """Report what squawk finds, no step names, and the lines that were `told` of do not say already."""
    known = steps(file.text)
    path = session.project.root / file.path
    for found in opinions(path, in_transaction=not is_online(file.text), leave_out=HARMLESS):
        span = _span(file, found.line)
        is_named = NAMED.get(found.rule) in named_at(known, span.start)
        if not is_named and found.line not in told:
            _report(session, file, span, f"squawk: {found.rule}: {found.message}", found.help)


def _span(file: SourceFile, line: int) -> Span:
    """Return the characters of a line."""
    lines = file.text.splitlines(keepends=True)
    start = sum(map(len, lines[: line - 1]))
    return Span(start, start + len(lines[line - 1].rstrip()) if line <= len(lines) else start)
