"""`breaking`: the gate. `release`: what the next gate compares with."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from compiler.breaking import (
    RULES,
    Category,
    Finding,
    GateReport,
    Surfaces,
    across,
    compare,
    diagnostic,
    judge,
    releases,
)
from compiler.breaking.baseline import Judged
from compiler.driver.session import Session
from compiler.driver.versions import other, present, released
from compiler.frontends.evolution import ACCEPTED, read_accepted
from compiler.project import ProjectError
from compiler.rules import ACCEPTED_UNUSED, NOTHING_COMPARED, RELEASE_EXISTS
from compiler.source import Origin

CATEGORIES = tuple(category.name for category in sorted(Category, reverse=True))
_ALWAYS = "GATE_RAN"


def breaking(
    session: Session, against: Collection[str], category: str = "CODE", asked: Collection[str] = ()
) -> GateReport | None:
    """Compare what is generated with other versions: those named (git refs, folders), else every release.

    `asked` names rules that are off by themselves. None if the files beside the artefacts have errors.
    """
    gate = Category[category]
    with session.during("read"):
        now, _ = present(session)
        olds = tuple(other(session, one)[0] for one in against) if against else released(session)
    if not olds:
        message = "there is nothing to compare with: no release"
        raise ProjectError(
            NOTHING_COMPARED.at(
                Origin(session.project.releases), message, advice="`mlbc release VERSION`, or `--against REF`"
            )
        )
    rules = tuple(one.id for one in RULES.values() if one.category <= gate and (one.is_on or one.id in asked))
    with session.during("compare"):
        found = across(one for old in olds for one in compare(old, now))
    judged = _judged(
        session, [one for one in found if one.rule in rules and one.category <= gate], olds, against
    )
    if session.failed:
        return None
    _report(session, judged)
    return GateReport(
        present=now,
        versions=tuple(old.version for old in olds),
        category=gate,
        rules=tuple(rule for rule in rules if rule not in {_ALWAYS, "TRANSFORM_SAME_OUTPUT"}),
        not_run=_not_run(rules),
        judged=judged,
    )


def _judged(
    session: Session, found: Collection[Finding], olds: Collection[Surfaces], against: Collection[str]
) -> Judged:
    project = session.project
    file = project.read(f"{project.schemas}/{ACCEPTED}", session.sink)
    entries = read_accepted(file, RULES, session.sink)
    chain = project.read_packed(f"{project.releases}/{releases.SUM}") or b""
    versions = releases.listed(chain.decode("utf-8", "replace"))
    return judge(found, entries, versions, () if against else [old.version for old in olds])


def _report(session: Session, judged: Judged) -> None:
    for found in judged.open:
        session.sink.report(diagnostic(found, session.project.generated))
    for entry, versions in judged.unused:
        message = f"`{entry.rule}` of `{entry.subject}` is no break of {', '.join(versions)}"
        session.sink.report(
            ACCEPTED_UNUSED.at(entry.origin, message, advice="remove the entry, or the version")
        )


def _not_run(rules: Collection[str]) -> tuple[tuple[str, str], ...]:
    off = [
        (one.id, "off; --rule asks for it") for one in RULES.values() if not one.is_on and one.id not in rules
    ]
    return (("TRANSFORM_SAME_OUTPUT", "a release keeps no transforms"), *off)


# ------------------------------------------------------------------------------------------------- release


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """A release that was written."""

    version: str
    file: str
    size: int
    digest: str
    differs: bool = False

    def to_text(self) -> str:
        """Return where it is."""
        return f"{self.version}: {self.file} ({self.size:,} bytes), {self.digest[:12]}; commit it"

    def to_objects(self) -> tuple[Mapping[str, object], ...]:
        """Return it as one object."""
        return ({"version": self.version, "file": self.file, "size": self.size, "digest": self.digest},)


def release(session: Session, version: str) -> Released:
    """Keep the surfaces of what is generated as a released version; raise `ProjectError` if there is such a one."""
    before = released(session)
    refused = releases.refusal(version, [old.version for old in before])
    if refused:
        advice = "the next version, such as 0.2.0"
        raise ProjectError(RELEASE_EXISTS.at(Origin(session.project.releases), refused, advice=advice))
    now = replace(present(session)[0], version=version)
    folder = session.project.releases
    content = releases.packed(now)
    chain = releases.chained((*before, now))
    with session.during("write"):
        session.project.write(f"{folder}/{releases.file_of(version)}", content)
        session.project.write(f"{folder}/{releases.SUM}", chain)
    return Released(
        version=version,
        file=f"{folder}/{releases.file_of(version)}",
        size=len(content),
        digest=chain.splitlines()[-1].partition("  ")[0],
    )
