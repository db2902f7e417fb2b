"""`ls --views`: the views and named queries, in the order in which they are made."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from compiler.diagnostics import did_you_mean
from compiler.driver.compilation import load, make_plan, with_views
from compiler.driver.session import Session
from compiler.ir.views import View
from compiler.project import ProjectError
from compiler.rules import UNKNOWN_SELECTION
from compiler.source import Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewListing:
    """Views and named queries."""

    views: tuple[View, ...]
    differs: bool = False

    def to_text(self) -> str:
        """Return a line per view."""
        rows = [("view", "is", "columns", "engines", "reads"), *map(_row, self.views)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = (zip(row, widths, strict=True) for row in rows)
        return "\n".join("  ".join(f"{cell:{width}}" for cell, width in line).rstrip() for line in lines)

    def to_objects(self) -> tuple[Mapping[str, object], ...]:
        """Return one object per view."""
        return tuple(
            {
                "view": view.name,
                "kind": view.kind.value,
                "doc": view.doc,
                "question": view.question or None,
                "key": list(view.key),
                "params": [param.name for param in view.params],
                "columns": [column.name for column in view.columns],
                "reads": list(view.reads),
                "engines": _engines(view),
                "file": view.file,
            }
            for view in self.views
        )


def list_views(session: Session, patterns: Collection[str]) -> ViewListing | None:
    """List views and queries, all or those that a pattern names; None if the inputs have errors."""
    inputs = load(session)
    plan = make_plan(session, inputs)
    plan = plan and with_views(session, inputs, plan)
    if plan is None:
        return None
    names = [view.name for view in plan.views]
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            advice = did_you_mean(pattern, names) or "`mlbc ls --views` lists them"
            message = f"`{pattern}` names no view and no query"
            raise ProjectError(UNKNOWN_SELECTION.at(Origin("SELECT"), message, advice=advice))
    chosen = (view for view in plan.views if not patterns or _is_chosen(view, patterns))
    return ViewListing(views=tuple(chosen))


def _is_chosen(view: View, patterns: Collection[str]) -> bool:
    return any(fnmatchcase(view.name, pattern) for pattern in patterns)


def _row(view: View) -> tuple[str, ...]:
    engines = ", ".join(_engines(view))
    return (view.name, view.kind.value, str(len(view.columns)), engines, ", ".join(view.reads))


def _engines(view: View) -> list[str]:
    return ["postgres", *(["spark"] if view.spark else [])]
