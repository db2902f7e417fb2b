"""What a backend is, and how it fills templates."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Protocol

from compiler.ir.plan import OperationPlan, Plan

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parents[2] / "templates"
FILTERS = ("indent", "join", "length", "trim")
"""All that a template may do to a value: its model holds texts that are already decided, escaped and aligned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """What a thing is called in a target: a file below `generated/`, the record, class or function there, its name."""

    file: str
    holder: str
    name: str


class Backend(Protocol):
    """Turn a Plan into the texts of one target.

    `emit` is pure: the same Plan gives the same texts, nothing is read or written. Paths are below `generated/`,
    with forward slashes; a text ends in one line break and begins with the header line where its format allows.
    Names and types that the target cannot hold are changed by a rule that depends on the name alone.
    """

    @property
    def name(self) -> str:
        """The target's name, as `--only` takes it."""
        ...

    def emit(self, plan: Plan) -> Mapping[str, str]:
        """Return path -> text."""
        ...


@cache
def environment() -> "Environment":
    """Return the one Jinja environment: undefined names raise, nothing is escaped, few filters."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # slow; only emitting needs it

    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=False,  # the output is code, not HTML  # nosec B701
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters = {name: made.filters[name] for name in FILTERS}
    made.globals.clear()
    return made


def render(template: str, **model: object) -> str:
    """Fill `templates/<template>` with a model."""
    return environment().get_template(template).render(**model)


def in_docstring(text: str) -> str:
    r"""Return a text as it stands in a docstring.

    >>> in_docstring('`$["a\\b"]`')
    '`$[\\"a\\\\b\\"]`'
    """
    return text.replace("\\", "\\\\").replace('"', '\\"')


def source_of(operation: OperationPlan) -> str:
    """Return the file that an operation's artefacts are made from: its mapping, or else its declaration's name."""
    declared = operation.operation.variants[0].origin.file
    return operation.mapping_file or PurePosixPath(declared).name


def sole_source(operations: Iterable[OperationPlan]) -> str:
    """Return what artefacts of several operations are made from: their only mapping, or the folder of mappings."""
    files = {operation.mapping_file for operation in operations if operation.mapping_file}
    return files.pop() if len(files) == 1 else "mappings/"
