"""The real releases 1.4.0 to 1.4.3 of the package, each installed in its turn, and the whole project after them."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from runtime.errors import MlbError
from tests.upstream.history import Update, begun, update
from tests.upstream.loop import NewDatabase
from tests.upstream.rehearsal import Rehearsal
from tests.upstream.releases import WHEELS
from tests.upstream.tables import Rows, rows

FIRST, *LATER = WHEELS
MOVED = [
    "removed url draft.draftPicks GET /v1/draft",
    "added url draft.draftPicks GET /v1/draft/{year}",
]


@pytest.fixture(scope="module")
def home(new: NewDatabase) -> Iterator[Rehearsal]:
    """The project at the first release, with responses in its database."""
    with TemporaryDirectory(prefix="mlb-releases-") as folder:
        try:
            yield begun(Path(folder), new)
        except MlbError as error:
            pytest.skip(f"no releases or captures: {error}")


@pytest.fixture(scope="module")
def before(home: Rehearsal) -> Rows:
    """The rows before any update."""
    return rows(home.database, home.catalog())


@pytest.fixture(scope="module")
def updates(home: Rehearsal, before: Rows) -> list[Update]:
    """Every update, one after the other."""
    made: list[Update] = []
    for release in LATER:
        home, done = update(home, release)
        made.append(done)
    return made


def test_a_release_with_the_same_documents_changes_nothing(updates: list[Update]) -> None:
    for known, done in zip((FIRST, *LATER), updates[:2], strict=False):
        told = f"pymlb_statsapi is {done.release}, accepted is {known}"
        count = f"21 documents of pymlb_statsapi {done.release}"
        assert done.waiting == [told, f"{count}, 0 of them changed: run `mlbc upstream update`"]
        assert done.told == [told, f"accepted {count}"]
        assert (done.changed, done.migrated) == (["lock.json"], "up to date\n")


def test_a_url_that_moved_is_told_and_breaks_nobody(updates: list[Update]) -> None:
    last = updates[-1]
    assert last.told[:2] == MOVED
    assert last.told[3] == "document `draft` has changed"
    assert "postgres/migrations/0002_comment_draft_picks.sql" in last.changed
    others = [path for path in last.changed if "draft" not in path]
    assert others == [
        "catalog.json",
        "lock.json",
        "postgres/migrations.sum",
        "postgres/schema.sql",
        "registry.json",
    ]
    assert list(last.breaks) == []
    assert last.migrated.splitlines() == ["applied 0002_comment_draft_picks.sql", "applied schema versions"]


def test_no_row_changes(home: Rehearsal, before: Rows, updates: list[Update]) -> None:
    assert any(listed for name, listed in before.items() if name.startswith("draft."))
    assert rows(home.database, home.catalog()) == before
    assert home.etl("backfill", "--dry-run").out == ""
