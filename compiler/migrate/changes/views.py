"""What can change about views: none has a statement, since `mlb-etl db migrate` makes them again from their script."""

from dataclasses import dataclass
from typing import ClassVar

from compiler.ir.catalog import View
from compiler.migrate.changes.base import UNNAMED, Described, difference


@dataclass(frozen=True, slots=True, kw_only=True)
class AddView(Described):
    """A view, a materialized view or a function comes."""

    rank: ClassVar[int] = UNNAMED
    says: ClassVar[str] = "add {0.view.kind} {0.view.name}"
    named: ClassVar[str] = "{0.view.name}"
    view: View


@dataclass(frozen=True, slots=True, kw_only=True)
class DropView(Described):
    """A view goes; it holds nothing of its own."""

    rank: ClassVar[int] = UNNAMED
    says: ClassVar[str] = "drop {0.view.kind} {0.view.name}"
    named: ClassVar[str] = "drop_{0.view.name}"
    view: View


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceView(Described):
    """A view is made by other statements; it may return other columns."""

    rank: ClassVar[int] = UNNAMED
    says: ClassVar[str] = "replace {0.after.kind} {0.after.name}: {0.wording}"
    named: ClassVar[str] = "{0.after.name}"
    before: View
    after: View

    @property
    def wording(self) -> str:
        """What it returns no longer, and what more."""
        if self.before.columns == self.after.columns:
            return "another text" if self.before.kind == self.after.kind else f"it was a {self.before.kind}"
        return difference(self.before.columns, self.after.columns)
