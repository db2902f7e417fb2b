"""`generate`, `generate --check`, `generate --diff`, `--patch`: readers of one Bundle."""

import json
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from compiler.bundle import (
    LOCK,
    Bundle,
    Comparison,
    Lock,
    Written,
    compare,
    digest,
    finish,
    patch,
    seal,
    sides,
    write,
)
from compiler.driver.compilation import CACHE, checked_plan, compiler_digest, emit, input_digests
from compiler.driver.evolution import NO_PAST, Past, read_past, unlisted
from compiler.driver.selection import selected
from compiler.driver.session import Session
from compiler.driver.versions import texts
from compiler.review import Review, review

_STAMP = f"{CACHE}/generated.json"


class Mode(StrEnum):
    """What to do with the Bundle."""

    WRITE = "write"
    CHECK = "check"
    DIFF = "diff"
    PATCH = "patch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """What `generate` did or found: paths below the output folder by what became of them, or a patch."""

    folder: str
    files: int = 0
    changed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    patch: str = ""
    mode: Mode = Mode.WRITE
    seconds: float = 0.0

    @property
    def differs(self) -> bool:
        """Whether a check or a diff found the folder to be another than the bundle."""
        return bool(self.missing or self.stale or self.edited or self.patch)

    def to_text(self) -> str:
        """Return counts, or each file that differs, or the patch."""
        if self.patch:
            return self.patch.rstrip("\n")
        different = {"missing": self.missing, "stale": self.stale, "edited": self.edited}
        lines = [f"{state:8} {self.folder}/{path}" for state, paths in different.items() for path in paths]
        if lines:
            return "\n".join((*lines, f"{len(lines)} of {self.files} files differ: run `mlbc generate`"))
        if self.mode is not Mode.WRITE:
            is_check = self.mode is Mode.CHECK
            return f"{self.files} files: all as generated ({self.seconds:.1f} s)" if is_check else ""
        did = f"{len(self.changed)} changed, {len(self.added)} added, {len(self.removed)} removed"
        return f"{self.files} files: {did} ({self.seconds:.1f} s)"

    def to_objects(self) -> tuple[Mapping[str, object], ...]:
        """Return the report as one object."""
        report: dict[str, object] = {"folder": self.folder, "files": self.files, "patch": self.patch}
        states = ("changed", "added", "removed", "missing", "stale", "edited")
        return ({**report, **{state: list(getattr(self, state)) for state in states}},)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What `check` looked at."""

    operations: int
    tables: int
    columns: int
    differs: bool = False

    def to_text(self) -> str:
        """Return counts."""
        return f"{self.operations} operations, {self.tables} tables, {self.columns} columns: no errors"

    def to_objects(self) -> tuple[Mapping[str, object], ...]:
        """Return nothing: the findings are the report."""
        return ()


def check(session: Session, patterns: Collection[str]) -> Checked | None:
    """Make the Plan and report what is wrong with the inputs; None if there are errors."""
    plan = checked_plan(session)
    if plan is None:
        return None
    chosen = selected(plan, patterns)
    tables = [table for operation in chosen for table in operation.tables]
    columns = sum(len(table.columns) for table in tables)
    return Checked(operations=len(chosen), tables=len(tables), columns=columns)


def generate(
    session: Session,
    patterns: Collection[str],
    only: Collection[str],
    mode: Mode,
    *,
    squash: bool = False,
    dropped: tuple[str, ...] = (),
    against: str = "",
) -> Generated | Review | None:
    """Compile, and write or compare; None if the inputs have errors, and then nothing was written.

    The history of the database grows by what changed, or is begun anew (`squash`); a selection leaves it alone.
    `dropped` names what was given up and is to go. `against` is what a diff or a patch begins with instead of what
    was generated before: a git ref, or a folder.
    """
    begun = time.monotonic()
    before = texts(session, against) if against else None
    report = _generate(session, patterns, only, mode, squash=squash, dropped=dropped, before=before)
    match report:
        case Generated():
            return replace(report, mode=mode, seconds=time.monotonic() - begun)
        case Review():
            return replace(report, against=against)
        case None:
            return None


