"""Options that every verb takes, and help pages that group them."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

_Function = TypeVar("_Function", bound=Callable[..., object])

GLOBAL = (
    click.option("-C", "folder", metavar="DIR", type=click.Path(path_type=Path), help="Work in DIR."),
    click.option(
        "--schemas", metavar="DIR", type=click.Path(path_type=Path), help="Read upstream documents from DIR."
    ),
    click.option(
        "--format", "form", type=click.Choice(["text", "json", "github", "markdown"]), help="How to print."
    ),
    click.option("-j", "--json", "as_json", is_flag=True, help="Short for --format json."),
    click.option("-q", "--quiet", is_flag=True, help="Print nothing but findings."),
    click.option("-v", "--verbose", count=True, help="Name the stages; twice: time them."),
    click.option("--color", type=click.Choice(["auto", "always", "never"]), help="Color findings."),
    click.option("--strict", is_flag=True, help="Take warnings for errors."),
)
_GLOBAL_NAMES = frozenset(
    {"folder", "schemas", "form", "as_json", "quiet", "verbose", "color", "strict", "help"}
)
_SELECTION = frozenset({"operation", "only", "after", "against", "category", "rules"})


def global_options(function: _Function) -> _Function:
    """Add the options that every verb and the command itself take."""
    for option in reversed(GLOBAL):
        function = option(function)
    return function


class _Examples:
    """Ends a help page with examples."""

    def __init__(self, *arguments: object, examples: tuple[str, ...] = (), **settings: object) -> None:
        self.examples = examples
        if isinstance(page := settings.get("help"), str):
            settings["help"] = page.replace("\\b\n", "\b\n")  # a raw docstring holds the two characters
        super().__init__(*arguments, **settings)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples."""
        del ctx
        with formatter.section("Examples"):
            for example in self.examples:
                formatter.write(f"{'':{formatter.current_indent}}{example}\n")


class Verb(_Examples, click.Command):
    """A command that groups its options."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write options under Selection, Output and Global."""
        groups: dict[str, list[tuple[str, str]]] = {"Selection": [], "Output": [], "Global": []}
        options = (found for found in self.get_params(ctx) if isinstance(found, click.Option))
        for parameter in options:
            record = parameter.get_help_record(ctx)
            if record is not None:
                groups[_group(parameter.name or "")].append(record)
        for title, records in groups.items():
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)


class Verbs(_Examples, click.Group):
    """A group of verbs."""


def _group(name: str) -> str:
    return (
        "Global"
        if name in _GLOBAL_NAMES or "help" in name
        else "Selection"
        if name in _SELECTION
        else "Output"
    )
