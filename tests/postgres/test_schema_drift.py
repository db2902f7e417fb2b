"""`mlb-etl db drift`: every change that somebody made by hand is found with its name, and nothing else is."""

from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from compiler.backends.postgres import script
from compiler.backends.postgres.ddl import create_table
from compiler.diagnostics import Sink
from compiler.ir.catalog import Catalog, Column, Index, Partitioning, Table
from compiler.ir.settle import Before, settled
from compiler.migrate import CATALOG, NOTHING, SUM, extend
from compiler.migrate.history import SCHEMA
from runtime import migrations, migrator, partitions, retention, views
from runtime.cli.main import run_cli
from runtime.database import Connection, opened
from runtime.errors import TerminalError
from runtime.schema_drift import schema_drift
from tests.property.catalogs import normalized_catalogs
from tests.property.strategies import few

NewDatabase = Callable[..., AbstractContextManager[str]]
GENERATED = Path(__file__).parents[2] / "generated"
EMPTY = "template1"
PLAYS = "game.live_game_plays"


@pytest.fixture(scope="module")
def installed(new_database: NewDatabase) -> Iterator[Connection]:
    """A database with the committed schema and views; tests take back what they change."""
    with new_database(template=EMPTY) as url, opened(url) as connection:
        migrator.migrate(
            connection, migrations.read(GENERATED / "postgres"), lambda _: None, views.read(GENERATED)
        )
        yield connection


@contextmanager
def taken_back(connection: Connection) -> Generator[None]:
    with connection.transaction(force_rollback=True):
        yield


def found(connection: Connection, generated: Path = GENERATED) -> list[tuple[str, str]]:
    return [(one.object, one.kind) for one in schema_drift(connection, generated)]


def test_a_fresh_install_has_no_drift(installed: Connection) -> None:
    assert schema_drift(installed, GENERATED) == ()
    left = installed.execute("SELECT count(*) FROM pg_class WHERE relnamespace = pg_my_temp_schema()")
    assert left.fetchone() == (0,)


def test_partitions_of_loads_are_no_drift(installed: Connection) -> None:
    with taken_back(installed):
        made = partitions.Partitions(installed)
        for moment in (datetime(2024, 7, 12, tzinfo=UTC), datetime(1901, 12, 31, tzinfo=UTC)):
            made.ensure("game.live_game_v1", moment)
        for day in (date(2024, 7, 12), date(9999, 1, 1)):
            partitions.create(installed, PLAYS, partitions.range_of(day, "year"))
        assert found(installed) == []


def test_a_detached_partition_is_no_drift(new_database: NewDatabase, installed: Connection) -> None:
    with taken_back(installed):
        partitions.create(installed, PLAYS, partitions.Range(2014))
        (one,) = retention.partitions(installed, (PLAYS,))
        installed.execute(f"ALTER TABLE {PLAYS} DETACH PARTITION {one.name}".encode())
        assert found(installed) == [(one.name, "unknown-table")]
        installed.execute(
            "INSERT INTO metadata.detached_partitions (table_name, partition_name, first_day, end_day)"
            " VALUES (%s, %s, '2014-01-01', '2015-01-01')",
            (PLAYS, one.name.partition(".")[2]),
        )
        assert found(installed) == []


