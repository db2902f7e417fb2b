"""`account`: prove on responses that every leaf is in exactly one class.

This is the one dynamic door of the compiler. It compiles the operation in memory, imports the text of the generated
local transform (`in_memory`), and hands documents to `runtime.transform.account`, found by name: what it proves is what
will run. Nothing else of the compiler knows the runtime, and nothing imports it.
"""

import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, cast

from compiler.driver.compilation import emit, load, make_plan
from compiler.driver.in_memory import importable
from compiler.driver.selection import compiled_operation
from compiler.driver.session import Session
from compiler.frontends.captures import Capture, read_capture
from compiler.ir.plan import OperationPlan, Plan
from compiler.project import ProjectError, captures, read_content
from compiler.rules import CAPTURE_OPERATION, UNKNOWN_SELECTION
from compiler.source import Origin

CLASSES = ("typed", "json", "null", "sentinel", "empty", "ignored", "rescued", "lost")


class Counts(Protocol):
    """What `runtime.transform.account` returns: leaves by class, and what was rescued, by path."""

    leaves: int
    typed: int
    json: int
    null: int
    sentinel: int
    empty: int
    ignored: int
    rescued: int
    lost: int
    rescued_paths: tuple[tuple[str, int, str], ...]


Account = Callable[[object, object, Mapping[str, str]], Counts]


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounted:
    """The accounting of one file."""

    file: str
    operation: str
    leaves: int
    classes: Mapping[str, int]
    rescued_paths: tuple[tuple[str, int, str], ...]

    @property
    def is_sound(self) -> bool:
        """Whether nothing is lost and the classes add up."""
        return self.classes["lost"] == 0 and sum(self.classes.values()) == self.leaves

    def to_object(self) -> Mapping[str, object]:
        """Return the object that `--json` prints."""
        rescued = [
            {"path": path, "count": count, "reason": reason} for path, count, reason in self.rescued_paths
        ]
        head = {"file": self.file, "operation": self.operation, "leaves": self.leaves}
        return {**head, **self.classes, "rescued_paths": rescued}


@dataclass(slots=True, kw_only=True)
class Accounts:
    """The accounting of all files."""

    files: list[Accounted] = field(default_factory=list[Accounted])

    @property
    def differs(self) -> bool:
        """Whether a leaf was lost anywhere."""
        return not all(accounted.is_sound for accounted in self.files)

    def to_text(self) -> str:
        """Return a table, and below it what was rescued."""
        if not self.files:
            return ""
        head = ("file", "leaves", *CLASSES)
        skip = len(_common_folder([one.file for one in self.files]))
        rows = [
            (one.file[skip:], str(one.leaves), *(str(one.classes[name]) for name in CLASSES))
            for one in self.files
        ]
        rescued = [
            f"  rescued {count} x {path}: {reason}"
            for one in self.files
            for path, count, reason in one.rescued_paths
        ]
        return "\n".join((*aligned((head, *rows)), *dict.fromkeys(rescued)))

    def to_objects(self) -> tuple[Mapping[str, object], ...]:
        """Return one object per file."""
        return tuple(accounted.to_object() for accounted in self.files)


def _common_folder(files: Sequence[str]) -> str:
    """Return the folder that all files lie in, with its slash, or ""."""
    folders = [file[: file.rfind("/") + 1] for file in files]
    shared = min(folders, key=len)
    while not all(folder.startswith(shared) for folder in folders):
        shared = shared[: shared.rstrip("/").rfind("/") + 1]
    return shared


def aligned(rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Return the rows of a table as lines: the first column to the left, numbers to the right."""
    listed = tuple(rows)
    widths = [max(map(len, column)) for column in zip(*listed, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if index == 0 else cell.rjust(width)
            for index, (cell, width) in enumerate(cells)
        )
        for cells in (tuple(zip(row, widths, strict=True)) for row in listed)
    ]


def account(session: Session, name: str, labels: Iterable[str]) -> Accounts | None:
    """Account for the leaves of every file; None if the inputs have errors."""
    inputs = load(session)
    plan = make_plan(session, inputs)
    if plan is None:
        return None
    operation = compiled_operation(plan, inputs.api, name)
    job = _load_job(session, operation)
    run = cast("Account", vars(importlib.import_module("runtime.transform"))["account"])
    report = Accounts()
    files = tuple(captures(labels))
    with session.during("account"):
        for number, label in enumerate(files, start=1):
            session.collector.step(number, len(files), label)
            capture = _read(session, label, name)
            if capture is not None:
                report.files.append(_count(label, name, run(job, capture.response, dict(capture.params))))
    return report


def _load_job(session: Session, operation: OperationPlan) -> object:
    """Import the generated local transform from memory, and return its job."""
    module = f"jobs/local/{operation.slug}"
    bundle = emit(session, Plan(operations=(operation,)), ("local",))
    if f"{module}.py" not in bundle.files:
        message = f"`{operation.name}` has no tables: its responses are kept whole in {operation.raw_table}"
        advice = "nothing is taken apart, so there is nothing to account for; a mapping would give it tables"
        raise ProjectError(UNKNOWN_SELECTION.at(Origin("OPERATION"), message, advice=advice))
    with importable(bundle.files):
        return vars(importlib.import_module(f"generated.{module.replace('/', '.')}"))["JOB"]


def _read(session: Session, label: str, name: str) -> Capture | None:
    content = read_content(label, session.sink)
    capture = None if content is None else read_capture(label, content, name, session.sink)
    if capture is not None and capture.operation != name:
        message = f"this is a response of `{capture.operation}`"
        session.sink.report(
            CAPTURE_OPERATION.at(Origin(label), message, advice=f"account for it as that, not `{name}`")
        )
        return None
    return capture


def _count(label: str, name: str, counts: Counts) -> Accounted:
    classes = {class_: cast("int", getattr(counts, class_)) for class_ in CLASSES}
    return Accounted(
        file=label, operation=name, leaves=counts.leaves, classes=classes, rescued_paths=counts.rescued_paths
    )
