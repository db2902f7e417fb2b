"""Observed facts as a tree that follows the document."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from compiler.ir.facts import Facts
from compiler.ir.paths import Field, Step, parse

_NOTHING = Facts(kinds={}, texts={}, maps={})


@dataclass(slots=True)
class Seen:
    """The facts of one place and the places below it."""

    facts: Facts = _NOTHING
    below: dict[Step, "Seen"] = field(default_factory=dict[Step, "Seen"])

    def child(self, step: Step) -> "Seen | None":
        """Return the place one step below, if anything was seen there."""
        return self.below.get(step)

    @property
    def names(self) -> tuple[str, ...]:
        """Keys that were seen here as fields of a record."""
        return tuple(step.name for step in self.below if isinstance(step, Field))


def seen_tree(paths: Mapping[str, Facts]) -> Seen:
    """Arrange facts by their paths."""
    root = Seen()
    for text, facts in paths.items():
        place = root
        for step in parse(text).steps:
            place = place.below.setdefault(step, Seen())
        place.facts = facts
    return root
