"""The subset of JSONPath that mappings use: parse, print, relate.

$.liveData.plays.allPlays[*]                       array elements
$.gameData.players{*}.fullName                     map values
$.liveData.boxscore.teams.{away,home}.pitchers[*]  branches of a fold
.about.inning      ^.team.id      box^.team.id     relative: to the row, to the record around it, to a lookup
$.gameData.players{@}                              the value under this row's map key, or under its branch of a fold
$['odd.name']                                      a quoted name
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product


@dataclass(frozen=True, slots=True)
class Field:
    """The value under an object's key."""

    name: str


@dataclass(frozen=True, slots=True)
class Each:
    """Every element of an array."""


@dataclass(frozen=True, slots=True)
class Entries:
    """Every value of a map. `{ID*}` says that a key is `ID` and then the row's own id; it is the same path as `{*}`."""

    prefix: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Branches:
    """The values under several keys of one object: the branches of a fold."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SameKey:
    """The value under the current row's map key, or under its branch of a fold: `{@}`, in lookups only."""


Step = Field | Each | Entries | Branches | SameKey
Path = tuple[Step, ...]
"""Steps from the root, or from an anchor."""

ROOT: Path = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """A path as an author wrote it: an anchor, climbs to enclosing records, steps.

    `anchor` is "$" for the root, "." for the row, or a lookup's name.
    """

    anchor: str
    climbs: int
    steps: Path


class PathError(ValueError):
    """A path that does not parse; `offset` is the place in the text, `message` says what was found."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


_ANCHOR = re.compile(r"\$|[a-z_][a-z0-9_]*(?=[.^]|$)|")
_STEP = re.compile(
    r"\.?(?P<branches>\{[^*@{}]+\})"
    r"|\.(?P<name>[^.\[\]{}^'\"$\s]+)"
    r"|(?P<each>\[\*\])"
    r"|(?P<entries>\{(?P<prefix>[^*@{},.'\s]*)\*\})"
    r"|(?P<same>\{@\})"
    r"|\['(?P<quoted>(?:[^'\\]|\\.)*)'\]"
)
_PLAIN = re.compile(r"[^.\[\]{}^'\"$\s]+")


def parse(text: str) -> Reference:
    """Parse a path; raise `PathError` where it stops making sense.

    >>> parse("^.team.id")
    Reference(anchor='.', climbs=1, steps=(Field(name='team'), Field(name='id')))
    """
    name, climbs, position = _start(text)
    if text == "." or text[position:] == ".":
        return Reference(name, climbs, ())
    if position == 0 and not text.startswith((".", "[", "{")):
        raise PathError("a path starts with `$`, `.`, `^` or a lookup's name", 0)
    return Reference(name, climbs, tuple(_step(match) for match in _matches(text, position)))


def step_offsets(text: str) -> tuple[tuple[int, int], ...]:
    """Return where each step of a path stands in its text.

    >>> step_offsets("$.plays[*].abount")
    ((2, 7), (7, 10), (11, 17))
    """
    _, _, position = _start(text)
    return tuple(match.span(match.lastgroup or 0) for match in _matches(text, position))


def _start(text: str) -> tuple[str, int, int]:
    """Return the anchor, the number of climbs, and where the steps begin."""
    anchor = _ANCHOR.match(text)
    position = anchor.end() if anchor else 0
    climbs = 0
    while text[position : position + 1] == "^":
        climbs += 1
        position += 1
    return (anchor.group() if anchor else "") or ".", climbs, position


def _matches(text: str, position: int) -> Iterator[re.Match[str]]:
    while position < len(text):
        match = _STEP.match(text, position)
        if match is None:
            found = text[position:][:12]
            raise PathError(f"expected `.name`, `[*]`, `{{*}}` or `.{{a,b}}`, found `{found}`", position)
        yield match
        position = match.end()


def _step(match: re.Match[str]) -> Step:
    match match.lastgroup:
        case "name":
            return Field(match["name"])
        case "quoted":
            return Field(re.sub(r"\\(.)", r"\1", match["quoted"]))
        case "each":
            return Each()
        case "entries":
            return Entries(match["prefix"])
        case "same":
            return SameKey()
        case _:
            return Branches(tuple(part.strip() for part in match["branches"][1:-1].split(",")))


def show(path: Path, anchor: str = "$") -> str:
    """Print a path so that `parse` gives it back.

    >>> show((Field("teams"), Branches(("away", "home")), Field("pitchers"), Each()))
    '$.teams.{away,home}.pitchers[*]'
    """
    text = "".join(_show_step(step) for step in path)
    if anchor != ".":
        return anchor + text
    return text or "."


def _show_step(step: Step) -> str:
    match step:
        case Field(name) if _PLAIN.fullmatch(name):
            return f".{name}"
        case Field(name):
            escaped = name.replace("\\", "\\\\").replace("'", "\\'")
            return f"['{escaped}']"
        case Each():
            return "[*]"
        case Entries(prefix):
            return f"{{{prefix}*}}"
        case SameKey():
            return "{@}"
        case Branches(names):
            return ".{" + ",".join(names) + "}"


def is_loop(step: Step) -> bool:
    """Whether a step yields several values, and so opens a scope of rows."""
    return isinstance(step, Each | Entries | Branches)


def field_names(path: Path) -> tuple[str, ...]:
    """Return the keys of the fields of a path."""
    return tuple(step.name for step in path if isinstance(step, Field))


def starts_with(path: Path, prefix: Path) -> bool:
    """Whether `path` lies at or below `prefix`."""
    return path[: len(prefix)] == prefix


def branches(path: Path) -> Iterator[Path]:
    """Yield a path for each choice of branches on its way.

    >>> [len(path) for path in branches((Field("teams"), Branches(("away", "home")), Field("id")))]
    [3, 3]
    """
    yield from product(
        *(
            tuple(Field(name) for name in step.names) if isinstance(step, Branches) else (_generic(step),)
            for step in path
        )
    )


def _generic(step: Step) -> Step:
    return Entries() if isinstance(step, SameKey | Entries) else step


def enclosing_record(path: Path) -> Path:
    """Return the path of the record around the value at `path`: what `^` means.

    >>> show(enclosing_record(parse("$.teams.{away,home}.pitchers[*]").steps))
    '$.teams.{away,home}'
    """
    rest = path
    while rest and isinstance(rest[-1], Each | Entries | SameKey):
        rest = rest[:-1]
    return rest[:-1]
