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
from compiler.breaking.findings import Change
from compiler.breaking.outputs import failure, output_changes
from compiler.driver.outputs import outputs
from compiler.driver.session import Session
from compiler.driver.versions import other, present, released
from compiler.frontends.evolution import ACCEPTED, read_accepted
from compiler.project import ProjectError
from compiler.rules import ACCEPTED_UNUSED, NOTHING_COMPARED, RELEASE_EXISTS
from compiler.source import Origin

CATEGORIES = tuple(category.name for category in sorted(Category, reverse=True))
_ALWAYS = "GATE_RAN"
_OUTPUT = "TRANSFORM_SAME_OUTPUT"

_Version = tuple[Surfaces, Mapping[str, str]]
"""Surfaces, and the files that they were read from, if they are at hand."""
_NO_FILES: Mapping[str, str] = {}


def breaking(
    session: Session, against: Collection[str], category: str = "CODE", asked: Collection[str] = ()
) -> GateReport | None:
    """Compare what is generated with other versions: those named (git refs, folders), else every release.

    `asked` names rules that are off by themselves. None if the files beside the artefacts have errors.
    """
    gate = Category[category]
    with session.during("read"):
        now, files = present(session)
        olds = _olds(session, against)
    if not olds:
        message = "there is nothing to compare with: no release"
        raise ProjectError(
            NOTHING_COMPARED.at(
                Origin(session.project.releases), message, advice="`mlbc release VERSION`, or `--against REF`"
            )
        )
    rules = tuple(one.id for one in RULES.values() if one.category <= gate and (one.is_on or one.id in asked))
    found: list[Finding] = []
    not_run: dict[str, str] = {}
    for old, before in olds:
        with session.during(f"compare with {old.version}"):
            changes = _outputs(session, (old, before), (now, files), not_run) if _OUTPUT in rules else ()
            found += compare(old, now, changes)
    meant = [one for one in across(found) if one.rule in rules and one.category <= gate]
    judged = _judged(session, meant, [old.version for old, _ in olds], against)
    if session.failed:
        return None
    _report(session, judged)
    return GateReport(
        present=now,
        versions=tuple(old.version for old, _ in olds),
        category=gate,
        rules=tuple(rule for rule in rules if rule != _ALWAYS and rule not in not_run),
        not_run=(*not_run.items(), *_off(rules)),
        judged=judged,
    )


def _judged(
    session: Session, found: Collection[Finding], olds: Collection[str], against: Collection[str]
) -> Judged:
    project = session.project
    file = project.read(f"{project.schemas}/{ACCEPTED}", session.sink)
    entries = read_accepted(file, RULES, session.sink)
    chain = project.read_packed(f"{project.releases}/{releases.SUM}") or b""
    versions = releases.listed(chain.decode("utf-8", "replace"))
    return judge(found, entries, versions, () if against else olds)


def _report(session: Session, judged: Judged) -> None:
    for found in judged.open:
        session.sink.report(diagnostic(found, session.project.generated))
    for entry, versions in judged.unused:
        message = f"`{entry.rule}` of `{entry.subject}` is no break of {', '.join(versions)}"
        session.sink.report(
            ACCEPTED_UNUSED.at(entry.origin, message, advice="remove the entry, or the version")
        )


def _olds(session: Session, against: Collection[str]) -> tuple[_Version, ...]:
    if against:
        return tuple(other(session, one) for one in against)
    return tuple((old, _NO_FILES) for old in released(session))


def _outputs(session: Session, old: _Version, now: _Version, not_run: dict[str, str]) -> tuple[Change, ...]:
    """Run the transforms of both versions; what cannot be run is named, not passed over."""
    if not old[1]:
        not_run[_OUTPUT] = "a release keeps no transforms; --against a ref or a folder runs them"
        return ()
    made = outputs(session, old[0], old[1], now[0], now[1])
    if made.failures:
        first, *rest = made.failures
        not_run[_OUTPUT] = f"{first} (and {len(rest)} more)" if rest else first
    broken = (failure(operation, text) for operation, text in made.broken)
    return (*broken, *output_changes(old[0], now[0], made.pairs))


def _off(rules: Collection[str]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (one.id, "off; --rule asks for it") for one in RULES.values() if not one.is_on and one.id not in rules
    )


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
