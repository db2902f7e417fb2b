"""Load a season that was never played, game by game as a client would, and ask the named queries at its size."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import psycopg

from runtime import queries
from runtime.errors import MlbError
from tests.benchmarks.plans import Node, Read, reads
from tests.e2e.conftest import Place
from tests.season.files import Written, write
from tests.season.responses import Answer, Season

FEED = "game.liveGameV1"
_UNIT = 1024 * 1024 if sys.platform == "darwin" else 1024
_SIZES = """
SELECT kind, sum(pg_indexes_size(oid)), sum(pg_total_relation_size(oid))
FROM (
    SELECT c.oid, CASE
        WHEN c.relkind = 'm' THEN 'materialized views'
        WHEN EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'data' AND NOT attisdropped)
             AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'sha256')
        THEN 'raw tier' ELSE 'tables' END AS kind
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'metadata')
      AND n.nspname NOT LIKE 'pg_toast%'
) sized GROUP BY kind ORDER BY kind
"""
_LARGEST = """
SELECT n.nspname || '.' || coalesce(p.relname, c.relname), sum(greatest(c.reltuples, 0))::bigint,
       sum(pg_total_relation_size(c.oid))::bigint
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_inherits i ON i.inhrelid = c.oid LEFT JOIN pg_class p ON p.oid = i.inhparent
WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'metadata')
GROUP BY 1 ORDER BY 3 DESC LIMIT 12
"""
_SOMEBODY = """
SELECT name, id::text FROM (
    SELECT 'batter_id' AS name, min(batter_id) AS id FROM game.live_game_plays
    UNION ALL SELECT 'player_id', min(batter_id) FROM game.live_game_plays
    UNION ALL SELECT 'pitcher_id', min(pitcher_id) FROM game.live_game_plays
    UNION ALL SELECT 'game_pk', min(game_pk) FROM game.live_game_metadata
    UNION ALL SELECT 'team_id', min(team_id) FROM game.live_game_teams
    UNION ALL SELECT 'season', extract(year FROM min(official_date))::bigint FROM game.live_game_metadata
) found
UNION ALL SELECT 'path', '$.gamePk'
UNION ALL SELECT unnest(ARRAY['date', 'day', 'game_date']), min(official_date)::text FROM game.live_game_metadata
"""


@dataclass(slots=True)
class Spent:
    """What a command took: seconds on the clock, seconds of its own processor time, megabytes at its peak."""

    seconds: float = 0.0
    cpu: float = 0.0
    peak: float = 0.0

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(self.seconds + other.seconds, self.cpu + other.cpu, max(self.peak, other.peak))


@dataclass(frozen=True, slots=True)
class Asked:
    """A named query: its rows, milliseconds in the server at first and at best after that, and what its plan reads."""

    name: str
    rows: int
    first: float
    again: float
    reads: Sequence[Read]


@dataclass(slots=True)
class Measured:
    """All that was measured."""

    games: int
    written: Written = field(default_factory=Written)
    steps: dict[str, Spent] = field(default_factory=dict)
    batches: list[tuple[int, float]] = field(default_factory=list)
    archive: int = 0
    empty: dict[str, tuple[int, int]] = field(default_factory=dict)
    sizes: dict[str, tuple[int, int]] = field(default_factory=dict)
    largest: list[tuple[str, int, int]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    server: str = ""

    def add(self, step: str, spent: Spent) -> None:
        """Add to a step."""
        self.steps[step] = self.steps.get(step, Spent()) + spent


def run(place: Place, command: str) -> Spent:
    """Run a command to its end, however long it takes."""
    begun = time.perf_counter()
    arguments = ["sh", "-c", f"exec {command} >/dev/null"]
    with subprocess.Popen(arguments, cwd=place.root, env=place.environment) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert not process.returncode, f"{command} failed"
    return Spent(time.perf_counter() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / _UNIT)


def load(place: Place, games: int, batch: int) -> Measured:
    """Generate, ingest and load a season, so many games at a time."""
    measured = Measured(games)
    place.sh("mlb-etl db start")
    place.sh("mlb-etl db migrate")
    measured.empty = _sizes(place)
    folder = place.root / "season"
    for answers in _batches(Season(2024, 0, games).answers(), batch):
        begun = time.perf_counter(), time.process_time()
        written = write(answers, folder)
        measured.add("generate", Spent(time.perf_counter() - begun[0], time.process_time() - begun[1]))
        _count(measured.written, written)
        ingested = run(place, f"mlb-etl -q ingest {folder}")
        shutil.rmtree(folder)
        loaded = run(place, "mlb-etl -q load")
        measured.add("ingest", ingested)
        measured.add("load", loaded)
        if written.games:
            measured.batches.append((written.games, ingested.seconds + loaded.seconds))
    return measured


def _batches(answers: Iterator[Answer], games: int) -> Iterator[Iterable[Answer]]:
    """Cut the responses after so many games each."""
    for first in answers:
        yield _until(chain([first], answers), games)


def _until(answers: Iterator[Answer], games: int) -> Iterator[Answer]:
    for answer in answers:
        yield answer
        games -= answer.operation == FEED
        if not games:
            return


def _count(total: Written, part: Written) -> None:
    total.responses += part.responses
    total.games += part.games
    total.plain += part.plain
    total.packed += part.packed


def weigh(place: Place, measured: Measured) -> None:
    """Measure what is on the disk and in the database."""
    files = (place.root / ".mlb" / "archive").rglob("*")
    measured.archive = sum(file.stat().st_size for file in files if file.is_file())
    with psycopg.connect(place.url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        measured.server = connection.info.parameter_status("server_version") or ""
        measured.largest = connection.execute(_LARGEST.encode()).fetchall()

    full = _sizes(place)
    measured.sizes = {
        kind: (indexes - before[0], total - before[1])
        for kind, (indexes, total) in full.items()
        if total > (before := measured.empty.get(kind, (0, 0)))[1]
    }


def _sizes(place: Place) -> dict[str, tuple[int, int]]:
    """Return the bytes of the indexes, and of everything, by kind of table."""
    return {kind: (int(indexes), int(total)) for kind, indexes, total in place.rows(_SIZES)}


def ask(url: str, folder: Path, measured: Measured) -> None:
    """Time every query that `folder` (`generated/queries`) lists, with its defaults, or about somebody who is there."""
    known = queries.read(folder)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET statement_timeout = '120 s'")
        somebody = {name: str(value) for name, value in connection.execute(_SOMEBODY.encode())}
        for entry in (*known.queries, *known.views):
            try:
                measured.asked.append(_ask(connection, entry, somebody))
            except (MlbError, psycopg.Error) as error:
                measured.failed[entry["name"]] = str(error).splitlines()[0]


def _ask(connection: psycopg.Connection, entry: queries.Entry, somebody: dict[str, str]) -> Asked:
    wanted = [param["name"] for param in entry["params"] if param["required"]]
    values = queries.bound(entry, {name: somebody[name] for name in wanted if name in somebody})
    statement = b"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) " + entry["statement"].encode()
    plans: list[Node] = []
    for _ in range(3):
        found = connection.execute(statement, values).fetchone()
        assert found is not None
        plans.append(found[0][0])
    first, *others = [plan["Planning Time"] + plan["Execution Time"] for plan in plans]
    plan = plans[-1]["Plan"]
    return Asked(entry["name"], round(plan["Actual Rows"]), first, min(others), reads(plan))
