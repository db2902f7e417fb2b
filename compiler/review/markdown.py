"""A review for a comment of a pull request: blocks that the forge colors, and no longer than it takes."""

import re
from collections.abc import Iterator

from compiler.review.items import Group, Migration, Review, Sign
from compiler.review.text import hazards, said, summary
from compiler.wording import counted

LONGEST = 60_000
"""Characters: comments of GitHub may have 65,536."""

_MARKS = {Sign.ADDED: "+", Sign.REMOVED: "-", Sign.CHANGED: "!"}
_FENCES = re.compile(r"`{3,}")


def to_markdown(review: Review) -> str:
    """Return the numbers, each group as a block of changes, and the migrations; what is too long is counted."""
    title = f"### What changes in `{review.folder}/`"
    if not review.differs:
        return f"{title}\n\nNothing{f' since {review.against}' if review.against else ''}."
    lines = "\n".join(f"* {line}" for line in summary(review))
    return "\n\n".join((title, lines, *_within(_blocks(review), LONGEST - len(lines) - 200)))


def _blocks(review: Review) -> Iterator[str]:
    yield from map(_migration, review.migrations)
    yield from map(_group, review.groups)


def _within(blocks: Iterator[str], room: int) -> Iterator[str]:
    """Yield blocks while there is room, and how many there was none for."""
    left = 0
    for block in blocks:
        room -= len(block) + 2
        if room >= 0:
            yield block
        else:
            left += 1
    if left:
        yield f"{counted(left, 'block')} more: `mlbc generate --diff` prints them."


def _group(group: Group) -> str:
    lines = [f"{_MARKS[item.sign]} {item.artefact:8}  {item.text}" for item in group.items]
    return f"**`{group.subject}`** {group.title}\n{_fenced('diff', lines)}"


def _migration(migration: Migration) -> str:
    risks = "".join(f"* **{one.partition(':')[0]}**{one[one.find(':') :]}\n" for one in hazards(migration))
    body = _fenced("sql", migration.text.splitlines())
    title = f"<summary><code>{migration.name}</code> {said(migration)}</summary>"
    return f"{risks}\n<details>{title}\n\n{body}\n</details>"


def _fenced(language: str, lines: list[str]) -> str:
    """Return lines in a fence that is longer than any in them."""
    longest = max((len(found) for line in lines for found in _FENCES.findall(line)), default=2)
    fence = "`" * (longest + 1)
    return "\n".join((f"{fence}{language}", *lines, fence))
