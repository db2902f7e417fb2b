"""What a review says."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Sign(StrEnum):
    """What became of a thing."""

    ADDED = "+"
    REMOVED = "-"
    CHANGED = "~"


class Artefact(StrEnum):
    """Where a change shows, in the order of a review. `CODE` is what fills columns that stay as they are."""

    SQL = "SQL"
    AVRO = "Avro"
    PYDANTIC = "Pydantic"
    SPARK = "Spark"
    CODE = "code"


class Scope(StrEnum):
    """What a group is about; a raw table often has the name of its operation."""

    RESPONSE = "response"
    RELATION = "relation"


Subject = tuple[Scope, str]
"""What a group is about, and its name: of a relation, an operation, or of a file that belongs to none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A change of one thing in one artefact: `text` names it and says what it is now, or what became of it."""

    artefact: Artefact
    sign: Sign
    text: str
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """All changes of a table, a view, a query or the response of an operation; `kind` says which."""

    subject: str
    kind: str
    operation: str = ""
    items: tuple[Item, ...] = ()

    @property
    def title(self) -> str:
        """What it is."""
        return f"{self.kind} of {self.operation}" if self.operation else self.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """A migration that comes: how many statements it has, and which hazards."""

    name: str
    statements: int
    hazards: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Paths that differ, by what became of them. `moved` are changed ones that have the same lines elsewhere."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    unreadable: tuple[tuple[str, str], ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """All that differ."""
        return (*self.added, *self.changed, *self.removed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What changed in a folder since another state of it; `against` names that state."""

    folder: str
    against: str
    groups: tuple[Group, ...]
    migrations: tuple[Migration, ...]
    files: Files

    @property
    def differs(self) -> bool:
        """Whether a file differs."""
        return bool(self.files.all)

    def to_text(self) -> str:
        """Return it for a terminal."""
        from compiler.review.text import to_text

        return to_text(self)

    def to_markdown(self) -> str:
        """Return it for a comment of a pull request."""
        from compiler.review.markdown import to_markdown

        return to_markdown(self)

    def to_objects(self) -> tuple[Mapping[str, object], ...]:
        """Return it as one object."""
        found = self.files
        return (
            {
                "folder": self.folder,
                "against": self.against,
                "groups": [_group(one) for one in self.groups],
                "migrations": [
                    {"name": one.name, "statements": one.statements, "hazards": list(one.hazards)}
                    for one in self.migrations
                ],
                "added": list(found.added),
                "changed": list(found.changed),
                "removed": list(found.removed),
                "moved": list(found.moved),
                "unreadable": [{"path": path, "reason": reason} for path, reason in found.unreadable],
            },
        )


_NAMES = {Sign.ADDED: "added", Sign.REMOVED: "removed", Sign.CHANGED: "changed"}


def _group(group: Group) -> Mapping[str, object]:
    items = [
        {"artefact": one.artefact.lower(), "change": _NAMES[one.sign], "text": one.text, "file": one.file}
        for one in group.items
    ]
    return {"subject": group.subject, "kind": group.kind, "operation": group.operation, "changes": items}
