"""Errors, migrations on disk, recipes, the registry, progress, and rows in files."""

import sys
from datetime import date
from pathlib import Path

import orjson
import pytest
from rich.console import Console

from runtime import jobs, migrations, registry
from runtime.engines import Chosen
from runtime.errors import DataError, TerminalError, redact
from runtime.export import transform_files
from runtime.job import Operation
from runtime.partitions import partition_name, range_of
from runtime.progress import Lines, Quiet, Terminal, for_stderr
from runtime.registry import Generated, find
from tests.postgres.catalog import CATALOG, game, play


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("postgresql://mlb:s3cr3t@host/db", "s3cr3t"),
        ("cannot reach https://user:to%40ken@example.com/simple", "to%40ken"),
        ("host=x password=s3cr3t user=y", "s3cr3t"),
        ("host=x password='s3 cr3t' user=y", "s3 cr3t"),
        ("PGPASSWORD=s3cr3t psql", "s3cr3t"),
    ],
)
def test_secrets_are_hidden(text: str, hidden: str) -> None:
    assert hidden not in redact(text)
    assert hidden not in str(TerminalError(text, where=text, hint=text))


def test_an_error_says_what_where_and_what_to_do() -> None:
    error = DataError("no such file", where="a.json", hint="look elsewhere")
    assert str(error) == "no such file\n  --> a.json\n  = help: look elsewhere"
    assert (error.exit_code, TerminalError("x").exit_code) == (1, 2)


def test_migrations_are_chained(tmp_path: Path) -> None:
    folder = tmp_path / "migrations"
    folder.mkdir()
    with pytest.raises(TerminalError, match="no migrations"):
        migrations.read(tmp_path)
    (folder / "0001_a.sql").write_text("SELECT 1;")
    with pytest.raises(TerminalError, match="no hash chain"):
        migrations.read(tmp_path)
    chain = migrations.link("", b"SELECT 1;")
    (tmp_path / "migrations.sum").write_text(f"{chain}  0001_a.sql\n")
    [only] = migrations.read(tmp_path)
    assert (only.name, only.chain, only.transactional) == ("0001_a.sql", chain, True)
    (folder / "0001_a.sql").write_text("SELECT 2;")
    with pytest.raises(TerminalError, match="first at 0001_a"):
        migrations.read(tmp_path)


def test_statements_are_split_where_they_end() -> None:
    text = "-- a; b\nSELECT ';', \";\"; /* ; */ SELECT $x$ ; $x$;\nSELECT 'it''s;'; "
    found = list(migrations.statements(text))
    assert [statement.rpartition("SELECT")[2].strip() for statement in found] == [
        "';', \";\"",
        "$x$ ; $x$",
        "'it''s;'",
    ]


def test_recipes(tmp_path: Path) -> None:
    assert jobs.recipe("demo").steps[0] is jobs.Step.PULL
    with pytest.raises(TerminalError, match="unknown job `dmeo`") as caught:
        jobs.recipe("dmeo")
    assert caught.value.hint == "did you mean `demo`?"
    for text, message in (
        ("{", "not YAML"),
        ("- a", "and nothing else"),
        ("about: x\nsteps: [pull]\nmore: 1", "and nothing else"),
        ("about: x\nsteps: [fly]", "unknown step `fly`"),
    ):
        (tmp_path / "bad.yaml").write_text(text)
        with pytest.raises(TerminalError, match=message):
            jobs.recipes(tmp_path)


def test_an_unknown_operation_has_near_names() -> None:
    with pytest.raises(TerminalError) as caught:
        find(CATALOG, "demo.gmae")
    assert "`demo.game`" in (caught.value.hint or "")


def test_missing_generated_code_says_what_to_do() -> None:
    missing = Generated(
        {"a.b": Operation(name="a.b", raw_table="a.b", raw_keys=(), local="generated.nowhere")}
    )
    with pytest.raises(TerminalError, match="no generated module") as caught:
        missing.job("a.b")
    assert "make generate" in (caught.value.hint or "")


def test_the_digest_of_a_transform_covers_what_it_imports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = registry.generated(Path(__file__).parents[3])
    for name in registry.with_tables(catalog):
        assert len(catalog.digest(name)) == 64
        job = catalog.job(name)
        assert job is not None
        assert job.operation == name
    assert {*catalog.operations} - {*registry.with_tables(catalog)} == {"game.liveGameDiffPatchV1"}


def test_names_and_bounds_of_partitions() -> None:
    month, year = (range_of(date(1876, 4, 22), every) for every in ("month", "year"))
    assert partition_name("seasons", month) == "seasons_y1876m04"
    assert partition_name("seasons", year) == "seasons_y1876"
    long = partition_name("x" * 60, month)
    assert len(long.encode()) <= 63
    assert long != partition_name("x" * 61, month)
    assert len(partition_name("é" * 31, month).encode()) <= 63
    assert range_of(date(2100, 12, 31), "month").bounds == ("2100-12-01", "2101-01-01")
    assert (year.bounds, range_of(date.min, "year").bounds[0]) == (("1876-01-01", "1877-01-01"), "0001-01-01")


def test_progress_passes_items_on() -> None:
    for reporter in (Quiet(), Lines(Console(quiet=True), every=0.0), Terminal(Console(quiet=True))):
        reporter.note("a")
        reporter.finding("b [c]")
        assert list(reporter.track("work", [1, 2, 3])) == [1, 2, 3]
    assert isinstance(for_stderr(quiet=True), Quiet)


@pytest.fixture
def body(tmp_path: Path) -> str:
    path = tmp_path / "game.json"
    document = game(7, "Final", [play(0, speed=95), play(1)], weather={"temp": "78"}, tags=["a"])
    path.write_bytes(orjson.dumps(document))
    return str(path)


def test_tables_in_ndjson(tmp_path: Path, body: str) -> None:
    written = transform_files(
        CATALOG, "demo.game", [body], engine=Chosen("local"), to=tmp_path / "out", form="ndjson"
    )
    assert written == {"demo.games": 1, "demo.plays": 2}
    [line] = (tmp_path / "out/demo.games.ndjson").read_bytes().splitlines()
    assert orjson.loads(line) == {
        "game_pk": 7,
        "state": "Final",
        "played": "2024-07-12",
        "weather": {"temp": "78"},
        "tags": ["a"],
    }


def test_tables_in_parquet(tmp_path: Path, body: str) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    transform_files(CATALOG, "demo.game", [body], engine=Chosen("local"), to=tmp_path, form="parquet")
    [row] = parquet.read_table(tmp_path / "demo.games.parquet").to_pylist()
    assert (row["played"], row["weather"], row["tags"]) == (date(2024, 7, 12), '{"temp":"78"}', ["a"])
    assert parquet.read_table(tmp_path / "demo.plays.parquet").num_rows == 2


def test_what_cannot_be_transformed(tmp_path: Path, body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(operation: str, file: str, engine: str = "local") -> None:
        transform_files(CATALOG, operation, [file], engine=Chosen(engine), to=tmp_path, form="ndjson")

    with pytest.raises(DataError, match="has no tables"):
        run("demo.other", body)
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(DataError, match="truncated"):
        run("demo.game", str(tmp_path / "bad.json"))
    (tmp_path / "other.json").write_text('{"endpoint": "demo", "method": "schedule", "response": {}}')
    with pytest.raises(DataError, match="not of demo"):
        run("demo.game", str(tmp_path / "other.json"))

    monkeypatch.delitem(sys.modules, "runtime.spark.engine", raising=False)
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(TerminalError, match="needs `pyspark"):
        run("demo.game", body, engine="spark")
