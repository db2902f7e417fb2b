"""Run a verb again whenever an input changes, until somebody stops it."""

import gc
import time
from collections.abc import Callable
from pathlib import Path

import click

from compiler.cli.run import INTERRUPTED
from compiler.cli.settings import settings_of
from compiler.project import ProjectError

_SUFFIXES = (".yaml", ".sql", ".json", ".toml", ".lock")


def watched(context: click.Context, verb: Callable[[], int]) -> int:
    """Run `verb`, wait for a change below the mappings or the schemas, and run it again; Ctrl-C ends it."""
    settings = settings_of(context)
    try:
        project = settings.session().project
    except ProjectError:
        return verb()  # it says what is wrong, and there is nothing to watch
    inputs = [project.root / project.mappings, project.root / project.schemas, project.documents]
    folders = [folder for folder in inputs if folder is not None and folder.is_dir()]
    _round(verb)
    from watchfiles import watch  # starts a thread of its own

    for changes in watch(
        *folders, watch_filter=lambda _, path: path.endswith(_SUFFIXES), raise_interrupt=False
    ):
        names = sorted({Path(path).name for _, path in changes})
        click.echo(f"\n{time.strftime('%H:%M:%S')}  {', '.join(names)}", err=True)
        _round(verb)
    return INTERRUPTED


def _round(verb: Callable[[], int]) -> None:
    verb()
    gc.collect()  # a command leaves its memory to the end of the process; this one has no end
