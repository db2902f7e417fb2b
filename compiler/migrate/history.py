"""The migrations as name -> text: verified by their hash chain, and grown when the catalog changed.

`catalog.json` is the state after the last migration. What databases with rows cannot follow needs a new first migration
(`squash`), for databases that are rebuilt from the archive.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from compiler.bundle import HISTORY
from compiler.diagnostics import Diagnostic, Sink
from compiler.ir.catalog import Catalog, NewerCatalogError
from compiler.ir.names import bounded
from compiler.migrate.changes import Change, is_refused
from compiler.migrate.changes.base import UNNAMED
from compiler.migrate.differ import apply, diff
from compiler.rules import CANNOT_FOLLOW, CATALOG_STATE, HISTORY_BROKEN
from compiler.source import Origin
from compiler.wording import counted

if TYPE_CHECKING:
    from compiler.backends.postgres.metadata import MetadataStep
    from compiler.migrate.planner import Statement

CATALOG = "catalog.json"
SCHEMA = "postgres/schema.sql"
FOLDER = HISTORY
SUM = "postgres/migrations.sum"

_STORY = re.compile(
    r"^-- (?P<name>\S+) +catalog (?P<before>[0-9a-f]{12}) -> (?P<after>[0-9a-f]{12}) ", re.MULTILINE
)
_EMPTY = "0" * 12
_FIRST = "0001_initial"
_SLUG = 50
"""Bytes of the part of a migration's name that tells what it does."""
_SAID = 3
"""The rank of comments: they name a migration that has nothing else."""
_EDITED_STEP = "a released step of schema metadata has another text: put the change in a new step"
_MOST = 5
"""So many changes are named in a diagnostic; the others are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What is committed: `catalog.json`, the migrations by file name in order, and their hash chain. Texts as read."""

    folder: str = ""
    catalog: str | None = None
    migrations: Mapping[str, str] = field(default_factory=dict[str, str])
    chain: str | None = None

    @property
    def state(self) -> Catalog:
        """The catalog after the last migration; empty where there is none that can be read."""
        return Catalog() if self.catalog is None or self.unreadable else Catalog.from_json(self.catalog)

    @property
    def unreadable(self) -> ValueError | None:
        """Why the catalog cannot be read, if it cannot."""
        try:
            Catalog.from_json(self.catalog or Catalog().to_json())
        except ValueError as error:
            return error
        return None

    @property
    def head(self) -> str:
        """The digest of the catalog after the last migration, as the migration says."""
        return _stories(self.migrations)[-1][1] if self.migrations else _EMPTY

    @property
    def next_number(self) -> str:
        """The number of the migration that would bring the next change of the catalog."""
        steps = len(_waiting(self)) if self.migrations else 0
        return f"{len(self.migrations) + steps + 1:04d}"

    @property
    def files(self) -> Mapping[str, str]:
        """The history as it lies below the output folder."""
        named = {f"{FOLDER}/{name}": text for name, text in self.migrations.items()}
        return {**named, SUM: chained(self.migrations.items())}


NOTHING = History()
"""The history of a project that was never generated."""


def chained(migrations: Iterable[tuple[str, str]]) -> str:
    r"""Return `migrations.sum`: per file the digest of the history that ends with it.

    >>> chained([("0001_a.sql", "SELECT 1;\n")])
    '91c7e6debe110f458113b6875bae8f4c01ca634dd2781521e18b25ab846c5b65  0001_a.sql\n'
    """
    lines: list[str] = []
    chain = ""
    for name, text in migrations:
        chain = hashlib.sha256(f"{chain}\n{text}".encode()).hexdigest()
        lines.append(f"{chain}  {name}\n")
    return "".join(lines)


# ------------------------------------------------------------------------------------------------- verify


def verify(history: History, sink: Sink) -> None:
    """Report what is wrong with the migrations: a file edited, lost, added or moved, a step that is missing."""
    found = _broken(history)
    if found is not None:
        sink.report(found)


