"""The compiler, one function per verb. Each returns a report that prints as text or as JSON."""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from compiler.driver.accounting import account
from compiler.driver.breaking import CATEGORIES, breaking, release
from compiler.driver.compilation import compile_project, plan_project
from compiler.driver.dumping import REPRESENTATIONS, STAGES, dump
from compiler.driver.explanation import explain, explain_rule
from compiler.driver.generation import Mode, check, generate
from compiler.driver.likeness import propose
from compiler.driver.linting import migrate_lint
from compiler.driver.listing import list_operations
from compiler.driver.migration import migrate_diff, migrate_verify
from compiler.driver.observation import observe
from compiler.driver.rescued import RESCUED, observe_rescued
from compiler.driver.scaffold import scaffold
from compiler.driver.schema import print_schema
from compiler.driver.session import Collector, Session, Silence
from compiler.driver.upstream import upstream
from compiler.driver.view_listing import list_views


class Report(Protocol):
    """What a verb found or did. `differs` makes the exit code 1."""

    @property
    def differs(self) -> bool:
        """Whether the verb found what it was asked to look for."""
        ...

    def to_text(self) -> str:
        """Return the report for people."""
        ...

    def to_objects(self) -> tuple[Mapping[str, object], ...]:
        """Return the report as objects for tools, one a line."""
        ...


@runtime_checkable
class MarkdownReport(Report, Protocol):
    """A report that people read in a pull request too."""

    def to_markdown(self) -> str:
        """Return the report as Markdown."""
        ...


__all__ = [
    "CATEGORIES",
    "REPRESENTATIONS",
    "RESCUED",
    "STAGES",
    "Collector",
    "MarkdownReport",
    "Mode",
    "Report",
    "Session",
    "Silence",
    "account",
    "breaking",
    "check",
    "compile_project",
    "dump",
    "explain",
    "explain_rule",
    "generate",
    "list_operations",
    "list_views",
    "migrate_diff",
    "migrate_lint",
    "migrate_verify",
    "observe",
    "observe_rescued",
    "plan_project",
    "print_schema",
    "propose",
    "release",
    "scaffold",
    "upstream",
]
