"""A small catalog, written by hand as the compiler would.

A game that owns its rows, the same with its day in a partition key, a schedule that shares its rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import orjson

from runtime.capture import Capture, Request, digest
from runtime.job import (
    BIGINT,
    DATE,
    DOUBLE,
    EACH,
    JSON,
    TEXT,
    Array,
    Check,
    Column,
    Conformed,
    Extraction,
    Job,
    Json,
    Leaves,
    Operation,
    Params,
    Partitioning,
    RawKey,
    Record,
    Row,
    Table,
)
from runtime.migrations import link

ROOT = Path(__file__).parents[2]

GAMES = Table(
    name="demo.games",
    scan=(),
    key=("game_pk",),
    columns=(
        Column("game_pk", "bigint", ("gamePk",)),
        Column("state", "text", ("state",)),
        Column("played", "date", ("played",)),
        Column("weather", "jsonb", ("weather",)),
        Column("tags", "text[]", ("tags",)),
    ),
)
PLAYS = Table(
    name="demo.plays",
    scan=("plays", EACH),
    parent="demo.games",
    key=("game_pk", "play_index"),
    columns=(
        Column("game_pk", "bigint"),
        Column("play_index", "bigint", ("index",)),
        Column("inning", "bigint", ("inning",)),
        Column("speed", "double precision", ("speed",)),
    ),
)
DAY = Column("played", "date")
BY_YEAR = Partitioning("played", "year")
DATED_GAMES = replace(
    GAMES,
    name="demo.dated_games",
    partitioning=BY_YEAR,
    columns=(GAMES.columns[0], DAY, Column("state", "text", ("state",))),
)
DATED_PLAYS = replace(
    PLAYS,
    name="demo.dated_plays",
    parent="demo.dated_games",
    partitioning=BY_YEAR,
    columns=(*PLAYS.columns[:2], DAY, *PLAYS.columns[2:]),
)
LISTED = Table(
    name="demo.listed_games",
    scan=("dates", EACH, "games", EACH),
    key=("game_pk", "listed_date"),
    columns=(
        Column("game_pk", "bigint", ("gamePk",)),
        Column("listed_date", "date"),
        Column("state", "text", ("state",)),
    ),
)


def games(document: Conformed, params: Params) -> list[Row]:
    return [tuple(document.get(name) for name in ("gamePk", "state", "played", "weather", "tags"))]


def plays(document: Conformed, params: Params) -> list[Row]:
    return [
        (document.get("gamePk"), play.get("index"), play.get("inning"), play.get("speed"))
        for play in document.get("plays", ())
    ]


def dated_games(document: Conformed, params: Params) -> list[Row]:
    return [(document.get("gamePk"), document.get("played"), document.get("state"))]


def dated_plays(document: Conformed, params: Params) -> list[Row]:
    return [(pk, index, document.get("played"), *more) for pk, index, *more in plays(document, params)]


def listed(document: Conformed, params: Params) -> list[Row]:
    return [
        (game.get("gamePk"), day.get("date"), game.get("state"))
        for day in document.get("dates", ())
        for game in day.get("games", ())
    ]


GAME = Job(
    operation="demo.game",
    document_key=("game_pk",),
    shape=Record(
        {
            "gamePk": BIGINT,
            "state": TEXT,
            "played": DATE,
            "weather": JSON,
            "tags": Leaves(TEXT),
            "plays": Array(Record({"index": BIGINT, "inning": BIGINT, "speed": DOUBLE})),
        }
    ),
    extractions=(Extraction(table=GAMES, rows=games), Extraction(table=PLAYS, rows=plays)),
)
DATED_GAME = Job(
    operation="demo.dated_game",
    document_key=("game_pk",),
    shape=GAME.shape,
    extractions=(
        Extraction(table=DATED_GAMES, rows=dated_games),
        Extraction(table=DATED_PLAYS, rows=dated_plays),
    ),
)
SCHEDULE = Job(
    operation="demo.schedule",
    document_key=(),
    shape=Record(
        {"dates": Array(Record({"date": DATE, "games": Array(Record({"gamePk": BIGINT, "state": TEXT}))}))}
    ),
    extractions=(Extraction(table=LISTED, rows=listed),),
)


@dataclass(frozen=True)
class Catalog:
    """What `runtime.registry` wants of generated code."""

    operations: Mapping[str, Operation]
    jobs: Mapping[str, Job]
    rules: Mapping[str, tuple[Check, ...]] = field(default_factory=dict)
    definitions: Mapping[str, str] = field(default_factory=dict)

    def job(self, operation: str) -> Job | None:
        return self.jobs.get(operation)

    def digest(self, operation: str) -> str:
        return "one"

    def schema_digest(self, operation: str) -> str:
        return self.definitions.get(operation, "")

    def checks(self, operation: str) -> tuple[Check, ...]:
        return self.rules.get(operation, ())


CATALOG = Catalog(
    {
        "demo.game": Operation(
            name="demo.game",
            raw_table="demo.game_v1",
            raw_keys=(
                RawKey(name="game_pk", type="bigint", path=("gamePk",)),
                RawKey(name="played", type="date", path=("played",)),
                RawKey(name="stamp", type="text", path=("stamp",)),
            ),
            document_key=("game_pk",),
            version="stamp",
            local="demo.game",
        ),
        "demo.dated_game": Operation(
            name="demo.dated_game",
            raw_table="demo.dated_game_v1",
            raw_keys=(
                RawKey(name="game_pk", type="bigint", path=("gamePk",)),
                RawKey(name="played", type="date", path=("played",)),
            ),
            document_key=("game_pk",),
            local="demo.dated_game",
        ),
        "demo.schedule": Operation(
            name="demo.schedule", raw_table="demo.schedule", raw_keys=(), local="demo.schedule"
        ),
        "demo.other": Operation(name="demo.other", raw_table="demo.other", raw_keys=()),
    },
    {"demo.game": GAME, "demo.dated_game": DATED_GAME, "demo.schedule": SCHEDULE},
)

_RAW = """
CREATE TABLE {name} (
    raw_id bigint NOT NULL DEFAULT nextval('metadata.raw_id_seq'), captured_at timestamptz NOT NULL,
    ingested_at timestamptz NOT NULL DEFAULT now(), endpoint text NOT NULL, method text NOT NULL,
    path_params jsonb NOT NULL, query_params jsonb NOT NULL, url text, status_code integer NOT NULL,
    sha256 text NOT NULL, schema_digest text, document_key text NOT NULL, {keys} data jsonb,
    PRIMARY KEY (raw_id, captured_at)
) PARTITION BY RANGE (captured_at);
"""


def ddl() -> str:
    """The migration that a compiler would write for this catalog."""
    steps = sorted((ROOT / "templates/postgres/metadata").glob("*.sql"))
    parts = [*(step.read_text("utf-8") for step in steps), "CREATE SCHEMA demo;"]
    for operation in CATALOG.operations.values():
        keys = "".join(f"{key.name} {key.type}, " for key in operation.raw_keys)
        parts.append(_RAW.format(name=operation.raw_table, keys=keys))
    for job in CATALOG.jobs.values():
        for table in job.tables:
            columns = "".join(f"{column.name} {column.type}, " for column in table.columns)
            by = [table.partitioning.column] if table.partitioning else []
            key = ", ".join([*table.key, *by])
            parts.append(
                f"CREATE TABLE {table.name} ({columns} raw_id bigint NOT NULL,"
                f" captured_at timestamptz NOT NULL, PRIMARY KEY ({key}))"
                f"{f' PARTITION BY RANGE ({by[0]})' if by else ''};"
            )
    return "\n".join(parts)


def write_migrations(folder: Path, *texts: str) -> None:
    """Write migrations and their chain, the catalog's one by default."""
    (folder / "migrations").mkdir(parents=True, exist_ok=True)
    chain, lines = "", ""
    for number, text in enumerate(texts or (ddl(),), 1):
        name = f"{number:04d}_step.sql"
        (folder / "migrations" / name).write_text(text, encoding="utf-8")
        chain = link(chain, text.encode())
        lines += f"{chain}  {name}\n"
    (folder / "migrations.sum").write_text(lines, encoding="utf-8")


def capture(operation: str, document: "Json | bytes", minute: int = 0, **params: str) -> Capture:
    """A response, captured so many minutes after noon."""
    body = document if isinstance(document, bytes) else orjson.dumps(document)
    endpoint, _, method = operation.partition(".")
    request = Request(
        endpoint=endpoint,
        method=method,
        query_params=params,
        captured_at=datetime(2024, 7, 12, 12, minute, tzinfo=UTC),
    )
    return Capture(request=request, body=body, sha256=digest(body), source="test")


def game(pk: int, state: str, plays: list[Json], **more: Json) -> Json:
    """A game's document."""
    return {"gamePk": pk, "state": state, "played": "2024-07-12", "plays": plays, **more}


def play(index: int, inning: int = 1, speed: float | None = None) -> Json:
    """One play of it."""
    return {"index": index, "inning": inning, **({} if speed is None else {"speed": speed})}


def schedule(*games: tuple[int, str, str]) -> Json:
    """A schedule's document: game, date, state."""
    dates = sorted({date for _, date, _ in games})
    return {
        "dates": [
            {
                "date": date,
                "games": [{"gamePk": pk, "state": state} for pk, day, state in games if day == date],
            }
            for date in dates
        ]
    }