PARTITION = f"CREATE TABLE game.odd PARTITION OF {PLAYS} "
BY_HAND = [
    (f"DROP TABLE {PLAYS} CASCADE", (PLAYS, "missing-table")),
    (f"ALTER TABLE {PLAYS} RENAME TO other", ("game.other", "unknown-table")),
    (f"ALTER TABLE {PLAYS} ADD COLUMN mine text", (f"{PLAYS}.mine", "unknown-column")),
    ("ALTER TABLE metadata.documents DROP COLUMN counts", ("metadata.documents.counts", "missing-column")),
    (
        "ALTER TABLE metadata.documents ALTER COLUMN sha256 TYPE varchar(64)",
        ("metadata.documents.sha256", "type"),
    ),
    (
        "ALTER TABLE season.seasons ALTER COLUMN status_code TYPE bigint",
        ("season.seasons.status_code", "type"),
    ),
    (
        'ALTER TABLE metadata.documents ALTER COLUMN sha256 TYPE text COLLATE "C"',
        ("metadata.documents.sha256", "type"),
    ),
    ("ALTER TABLE metadata.documents SET UNLOGGED", ("metadata.documents", "unlogged")),
    (
        (
            "CREATE TRIGGER mine BEFORE UPDATE ON metadata.documents FOR EACH ROW"
            " EXECUTE FUNCTION suppress_redundant_updates_trigger()"
        ),
        ("metadata.documents", "unknown-trigger"),
    ),
    (f"ALTER TABLE {PLAYS} ALTER COLUMN raw_id DROP NOT NULL", (f"{PLAYS}.raw_id", "nullability")),
    (
        "ALTER TABLE season.seasons ALTER COLUMN url SET NOT NULL",
        ("season.seasons.url", "nullability"),
    ),
    (f"ALTER TABLE {PLAYS} ALTER COLUMN inning SET DEFAULT 1", (f"{PLAYS}.inning", "default")),
    (
        "ALTER TABLE game.live_game_v1 ALTER COLUMN raw_id DROP DEFAULT",
        ("game.live_game_v1.raw_id", "default"),
    ),
    (
        "ALTER TABLE game.live_game_v1 ALTER COLUMN ingested_at SET DEFAULT clock_timestamp()",
        ("game.live_game_v1.ingested_at", "default"),
    ),
    (
        "ALTER TABLE metadata.job_executions ALTER COLUMN execution_id DROP IDENTITY",
        ("metadata.job_executions.execution_id", "default"),
    ),
    (
        "ALTER TABLE metadata.dead_letters DROP CONSTRAINT dead_letters_content_key",
        ("metadata.dead_letters", "missing-constraint"),
    ),
    (
        "ALTER TABLE season.seasons DROP CONSTRAINT seasons_pkey",
        ("season.seasons", "missing-constraint"),
    ),
    (
        "ALTER TABLE season.seasons RENAME CONSTRAINT seasons_pkey TO k",
        ("season.seasons", "unknown-constraint"),
    ),
    ("ALTER TABLE season.seasons ADD CHECK (raw_id > 0)", ("season.seasons", "unknown-constraint")),
    ("ALTER TABLE season.seasons ADD CHECK (raw_id > 0) NOT VALID", ("season.seasons", "unknown-constraint")),
    ("CREATE INDEX mine ON season.seasons (raw_id)", ("season.seasons", "unknown-index")),
    (
        "DROP INDEX metadata.documents_raw_id_idx",
        ("metadata.documents", "missing-index"),
    ),
    (
        (
            "DROP INDEX metadata.documents_raw_id_idx;"
            " CREATE UNIQUE INDEX documents_raw_id_idx ON metadata.documents (raw_id)"
        ),
        ("metadata.documents", "index"),
    ),
    (
        (
            "DROP INDEX metadata.documents_raw_id_idx;"
            " CREATE INDEX documents_raw_id_idx ON metadata.documents (raw_id DESC)"
        ),
        ("metadata.documents", "index"),
    ),
    (
        (
            "DROP INDEX metadata.documents_raw_id_idx;"
            " CREATE INDEX documents_raw_id_idx ON metadata.documents (raw_id) WHERE raw_id > 0"
        ),
        ("metadata.documents", "index"),
    ),
    (f"COMMENT ON TABLE {PLAYS} IS 'mine'", (PLAYS, "comment")),
    (f"COMMENT ON TABLE {PLAYS} IS NULL", (PLAYS, "comment")),
    (f"COMMENT ON COLUMN {PLAYS}.inning IS 'mine'", (f"{PLAYS}.inning", "comment")),
    ("COMMENT ON SEQUENCE metadata.raw_id_seq IS 'mine'", ("metadata.raw_id_seq", "comment")),
    ("CREATE TABLE game.mine (a int)", ("game.mine", "unknown-table")),
    ("CREATE TABLE metadata.mine (a int)", ("metadata.mine", "unknown-table")),
    ("CREATE VIEW mart.mine AS SELECT 1", ("mart.mine", "unknown-view")),
    ("CREATE SEQUENCE game.mine", ("game.mine", "unknown-sequence")),
    (
        "CREATE FUNCTION game.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        ("game.mine", "unknown-function"),
    ),
    ("DROP VIEW game.latest_live CASCADE", ("game.latest_live", "missing-view")),
    (
        "CREATE OR REPLACE VIEW game.live_game_umpires AS TABLE game.live_game_umpires",
        ("game.live_game_umpires", "view"),
    ),
    (
        "CREATE OR REPLACE FUNCTION metadata.analyze_for_views() RETURNS void LANGUAGE sql AS 'SELECT'",
        ("metadata.analyze_for_views", "function"),
    ),
    ("DROP INDEX mart.pitches_game_date_idx", ("mart.pitches", "missing-index")),
    ("UPDATE metadata.views SET digest = 'x'", ("views", "views")),
    (PARTITION + "DEFAULT", ("game.odd", "partition")),
    (PARTITION + "FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')", ("game.odd", "partition")),
    (
        f"CREATE TABLE {PLAYS}_y2024 PARTITION OF {PLAYS} FOR VALUES FROM ('2024-01-01') TO ('2024-07-01')",
        (f"{PLAYS}_y2024", "partition"),
    ),
    (
        (
            f"CREATE TABLE {PLAYS}_y2024 PARTITION OF {PLAYS} FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');"
            f" CREATE INDEX mine ON {PLAYS}_y2024 (inning)"
        ),
        (f"{PLAYS}_y2024", "unknown-index"),
    ),
    (
        (
            "CREATE TABLE game.other (LIKE season.seasons); ALTER TABLE season.seasons RENAME TO s;"
            " ALTER TABLE game.other SET SCHEMA season; ALTER TABLE season.other RENAME TO seasons"
        ),
        ("season.seasons", "missing-constraint"),
    ),
]


