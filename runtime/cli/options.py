"""What verbs share: the context, options, and how results are printed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, is_dataclass
from pathlib import Path
from typing import ParamSpec, TypeVar

import click
import orjson
from rich.console import Console

from runtime.engines import Chosen
from runtime.jobs.runner import Work
from runtime.progress import Progress, for_stderr
from runtime.project import Project

_WIDTH = 120
"""Of what goes to a file or a pipe, which has no width of its own."""

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class App:
    """What the global flags say."""

    project: Project
    quiet: bool
    verbose: int
    color: str

    @property
    def progress(self) -> Progress:
        """Where progress goes."""
        return for_stderr(quiet=self.quiet)

    def work(self, database_url: str | None, engine: Chosen | None = None) -> Work:
        """Return the work on this project."""
        return Work(self.project, self.progress, database_url, engine or Chosen())

    def console(self) -> Console:
        """Return the console for results that people read."""
        terminal = Console()
        return Console(
            highlight=False,
            width=terminal.width if terminal.is_terminal else _WIDTH,
            force_terminal={"always": True, "never": False}.get(self.color),
            no_color=self.color == "never" or None,
        )


def as_json_option(verb: Callable[P, T]) -> Callable[P, T]:
    """Add `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="print JSON for tools")(verb)


def database_option(verb: Callable[P, T]) -> Callable[P, T]:
    """Add `--database-url`."""
    return click.option(
        "--database-url",
        metavar="URL",
        help="use this PostgreSQL (15 or newer), not the embedded one; also MLB_DATABASE_URL",
    )(verb)


def print_json(result: object) -> None:
    """Print one object on one line."""
    click.echo(orjson.dumps(result, default=_plain, option=orjson.OPT_UTC_Z).decode())


def print_lines(results: Iterable[object]) -> None:
    """Print one object per line."""
    for result in results:
        print_json(result)


def here(folder: str | None) -> Project:
    """Return the project in a folder, or in the nearest one above that has `generated/`."""
    start = Path(folder or ".").resolve()
    if not start.is_dir():
        raise click.BadParameter(f"`{folder}` is not a folder", param_hint="-C")
    if folder is None:
        for candidate in (start, *start.parents):
            if (candidate / "generated").is_dir() and (candidate / "mappings").is_dir():
                return Project(candidate)
    return Project(start)


def _plain(value: object) -> object:
    if isinstance(value, Path):
        return str(value)
    if is_dataclass(value) or isinstance(value, set | frozenset):
        raise TypeError
    return str(value)
