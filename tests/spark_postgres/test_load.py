"""`load --engine spark` leaves in the database what `load` does: all captures of all operations, and newer ones."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import orjson
import pytest

from runtime import captures
from runtime.archive import Archive
from runtime.capture import Capture, digest
from runtime.database import opened
from runtime.documents import Documents
from runtime.envelope import read
from runtime.ingest import Ingest
from runtime.job import Conformed
from runtime.load import Outcome, load_pending, pending
from runtime.progress import Quiet
from runtime.registry import generated
from runtime.spark.load import Loading, load_by_spark
from tests.spark_postgres.conftest import PROJECT
from tests.spark_postgres.content import content, staged

LIVE, SCHEDULE = "game.liveGameV1", "schedule.schedule"
CATALOG = generated(PROJECT.root)
CORRUPT = 999_001

_CORRUPT = """
UPDATE game.live_game_v1 SET data = (repeat('[', 2000) || repeat(']', 2000))::jsonb WHERE game_pk = %s
"""
"""What `jsonb` holds and no parser takes."""


@pytest.fixture(scope="module")
def no_archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """An empty archive: the local engine then reads what Spark reads, the text of `jsonb`."""
    return Archive(tmp_path_factory.mktemp("archive"))


@pytest.fixture(scope="module")
def loaded(spark, two_databases: tuple[str, str], no_archive: Archive) -> tuple[str, str, Outcome, Outcome]:
    """All captures, loaded by both engines: URLs and outcomes."""
    one, other = two_databases
    local, by_spark = locally(one, no_archive), with_spark(spark, other, no_archive)
    return one, other, local, by_spark


def locally(url: str, archive: Archive) -> Outcome:
    with opened(url) as connection:
        return load_pending(Documents(connection, CATALOG, archive), (), Quiet())


def with_spark(spark, url: str, archive: Archive, batch: int = 512) -> Outcome:
    with opened(url) as connection:
        documents = Documents(connection, CATALOG, archive)
        loading = Loading(session=spark, url=url, raw=documents, batch=batch, partitions=2)
        return load_by_spark(loading, pending(documents, ()))


def test_all_captures(loaded: tuple[str, str, Outcome, Outcome]) -> None:
    one, other, local, by_spark = loaded
    assert by_spark.failed == local.failed == []
    assert by_spark.loaded == local.loaded
    assert by_spark.leaves == local.leaves
    assert local.loaded.inserted > 5000
    assert content(other) == content(one)
    assert staged(other) == []


def test_newer_captures_change_add_and_remove_rows_and_one_is_corrupt(
    spark, loaded: tuple[str, str, Outcome, Outcome], no_archive: Archive, tmp_path: Path
) -> None:
    one, other, *_ = loaded
    newer = [
        *_newer(LIVE, "liveGameV1_game_pk=747175", _other_plays),
        *_newer(LIVE, "liveGameV1_game_pk=747175", _other_game),
        *_newer(SCHEDULE, "schedule_", _fewer_games),
    ]
    for url in (one, other):
        with opened(url) as connection:
            ingest = Ingest(connection, CATALOG, no_archive, Quiet())
            for capture in newer:
                ingest.capture(capture)
            connection.execute(_CORRUPT, (CORRUPT,))
    nothing = Archive(tmp_path)  # the bytes of the newer ones are in the other
    local, by_spark = locally(one, nothing), with_spark(spark, other, nothing)
    (failed,) = local.failed
    assert failed.startswith(f"{LIVE} {CORRUPT} (raw_id ")
    assert by_spark.failed == local.failed
    assert by_spark.loaded == local.loaded
    assert min(local.loaded.inserted, local.loaded.updated, local.loaded.deleted) > 0
    assert content(other) == content(one)


def _newer(operation: str, name: str, change: Callable[[Conformed], None]) -> Iterator[Capture]:
    """A response, an hour later, after something has changed."""
    files = [file for file in captures.files(PROJECT) if name in Path(file).name]
    capture = read(files[0])
    assert capture.request.operation == operation
    document = orjson.loads(capture.body)
    change(document)
    body = orjson.dumps(document)
    request = replace(capture.request, captured_at=capture.request.captured_at + timedelta(hours=1))
    yield replace(capture, request=request, body=body, sha256=digest(body))


def _other_plays(document: Conformed) -> None:
    plays = document["liveData"]["plays"]["allPlays"]
    plays[3]["result"]["event"] = "Triple"
    last = plays[-1]
    plays.append({**last, "about": {**last["about"], "atBatIndex": 999}, "atBatIndex": 999})
    del plays[5]
    document["metaData"]["timeStamp"] = "20991231_235959"
    document["liveData"]["plays"]["odd"] = {"1e2": 1e2, "never": ["seen"]}


def _other_game(document: Conformed) -> None:
    document["gamePk"] = CORRUPT


def _fewer_games(document: Conformed) -> None:
    day = document["dates"][0]
    day["games"][0]["status"]["detailedState"] = "Suspended"
    del day["games"][-1]