@pytest.mark.parametrize(("change", "expected"), BY_HAND, ids=[change[:60] for change, _ in BY_HAND])
def test_what_somebody_did_by_hand_is_found(
    installed: Connection, change: str, expected: tuple[str, str]
) -> None:
    with taken_back(installed):
        installed.execute(change.encode())
        assert expected in found(installed)


@pytest.mark.parametrize(
    "change",
    [
        f"ALTER TABLE {PLAYS} ADD COLUMN mine text",
        f"ALTER TABLE {PLAYS} ALTER COLUMN raw_id DROP NOT NULL",
        f"ALTER TABLE {PLAYS} ALTER COLUMN inning SET DEFAULT 1",
        f"COMMENT ON COLUMN {PLAYS}.inning IS 'it''s'",
        "ALTER TABLE metadata.documents DROP COLUMN transform_digest",
        "ALTER TABLE season.seasons DROP CONSTRAINT seasons_pkey",
        "ALTER TABLE metadata.quality_results DROP CONSTRAINT quality_results_severity_check",
    ],
)
def test_the_advice_puts_it_right(installed: Connection, change: str) -> None:
    with taken_back(installed):
        installed.execute(change.encode())
        (one,) = [one for one in schema_drift(installed, GENERATED) if one.kind != "column-order"]
        installed.execute((one.advice.rpartition(";")[0] or one.advice).encode())
        assert [kind for _, kind in found(installed) if kind != "column-order"] == []


# ---------------------------------------------------------------------------------------- migrated, odd names

LONG = "x" * 63
ODD = Table(
    name='odd."end',
    kind="normalized",
    operation="game.a",
    columns=(
        Column(name="end", type="bigint", nullable=False, comment="$.it's\t a \\ back"),
        Column(name="Größe", type="text[]", nullable=True),
        Column(name=LONG, type="timestamptz", nullable=True, comment="$.x"),
        Column(name='a"b', type="date", nullable=False, default="'2024-01-01'"),
    ),
    key=("end",),
    key_name="Odd key",
    indexes=(Index(name="i" * 63, columns=("Größe", LONG)), Index(name="user", columns=("end",))),
    partitioning=Partitioning(column='a"b', every="month"),
    comment="100% of $.plays[*]",
)


def test_a_migrated_database_has_no_drift(new_database: NewDatabase, tmp_path: Path) -> None:
    less = replace(ODD, columns=ODD.columns[:1] + ODD.columns[2:], indexes=ODD.indexes[1:], comment="")
    other = replace(ODD, columns=(*ODD.columns[:2], replace(ODD.columns[2], type="jsonb"), ODD.columns[3]))
    more = replace(ODD, name="odd." + "t" * 63, key_name="k" * 63, indexes=(), partitioning=None)
    raw = replace(more, name="odd.raw", kind="raw", key_name="raw_pkey", partitioning=None)
    plans = [[less, raw], [ODD, more], [other, replace(raw, columns=(*raw.columns, ODD.columns[1]))], [more]]
    with new_database(template=EMPTY) as url, opened(url) as connection:
        for files in histories([Catalog(tables=tuple(tables)) for tables in plans], tmp_path):
            migrator.migrate(connection, files)
            partitions.create(connection, ODD.name, partitions.Range(2024, 12))
            assert schema_drift(connection, tmp_path) == ()
        connection.execute('COMMENT ON COLUMN odd."""end"."Größe" IS \'mine\'')
        (one,) = schema_drift(connection, tmp_path)
        connection.execute(one.advice.encode())
        assert schema_drift(connection, tmp_path) == ()


