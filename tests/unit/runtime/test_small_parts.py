"""Errors, migrations on disk, recipes, the registry, and progress."""

from datetime import date
from pathlib import Path

import pytest
from rich.console import Console

from runtime import jobs, migrations, registry
from runtime.errors import DataError, TerminalError, redact
from runtime.job import Operation
from runtime.partitions import partition_name, range_of
from runtime.progress import Lines, Quiet, Terminal, for_stderr
from runtime.registry import Generated, find
from tests.postgres.catalog import CATALOG


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
