"""Laws of the differ, on any two catalogs; laws of the history, on catalogs that grow."""

from dataclasses import replace
from itertools import accumulate
from random import Random

import pglast
from hypothesis import given
from hypothesis import strategies as st

from compiler.backends.postgres.metadata import metadata_script
from compiler.diagnostics import Sink
from compiler.ir.catalog import Catalog, Column, Table
from compiler.ir.settle import Before, settled
from compiler.migrate import CATALOG, NOTHING, History, apply, diff, extend, verify, verify_state
from compiler.migrate.changes import has_statement, is_refused
from compiler.migrate.changes.reverse import reverse
from compiler.migrate.history import SCHEMA
from compiler.migrate.planner import plan
from tests.property.catalogs import catalogs, grown_from, normalized_catalogs


@given(catalogs(), catalogs())
def test_applying_the_difference_gives_the_other(old: Catalog, new: Catalog) -> None:
    changes = diff(old, new)
    assert apply(changes, old).current == new.current.unordered
    assert apply(diff(new, old), new).current == old.current.unordered
    assert (changes == ()) == (old.current.unordered == new.current.unordered)
    assert any(map(has_statement, changes)) == (old.digest != new.digest)
    assert all(change.title.isprintable() and change.title and change.subject for change in changes)


@given(catalogs(), catalogs())
def test_a_change_is_taken_back(old: Catalog, new: Catalog) -> None:
    changes = diff(old, new)
    states = accumulate(changes, lambda state, change: apply([change], state), initial=old.unordered)
    for before, change in zip(states, changes, strict=False):
        back = reverse(change)
        if back is not None:
            assert apply([back], apply([change], before)) == before, change
            assert reverse(back) in (change, None)


@given(catalogs(), catalogs())
def test_a_catalog_of_the_first_form_tells_nothing_of_meaning(old: Catalog, new: Catalog) -> None:
    first = replace(Catalog.from_json(old.to_json()), tells_meaning=False)
    assert all(map(has_statement, diff(first, new)))
    assert first.digest == old.digest


@given(catalogs(), st.randoms(use_true_random=False))
def test_a_catalog_does_not_differ_from_itself(catalog: Catalog, random: Random) -> None:
    tables = list(catalog.tables)
    random.shuffle(tables)
    assert diff(catalog, replace(catalog, tables=tuple(tables))) == ()
    assert Catalog.from_json(catalog.to_json()) == catalog


@given(catalogs(), catalogs())
def test_databases_can_follow_any_catalog(old: Catalog, planned: Catalog) -> None:
    new = settled(Before(catalog=old, number="0002"), planned)
    changes = diff(old, new)
    refused = {change.subject for change in changes if is_refused(change)}
    assert not refused or raw_tables(old, planned), refused
    for statement in plan(changes, old) if not any(map(is_refused, changes)) else ():
        assert pglast.parse_sql(statement.sql) is not None
    assert settled(Before(catalog=new, number="0003"), planned).digest == new.digest


@given(normalized_catalogs(), normalized_catalogs())
def test_nothing_vanishes_but_what_is_named(old: Catalog, planned: Catalog) -> None:
    new = settled(Before(catalog=old, number="0002"), planned)
    assert all(survives(new, table, column) for table in old.tables for column in table.columns)
    given_up = frozenset(table.name for table in new.tables if table.given_up)
    left = settled(Before(catalog=new, number="0003", dropped=given_up), planned)
    assert {table.name for table in left.tables} == {table.name for table in planned.tables}
    assert not any(map(is_refused, diff(new, left)))


def survives(catalog: Catalog, table: Table, column: Column) -> bool:
    """Whether a column is still there with its values, in use or given up."""
    return any(
        known(found, table) and known(one, column) and one.type == column.type
        for found in catalog.tables
        for one in found.columns
    )


def known(found: Table | Column, thing: Table | Column) -> bool:
    return found.name == thing.name or (bool(found.given_up) and thing.name in found.was)


@given(st.data())
def test_the_history_follows_a_catalog_that_grows(data: st.DataObject) -> None:
    history, sink, before, planned = NOTHING, Sink(), Catalog(), Catalog()
    for number in range(1, 4):
        planned = data.draw(grown_from(planned) | normalized_catalogs())
        before = settled(Before(catalog=before, number=history.next_number), planned)
        files = made(before)
        grown = extend(history, files, sink)
        assert len(grown.migrations) <= 2 * number
        assert list(grown.migrations.items())[: len(history.migrations)] == list(history.migrations.items())
        assert extend(committed(grown, files), files, sink).migrations == grown.migrations
        history = committed(grown, files)
        verify(history, sink)
        verify_state(history, sink)
        assert not sink.failed, sink.diagnostics
        assert all(len(name) <= 60 for name in history.migrations)
        assert all(pglast.parse_sql(text) for text in history.migrations.values())


def raw_tables(*given: Catalog) -> set[str]:
    return {table.name for catalog in given for table in catalog.tables if table.kind == "raw"}


def made(catalog: Catalog) -> dict[str, str]:
    """The outputs that a history is made from."""
    return {
        CATALOG: catalog.to_json(),
        SCHEMA: f"-- header\n\n{metadata_script()}\nCREATE TABLE a (a int);\n",
    }


def committed(history: History, files: dict[str, str]) -> History:
    """The history as the next run reads it."""
    return History(
        catalog=files[CATALOG], migrations=history.migrations, chain=history.files["postgres/migrations.sum"]
    )
