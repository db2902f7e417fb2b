"""Laws of the differ, on any two catalogs; laws of the history, on catalogs that grow."""

from random import Random

import pglast
from hypothesis import given
from hypothesis import strategies as st

from compiler.diagnostics import Sink
from compiler.ir.catalog import Catalog, settled
from compiler.migrate import CATALOG, NOTHING, History, apply, diff, extend, verify, verify_state
from compiler.migrate.changes import describe, is_additive
from compiler.migrate.history import SCHEMA
from compiler.migrate.planner import metadata, plan
from tests.property.catalogs import catalogs, grown_from


@given(catalogs(), catalogs())
def test_applying_the_difference_gives_the_other(old: Catalog, new: Catalog) -> None:
    changes = diff(old, new)
    assert apply(changes, old) == new.unordered
    assert apply(diff(new, old), new) == old.unordered
    assert (changes == ()) == (old.digest == new.digest) == (old.unordered == new.unordered)
    assert all(describe(change) for change in changes)


@given(catalogs(), st.randoms(use_true_random=False))
def test_a_catalog_does_not_differ_from_itself(catalog: Catalog, random: Random) -> None:
    tables = list(catalog.tables)
    random.shuffle(tables)
    assert diff(catalog, Catalog(tables=tuple(tables))) == ()
    assert Catalog.from_json(catalog.to_json()) == catalog


@given(st.data())
def test_a_catalog_that_grew_is_an_additive_migration(data: st.DataObject) -> None:
    old = data.draw(catalogs())
    new = settled(old, data.draw(grown_from(old)))
    changes = diff(old, new)
    assert all(map(is_additive, changes)), [describe(change) for change in changes]
    for statement in plan(changes):
        assert pglast.parse_sql(statement.sql)


@given(st.data())
def test_the_history_follows_a_catalog_that_grows(data: st.DataObject) -> None:
    history, sink, before = NOTHING, Sink(), Catalog()
    for number in range(1, 4):
        before = settled(before, data.draw(grown_from(before)))
        files = made(before)
        grown = extend(history, files, sink)
        assert len(grown.migrations) <= number
        assert list(grown.migrations.items())[: len(history.migrations)] == list(history.migrations.items())
        assert extend(committed(grown, files), files, sink).migrations == grown.migrations
        history = committed(grown, files)
        verify(history, sink)
        verify_state(history, sink)
        assert not sink.failed, sink.diagnostics
        assert all(len(name) <= 60 for name in history.migrations)
        assert all(pglast.parse_sql(text) for text in history.migrations.values())


def made(catalog: Catalog) -> dict[str, str]:
    """The outputs that a history is made from."""
    return {CATALOG: catalog.to_json(), SCHEMA: f"-- header\n\n{metadata()}\nCREATE TABLE a (a int);\n"}


def committed(history: History, files: dict[str, str]) -> History:
    """The history as the next run reads it."""
    return History(
        catalog=files[CATALOG], migrations=history.migrations, chain=history.files["postgres/migrations.sum"]
    )
