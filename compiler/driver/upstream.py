"""`upstream status` and `upstream update`: which upstream documents are accepted, and what has changed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from compiler.diagnostics import Diagnostic, Sink
from compiler.driver.compilation import current_lock
from compiler.driver.effects import NONE, Effects, effects
from compiler.driver.session import Session
from compiler.frontends.swagger import read_api
from compiler.frontends.upstream import (
    Change,
    UpstreamLock,
    changed_documents,
    changes,
    mismatches,
    read_lock,
)

OVERRULED = (
    "what was seen goes before what is declared: other values are rescued until a response that has them is observed: "
    "`mlbc observe FILE...`"
)
UNFIT = (
    "the mappings do not compile with these documents, so columns are not told: once they are accepted, "
    "`mlbc generate` says why"
)
UNREADABLE = "the lock could not be read, so what changed since is not told"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How the present documents stand to the accepted ones; `documents` counts those that differ."""

    current: UpstreamLock
    differences: tuple[str, ...]
    documents: int
    changes: tuple[Change, ...]
    remarks: tuple[Diagnostic, ...]
    is_update: bool
    effects: Effects = NONE

    @property
    def differs(self) -> bool:
        """Whether something waits to be accepted."""
        return bool(self.differences) and not self.is_update

    def to_text(self) -> str:
        """Return the changes and a closing line."""
        lines = [*self._changes(), *self.differences]
        source = f"{self.current.package} {self.current.version}".strip() or "the folder"
        count = f"{len(self.current.documents)} documents of {source}"
        if self.is_update:
            return "\n".join(
                (*lines, f"accepted {count}" if self.differences else f"{count}: nothing to accept")
            )
        gaps = f", {len(self.remarks)} gaps in them (-v lists them)" if self.remarks else ""
        if self.differences:
            changed = f"{self.documents} of them changed"
            return "\n".join((*lines, f"{count}, {changed}: run `mlbc upstream update`"))
        return f"{count}: as accepted{gaps}"

    def _changes(self) -> Iterator[str]:
        for change in self.changes:
            yield change.describe()
            yield from (f"    {line}" for line in self.effects.lines(change))
        if self.effects.is_overruled:
            yield OVERRULED
        if not self.effects.fits:
            yield UNFIT

    def to_objects(self) -> tuple[Mapping[str, object], ...]:
        """Return the report as one object."""
        listed = [
            {"kind": c.kind, "fact": c.fact, "before": c.before, "after": c.after, **self._effect(c)}
            for c in self.changes
        ]
        return (
            {
                "package": self.current.package,
                "version": self.current.version,
                "documents": dict(sorted(self.current.documents.items())),
                "is_accepted": not self.differences or self.is_update,
                "differences": list(self.differences),
                "changes": listed,
                "gaps": len(self.remarks),
                "mappings_fit": self.effects.fits,
            },
        )

    def _effect(self, change: Change) -> Mapping[str, object]:
        effect = self.effects.by_fact.get(change.fact)
        return {"effect": effect.to_object() if effect else None}


def upstream(session: Session, *, update: bool = False, gaps: bool = False) -> Status | None:
    """Compare the documents with the lock, and accept them if asked; None if they cannot be read.

    `gaps` reports what the documents leave open, too: models that they name and do not declare.
    """
    with session.during("upstream documents"):
        found = Sink()
        documents = session.project.upstream(session.sink)
        api = read_api(documents.files, found)
        current = current_lock(documents, api)
    if found.failed or gaps:
        for finding in found.diagnostics:
            session.sink.report(finding)
    if session.failed:
        return None
    lock = _lock(session, is_update=update)
    if session.failed:
        return None
    told = changes(lock.declared, current.declared) if lock.declared else ()
    status = Status(
        current=current,
        differences=_differences(session, lock, current),
        documents=sum(1 for _ in changed_documents(lock, current)),
        changes=told,
        effects=effects(session, api, told),
        remarks=found.diagnostics,
        is_update=update,
    )
    if update:
        session.project.write(session.project.lock_path, current.to_json())
    return status


def _differences(session: Session, lock: UpstreamLock, current: UpstreamLock) -> tuple[str, ...]:
    if lock.documents:
        return tuple(mismatches(lock, current))
    has_lock = (session.project.root / session.project.lock_path).exists()
    return (UNREADABLE if has_lock else "nothing was accepted before",)


def _lock(session: Session, *, is_update: bool) -> UpstreamLock:
    """Read the lock; none, or one that an update will replace, has accepted nothing."""
    sink = Sink() if is_update else session.sink
    file = session.project.read(session.project.lock_path, sink)
    return (read_lock(file, sink) if file else None) or UpstreamLock()
