"""A review for a terminal."""

from collections import Counter
from collections.abc import Iterable, Iterator

from compiler.review.items import Group, Migration, Review
from compiler.wording import counted

_WIDEST = len("Pydantic")


def to_text(review: Review) -> str:
    """Return the groups, the migrations, and a line that counts; "" where nothing differs."""
    if not review.differs:
        return ""
    blocks = [*map(_group, review.groups), *map(_migration, review.migrations), "\n".join(summary(review))]
    return "\n\n".join(blocks)


def _group(group: Group) -> str:
    lines = (f"  {item.artefact:{_WIDEST}}  {item.sign} {item.text}" for item in group.items)
    return "\n".join((f"{group.subject}  {group.title}", *lines))


def _migration(migration: Migration) -> str:
    return "\n".join(
        (f"{migration.name}  {said(migration)}", *(f"  hazard {one}" for one in hazards(migration)))
    )


def hazards(migration: Migration) -> Iterator[str]:
    """Yield each hazard once, with the number of steps that have it, if there are several."""
    for text, steps in Counter(migration.hazards).items():
        yield f"{text} ({steps} steps)" if steps > 1 else text


def said(migration: Migration) -> str:
    """Return what a migration is, in words."""
    risks = f", {counted(len(migration.hazards), 'hazard')}" if migration.hazards else ""
    return f"migration of {counted(migration.statements, 'statement')}{risks}"


def summary(review: Review) -> Iterator[str]:
    """Yield what changed in numbers, the files by folder, and what was not compared."""
    kinds = Counter(group.kind for group in review.groups)
    things = ", ".join(counted(number, kind) for kind, number in kinds.items()) or "no surface"
    against = f" since {review.against}" if review.against else ""
    yield f"{things} changed{against}"
    files = review.files
    states = (("changed", files.changed), ("added", files.added), ("removed", files.removed))
    by_state = ", ".join(f"{len(paths)} {state}" for state, paths in states)
    yield f"{counted(len(files.all), 'file')}: {by_state} ({', '.join(_folders(files.all))})"
    if files.moved:
        yield f"{counted(len(files.moved), 'file')} with lines that only moved"
    for path, reason in files.unreadable:
        yield f"not compared: {review.folder}/{path}: {reason}"


def _folders(paths: Iterable[str]) -> Iterator[str]:
    found = Counter(path.split("/")[0] for path in paths)
    return (f"{folder} {number}" for folder, number in sorted(found.items()))
