"""Files of every kind -> tables in files, by Spark: what the local engine writes, also where files are bad."""

import gzip
import json
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import fastavro
import orjson
import pytest

from runtime import accounts
from runtime.avro import Codec
from runtime.errors import TerminalError
from runtime.export import Export, Exported, wanted
from runtime.export import transform_files as by_local
from runtime.progress import Quiet
from runtime.registry import find, generated
from runtime.responses import files
from runtime.spark.settings import Settings

ROOT = Path(__file__).parents[2]
OPERATION = "season.seasons"
TABLE = "season.seasons_normalized"
ENVELOPE = {"endpoint": "season", "method": "seasons", "captured_at": "2024-07-12T18:40:00Z"}


def season(year: int, **more: object) -> dict:
    return {"seasonId": str(year), "regularSeasonStartDate": f"{year}-04-01", "hasWildcard": True} | more


def envelope(year: int, **more: object) -> bytes:
    query = {"season": str(year), "sportId": "1"}
    return orjson.dumps(ENVELOPE | {"query_params": query, "response": {"seasons": [season(year, **more)]}})


@pytest.fixture(scope="module")
def export() -> Export:
    return wanted(generated(ROOT), OPERATION, (), "parquet")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every kind of file: with good responses, and with bad ones between them."""
    there = tmp_path_factory.mktemp("responses")
    for year in range(1901, 1906):
        (there / f"{year}.json").write_bytes(envelope(year))
    (there / "1910.json.gz").write_bytes(gzip.compress(envelope(1910, unknown={"a": [1]})))
    lines = [envelope(year) for year in range(1920, 1960)]
    lines[7:7] = [b"", b'{"seasons": [', b'{"endpoint": "team", "method": "teams", "response": {}}', b"\xff"]
    (there / "lines.ndjson").write_bytes(b"\n".join(lines))
    (there / "members.jsonl.gz").write_bytes(
        b"".join(gzip.compress(envelope(year) + b"\n") for year in range(1960, 1990))
    )
    whole = gzip.compress(b"\n".join(envelope(year) for year in range(1990, 2020)))
    (there / "one.ndjson.gz").write_bytes(whole)
    (there / "truncated.ndjson.gz").write_bytes(whole[: len(whole) // 2])
    (there / "truncated.json.gz").write_bytes(gzip.compress(envelope(1990))[:-5])
    archive(
        there / "archive.avro", "season/seasons", [{"seasons": [season(year)]} for year in range(2020, 2060)]
    )
    archive(there / "other.avro", "team/teams", [{"teams": []}])
    (there / "none.avro").write_bytes(b"Obj")
    (there / ".hidden.json").write_bytes(b"{")
    return there


def archive(path: Path, schema: str, documents: list, *, newer: bool = False) -> None:
    said = json.loads((ROOT / f"generated/avro/{schema}.avsc").read_text("utf-8"))
    if newer:
        said["fields"].insert(0, {"name": "fromTheFuture", "type": ["null", "string"], "default": None})
    codec = Codec(said)
    with path.open("wb") as stream:
        data = [codec.datum(document) for document in documents]
        fastavro.writer(stream, said, data, strict=True, sync_interval=500)


def by_spark(spark, export: Export, given: str, to: str, batch: int = 50) -> Exported:
    from runtime.spark.export import transform_files

    return transform_files(
        export, files(given), to, Settings(master="local[2]", cores=2, batch=batch), Quiet()
    )


def rows(path: Path | str) -> list:
    """Return the rows of a file or a folder of them."""
    import pyarrow.dataset

    return sorted(map(repr, pyarrow.dataset.dataset(path, format="parquet").to_table().to_pylist()))


@pytest.fixture(scope="module")
def both(spark, export, folder, tmp_path_factory) -> tuple[Exported, Exported, Path]:
    to = tmp_path_factory.mktemp("both")
    local = by_local(export, files(str(folder)), str(to / "local"))
    return local, by_spark(spark, export, str(folder), str(to / "spark")), to


def test_both_engines_write_the_same(both, export) -> None:
    local, spark, to = both
    assert local.documents == spark.documents == 149
    assert (local.tables, local.leaves) == (spark.tables, spark.leaves)
    assert sorted(local.dead_letters) == sorted(spark.dead_letters)
    for table in export.files:
        assert rows(to / f"local/{table.name}.parquet") == rows(to / f"spark/{table.name}"), table.name


def test_what_is_no_document_is_said_with_its_place(both, folder) -> None:
    said = dict(line.split(": ", 1) for line in both[1].dead_letters)
    assert "not JSON" in said[f"{folder}/lines.ndjson:9"] or "truncated" in said[f"{folder}/lines.ndjson:9"]
    assert "team.teams" in said[f"{folder}/lines.ndjson:10"]
    assert "UTF-8" in said[f"{folder}/lines.ndjson:11"]
    assert "damaged gzip" in said[f"{folder}/truncated.json.gz"]
    assert any("truncated.ndjson.gz:" in place and "damaged" in why for place, why in said.items())
    assert "mlb.team.teams" in said[f"{folder}/other.avro:1"]
    assert "Avro" in said[f"{folder}/none.avro:1"]
    assert len(said) == 7


def test_nothing_but_tables_is_left(both) -> None:
    to = both[2] / "spark"
    assert not list(to.glob(".*"))
    assert {path.suffix for path in to.rglob("*") if path.is_file()} == {".parquet"}


def test_an_archive_by_a_newer_schema(spark, export, tmp_path) -> None:
    documents = [{"fromTheFuture": "x", "seasons": [season(1999)]}]
    archive(tmp_path / "new.avro", "season/seasons", documents, newer=True)
    by_spark(spark, export, str(tmp_path / "new.avro"), str(tmp_path / "out"))
    [rescued] = rows(tmp_path / f"out/{accounts.RESCUED.name}")
    assert "'/fromTheFuture'" in rescued


def test_a_run_replaces_its_tables_and_old_partitions(spark, export, tmp_path) -> None:
    (tmp_path / "a.json").write_bytes(envelope(1999))
    stale = tmp_path / f"out/{TABLE}/game_date_year=1999"
    stale.mkdir(parents=True)
    (stale / "part-00000.parquet").write_bytes(b"old")
    (tmp_path / f"out/{TABLE}.parquet").write_bytes(b"old")
    (tmp_path / "out/mine.txt").write_text("stays")
    by_spark(spark, export, str(tmp_path / "a.json"), str(tmp_path / "out"))
    assert [path.name for path in (tmp_path / f"out/{TABLE}").iterdir()] == ["part-00000.parquet"]
    assert not (tmp_path / f"out/{TABLE}.parquet").exists()
    assert (tmp_path / "out/mine.txt").read_text() == "stays"


def test_rows_that_do_not_add_up_are_not_published(spark, export, tmp_path, monkeypatch) -> None:
    from runtime.spark.documents import Documents

    (tmp_path / "a.json").write_bytes(envelope(1999))
    out = tmp_path / "out"
    by_spark(spark, export, str(tmp_path / "a.json"), str(out))
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    rows_of = Documents.rows
    monkeypatch.setattr(Documents, "rows", lambda self, table: rows_of(self, table) + (table == TABLE))
    with pytest.raises(TerminalError, match="rows for") as raised:
        by_spark(spark, export, str(tmp_path / "a.json"), str(out))
    assert "nothing was published" in str(raised.value)
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_a_batch_that_comes_again_replaces_its_own(spark, export, tmp_path) -> None:
    from functools import partial

    from runtime.registry import job_of, spark_job
    from runtime.spark.documents import transformed
    from runtime.spark.export import write_batch
    from runtime.spark.reading import captures, surveyed

    (tmp_path / "lines.ndjson").write_bytes(b"\n".join(envelope(year) for year in range(1950, 1970)))
    operation = find(generated(ROOT), OPERATION)
    stretches = surveyed(spark, files(str(tmp_path / "lines.ndjson")), operation, 2)
    read = captures(spark, stretches, operation, 2)
    with transformed(read, partial(job_of, operation), spark_job(operation)) as documents:
        for name in ("batch-1", "batch-1", "batch-2"):
            write_batch(export, documents, str(tmp_path / "out"), name)
    assert len(rows(tmp_path / f"out/{TABLE}")) == 40


def test_pandas_and_duckdb_read_what_the_local_engine_writes_as_lines(both, folder, export) -> None:
    duckdb = pytest.importorskip("duckdb")
    pandas = pytest.importorskip("pandas")
    to = both[2]
    lines = wanted(generated(ROOT), OPERATION, (), "ndjson")
    by_local(lines, files(str(folder)), str(to / "lines"))
    expected = [orjson.loads(line) for line in (to / f"lines/{TABLE}.ndjson").read_bytes().splitlines()]
    found = duckdb.sql(f"SELECT * FROM '{to}/spark/{TABLE}/*.parquet'")
    names = [column[0] for column in found.description]
    by_duckdb = [dict(zip(names, map(plain, row), strict=True)) for row in found.fetchall()]
    assert sorted(map(repr, by_duckdb)) == sorted(map(repr, expected))
    frame = pandas.read_parquet(to / f"spark/{TABLE}", dtype_backend="pyarrow")
    by_pandas = [
        {name: plain(None if cell is pandas.NA else cell) for name, cell in row.items()}
        for row in frame.to_dict("records")
    ]
    assert sorted(map(repr, by_pandas)) == sorted(map(repr, expected))


def plain(cell: object) -> object:
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return cell.isoformat() if isinstance(cell, date) else cell


@pytest.mark.slow
def test_tasks_that_die_and_are_tried_again_write_nothing_twice(tmp_path) -> None:
    """Another session: this one has no second try."""
    lines = b"\n".join(envelope(year) for year in range(1920, 1960))
    (tmp_path / "lines.ndjson").write_bytes(lines)
    given = [str(tmp_path / name) for name in ("lines.ndjson", "out", "died")]
    command = [sys.executable, "-m", "tests.spark.faulty_export", *given]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "died").exists()
    assert len(rows(tmp_path / f"out/{TABLE}")) == len({*rows(tmp_path / f"out/{TABLE}")}) == 40
    assert not list((tmp_path / "out").glob(".*"))
