"""`observe`: fold captures into the committed facts, or check that they hold nothing new."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from compiler.diagnostics import did_you_mean
from compiler.driver.compilation import load_api, load_observed
from compiler.driver.session import Session
from compiler.frontends.captures import Capture, read_capture
from compiler.frontends.fold import digest, fold, fold_together, merge, news
from compiler.frontends.observed import file_of, write_facts
from compiler.ir.api import ApiModel
from compiler.ir.facts import Observed
from compiler.project import captures, read_content
from compiler.rules import CAPTURE_OPERATION, CAPTURE_WIDENS
from compiler.source import Origin

_MOST = 10
"""So many new findings are named for one capture; the others are counted."""

_AT_ONCE = 8 * 1024 * 1024
"""Bytes of JSON that are folded together: a path costs as much for ten captures as for one."""


@dataclass(slots=True, kw_only=True)
class Folded:
    """What was folded: captures by outcome, and the files that changed."""

    files: int = 0
    new: int = 0
    known: int = 0
    refused: int = 0
    written: tuple[str, ...] = ()
    news: dict[str, list[tuple[str, str]]] = field(default_factory=dict[str, list[tuple[str, str]]])
    is_check: bool = False

    @property
    def differs(self) -> bool:
        """Whether a check found news."""
        return self.is_check and bool(self.news)

    def to_text(self) -> str:
        """Return counts, and the files that changed."""
        refused = f", {self.refused} refused" if self.refused else ""
        counted = f"{self.files} captures: {self.new} new, {self.known} known{refused}"
        if self.is_check:
            return f"{counted}; {len(self.news) or 'none'} with facts that are not committed"
        return "\n".join((*(f"wrote {path}" for path in self.written), counted))

    def to_objects(self) -> tuple[Mapping[str, object], ...]:
        """Return the report as one object."""
        found = [
            {"file": file, "path": path, "finding": finding}
            for file, listed in self.news.items()
            for path, finding in listed
        ]
        counts = {"files": self.files, "new": self.new, "known": self.known, "refused": self.refused}
        return ({**counts, "written": list(self.written), "news": found},)


def observe(session: Session, labels: Iterable[str], operation: str, *, check: bool) -> Folded:
    """Fold the captures that `labels` name, a few in memory at a time; `operation` names bare bodies."""
    api = load_api(session)
    with session.during("observed facts"):
        facts = load_observed(session, api)
    report = Folded(is_check=check)
    if session.failed:
        return report
    with session.during("captures"):
        changed = _fold_all(session, api, facts, tuple(captures(labels)), operation, report)
    if not check:
        report.written = tuple(_write(session, facts[name]) for name in sorted(changed))
    return report


@dataclass(slots=True)
class _Waiting:
    """Captures that will be folded together: their files and their responses, by operation and digest."""

    labels: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    responses: dict[str, dict[str, object]] = field(default_factory=dict[str, dict[str, object]])
    size: int = 0

    def add(self, label: str, capture: Capture, named: str) -> None:
        self.labels[capture.operation, named] = label
        self.responses.setdefault(capture.operation, {})[named] = capture.response
        self.size += capture.size


def _fold_all(
    session: Session,
    api: ApiModel,
    facts: dict[str, Observed],
    files: Sequence[str],
    operation: str,
    report: Folded,
) -> set[str]:
    """Add every capture to `facts`; return the operations that learned of a capture."""
    known = {(name, capture) for name, observed in facts.items() for capture in observed.captures}
    changed: set[str] = set()
    waiting = _Waiting()
    for number, label in enumerate(files, start=1):
        session.collector.step(number, len(files), label)
        report.files += 1
        capture = _read(session, api, label, operation)
        if capture is None:
            report.refused += 1
            continue
        named = digest(capture.response)
        if (capture.operation, named) in known:
            report.known += 1
            continue
        report.new += 1
        known.add((capture.operation, named))
        changed.add(capture.operation)
        waiting.add(label, capture, named)
        if waiting.size >= _AT_ONCE:
            _fold_waiting(session, facts, waiting, report)
            waiting = _Waiting()
    _fold_waiting(session, facts, waiting, report)
    return changed


def _read(session: Session, api: ApiModel, label: str, operation: str) -> Capture | None:
    content = read_content(label, session.sink)
    capture = None if content is None else read_capture(label, content, operation, session.sink)
    if capture is not None and capture.operation not in api.operations:
        advice = did_you_mean(capture.operation, api.operations)
        message = f"no upstream document declares `{capture.operation}`"
        session.sink.report(CAPTURE_OPERATION.at(Origin(label), message, advice=advice))
        return None
    return capture


def _fold_waiting(session: Session, facts: dict[str, Observed], waiting: _Waiting, report: Folded) -> None:
    widened: set[str] = set()
    for operation, responses in waiting.responses.items():
        known = _facts_of(facts, operation)
        found = fold_together(operation, responses)
        if not report.is_check:
            facts[operation] = merge(known, found)
        elif any(news(known, found)):
            widened.add(operation)
    for (operation, named), label in waiting.labels.items():
        if operation in widened:
            found = fold(operation, waiting.responses[operation][named])
            _report_news(session, label, list(news(_facts_of(facts, operation), found)), report)


def _facts_of(facts: Mapping[str, Observed], operation: str) -> Observed:
    return facts.get(operation) or Observed(operation=operation, captures=(), paths={})


def _report_news(session: Session, label: str, fresh: list[tuple[str, str]], report: Folded) -> None:
    if not fresh:
        return
    report.news[label] = fresh
    notes = [f"{path}: {finding}" for path, finding in fresh[:_MOST]]
    if len(fresh) > _MOST:
        notes.append(f"{len(fresh) - _MOST} more")
    message = f"{len(fresh)} facts are not committed"
    advice = f"fold them in with `mlbc observe {label}`"
    session.sink.report(CAPTURE_WIDENS.at(Origin(label), message, notes=tuple(notes), advice=advice))


def _write(session: Session, observed: Observed) -> str:
    path = f"{session.project.schemas}/observed/{file_of(observed.operation)}"
    session.project.write(path, write_facts(observed))
    return path
