"""Breaks that are meant: findings that `accepted.yaml` names, and entries that name nothing."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from compiler.breaking.findings import Finding
from compiler.ir.evolution import Accepted


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Findings that nobody accepted, those that somebody did, and entries with versions that they match nothing of."""

    open: tuple[Finding, ...]
    accepted: tuple[Finding, ...]
    unused: tuple[tuple[Accepted, tuple[str, ...]], ...]


def judge(
    findings: Iterable[Finding],
    entries: Sequence[Accepted],
    released: Collection[str],
    compared: Collection[str],
) -> Judged:
    """Hold findings against what is accepted.

    An entry counts for the released versions that it names; of a comparison with anything else (a branch) it accepts
    whatever it names. `released`: every release; `compared`: those that were compared with.
    """
    left: list[Finding] = []
    taken: list[Finding] = []
    for found in findings:
        own = [entry for entry in entries if (entry.rule, entry.subject) == found.key]
        named = {version for entry in own for version in entry.against}
        covered = tuple(one for one in found.against if one in named or (own and one not in released))
        rest = tuple(one for one in found.against if one not in covered)
        taken += [replace(found, against=covered)] if covered else []
        left += [replace(found, against=rest)] if rest else []
    broken = {(*found.key, version) for found in taken for version in found.against}
    unused = tuple(_unused(entries, broken, released, compared))
    return Judged(open=tuple(left), accepted=tuple(taken), unused=unused)


def _unused(
    entries: Iterable[Accepted],
    broken: Collection[tuple[str, str, str]],
    released: Collection[str],
    compared: Collection[str],
) -> Iterator[tuple[Accepted, tuple[str, ...]]]:
    """Yield entries with the versions that they break nothing of, or that nobody released."""
    for entry in entries:
        vain = tuple(
            version
            for version in entry.against
            if version not in released
            or (version in compared and (entry.rule, entry.subject, version) not in broken)
        )
        if vain:
            yield entry, vain


def accepting(found: Finding) -> str:
    """Return the line of `accepted.yaml` that accepts a finding."""
    versions = ", ".join(found.against)
    return f'- {{rule: {found.rule}, subject: "{found.subject}", against: [{versions}], because: ...}}'
