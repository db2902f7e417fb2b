"""Diagnostics as text with carets, as JSON lines, or as annotations of a GitHub workflow."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from unicodedata import east_asian_width

from compiler.diagnostics import Diagnostic, Severity
from compiler.rules import RULES
from compiler.source import Location, Origin, SourceFile
from compiler.wording import counted

_WIDEST = 160
"""A longer line is shown as a window around the place."""
_COLORS = {Severity.ERROR: "31", Severity.WARNING: "33"}


@dataclass(frozen=True, slots=True)
class Paint:
    """Colors for a terminal, or none."""

    is_on: bool = False

    def __call__(self, text: str, code: str) -> str:
        """Return `text` in the color of an ANSI code."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.is_on and text else text


def to_text(found: Diagnostic, files: Mapping[str, SourceFile], paint: Paint | None = None) -> str:
    """Render one diagnostic for people."""
    paint = paint or Paint()
    color = _COLORS[found.severity]
    location = _locate(found.origin, files)
    gutter = " " * len(str(location.line)) if location else " "
    lines = [
        f"{paint(f'{found.severity}[{found.code}]', f'1;{color}')}{paint(f': {found.message}', '1')}",
        f"{gutter} {paint('-->', '34')} {_place(found.origin, location)}",
    ]
    if location:
        lines += _excerpt(found, files[found.origin.file], location, paint)
    lines += [f"{gutter} {paint('=', '34')} note: {note}" for note in found.notes]
    if found.help:
        lines.append(f"{gutter} {paint('=', '34')} help: {found.help}")
    return "\n".join(lines)


def _excerpt(found: Diagnostic, file: SourceFile, location: Location, paint: Paint) -> list[str]:
    line = file.line(location.line)
    end = location.end_column if location.end_line == location.line else len(line) + 1
    text, start, end = _window(line, location.column - 1, max(end - 1, location.column))
    carets = "^" * max(_width(text[start:end]), 1)
    number = str(location.line)
    bar = paint(f"{' ' * len(number)} |", "34")
    marks = paint(f"{carets} {found.label}".rstrip(), _COLORS[found.severity])
    return [
        bar,
        f"{paint(f'{number} |', '34')} {text}".rstrip(),
        f"{bar} {' ' * _width(text[:start])}{marks}",
    ]


def _window(line: str, start: int, end: int) -> tuple[str, int, int]:
    """Cut a long line around `start`; tabs become spaces, so that carets stand below what they mean."""
    text = line.replace("\t", " ")
    if len(text) <= _WIDEST:
        return text, start, end
    first = max(0, min(start - _WIDEST // 4, len(text) - _WIDEST))
    head, tail = "…" if first else "", "…" if first + _WIDEST < len(text) else ""
    moved = first - len(head)
    return f"{head}{text[first : first + _WIDEST]}{tail}", start - moved, min(end, first + _WIDEST) - moved


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def _locate(origin: Origin, files: Mapping[str, SourceFile]) -> Location | None:
    file = files.get(origin.file)
    return file.locate(origin.span) if file and origin.span else None


def _place(origin: Origin, location: Location | None) -> str:
    if location:
        return f"{origin.file}:{location.line}:{location.column}"
    return f"{origin.file}#{origin.path}" if origin.path else origin.file


def to_object(found: Diagnostic, files: Mapping[str, SourceFile]) -> dict[str, object]:
    """Return one diagnostic as the object that `--json` prints."""
    location = _locate(found.origin, files)
    rule = RULES.get(found.code)
    return {
        "code": found.code,
        "name": rule.name if rule else "",
        "severity": found.severity.value,
        "message": found.message,
        "file": found.origin.file,
        "path": found.origin.path,
        "line": location.line if location else None,
        "column": location.column if location else None,
        "end_line": location.end_line if location else None,
        "end_column": location.end_column if location else None,
        "label": found.label,
        "notes": list(found.notes),
        "help": found.help,
    }


def to_json(found: Diagnostic, files: Mapping[str, SourceFile]) -> str:
    """Render one diagnostic as a line of JSON."""
    return json.dumps(to_object(found, files), ensure_ascii=False)


def to_github(found: Diagnostic, files: Mapping[str, SourceFile]) -> str:
    """Render one diagnostic as a GitHub workflow command."""
    facts = to_object(found, files)
    places = {
        "file": "file",
        "line": "line",
        "end_line": "endLine",
        "column": "col",
        "end_column": "endColumn",
    }
    place = ",".join(
        f"{key}={_escape(facts[name])}" for name, key in places.items() if facts[name] is not None
    )
    title = _escape(f"{found.code} {facts['name']}")
    message = "\n".join((found.message, *found.notes, *([found.help] if found.help else [])))
    return f"::{found.severity} {place},title={title}::{_escape_message(message)}"


def _escape_message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape(value: object) -> str:
    return _escape_message(str(value)).replace(":", "%3A").replace(",", "%2C")


def summary(found: Iterable[Diagnostic]) -> str:
    """Return the closing line: "3 errors, 1 warning in 2 files. Run mlbc explain M103 for more."."""
    listed = tuple(found)
    if not listed:
        return ""
    counts = [(sum(one.severity is severity for one in listed), severity.value) for severity in Severity]
    said = ", ".join(counted(number, noun) for number, noun in counts if number)
    files = counted(len({one.origin.file for one in listed}), "file")
    first = min(listed, key=lambda one: (one.severity is not Severity.ERROR, one.sort_key))
    return f"{said} in {files}. Run mlbc explain {first.code} for more."