def histories(plans: list[Catalog], folder: Path) -> Iterator[tuple[migrations.Migration, ...]]:
    """Write what `generate` would for each plan after the other, and yield the migrations."""
    history, sink = NOTHING, Sink()
    for plan in plans:
        catalog = settled(Before(catalog=history.state, number=history.next_number), plan)
        files = write_files(folder, catalog)
        grown = extend(history, files, sink)
        assert not sink.failed, [(one.message, one.notes) for one in sink.diagnostics]
        history = replace(grown, catalog=files[CATALOG], chain=grown.files[SUM])
        for path, text in history.files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(text.encode())
        yield migrations.read(folder / "postgres")


MADE = "ARRAY(SELECT nspname FROM pg_namespace WHERE nspname IN ('game', 'season'))"
"""The schemas that a migration would have made."""


@settings(few, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(old=normalized_catalogs(), new=normalized_catalogs())
def test_drift_is_what_the_scripts_differ_in(blank: Connection, old: Catalog, new: Catalog) -> None:
    with taken_back(blank), TemporaryDirectory() as folder:
        blank.execute(f"{migrator.BOOTSTRAP} {script(old)}".encode())
        blank.execute(
            f"INSERT INTO metadata.schema_migrations VALUES ('', '', '', {MADE}, now(), 0)".encode()
        )
        for catalog in (old, new, replace(new, tables=new.tables[:-1])):
            texts = [{create_table(table) for table in one.tables} for one in (old, catalog)]
            write_files(Path(folder), catalog)
            assert bool(schema_drift(blank, Path(folder))) == (texts[0] != texts[1])


@pytest.fixture(scope="module")
def blank(new_database: NewDatabase) -> Iterator[Connection]:
    """An empty database."""
    with new_database(template=EMPTY) as url, opened(url) as connection:
        yield connection


def write_files(folder: Path, catalog: Catalog) -> dict[str, str]:
    """Write what the compiler emits for a catalog, as far as drift reads it."""
    files = {CATALOG: catalog.to_json(), SCHEMA: f"-- header\n\n{script(catalog)}"}
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text.encode())
    return files


# ------------------------------------------------------------------------------------------------ the verb


def test_the_verb_says_it_and_what_to_do(
    installed: Connection, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLB_DATABASE_URL", installed.info.dsn + f" password={installed.info.password}")
    root = str(GENERATED.parent)
    assert run_cli(["-C", root, "db", "drift"]) == 0
    assert capsys.readouterr() == ("", "no drift: as the files say\n")
    installed.execute(f"COMMENT ON COLUMN {PLAYS}.inning IS 'mine'".encode())
    try:
        assert run_cli(["-C", root, "db", "drift"]) == 1
        out = capsys.readouterr().out
        assert out.startswith(f"{PLAYS}.inning: has another comment\n  COMMENT ON COLUMN ")
        assert run_cli(["-C", root, "db", "drift", "--json"]) == 1
        assert orjson.loads(capsys.readouterr().out)["kind"] == "comment"
    finally:
        for one in schema_drift(installed, GENERATED):
            installed.execute(one.advice.encode())
    assert found(installed) == []


def test_a_database_without_temporary_tables_is_an_error(installed: Connection) -> None:
    with taken_back(installed):
        installed.execute("SET TRANSACTION READ ONLY")
        with pytest.raises(TerminalError, match="temporary tables cannot be made"):
            schema_drift(installed, GENERATED)


def test_a_database_that_is_behind_is_migrated_first(
    new_database: NewDatabase, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with new_database(template=EMPTY) as url:
        monkeypatch.setenv("MLB_DATABASE_URL", url)
        assert run_cli(["-C", str(GENERATED.parent), "db", "drift"]) == 2
        assert "run `mlb-etl db migrate`" in capsys.readouterr().err
