"""What a stream takes of the raw tier, batch by batch: asked as Spark asks, without Spark."""

import pickle
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from pyspark.sql.streaming.datasource import ReadAllAvailable, ReadMaxRows

from runtime.errors import TerminalError, TransientError
from runtime.job import Conformed
from runtime.spark.stream import TABLES, Reader, Streamed
from tests.spark_postgres.snapshots import LINESCORE, ROOT, ingest, linescores, load_at_once

pytestmark = [pytest.mark.spark, pytest.mark.postgres]


@pytest.fixture
def url(
    new_database: Callable[..., AbstractContextManager[str]],
    project_template: str,
    season_games: tuple[Conformed, ...],
    tmp_path: Path,
) -> Iterator[str]:
    with new_database(project_template) as made:
        ingest(made, linescores(season_games[:6]), tmp_path / "archive")
        yield made


@pytest.fixture
def reader(url: str) -> Iterator[Callable[..., Reader]]:
    made: list[Reader] = []

    def make(into: str = TABLES) -> Reader:
        made.append(Reader(Streamed(url=url, operation=LINESCORE, into=into, root=str(ROOT), batch=4)))
        return made[-1]

    yield make
    for one in made:
        one.stop()


def batches(reader: Reader) -> Iterator[list[dict]]:
    """Yield the rows of batch after batch, read as a task reads them."""
    start = reader.initialOffset()
    while (end := reader.latestOffset(start, reader.getDefaultReadLimit())) != start:
        tasks = [(pickle.loads(pickle.dumps(reader)), one) for one in reader.partitions(start, end)]
        yield [row for task, part in tasks for batch in task.read(part) for row in batch.to_pylist()]
        start = end


def test_into_tables_goes_the_newest_of_a_batch(reader: Callable[..., Reader]) -> None:
    found = [*batches(reader())]
    assert len(found) > 1
    for rows in found:
        keys = [dict(row["params"])["$request"] for row in rows]
        assert len(keys) == len(set(keys)) <= 4
    rows = [row for batch in found for row in batch]
    assert {dict(row["params"])["timecode"] for row in rows} >= {"20240712_180400"}
    assert all(row["body"].startswith("{") and row["captured_at"].tzinfo for row in rows)


def test_into_files_goes_every_response(reader: Callable[..., Reader]) -> None:
    found = [[row["raw_id"] for row in rows] for rows in batches(reader("/data"))]
    assert sorted(raw_id for rows in found for raw_id in rows) == [*range(1, 29)]
    assert {len(rows) for rows in found} == {4}


def test_what_is_loaded_is_not_read_again(reader: Callable[..., Reader], url: str, tmp_path: Path) -> None:
    load_at_once(url, tmp_path / "none", LINESCORE)
    assert [row for rows in batches(reader()) for row in rows] == []


def test_a_stream_that_ends_ends_with_what_was_there(
    reader: Callable[..., Reader], url: str, season_games: tuple[Conformed, ...], tmp_path: Path
) -> None:
    ending = reader()
    ending.prepareForTriggerAvailableNow()
    ingest(url, linescores(season_games[6:8]), tmp_path / "archive")
    last = ending.latestOffset(ending.initialOffset(), ReadAllAvailable())
    assert last["raw_id"] == 28
    assert ending.latestOffset(last, ReadMaxRows(4)) == last


def test_tasks_have_about_as_many_responses(reader: Callable[..., Reader]) -> None:
    one = reader("/data")
    start = one.initialOffset()
    parts = one.partitions(start, one.latestOffset(start, ReadMaxRows(27)))
    assert [len(part.raw_ids) for part in parts] == [14, 13]
    assert one.partitions(start, start) == []


def test_another_transform_is_noticed(reader: Callable[..., Reader]) -> None:
    one = reader()
    offset = one.initialOffset()
    with pytest.raises(TerminalError, match="the transform has changed"):
        one.partitions(offset, offset | {"transform": "another"})


def test_a_lost_connection_is_worth_another_try(reader: Callable[..., Reader]) -> None:
    one = reader()
    start = one.initialOffset()
    one.planner.connection.close()
    with pytest.raises(TransientError):
        one.latestOffset(start, ReadAllAvailable())
