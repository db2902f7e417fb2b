"""How verbs read: examples keep their lines, and a wrong verb gets a suggestion."""

import difflib
import inspect

import click


class Verb(click.Command):
    """A verb whose help keeps the lines of its examples."""

    def get_short_help_str(self, limit: int = 80) -> str:
        """Return the line that lists of verbs show, without a full stop."""
        return super().get_short_help_str(limit).removesuffix(".")

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help text."""
        self.help = _keep_examples(self.help)
        super().format_help_text(ctx, formatter)


class Verbs(click.Group):
    """A group that suggests the nearest verb for one that it does not have."""

    command_class = Verb

    def get_short_help_str(self, limit: int = 80) -> str:
        """Return the line that lists of verbs show, without a full stop."""
        return super().get_short_help_str(limit).removesuffix(".")

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help text."""
        self.help = _keep_examples(self.help)
        super().format_help_text(ctx, formatter)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a verb by name."""
        known = self.list_commands(ctx)
        if args and args[0] not in known and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], known, n=1)
            hint = f"did you mean `{near[0]}`?" if near else f"verbs are {', '.join(known)}"
            raise click.UsageError(f"no such verb `{args[0]}`; {hint}", ctx)
        return super().resolve_command(ctx, args)


def _keep_examples(text: str | None) -> str | None:
    """Mark the examples, so that click does not wrap them."""
    return None if text is None else inspect.cleandoc(text).replace("\n\nExamples:\n", "\n\n\b\nExamples:\n")
