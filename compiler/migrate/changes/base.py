"""What all changes have in common: they say in one line what they are, and what a migration is named after."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

UNNAMED = 9
"""The rank of what no migration is named after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A change; `says` and `named` are format strings in which `{0}` is the change.

    A migration is named after the `subject` of the first change by `rank`.
    """

    rank: ClassVar[int] = 2
    says: ClassVar[str] = ""
    named: ClassVar[str] = ""

    @property
    def title(self) -> str:
        """What changes, in one line."""
        return " ".join(self.says.format(self).split())

    @property
    def subject(self) -> str:
        """What it is about."""
        return self.named.format(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfTable(Described):
    """A change of something that a table has."""

    named: ClassVar[str] = "{0.short}"
    table: str

    @property
    def short(self) -> str:
        """The name of the table without its schema."""
        return self.table.partition(".")[2]


def difference(before: Iterable[str], after: Iterable[str]) -> str:
    """Return what is there no longer, and what more; "another order" if it is the same.

    >>> difference(["a", "b"], ["b", "c", "d"])
    '- a, + c, + d'
    """
    old, new = dict.fromkeys(before), dict.fromkeys(after)
    less = (f"- {one}" for one in old if one not in new)
    more = (f"+ {one}" for one in new if one not in old)
    return ", ".join((*less, *more)) or "another order"
