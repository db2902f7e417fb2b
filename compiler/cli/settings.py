"""What the options of the command and of the verb say together, and how that is shown."""

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO, cast

import click

from compiler import render
from compiler.diagnostics import Diagnostic
from compiler.driver.session import Session
from compiler.project import discover
from compiler.source import SourceFile

_SLOW = 1.0
"""Seconds after which progress is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The global options; those of the verb win over those before it."""

    folder: Path
    schemas: Path | None
    form: str
    is_quiet: bool
    verbose: int
    color: str
    strict: bool

    def session(self) -> Session:
        """Find the project and begin."""
        project = discover(self.folder.resolve(), self.schemas)
        return Session(project=project, collector=Progress(self), strict=self.strict)

    def paints(self, stream: TextIO) -> render.Paint:
        """Tell whether to color what goes to a stream."""
        if self.color != "auto":
            return render.Paint(self.color == "always")
        return render.Paint(stream.isatty() and "NO_COLOR" not in os.environ)

    def show_findings(
        self, findings: Iterable[Diagnostic], files: Mapping[str, SourceFile], stream: TextIO
    ) -> None:
        """Print findings, one line each for tools, and for people with excerpts and a closing line."""
        listed = tuple(findings)
        paint = self.paints(stream)
        printers: dict[str, Callable[[Diagnostic], str]] = {
            "text": lambda found: render.to_text(found, files, paint) + "\n",
            "json": lambda found: render.to_json(found, files),
            "github": lambda found: render.to_github(found, files),
        }
        printer = printers.get(self.form, printers["text"])
        for found in listed:
            click.echo(printer(found), file=stream, color=paint.is_on)
        if listed and self.form not in {"json", "github"}:
            click.echo(render.summary(listed), file=stream)


def settings_of(context: click.Context) -> Settings:
    """Merge the options of a verb with those before it, which count less."""
    chosen: dict[str, object] = {}
    verbose = 0
    for around in _outwards(context):
        verbose += cast("int", around.params.get("verbose") or 0)
        chosen = {name: chosen.get(name) or value for name, value in {**chosen, **around.params}.items()}
    return Settings(
        folder=cast("Path | None", chosen["folder"]) or Path(),
        schemas=cast("Path | None", chosen["schemas"]),
        form="json" if chosen["as_json"] else cast("str", chosen["form"] or "text"),
        is_quiet=bool(chosen["quiet"]),
        verbose=verbose,
        color=cast("str", chosen["color"] or "auto"),
        strict=bool(chosen["strict"]),
    )


def _outwards(context: click.Context) -> Iterator[click.Context]:
    around: click.Context | None = context
    while around is not None:
        yield around
        around = around.parent


class Progress:
    """Shows stages on stderr: on a terminal one line that is rewritten, with `-v` one line each."""

    def __init__(self, settings: Settings) -> None:
        self._verbose = settings.verbose
        self._is_shown = not settings.is_quiet and settings.form == "text"
        self._is_terminal = sys.stderr.isatty()
        self._begun = self._stage_begun = time.monotonic()
        self._stage = ""
        self._is_dirty = False

    def stage(self, name: str) -> None:
        """Begin a stage."""
        now = time.monotonic()
        if self._verbose > 1 and self._stage:
            self._line(f"{self._stage}: {now - self._stage_begun:.2f} s")
        elif self._verbose == 1 and name:
            self._line(name)
        self._stage, self._stage_begun = name, now
        self._rewrite(name)

    def step(self, done: int, total: int, label: str) -> None:
        """Tell how far a long stage has come."""
        self._rewrite(f"{self._stage} {done}/{total} {Path(label).name}")

    def close(self) -> None:
        """Clear the line."""
        self.stage("")
        if self._is_dirty:
            self._write("\r\x1b[K")

    def _line(self, text: str) -> None:
        if self._is_shown:
            self._write(f"{text}\n")

    def _rewrite(self, text: str) -> None:
        if (
            self._is_shown
            and self._is_terminal
            and not self._verbose
            and time.monotonic() - self._begun > _SLOW
        ):
            self._is_dirty = True
            self._write(f"\r\x1b[K{text[:78]}")

    def _write(self, text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()
