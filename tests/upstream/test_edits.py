"""Whatever upstream does, the update tells it, the gate judges it, the migration follows, and nothing is lost."""

from pathlib import Path

import pytest

from tests.upstream.edits import EDITS
from tests.upstream.loop import NewDatabase, rehearse
from tests.upstream.rehearsal import Rehearsal
from tests.upstream.tables import current, only, renamed


@pytest.mark.parametrize("name", EDITS)
def test_an_update(name: str, base: Rehearsal, new: NewDatabase, tmp_path: Path) -> None:
    edit = EDITS[name]
    home = base.copied(tmp_path / "project", new(base.database))
    outcome = rehearse(home, edit, new)
    catalog = home.catalog()
    assert tuple(outcome.told) == edit.told
    assert tuple(outcome.refused) == edit.refused
    assert tuple(outcome.changes) == edit.changes
    assert tuple(outcome.breaks) == edit.breaks
    kept = renamed(outcome.kept, catalog)
    assert only(outcome.migrated, kept) == kept, "a migration changes no value"
    assert current(outcome.filled, catalog) == current(outcome.fresh, catalog), (
        "an old database becomes a new one"
    )
    assert outcome.lost == 0
    assert outcome.rescued[1] == 0, "what had no place has one"
    assert home.etl("db", "migrate").out == "up to date\n"
    home.etl("db", "drift")
