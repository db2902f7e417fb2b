"""Responses that come while a stream runs: snapshots of games, not in the order of their time."""

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson

from runtime.archive import Archive
from runtime.capture import Capture, Request, digest
from runtime.database import opened
from runtime.documents import Documents
from runtime.ingest import Ingest
from runtime.job import Conformed, Json
from runtime.load import load_pending
from runtime.progress import Quiet
from runtime.registry import generated
from tests.spark_postgres.content import content

ROOT = Path(__file__).parents[2]
LINESCORE = "game.linescore"
AT = datetime(2024, 7, 12, 18, tzinfo=UTC)


def linescores(feeds: Iterable[Conformed], seed: int = 0, times: int = 4) -> list[Capture]:
    """Return linescores of games at some moments, shuffled; the same moment may come twice, with other bytes."""
    chance = random.Random(seed)
    found = [one for feed in feeds for one in _moments(feed, times)]
    again = [_capture(one.request, orjson.loads(one.body) | {"note": "again"}) for one in found[::7]]
    chance.shuffle(mixed := [*found, *again])
    return mixed


def _moments(feed: Conformed, times: int) -> Iterable[Capture]:
    line = feed["liveData"]["linescore"]
    for number in range(1, times + 1):
        at = AT + timedelta(minutes=number)
        request = Request(
            endpoint="game",
            method="linescore",
            path_params={"game_pk": str(feed["gamePk"])},
            query_params={"timecode": f"{at:%Y%m%d_%H%M%S}"},
            captured_at=at
            + timedelta(days=number % 2),  # what the document says of its time counts, not the client
        )
        innings = line["innings"][: len(line["innings"]) * number // times]
        yield _capture(request, {**line, "innings": innings, "currentInning": len(innings)})


def _capture(request: Request, document: Json) -> Capture:
    body = orjson.dumps(document)
    return Capture(request=request, body=body, sha256=digest(body), source="test")


def ingest(url: str, captures: Iterable[Capture], archive: Path) -> None:
    """Take responses in."""
    with opened(url) as connection:
        taking = Ingest(connection, generated(ROOT), Archive(archive), Quiet())
        for one in captures:
            taking.capture(one)


def load_at_once(url: str, archive: Path, *operations: str) -> None:
    """Load what is raw with the local engine, in one go. An empty archive: from the text that Spark reads, too."""
    with opened(url) as connection:
        outcome = load_pending(Documents(connection, generated(ROOT), Archive(archive)), operations, Quiet())
    assert outcome.failed == []


def same(url: str, other: str) -> bool:
    """Say whether two databases hold the same rows, and the same newest responses.

    A row keeps the response that it was first read from, as long as later ones do not change it: that tells how
    often a document was loaded, not what it says.
    """
    assert newest(url) == newest(other)
    ours, theirs = (
        content(one, "raw_id", "captured_at", "ingested_at", "schema_digest") for one in (url, other)
    )
    assert ours == theirs
    return True


def newest(url: str) -> list[tuple[object, ...]]:
    """Return which response of each document is loaded."""
    columns = "operation, document_key, sha256, captured_at, transform_digest"
    with opened(url) as connection:
        return connection.execute(
            f"SELECT {columns} FROM metadata.documents ORDER BY 1, 2".encode()
        ).fetchall()
