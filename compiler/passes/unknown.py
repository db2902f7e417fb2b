"""Say that a path does not exist: where it ends, and what was perhaps meant."""

from dataclasses import replace

from compiler.diagnostics import Diagnostic, did_you_mean
from compiler.ir.mapping import PathText
from compiler.ir.paths import Field, Path, show, step_offsets
from compiler.ir.shape import Map, Record, Shape
from compiler.passes.shape import describe
from compiler.rules import UNKNOWN_PATH
from compiler.source import Origin, Span


def unknown_path(written: PathText, path: Path, index: int, shape: Shape) -> Diagnostic:
    """Make the finding that a path ends at its step `index`, where the response has `shape`; the caret is there."""
    step = path[index]
    names = tuple(shape.by_name) if isinstance(shape, Record) else ()
    word = step.name if isinstance(step, Field) else show((step,), "").lstrip(".")
    is_map = isinstance(shape, Map) and isinstance(step, Field)
    advice = "its keys are values: write `{*}`" if is_map else did_you_mean(word, names)
    return UNKNOWN_PATH.at(
        _origin_of_step(written, index - len(path)),
        f"path `{written.text}` does not exist",
        label=f"`{show(path[:index])}` is {describe(shape)} without `{word}`",
        advice=advice,
    )


def _origin_of_step(written: PathText, index: int) -> Origin:
    """Return where a step (counted from the end of the path) was written, if its text stands there as it is."""
    origin, offsets = written.origin, step_offsets(written.text)
    span = origin.span
    if span is None or span.end - span.start != len(written.text) or -index > len(offsets):
        return origin
    start, end = offsets[index]
    return replace(origin, span=Span(span.start + start, span.start + end))