def verify_state(history: History, sink: Sink) -> None:
    """Report a `catalog.json` that is not the state after the last migration."""
    if history.state.digest != history.head and (history.migrations or history.catalog is not None):
        sink.report(_lost_state(history))


def _broken(history: History) -> Diagnostic | None:
    if history.chain is None and not history.migrations:
        return None
    return _two_heads(history) or _unlike_chain(history) or _gap(history)


def _two_heads(history: History) -> Diagnostic | None:
    """Report two migrations of one number: each of two branches added one."""
    by_number: dict[str, str] = {}
    for name in history.migrations:
        other = by_number.setdefault(name.partition("_")[0], name)
        if other != name:
            advice = "keep what the main branch has in this folder and in catalog.json, and run `mlbc generate` again"
            return _breach(history, name, f"`{name}` and `{other}` have one number", advice)
    return None


def _unlike_chain(history: History) -> Diagnostic | None:
    """Report the first file that is not as the hash chain has it."""
    lines = (line.split("  ", 1) for line in (history.chain or "").splitlines())
    listed = {parts[1]: parts[0] for parts in lines if len(parts) > 1}  # what else there is, a merge left
    actual = {line[66:]: line[:64] for line in chained(history.migrations.items()).splitlines()}
    for name in sorted(actual.keys() - listed.keys()) or sorted(listed.keys() - actual.keys()):
        missing = "is missing" if name in listed else "is not in the hash chain"
        return _breach(history, name, f"`{name}` {missing}")
    for name, expected in zip(actual, listed, strict=True):
        if name != expected:
            return _breach(history, name, f"`{name}` is not where the hash chain has it")
        if actual[name] != listed[name]:
            return _breach(history, name, f"`{name}` was edited")
    return None


def _gap(history: History) -> Diagnostic | None:
    """Report a migration that does not begin where the one before ended."""
    state = _EMPTY
    for name, (before, after) in zip(history.migrations, _stories(history.migrations), strict=True):
        if before != state:
            return _breach(
                history, name, f"`{name}` begins with catalog {before or 'none'}, not with {state}"
            )
        state = after
    return None


_RESTORE = (
    "history is append-only: restore it from git (`--squash` begins anew, for databases that are rebuilt)"
)


def _breach(history: History, name: str, message: str, advice: str = _RESTORE) -> Diagnostic:
    return HISTORY_BROKEN.at(Origin(f"{history.folder}{FOLDER}/{name}"), message, advice=advice)


