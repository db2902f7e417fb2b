"""Changes of one surface -> findings: one for each cause, with what it does to every artefact."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from compiler.breaking.reading.text import is_within
from compiler.breaking.rules import RULES, Category, Family


class Surface(StrEnum):
    """One of the four surfaces."""

    AVRO = "avro"
    SQL = "sql"
    PYDANTIC = "pydantic"
    SPARK = "spark"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Effect:
    """What a change does to one artefact: a file or relation, the name in it, and what became of that."""

    surface: Surface
    artefact: str
    name: str
    text: str

    def __str__(self) -> str:
        return f"{self.surface}: {self.artefact} {self.name} {self.text}".replace("  ", " ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A difference that breaks somebody, as one surface shows it.

    `subject` is `TABLE.COLUMN`, `TABLE`, `OPERATION:$.path`, `OPERATION`, or a class of a module. `path` is the place
    of the response that it comes from, or "", and `also` others where the same thing stands. `category` is the least
    strict gate that minds.
    """

    rule: str
    subject: str
    message: str
    category: Category
    operation: str = ""
    path: str = ""
    also: tuple[str, ...] = ()
    effects: tuple[Effect, ...] = ()
    help: str = ""

    @property
    def family(self) -> Family:
        """The kind of change."""
        return RULES[self.rule].family

    @property
    def is_of_response(self) -> bool:
        """Whether it is about the response itself: an operation, or a place of it."""
        return self.subject == self.operation or self.subject.startswith(f"{self.operation}:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A break with one cause. `against` lists the versions that it breaks."""

    rule: str
    subject: str
    message: str
    category: Category
    effects: tuple[Effect, ...]
    against: tuple[str, ...] = ()
    help: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What an accepted break is known by."""
        return self.rule, self.subject


def change(
    rule: str,
    subject: str,
    message: str,
    *effects: Effect,
    operation: str = "",
    path: str = "",
    advice: str = "",
    category: Category | None = None,
) -> Change:
    """Make a change; its category is that of its rule unless said otherwise."""
    least = RULES[rule].category if category is None else category
    return Change(
        rule=rule,
        subject=subject,
        message=message,
        category=least,
        operation=operation,
        path=path,
        effects=effects,
        help=advice,
    )


_CAUSES = (Family.GONE, Family.SHAPE)
"""What happens to a place happens to all that lies below it."""


def merged(changes: Iterable[Change], version: str) -> tuple[Finding, ...]:
    """Return one finding per cause.

    What vanished from the response, or is of another kind there, is the cause of all changes at or below that place; a
    change of a place and one of the same family of a column that is read there have one cause; and what happens to
    one subject in one family is one.
    """
    by_operation: dict[str, list[list[Change]]] = {}
    for found in sorted(changes, key=_rank):
        causes = by_operation.setdefault(found.operation, [])
        around = next((cause for cause in causes if _explains(cause, found)), None)
        if around is None:
            causes.append([found])
        else:
            around.append(found)
    return tuple(_finding(cause, version) for causes in by_operation.values() for cause in causes)


def _rank(found: Change) -> tuple[bool, bool, bool, bool, int, str, int, str]:
    """Order causes before what they explain: operations, places from the outside in, tables, columns."""
    return (
        found.subject != found.operation,
        not found.is_of_response,
        found.family not in _CAUSES,
        found.family is Family.OUTPUT,
        len(found.path),
        found.subject,
        found.category,
        found.rule,
    )


def _explains(cause: Sequence[Change], found: Change) -> bool:
    first = cause[0]
    if any(_is_same(known, found) for known in cause):
        return True
    if first.rule == "TABLE_NO_DELETE":
        return found.subject.startswith(f"{first.subject}.")
    if not first.operation or first.operation != found.operation or not first.is_of_response:
        return False
    if first.subject == first.operation:
        return first.rule == "ENDPOINT_NO_DELETE"
    places = (first.path, *first.also)
    if first.family in _CAUSES and found.family is not Family.ADDED:
        return any(is_within(path, place) for place in places for path in (found.path, *found.also) if path)
    return found.path in places and found.family is first.family


def _is_same(known: Change, found: Change) -> bool:
    """Say whether a column, or a place, is told of once more: what Spark gives follows from what became of it."""
    is_of_rows = found.rule == "TRANSFORM_SAME_OUTPUT" and known.subject == f"{found.subject}:rows"
    if known.subject != found.subject:
        return is_of_rows
    follows = (Family.GONE, Family.NAME, Family.TYPE)
    is_consequence = found.rule == "SPARK_SAME_SCHEMA" and known.family in follows
    return known.family is found.family or is_consequence or found.rule == "TRANSFORM_SAME_OUTPUT"


def _finding(cause: Sequence[Change], version: str) -> Finding:
    first = cause[0]
    same = [found for found in cause if found.family is first.family]
    worst = min(same, key=lambda found: (found.category, RULES[found.rule].category, found.rule))
    rule = first.rule if first.family in _CAUSES else worst.rule
    return Finding(
        rule=rule,
        subject=first.subject,
        message=first.message,
        category=min(found.category for found in cause),
        effects=tuple(dict.fromkeys(effect for found in cause for effect in found.effects)),
        against=(version,),
        help=next((found.help for found in cause if found.help), ""),
    )


def across(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Join the findings of several versions: the same break of several is one, of all of them."""
    joined: dict[tuple[str, str], Finding] = {}
    for found in findings:
        known = joined.get(found.key)
        joined[found.key] = (
            found if known is None else replace(known, against=(*known.against, *found.against))
        )
    return tuple(sorted(joined.values(), key=lambda found: (found.subject, found.rule)))
