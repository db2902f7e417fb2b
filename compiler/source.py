"""Text that came from a file, and places in it."""

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open range of character offsets in a file's text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """Where a span begins and ends, for people: 1-based lines and columns."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True)
class SourceFile:
    """A file's text under its project-relative path (always with forward slashes)."""

    path: str
    text: str = field(repr=False)

    @cached_property
    def _line_starts(self) -> tuple[int, ...]:
        starts = [0]
        for line in self.text.splitlines(keepends=True):
            starts.append(starts[-1] + len(line))
        return tuple(starts)

    def locate(self, span: Span) -> Location:
        """Return the 1-based lines and columns of `span`."""
        line, column = self._position(span.start)
        end_line, end_column = self._position(max(span.end, span.start))
        return Location(line, column, end_line, end_column)

    def line(self, number: int) -> str:
        """Return the text of 1-based line `number`, without its line break ("" past the end)."""
        lines = self.text.splitlines()
        return lines[number - 1] if 0 < number <= len(lines) else ""

    def _position(self, offset: int) -> tuple[int, int]:
        index = bisect_right(self._line_starts, offset) - 1
        return index + 1, offset - self._line_starts[index] + 1


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a node of the IR was written: a file, the path of keys inside it, and the span."""

    file: str
    path: str = ""
    span: Span | None = None
