"""Up to which raw id a stream may read: transactions that commit out of order, roll back, sit idle, are prepared."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime

import psycopg
import pytest
from psycopg import sql

from runtime.database import Connection, opened
from runtime.errors import TerminalError
from runtime.partitions import Partitions
from runtime.spark.offsets import Settled, end_of_batch, last_drawn, origin, waiting_for
from tests.postgres.catalog import CATALOG

GAME = CATALOG.operations["demo.game"]
AT = datetime(2024, 7, 12, tzinfo=UTC)
_INSERT = """
INSERT INTO demo.game_v1
       (captured_at, endpoint, method, path_params, query_params, status_code, sha256, document_key, data)
VALUES (%s, 'demo', 'game', '{}', '{}', 200, %s, %s, '{}') RETURNING raw_id
"""


@pytest.fixture
def raw(connection: Connection) -> Connection:
    """A connection to a database that takes responses of a day."""
    Partitions(connection).ensure(GAME.raw_table, AT)
    return connection


@pytest.fixture
def writer(raw: Connection, url: str) -> Iterator[Callable[[], Connection]]:
    """Opens sessions that write in transactions of their own."""
    made: list[Connection] = []

    def make() -> Connection:
        made.append(psycopg.connect(url))
        return made[-1]

    yield make
    for one in made:
        one.close()


def insert(connection: Connection, key: str = "1") -> int:
    found = connection.execute(_INSERT.encode(), (AT, key, key)).fetchone()
    assert found
    return found[0]


def ids(connection: Connection) -> set[int]:
    return {raw_id for (raw_id,) in connection.execute("SELECT raw_id FROM demo.game_v1")}


def greatest(connection: Connection, _: object) -> int:
    """What a naive stream would offer."""
    return max(ids(connection), default=0)


def settled(_: Connection, known: Settled) -> int:
    return known.advance(0.2)


def test_nothing_is_there_at_first(raw: Connection) -> None:
    assert last_drawn(raw) == 0
    assert Settled(raw).advance(0) == 0


@pytest.mark.parametrize(("offer", "loses"), [(greatest, True), (settled, False)])
def test_a_lower_id_that_commits_later_is_not_lost(raw: Connection, writer, offer, loses: bool) -> None:
    slow, known = writer(), Settled(raw)
    first = insert(slow)
    second = insert(raw)
    offset = offer(raw, known)
    read = {one for one in ids(raw) if one <= offset}
    slow.commit()
    end = offer(raw, known)
    read |= {one for one in ids(raw) if offset < one <= end}
    assert (read != {first, second}) is loses, (
        "the naive offset must lose the row, or this test proves nothing"
    )


@pytest.mark.parametrize("end", ["rollback", "close"])
def test_an_id_that_was_given_up_holds_nobody_up(raw: Connection, writer, end: str) -> None:
    doomed, known = writer(), Settled(raw)
    insert(doomed)
    getattr(doomed, end)()
    assert known.advance(2) == 1
    assert insert(raw) == 2
    assert known.advance(0) == 2


def test_a_savepoint_that_is_rolled_back_keeps_the_id_in_play(raw: Connection, writer) -> None:
    """The transaction may have read its id, and may insert it later."""
    odd, known = writer(), Settled(raw)
    odd.execute("SAVEPOINT s")
    odd.execute("SELECT nextval('metadata.raw_id_seq')")
    odd.execute("ROLLBACK TO s")
    assert known.advance(0) == 0
    odd.commit()
    assert known.advance(0) == 1


def test_an_idle_transaction_is_waited_for_and_named_and_stalls_no_writer(raw: Connection, writer) -> None:
    before, known = insert(raw), Settled(raw)
    assert known.advance(0) == before
    idle = writer()
    insert(idle)
    started = time.monotonic()
    last = [insert(raw) for _ in range(20)][-1]
    assert known.advance(0.1) == before, "what was safe before stays on offer"
    assert time.monotonic() - started < 5
    time.sleep(1.1)
    [waited] = waiting_for(raw, 1)
    assert str(idle.info.backend_pid) in waited
    assert "idle in transaction for" in waited
    assert not waiting_for(raw, 60)
    idle.commit()
    assert known.advance(0) == last


def test_those_who_begin_later_are_not_waited_for(raw: Connection, writer) -> None:
    """Else a stream would never move while somebody writes."""
    early, late, known = writer(), writer(), Settled(raw)
    first = insert(early)
    assert known.advance(0) == 0
    insert(late)
    early.commit()
    assert known.advance(0) == first


def test_who_reads_or_deletes_is_not_waited_for(raw: Connection, writer) -> None:
    last = insert(raw)
    reader, cleaner = writer(), writer()
    ids(reader)
    cleaner.execute("DELETE FROM demo.game_v1 WHERE document_key = 'none'")
    reader.execute("SELECT last_value FROM metadata.raw_id_seq")
    assert Settled(raw).advance(0) == last


def test_a_response_of_any_operation_holds_the_ids_up(raw: Connection, writer) -> None:
    """All raw tables share a sequence: who has drawn an id may still use it for any of them."""
    other = writer()
    other.execute("SELECT nextval('metadata.raw_id_seq')")
    insert(raw)
    assert Settled(raw).advance(0) == 0
    other.rollback()


def test_a_partition_that_is_filled_aside_and_attached_is_not_lost(raw: Connection, writer) -> None:
    known, aside = Settled(raw), writer()
    aside.execute("CREATE TABLE demo.aside (LIKE demo.game_v1 INCLUDING ALL)")
    aside.execute(_INSERT.replace("game_v1", "aside").encode(), (AT.replace(year=2023), "2", "2"))
    last = insert(raw)
    assert known.advance(0) == 0
    attach = "ALTER TABLE demo.game_v1 ATTACH PARTITION demo.aside FOR VALUES FROM ('2023-07-01') TO ('2023-08-01')"
    aside.execute(attach.encode())
    assert known.advance(0) == 0
    aside.commit()
    assert known.advance(0) == last
    assert len({one for one in ids(raw) if one <= last}) == 2


def test_writers_that_commit_in_any_order_lose_nothing(raw: Connection, url: str) -> None:
    """Four sessions write, wait, commit or roll back at random, while a stream reads from offset to offset."""
    ended = threading.Event()

    def write(seed: int) -> None:
        chance = random.Random(seed)
        with psycopg.connect(url) as connection:
            for _ in range(60):
                for _ in range(chance.randint(1, 3)):
                    insert(connection)
                time.sleep(chance.random() * 0.01)
                (connection.rollback if chance.random() < 0.2 else connection.commit)()

    writers = [threading.Thread(target=write, args=(seed,)) for seed in range(4)]
    for one in writers:
        one.start()
    threading.Thread(target=lambda: ([one.join() for one in writers], ended.set())).start()
    known, offset, read, naive_end, naive = Settled(raw), 0, set(), 0, set()
    while True:
        is_last = ended.is_set()
        end, naive_to = known.advance(1), greatest(raw, None)
        rows = ids(raw)
        read |= {one for one in rows if offset < one <= end}
        naive |= {one for one in rows if naive_end < one <= naive_to}
        offset, naive_end = end, naive_to
        if is_last:
            break
    assert read == ids(raw)
    assert len(read) > 200
    assert naive < read, "nothing was out of order: this run proved nothing"


def test_a_batch_ends_after_so_many_documents(raw: Connection) -> None:
    keys = ["a", "b", "a", "a", "b", "c", "d"]
    given = [insert(raw, key) for key in keys]

    def end(after: int, documents: int, responses: int = 100, settled: int = given[-1]) -> int:
        return end_of_batch(raw, GAME, after, settled, documents=documents, responses=responses)

    assert end(0, 1) == given[0]
    assert end(0, 2) == given[4], "more of the same documents come with them"
    assert end(0, 100) == given[6]
    assert end(0, 100, responses=3) == given[2]
    assert end(0, 100, settled=given[3]) == given[3]
    assert end(given[4], 1) == given[5]
    assert end(given[6], 10) == given[6], "there is no more"
    raw.execute("SELECT nextval('metadata.raw_id_seq')")
    assert end(given[6], 10, settled=last_drawn(raw)) == given[6], (
        "an id of another table is no reason for a batch"
    )


def test_offsets_belong_to_one_stream(raw: Connection) -> None:
    insert(raw)
    own = origin(raw, "demo.game", "tables", "one")
    assert own.place(own.at(1), raw) == 1
    for other, said in (
        (origin(raw, "demo.schedule", "tables", "one"), "is of `demo.game`, not of `demo.schedule`"),
        (origin(raw, "demo.game", "/data", "one"), "a stream to tables, not to /data"),
        (origin(raw, "demo.game", "tables", "two"), "the transform has changed"),
    ):
        with pytest.raises(TerminalError, match=said) as caught:
            other.place(own.at(1), raw)
        assert "remove the checkpoint's folder" in str(caught.value)


def test_another_database_is_noticed_and_one_that_was_made_again(
    raw: Connection, new_database: Callable[..., AbstractContextManager[str]]
) -> None:
    offset = origin(raw, "demo.game", "tables", "one").at(0)
    with new_database() as url, opened(url) as other, pytest.raises(TerminalError, match="another database"):
        origin(other, "demo.game", "tables", "one").place(offset, other)
    raw.execute("ALTER SEQUENCE metadata.raw_id_seq RENAME TO old; CREATE SEQUENCE metadata.raw_id_seq")
    with pytest.raises(TerminalError, match="was made again"):
        origin(raw, "demo.game", "tables", "one").place(offset, raw)


def test_a_database_that_is_older_than_the_checkpoint_is_noticed(raw: Connection) -> None:
    insert(raw)
    own = origin(raw, "demo.game", "tables", "one")
    with pytest.raises(TerminalError, match="after raw id 7, the database has come to 1 only"):
        own.place(own.at(7), raw)


def test_a_sequence_that_hands_out_blocks_is_refused(raw: Connection) -> None:
    raw.execute(sql.SQL("ALTER SEQUENCE metadata.raw_id_seq CACHE 20"))
    with pytest.raises(TerminalError, match="in blocks"):
        origin(raw, "demo.game", "tables", "one")
