"""What authors say about changes: breaks that are meant, and names that are given up."""

from dataclasses import dataclass, field

from compiler.source import Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A break that is meant: its rule and subject as the gate reports them, and the versions that it breaks."""

    rule: str
    subject: str
    against: tuple[str, ...]
    because: str
    origin: Origin = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """A name that is given up and not used again: `TABLE` or `TABLE.COLUMN`, where it came from, since when and why."""

    name: str
    path: str
    removed: str
    because: str