def _stories(migrations: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return per migration the digests of the catalog before and after it; "" where its header does not say."""
    found = (_STORY.search(text) for text in migrations.values())
    return [(story["before"], story["after"]) if story else ("", "") for story in found]


# ------------------------------------------------------------------------------------------------- grow


def squash(files: Mapping[str, str]) -> History:
    """Return the history that makes the schema of `files` in one step."""
    text = files[CATALOG]
    catalog = Catalog.from_json(text)
    body = files[SCHEMA].partition("\n")[2]
    notice = "-- Code generated by mlbc. Append-only: never edit once released.\n"
    story = (
        f"-- {_FIRST}    catalog {_EMPTY} -> {catalog.digest}    {len(catalog.tables)} tables, 0 hazards\n"
    )
    return History(catalog=text, migrations={f"{_FIRST}.sql": f"{notice}{story}{body}"})


def extend(history: History, files: Mapping[str, str], sink: Sink, slug: str = "") -> History:
    """Return the history that ends with the catalog of `files`: the same, or with migrations more.

    One for each new step of schema `metadata`; then one that runs in one transaction, and one of what runs online. What
    databases cannot follow is reported; the history is then returned as it was.
    """
    from compiler.migrate import planner  # slow to import, and most verbs do not plan

    if not history.migrations:
        return squash(files)
    if isinstance(history.unreadable, NewerCatalogError):
        sink.report(_lost_state(history))
        return history
    new = Catalog.from_json(files[CATALOG])
    waiting = _waiting(history)
    if new.digest == history.head and not waiting:
        return history
    old = history.state
    if old.digest != history.head:
        sink.report(_lost_state(history))
        return history
    changes = diff(old, new)
    refused = [change.title for change in changes if is_refused(change)]
    refused += [] if _can_follow(waiting) else [_EDITED_STEP]
    if refused:
        sink.report(_refusal(history, refused))
        return history
    for step in waiting:
        history = _appended(history, f"metadata_{step.name}", (old, old), (planner.metadata(step),))
    for part in filter(None, planner.split(changes, old)):
        new = apply(part, old)
        statements = planner.plan(part, old, "".join(history.migrations.values()))
        history = _appended(history, slug or slug_of(part), (old, new), statements, planner.said(part))
        old = new
    return replace(history, catalog=files[CATALOG])


def _appended(
    history: History,
    slug: str,
    catalogs: tuple[Catalog, Catalog],
    statements: "Sequence[Statement]",
    said: "Sequence[Statement]" = (),
) -> History:
    """Return the history with one migration more, which leads from one catalog to the next."""
    from compiler.migrate import planner

    name = f"{len(history.migrations) + 1:04d}_{bounded(_plain(slug), _SLUG)}"
    before, after = (catalog.digest for catalog in catalogs)
    text = planner.migration(name, before, after, statements, said)
    return replace(history, migrations={**history.migrations, f"{name}.sql": text})


def _waiting(history: History) -> "tuple[MetadataStep, ...]":
    """Return the steps of schema `metadata` whose text no migration has."""
    from compiler.backends.postgres.metadata import metadata_steps

    known = "".join(history.migrations.values())
    return tuple(step for step in metadata_steps() if step.sql not in known)


def _can_follow(waiting: "Sequence[MetadataStep]") -> bool:
    """Say whether steps are the last ones: one of another text is not made again."""
    from compiler.backends.postgres.metadata import metadata_steps

    steps = metadata_steps()
    return len(waiting) < len(steps) and [*waiting] == [*steps[len(steps) - len(waiting) :]]


def _lost_state(history: History) -> Diagnostic:
    last = [*history.migrations][-1].removesuffix(".sql") if history.migrations else "no migration"
    message = f"this is not the catalog after `{last}`, which is {history.head or 'unknown'}"
    advice = "restore it from git, or begin anew with `mlbc generate --squash`"
    if isinstance(newer := history.unreadable, NewerCatalogError):
        message, advice = str(newer), "generate with the compiler that wrote it, or a newer one"
    return CATALOG_STATE.at(Origin(f"{history.folder}{CATALOG}"), message, advice=advice)


def _refusal(history: History, refused: Sequence[str]) -> Diagnostic:
    more = [f"{len(refused) - _MOST} more"] if len(refused) > _MOST else []
    message = f"{counted(len(refused), 'change')} of the schema cannot be appended to the history"
    advice = (
        "`mlbc generate --squash` writes a new first migration, for databases that can be rebuilt from the archive: "
        "`mlb-etl db migrate --reset`"
    )
    origin = Origin(f"{history.folder}{CATALOG}")
    return CANNOT_FOLLOW.at(origin, message, notes=(*refused[:_MOST], *more), advice=advice)


# ------------------------------------------------------------------------------------------------- names


def slug_of(changes: Sequence[Change]) -> str:
    """Name a migration after what matters most in it: a table, else a column, an index, a comment.

    >>> from compiler.ir.catalog import Column
    >>> from compiler.migrate.changes import AddColumn
    >>> distance = Column(name="hit_distance", type="double precision", nullable=True)
    >>> slug_of([AddColumn(table="game.live_game_plays", kind="normalized", column=distance)])
    'live_game_plays_hit_distance'
    """
    by_rank = sorted((one for one in changes if one.rank < UNNAMED), key=lambda one: one.rank)
    telling = [one for one in by_rank if one.rank < _SAID] or by_rank
    names = list(dict.fromkeys(_plain(one.subject) for one in telling))
    first = names[0] if names else "schema"
    return first if len(names) < 2 else f"{bounded(first, _SLUG - 16)}_and_{len(names) - 1}_more"


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "change"
