"""Streams while responses arrive: in any order, committed in any order, with the server going away in between."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import orjson
import pyarrow.dataset
import pytest

from runtime import database, migrations, migrator
from runtime.archive import Archive
from runtime.capture import Capture, Request, digest
from runtime.database import opened
from runtime.errors import TerminalError
from runtime.ingest import Ingest
from runtime.job import Conformed
from runtime.ledger import Run
from runtime.progress import Quiet
from runtime.registry import generated
from runtime.spark.checkpoints import held
from runtime.spark.gateway import end_streams
from runtime.spark.sinks import sink
from runtime.spark.stream import TABLES, Streamed
from runtime.spark.streaming import Followed, Following, Report, follow
from tests.spark_postgres.snapshots import LINESCORE, ROOT, ingest, linescores, load_at_once, same

pytestmark = [pytest.mark.spark, pytest.mark.postgres]

SCHEDULE, LIVE = "schedule.schedule", "game.liveGameV1"
Fresh = Callable[[], str]


@pytest.fixture
def fresh(new_database: Callable[..., AbstractContextManager[str]], project_template: str) -> Iterator[Fresh]:
    """Makes databases with the project's tables."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(new_database(project_template))


class Said(Quiet):
    """Keeps what is reported."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


def followed(
    url: str, operation: str, checkpoint: Path, *, once: bool = False, batch: int = 5, into: str = TABLES
):
    streamed = Streamed(url=url, operation=operation, into=into, root=str(ROOT), batch=batch)
    return Followed(
        streamed=streamed, sink=sink(streamed), checkpoint=(checkpoint / operation).as_uri(), once=once
    )


def report(url: str, progress: Quiet | None = None) -> Report:
    return Report(url, generated(ROOT), progress or Said(), Run(0))


def drive(streams: Sequence[Following], until: Callable[[], bool], seconds: float = 240) -> None:
    deadline = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < deadline, "the stream does not get there"
        assert all(one.goes_on() for one in streams)
        time.sleep(0.1)


def loaded(url: str, operation: str) -> int:
    with opened(url) as connection:
        query = "SELECT count(*) FROM metadata.documents WHERE operation = %s"
        (count,) = connection.execute(query, (operation,)).fetchone() or (0,)
    return count


def captures(answers, operation: str) -> list[Capture]:
    """Return generated responses of an operation."""
    from tests.spark_postgres.snapshots import AT

    def capture(answer) -> Capture:
        body = orjson.dumps(answer.document)
        request = Request(
            endpoint=answer.endpoint,
            method=answer.method,
            path_params=answer.path_params,
            query_params=answer.query_params,
            captured_at=AT,
        )
        return Capture(request=request, body=body, sha256=digest(body), source="test")

    return [capture(one) for one in answers if one.operation == operation]


def test_responses_that_arrive_in_any_order(
    spark, fresh: Fresh, season_games: tuple[Conformed, ...], tmp_path: Path
) -> None:
    url, other, archive = fresh(), fresh(), tmp_path / "archive"
    snapshots = linescores(season_games[:8])
    late = linescores(season_games[8:9], times=1)[:1]
    streams = [Following(spark, followed(url, LINESCORE, tmp_path), report(url))]
    try:
        ingest(url, snapshots[:15], archive)
        drive(streams, lambda: loaded(url, LINESCORE) >= 5)
        with opened(url) as slow:
            with slow.transaction():
                Ingest(slow, generated(ROOT), Archive(archive), Quiet()).capture(late[0])
                ingest(url, snapshots[15:], archive)
                drive(streams, lambda: time.monotonic() > began + 4) if (began := time.monotonic()) else None
                assert loaded(url, LINESCORE) < 9, "a response that may follow with a lower id is waited for"
            drive(streams, lambda: loaded(url, LINESCORE) == 9)
        said = streams[0].report.progress
        assert isinstance(said, Said)
        notes = said.notes
        drive(streams, lambda: notes[-1].endswith(", 0 behind"))
    finally:
        end_streams(spark)
    ingest(other, [*snapshots[:15], *late, *snapshots[15:]], archive)
    load_at_once(other, tmp_path / "none", LINESCORE)
    assert same(url, other)


def test_from_the_beginning_again_nothing_changes(
    spark, fresh: Fresh, season_games: tuple[Conformed, ...], tmp_path: Path
) -> None:
    """Several operations at once; live games; a second checkpoint; one of another operation is refused."""
    from tests.support.season import season_answers

    url, other, archive = fresh(), fresh(), tmp_path / "archive"
    answers = season_answers()
    given = [*captures(answers, LIVE)[:3], *captures(answers, SCHEDULE)[:4]]
    for one in (url, other):
        ingest(one, given, archive)
    said = Said()
    follow(
        spark,
        [followed(url, name, tmp_path / "1", once=True) for name in (LIVE, SCHEDULE)],
        report(url, said),
    )
    load_at_once(other, tmp_path / "none", LIVE, SCHEDULE)
    assert same(url, other)
    assert {note.partition(":")[0] for note in said.notes} == {LIVE, SCHEDULE}
    again = Said()
    follow(spark, [followed(url, LIVE, tmp_path / "2", once=True)], report(url, again))
    assert again.notes == []
    stolen = followed(url, LINESCORE, tmp_path / "3", once=True)
    place = (tmp_path / "1" / LIVE).as_uri()
    moved = Followed(streamed=stolen.streamed, sink=stolen.sink, checkpoint=place, once=True)
    with pytest.raises(TerminalError, match="not of `game") as error:
        follow(spark, [moved], report(url))
    assert "remove the checkpoint's folder" in str(error.value)


def test_the_server_restarts(
    spark, season_games: tuple[Conformed, ...], open_folder: Path, tmp_path: Path
) -> None:
    """Once between batches: the stream says so, tries again, and goes on."""
    place, archive = open_folder / "restarted", tmp_path / "archive"
    options = database.Options(durable=False, dies_with_us=True)
    url = database.start(place, options).url()
    with opened(url) as connection:
        migrator.migrate(connection, migrations.read(ROOT / "generated" / "postgres"))
    said = Said()
    streams = [Following(spark, followed(url, LINESCORE, tmp_path), report(url, said))]
    try:
        snapshots = linescores(season_games[:4])
        ingest(url, snapshots[:6], archive)
        drive(streams, lambda: loaded(url, LINESCORE) > 0)
        database.stop(place)
        drive(streams, lambda: any("trying again in" in note for note in said.notes))
        database.start(place, options)
        ingest(url, snapshots[6:], archive)
        drive(streams, lambda: loaded(url, LINESCORE) == 4)
    finally:
        end_streams(spark)
        database.stop(place)


def test_files_carry_the_number_of_their_batch(
    spark, fresh: Fresh, season_games: tuple[Conformed, ...], tmp_path: Path
) -> None:
    """A batch that comes again, as after a kill before Spark wrote down that it was done, replaces its own files."""
    url, folder = fresh(), tmp_path / "tables"
    snapshots = linescores(season_games[:2])
    ingest(url, snapshots, tmp_path / "archive")
    stream = followed(url, LINESCORE, tmp_path, once=True, into=str(folder))
    follow(spark, [stream], report(url))
    files = sorted(folder.rglob("*.parquet"))
    assert {re.sub(r".*(batch-\d{9}).*", r"\1", one.name) for one in files} == {
        "batch-000000000",
        "batch-000000001",
    }
    rows = pyarrow.dataset.dataset(folder / "game.linescore_state").count_rows()
    assert rows == len(snapshots), "every response is there, older ones too"
    for name in ("1", ".1.crc"):
        (tmp_path / LINESCORE / "commits" / name).unlink()
    follow(spark, [stream], report(url))
    assert sorted(folder.rglob("*.parquet")) == files
    assert pyarrow.dataset.dataset(folder / "game.linescore_state").count_rows() == rows


def test_a_checkpoint_has_one_stream(tmp_path: Path) -> None:
    with held(str(tmp_path / "checkpoint")) as uri:
        assert uri.startswith("file:///")
        with (
            pytest.raises(TerminalError, match="another stream uses this checkpoint"),
            held(str(tmp_path / "checkpoint")),
        ):
            pass
    with held(str(tmp_path / "checkpoint")):
        pass


def test_a_checkpoint_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(TerminalError, match="cannot write the checkpoint: Not a directory") as error,
        held(str(tmp_path / "file" / "x")),
    ):
        pass
    assert "--checkpoint" in str(error.value)
