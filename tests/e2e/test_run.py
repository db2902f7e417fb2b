"""`mlb-etl run demo`: interrupted, then finished, then repeated; and what is in the database after it."""

import signal
import subprocess
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import orjson
import psycopg
import pytest

from runtime.envelope import read
from runtime.sources import SOURCES
from tests.e2e.conftest import Place
from tests.e2e.rows import counted

RUN = "mlb-etl run demo"
CAPTURES = sum(source.contents.count for source in SOURCES)
LATEST = """
SELECT status, captures, rows_inserted, rows_updated, rows_deleted, finished_at IS NOT NULL
FROM metadata.job_executions WHERE verb = 'run' ORDER BY execution_id DESC LIMIT 1
"""


@dataclass(frozen=True)
class Ended:
    """How a run ended: what it printed and its row in the ledger."""

    code: int
    printed: str
    ledger: tuple
    raw: dict[str, int]


@pytest.fixture(scope="module")
def operations(place: Place) -> list:
    return place.objects("mlbc ls --json")


@pytest.fixture(scope="module")
def interrupted(place: Place, operations: list) -> Ended:
    """The first run, stopped by Ctrl-C while it takes responses in."""
    place.sh("mlb-etl db start && mlb-etl db migrate")
    running = subprocess.Popen(
        RUN.split(),
        cwd=place.root,
        env=place.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with psycopg.connect(place.url, autocommit=True) as connection:
        deadline = time.monotonic() + 120
        while not connection.execute("SELECT FROM game.live_game_v1").fetchall():
            assert running.poll() is None, running.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.005)
    running.send_signal(signal.SIGINT)
    printed, _ = running.communicate(timeout=120)
    return _ended(place, operations, running.returncode, printed)


@pytest.fixture(scope="module")
def first(place: Place, operations: list, interrupted: Ended) -> Ended:
    """The run after it."""
    done = place.sh(RUN)
    return _ended(place, operations, done.returncode, done.stdout)


@pytest.fixture(scope="module")
def second(place: Place, operations: list, first: Ended) -> Ended:
    """The same once more."""
    done = place.sh(RUN)
    return _ended(place, operations, done.returncode, done.stdout)


def _ended(place: Place, operations: list, code: int, printed: str) -> Ended:
    names = sorted({found["raw_table"] for found in operations if found["raw_table"]})
    counts = place.rows(" UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in names))
    return Ended(code, printed, place.rows(LATEST)[0], {name: count for name, count in counts if count})


def test_ctrl_c_is_recorded_and_leaves_whole_responses(interrupted: Ended) -> None:
    assert interrupted.code == 130, interrupted.printed
    assert "interrupted; what was committed stays" in interrupted.printed
    assert "Traceback" not in interrupted.printed
    assert interrupted.ledger[0] == "interrupted"
    assert interrupted.ledger[-1], "a run that ended has an end"
    assert 0 < sum(interrupted.raw.values()) < CAPTURES


def test_the_next_run_finishes_the_work(first: Ended) -> None:
    assert first.code == 0
    assert first.ledger[:2] == ("succeeded", CAPTURES)
    assert first.ledger[2] > 0
    assert sum(first.raw.values()) == CAPTURES
    assert first.raw["season.seasons"] > 0
    assert first.raw["game.live_game_v1"] == 3


def test_every_capture_is_raw_under_its_request(place: Place, first: Ended) -> None:
    listed = place.objects("mlb-etl captures list --json")
    wanted = Counter(found["operation"] for found in listed)
    rows = " UNION ALL ".join(f"SELECT endpoint, method FROM {name}" for name in first.raw)
    stored = dict(place.rows(f"SELECT endpoint || '.' || method, count(*) FROM ({rows}) r GROUP BY 1"))
    assert len(listed) == CAPTURES
    assert stored == wanted


def test_running_again_changes_nothing(first: Ended, second: Ended) -> None:
    assert second.code == 0
    assert second.ledger == ("succeeded", CAPTURES, 0, 0, 0, True)
    assert second.raw == first.raw
    assert second.printed == first.printed


def test_every_key_is_unique_and_filled(place: Place, operations: list, second: Ended) -> None:
    tables = [table for found in operations for table in found["tables"]]
    assert len(tables) > 20
    for table in tables:
        key = ", ".join(f'"{name}"' for name in table["key"])
        filled = " AND ".join(f'"{name}" IS NOT NULL' for name in table["key"])
        [(rows, distinct, whole)] = place.rows(
            f"SELECT count(*), count(DISTINCT ({key})), count(*) FILTER (WHERE {filled}) FROM {table['name']}"
        )
        assert rows == distinct == whole, table["name"]


def test_the_tables_hold_what_the_files_say(place: Place, second: Ended, tmp_path: Path) -> None:
    loaded = {
        sha
        for (sha,) in place.rows("SELECT sha256 FROM metadata.documents WHERE operation = 'game.liveGameV1'")
    }
    files = [
        file
        for file in (place.root / ".mlb" / "captures").rglob("liveGameV1/*.gz")
        if read(str(file)).sha256 in loaded
    ]
    assert len(files) == len(loaded) == 2
    named = " ".join(f"'{file}'" for file in files)
    place.sh(f"mlb-etl transform game.liveGameV1 {named} --to '{tmp_path}'")
    written = sorted(tmp_path.glob("game.*.ndjson"))
    assert len(written) > 17
    for file in written:
        rows = (orjson.loads(line) for line in file.read_bytes().splitlines())
        stored = place.rows(f"SELECT to_jsonb(t) - 'raw_id' - 'captured_at' FROM {file.stem} t")
        assert counted(row for (row,) in stored) == counted(rows), file.stem
