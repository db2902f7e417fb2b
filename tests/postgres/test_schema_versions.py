"""A database keeps a version of each definition that differs from the newest one that it has."""

from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from runtime import migrations, migrator, versions
from runtime.database import Connection
from runtime.definitions import Definition
from runtime.documents import Documents
from runtime.errors import TerminalError
from runtime.ingest import Ingest
from runtime.load import load_pending, receive
from runtime.progress import Quiet
from tests.postgres import catalog as demo
from tests.postgres.catalog import capture, game
from tests.support.definitions import column, definition, digest_of, table

PLAYS = table("d.plays", column("id"), column("inning"))
FIRST = definition(PLAYS)
SECOND = definition(table("d.plays", column("id"), column("inning", given_up="0002"), column("outs")))
THIRD = definition(table("d.plays", column("id", "text"), column("outs")), table("d.runs", column("id")))


def recorded(connection: Connection, *found: Definition) -> list[list[str]]:
    return [versions.record(connection, {"d.x": one}) for one in found]


def test_versions_are_recorded_once_and_in_order(connection: Connection) -> None:
    assert recorded(connection, FIRST, FIRST, SECOND, SECOND, THIRD, FIRST) == [
        ["d.x"],
        [],
        ["d.x"],
        [],
        *[["d.x"]] * 2,
    ]
    found = versions.versions(connection, "d.x")
    assert [(one.version, one.digest) for one in found] == [
        (number, digest_of(one)) for number, one in enumerate((FIRST, SECOND, THIRD, FIRST), 1)
    ]
    assert [(one.added, one.deprecated, one.breaking) for one in found] == [
        ([], [], []),
        (["d.plays.outs"], ["d.plays.inning"], []),
        (["d.runs"], [], ["d.plays.id", "d.plays.inning"]),
        (["d.plays.inning"], [], ["d.plays.id", "d.plays.outs", "d.runs"]),
    ]
    assert found[2].notes.splitlines() == [
        "breaking d.plays.id: bigint -> text",
        "breaking d.plays.inning: is gone",
    ]
    assert [digest_of(one.definition) for one in found] == [one.digest for one in found]
    assert [(one.tables, one.columns) for one in found] == [(1, 2), (1, 2), (2, 3), (1, 2)]


def test_a_database_that_skips_versions_gets_the_present_one(connection: Connection) -> None:
    recorded(connection, FIRST, THIRD)
    (_, last) = versions.versions(connection, "d.x")
    assert (last.version, last.added, last.breaking) == (
        2,
        ["d.plays.outs", "d.runs"],
        ["d.plays.id", "d.plays.inning"],
    )


def test_all_are_recorded_or_none(connection: Connection) -> None:
    broken = definition(PLAYS, urls=["what jsonb cannot hold: \0"])
    with pytest.raises(psycopg.errors.UntranslatableCharacter):
        versions.record(connection, {"a.x": FIRST, "b.x": broken})
    assert versions.newest(connection) == {}
    assert versions.pending(connection, {"a.x": FIRST, "b.x": SECOND}) == ["a.x", "b.x"]


def test_a_migration_records_them_when_the_schema_is_there(connection: Connection, tmp_path: Path) -> None:
    demo.write_migrations(tmp_path, demo.ddl(), "CREATE TABLE demo.a (a int);")
    files = migrations.read(tmp_path)
    found = {"a.x": FIRST, "b.x": SECOND}
    assert migrator.migrate(connection, files, definitions=found) == ("0002_step.sql", versions.STEP)
    assert migrator.migrate(connection, files, definitions=found) == ()
    found["b.x"] = THIRD
    assert migrator.migrate(connection, files, definitions=found) == (versions.STEP,)
    assert {name: one.version for name, one in versions.newest(connection).items()} == {"a.x": 1, "b.x": 2}


def test_a_database_without_the_table_is_told_to_migrate(connection: Connection) -> None:
    connection.execute("DROP TABLE metadata.schema_versions")
    assert versions.pending(connection, {"d.x": FIRST}) == ["d.x"]
    with pytest.raises(TerminalError, match=r"no `metadata\.schema_versions` yet") as caught:
        versions.newest(connection)
    assert caught.value.hint == "run `mlb-etl db migrate`"


def test_a_response_says_under_which_definition_it_was_accounted(ingest: Ingest) -> None:
    """NULL until it is loaded; loaded again under another definition, it says that one."""
    name = "demo.game"
    older, newer = (replace(demo.CATALOG, definitions={name: one}) for one in ("1" * 64, "2" * 64))
    connection = ingest.connection

    def said() -> list[tuple[str | None]]:
        return connection.execute("SELECT schema_digest FROM demo.game_v1 ORDER BY raw_id").fetchall()

    for pk, minute in ((7, 0), (7, 1), (8, 0)):
        ingest.capture(capture(name, game(pk, "Live", [], stamp=f"{minute}"), minute))
    assert said() == [(None,)] * 3
    load_pending(Documents(connection, older, ingest.archive), (), Quiet())
    assert said() == [(None,), ("1" * 64,), ("1" * 64,)]
    live = ingest.capture(capture(name, game(9, "Live", [], stamp="0")))
    assert live is not None
    receive(ingest, Documents(connection, newer, ingest.archive), live)
    assert said()[-1] == ("2" * 64,)
    load_pending(Documents(connection, newer, ingest.archive), (name,), Quiet(), force=True)
    assert said() == [(None,), *[("2" * 64,)] * 3]


def test_responses_are_counted_by_version(ingest: Ingest) -> None:
    connection, name = ingest.connection, "demo.game"
    versions.record(connection, {name: FIRST})
    versions.record(connection, {name: SECOND})
    for digest, pk in ((digest_of(FIRST), 1), (digest_of(SECOND), 2), (digest_of(SECOND), 3), ("gone", 4)):
        catalog = replace(demo.CATALOG, definitions={name: digest})
        ingest.capture(capture(name, game(pk, "Live", [])))
        load_pending(Documents(connection, catalog, ingest.archive), (name,), Quiet())
    ingest.capture(capture(name, game(5, "Live", [])))
    known = versions.versions(connection, name)
    assert versions.responses(connection, demo.CATALOG.operations[name], known) == {
        1: 1,
        2: 2,
        versions.NONE: 2,
    }
