"""An explanation: the text for people, the object for tools, and what both are made from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from compiler.driver.compilation import Inputs
from compiler.driver.explanation.history import Decision
from compiler.driver.session import Session
from compiler.ir.facts import Observed
from compiler.ir.plan import OperationPlan, Plan
from compiler.source import Origin

_LINE = 96
"""Characters of a mapping's line that are shown."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Lines for people; the same facts as an object."""

    lines: tuple[str, ...]
    facts: Mapping[str, object]
    differs: bool = False

    def to_text(self) -> str:
        """Return the lines."""
        return "\n".join(self.lines)

    def to_objects(self) -> tuple[Mapping[str, object], ...]:
        """Return the facts as one object."""
        return (self.facts,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A line of a mapping."""

    file: str
    line: int
    text: str

    def to_object(self) -> Mapping[str, object]:
        """Return the object that `--json` prints."""
        return {"file": self.file, "line": self.line, "text": self.text}


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """What explanations are about: the inputs, the Plan, and the Plan after each pass."""

    session: Session
    inputs: Inputs
    plan: Plan
    passes: Mapping[str, Plan]

    def seen(self, operation: OperationPlan) -> Observed | None:
        """Return the facts of an operation's own captures."""
        return self.inputs.observed.get(operation.name)

    def written(self, origin: Origin) -> Written | None:
        """Return the line of a mapping that an origin means; None if it lies in no mapping."""
        file = self.session.project.seen.get(origin.file)
        if file is None or origin.span is None:
            return None
        line = file.locate(origin.span).line
        return Written(file=origin.file, line=line, text=file.line(line).strip())


Section = tuple[str, Sequence[str]]
"""A label and its lines."""


def laid_out(head: Iterable[str], sections: Iterable[Section]) -> tuple[str, ...]:
    """Return the lines of an explanation: the head, a blank, and each section beside its label, if it has lines.

    >>> laid_out(["a.b  text"], [("row", ["one"]), ("none", []), ("decided", ["this", "that"])])
    ('a.b  text', '', 'row      one', 'decided  this', '         that')
    """
    shown = [(label, lines) for label, lines in sections if lines]
    width = max((len(label) for label, _ in shown), default=0)
    return (*head, "", *_beside(shown, width))


def _beside(sections: Iterable[Section], width: int) -> Iterator[str]:
    for label, lines in sections:
        for index, line in enumerate(lines):
            yield f"{label if index == 0 else '':{width}}  {line}"


def pairs(found: Iterable[tuple[str, str]]) -> list[str]:
    """Return pairs as lines of two columns; a first column that repeats is said once."""
    listed = [*found]
    width = max((len(left) for left, _ in listed), default=0)
    before = [None, *(left for left, _ in listed)]
    return [
        f"{'' if left == last else left:{width}}  {right}"
        for last, (left, right) in zip(before, listed, strict=False)
    ]


def shortened(text: str) -> str:
    """Return a text as it fits a line."""
    return text if len(text) <= _LINE else f"{text[:_LINE]}…"


def decided(decisions: Iterable[Decision]) -> list[str]:
    """Return decisions as lines, each after the pass that took it."""
    return pairs((found.by, found.text) for found in decisions)


def operation_object(operation: OperationPlan) -> Mapping[str, object]:
    """Return what tools need to know of an operation."""
    first = operation.operation.variants[0]
    return {
        "name": operation.name,
        "http_method": first.http_method,
        "path": first.path,
        "paths": [variant.path for variant in operation.operation.variants],
    }


def operation_lines(operation: OperationPlan) -> list[str]:
    """Return an operation and the requests that it answers."""
    name = operation.name
    return [
        f"{name if index == 0 else '':{len(name)}}  {variant.http_method} {variant.path}"
        for index, variant in enumerate(operation.operation.variants)
    ]
