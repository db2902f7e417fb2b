"""What migrations do, held against what they say: a risk that a statement has and its step does not name is a finding.

The first migration makes a database anew, and nobody waits for it; the others run while people work.
"""
# (pglast has no types)
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from compiler.migrate.hazards import Hazard

_READERS, _DATA = Hazard.BREAKS_READERS.code, Hazard.DELETES_DATA.code
LOCKS = "locks"
"""What a step names whose lock line says so, or that leaves partitions to the migrator: an index of the whole."""

NAMED: Mapping[str, str] = {
    "renaming-column": _READERS,
    "renaming-table": _READERS,
    "ban-set-schema": _READERS,
    "ban-drop-column": _DATA,
    "ban-drop-table": _DATA,
    "require-concurrent-index-creation": LOCKS,
    "require-concurrent-index-deletion": LOCKS,
}
"""Rules of squawk, and what a step that breaks them has to name."""

HARMLESS = frozenset(
    {
        "ban-drop-constraint",  # the check that NOT NULL was proved by
        "ban-drop-default",  # `mlbc breaking` finds what a reader or a writer would miss
        "ban-drop-not-null",
        "ban-drop-schema",  # one that is empty: without CASCADE
        "prefer-bigint-over-int",  # positions in arrays are integers
        "prefer-robust-stmts",  # the migrator remembers what it did
        "renaming-object",  # of a key, which no query names
    }
)
"""Rules of squawk about what nobody notices."""

ALWAYS = frozenset(hazard.code for hazard in Hazard)
"""The hazards that a step can name."""

_STEP = re.compile(r"^-- (?P<number>\d+/\d+) +(?P<title>.+)$", re.MULTILINE)
_HAZARD = re.compile(r"^-- +hazard +(?P<name>[\w-]+)", re.MULTILINE)
_LOCKS = re.compile(r"^-- +lock +ACCESS EXCLUSIVE|^-- mlbc: then each partition", re.MULTILINE)
_ONLINE = re.compile(r"^-- mlbc: no-transaction$", re.MULTILINE)
_BLANK = re.compile(r"(?:\s+|--[^\n]*\n?|/\*.*?\*/)*", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A numbered step of a migration: where it begins, which hazards it names, and whether it says that it locks."""

    start: int
    title: str
    hazards: frozenset[str]
    locks: bool

    @property
    def names(self) -> frozenset[str]:
        """All that it names; where a view has the former name, the new one is no surprise."""
        locks = {LOCKS} if self.locks else set[str]()
        readers = {_READERS} if Hazard.LEAVES_A_VIEW.code in self.hazards else set[str]()
        return self.hazards | locks | readers


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """What a statement does that its step does not say: the place in the text, and the risk in words."""

    start: int
    end: int
    text: str


def steps(text: str) -> tuple[Step, ...]:
    """Return the steps of a migration; the one that makes a schema has none."""
    found = [*_STEP.finditer(text)]
    ends = [*(step.start() for step in found[1:]), len(text)]
    return tuple(
        Step(
            start=step.start(),
            title=step["title"],
            hazards=frozenset(_HAZARD.findall(text, step.start(), end)),
            locks=bool(_LOCKS.search(text, step.start(), end)),
        )
        for step, end in zip(found, ends, strict=False)
    )


def named_at(known: tuple[Step, ...], place: int) -> frozenset[str]:
    """Return what the step at a place of the text names."""
    before = bisect_right([step.start for step in known], place)
    return known[before - 1].names if before else frozenset()


def is_online(text: str) -> bool:
    """Say whether a migration runs statement by statement, outside of a transaction."""
    return bool(_ONLINE.search(text))


def risks(text: str) -> Iterator[Risk]:
    """Yield what the statements of a migration risk and its steps do not name; all of it, if it is no SQL."""
    from pglast.parser import ParseError, parse_sql  # slow to import

    known = steps(text)
    yield from (
        Risk(start=step.start, end=text.find("\n", step.start), text=f"`{name}` is no hazard that is known")
        for step in known
        for name in sorted(step.hazards - ALWAYS)
    )
    try:
        parsed = parse_sql(text)
    except ParseError as error:
        yield Risk(start=0, end=1, text=f"this is no SQL: {error.args[0]}")
        return
    made: set[object] = set()
    for raw in parsed:
        begin, length = raw.stmt_location or 0, raw.stmt_len or 0
        blank = _BLANK.match(text, begin)
        start = blank.end() if blank else begin
        end = begin + length if length else len(text)
        named = named_at(known, start)
        yield from (
            Risk(start=start, end=end, text=said)
            for needs, said in _risks(raw.stmt, made)
            if needs not in named
        )


# ------------------------------------------------------------------------------------------------- statements

_NEVER = ""
_Found = Iterator[tuple[str, str]]
"""The hazard that must be named, "" where none would do, and what the statement does."""


def _risks(node: object, made: set[object]) -> _Found:
    from pglast import ast

    match node:
        case ast.CreateStmt(relation=ast.RangeVar(schemaname=schema, relname=name)):
            made.add((schema, name))
        case (
            ast.IndexStmt(relation=ast.RangeVar(schemaname=schema, relname=name))
            | ast.AlterTableStmt(relation=ast.RangeVar(schemaname=schema, relname=name))
        ) if (schema, name) in made:
            pass
        case ast.IndexStmt(concurrent=False, relation=ast.RangeVar(inh=True)):
            yield _NEVER, "an index that is not made concurrently blocks writers while it reads the table"
        case ast.AlterTableStmt(cmds=commands):
            for command in commands or ():
                yield from _of_command(command)
        case _:
            yield from _of_names(node)


def _of_names(node: object) -> _Found:
    from pglast import ast
    from pglast.enums import ObjectType

    match node:
        case (
            ast.RenameStmt(renameType=ObjectType.OBJECT_COLUMN | ObjectType.OBJECT_TABLE)
            | ast.AlterObjectSchemaStmt(objectType=ObjectType.OBJECT_TABLE)
        ):
            yield _READERS, "readers of the old name find nothing"
        case ast.DropStmt(removeType=ObjectType.OBJECT_TABLE) | ast.TruncateStmt():
            yield _DATA, "rows go"
        case _:
            pass


def _of_command(command: object) -> _Found:
    from pglast import ast
    from pglast.enums import AlterTableType, ConstrType

    match command:
        case ast.AlterTableCmd(subtype=AlterTableType.AT_DropColumn):
            yield _DATA, "values go with the column"
        case ast.AlterTableCmd(subtype=AlterTableType.AT_AlterColumnType):
            yield _NEVER, "another type rewrites the table while nobody can read it"
        case ast.AlterTableCmd(subtype=AlterTableType.AT_AddConstraint, def_=ast.Constraint() as constraint):
            is_index = constraint.contype in (ConstrType.CONSTR_PRIMARY, ConstrType.CONSTR_UNIQUE)
            if is_index and constraint.indexname is None:
                yield _NEVER, "a key that has no index yet makes one while nobody can write"
            elif not is_index and not constraint.skip_validation:
                yield _NEVER, "a constraint that is not NOT VALID reads the table while nobody can write"
        case _:
            pass
