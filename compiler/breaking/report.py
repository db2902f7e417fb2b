"""What the gate says: findings as diagnostics, and what it compared."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from compiler.breaking.baseline import Judged, accepting
from compiler.breaking.findings import Finding, Surface
from compiler.breaking.rules import RULES, Category
from compiler.breaking.surfaces import Surfaces
from compiler.diagnostics import Diagnostic, Severity
from compiler.source import Origin
from compiler.wording import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class GateReport:
    """GATE_RAN: versions that were compared, rules that were checked, and what could not be, with the reason."""

    present: Surfaces
    versions: tuple[str, ...]
    category: Category
    rules: tuple[str, ...]
    not_run: tuple[tuple[str, str], ...]
    judged: Judged

    @property
    def differs(self) -> bool:
        """Whether there is a break that nobody accepted, or an entry that accepts nothing."""
        return bool(self.judged.open or self.judged.unused)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many things of each surface the present version has."""
        now = self.present
        return {
            "relations": len(now.tables),
            "Avro schemas": len(now.schemas),
            "models": len(now.models),
            "Spark tables": len(now.spark),
        }

    def to_text(self) -> str:
        """Return what was compared, and how it ended."""
        things = ", ".join(f"{count} {name}" for name, count in self.counts.items())
        breaks = len(self.judged.open)
        lines = [
            f"{self.category.name}: {counted(breaks, 'break')}, {len(self.judged.accepted)} accepted",
            f"compared with {', '.join(self.versions)}: {things}; {len(self.rules)} rules",
            *(f"not checked: {rule}: {reason}" for rule, reason in self.not_run),
        ]
        return "\n".join(lines)

    def to_markdown(self) -> str:
        """Return every break with its effects, as the comment of a pull request shows it."""
        against = ", ".join(f"`{version}`" for version in self.versions)
        found = [(one, "") for one in self.judged.open]
        found += [(one, ", accepted") for one in self.judged.accepted]
        lines = [line for one, state in found for line in _listed(one, state)]
        title = f"### What breaks since {against}"
        return "\n".join((title, "", *(lines or ["Nothing."]), *self._not_checked))

    @property
    def _not_checked(self) -> tuple[str, ...]:
        named = tuple(
            f"* not checked: {rule}: {reason}" for rule, reason in self.not_run if RULES[rule].is_on
        )
        return ("", *named) if named else ()

    def to_objects(self) -> tuple[Mapping[str, object], ...]:
        """Return one object: what was compared, and every finding with its effects."""
        findings = [_object(found, is_accepted=False) for found in self.judged.open]
        findings += [_object(found, is_accepted=True) for found in self.judged.accepted]
        return (
            {
                "rule": "GATE_RAN",
                "category": self.category.name,
                "versions": list(self.versions),
                "surfaces": dict(self.counts),
                "rules": list(self.rules),
                "not_run": [{"rule": rule, "reason": reason} for rule, reason in self.not_run],
                "findings": findings,
            },
        )


def diagnostic(found: Finding, folder: str) -> Diagnostic:
    """Return a finding as a diagnostic: its effects are notes. `folder` holds the artefacts."""
    versions = f"compared with {', '.join(found.against)}"
    meant = f"if it is meant, schemas/accepted.yaml: {accepting(found)}"
    advice = "; ".join(filter(None, (found.help, meant)))
    return Diagnostic(
        code=found.rule,
        severity=Severity.ERROR,
        message=found.message,
        origin=_origin(found, folder),
        notes=(*map(str, found.effects), versions),
        help=advice,
    )


def _listed(found: Finding, state: str) -> Iterator[str]:
    yield f"* **{found.rule}** ({found.category.name}{state}): {found.message}"
    yield from (f"  * {effect}" for effect in found.effects)


def _origin(found: Finding, folder: str) -> Origin:
    in_files = [effect for effect in found.effects if effect.surface is not Surface.SQL]
    if in_files and found.effects[0].surface is not Surface.SQL:
        return Origin(f"{folder}/{in_files[0].artefact}", in_files[0].name)
    return Origin(f"{folder}/catalog.json", found.subject)


def _object(found: Finding, *, is_accepted: bool) -> Mapping[str, object]:
    effects = [
        {
            "surface": effect.surface.value,
            "artefact": effect.artefact,
            "name": effect.name,
            "effect": effect.text,
        }
        for effect in found.effects
    ]
    return {
        "rule": found.rule,
        "subject": found.subject,
        "message": found.message,
        "category": found.category.name,
        "against": list(found.against),
        "effects": effects,
        "help": found.help,
        "is_accepted": is_accepted,
    }