def _generate(
    session: Session,
    patterns: Collection[str],
    only: Collection[str],
    mode: Mode,
    *,
    squash: bool,
    dropped: tuple[str, ...],
    before: Mapping[str, str] | None,
) -> Generated | Review | None:
    folder = session.project.generated
    is_whole = not patterns and not only
    if mode is Mode.WRITE:
        finish(session.project.output)
    as_is = is_whole and mode is Mode.WRITE and not squash and not dropped
    if as_is and (files := _unchanged(session)) is not None:
        return Generated(folder=folder, files=files)
    past = NO_PAST
    if not patterns and (not only or "postgres" in only):
        past = read_past(session, squash=squash, dropped=dropped)
    bundle = _bundle(session, patterns, only, past)
    if bundle is None:
        return None
    with session.during(mode.value):
        report = _apply(session, bundle, mode, is_whole=is_whole, before=before)
    if is_whole and mode is Mode.WRITE:
        _stamp(session, bundle)
    return report


def _bundle(session: Session, patterns: Collection[str], only: Collection[str], past: Past) -> Bundle | None:
    plan = checked_plan(session)
    if plan is None:
        return None
    slugs = tuple(operation.slug for operation in selected(plan, patterns))
    bundle = emit(session, plan, only, past)
    if session.failed:
        return None
    if not patterns:
        return bundle
    kept = {path: text for path, text in bundle.files.items() if any(slug in path for slug in slugs)}
    lock = Lock.from_json(bundle.files[LOCK])
    return seal(kept, compiler=lock.compiler, inputs=lock.inputs)


def _apply(
    session: Session, bundle: Bundle, mode: Mode, *, is_whole: bool, before: Mapping[str, str] | None
) -> Generated | Review:
    root, folder, files = session.project.output, session.project.generated, len(bundle.files)
    match mode:
        case Mode.DIFF | Mode.PATCH:
            present, after = sides(bundle, root, prune=is_whole)
            before = present if before is None else before
            if mode is Mode.DIFF:
                return review(before, after, folder=folder, against="")
            return Generated(folder=folder, files=files, patch=patch(before, after, folder))
        case Mode.CHECK:
            return _compared(compare(bundle, root, prune=is_whole), Generated(folder=folder, files=files))
        case Mode.WRITE:
            return _written(write(bundle, root, prune=is_whole), Generated(folder=folder, files=files))


def _compared(found: Comparison, report: Generated) -> Generated:
    return replace(report, missing=found.missing, stale=found.stale, edited=found.edited)


def _written(done: Written, report: Generated) -> Generated:
    return replace(report, changed=done.changed, added=done.added, removed=done.removed)


# ------------------------------------------------------------------------------------------------- nothing changed


def _unchanged(session: Session) -> int | None:
    """Return how many files there are if inputs, compiler and outputs are those of the last run; else None."""
    project = session.project
    with session.during("digests"):
        stamp = project.read(_STAMP, session.sink)
        lock = project.read(f"{project.generated}/{LOCK}", session.sink)
        if stamp is None or lock is None or not session.project.read_inputs(session.sink):
            return None
        if stamp.text != _stamp_text(session, lock.text):
            return None
        outputs = Lock.from_json(lock.text).outputs
        if unlisted(session, outputs):
            return None
        return len(outputs) + 1 if all(project.holds(path, sha) for path, sha in outputs.items()) else None


def _stamp(session: Session, bundle: Bundle) -> None:
    """Remember what the outputs were made from, unless there is something to say about it the next time."""
    if not session.findings:
        session.project.write(_STAMP, _stamp_text(session, bundle.files[LOCK]))


def _stamp_text(session: Session, lock: str) -> str:
    inputs = [compiler_digest(), session.project.release, input_digests(session), digest(lock)]
    return digest(json.dumps(inputs, sort_keys=True))
