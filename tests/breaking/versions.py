"""A small version, and ways to make the next one of it."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace

from compiler.breaking import Surfaces
from compiler.breaking.surfaces import Attribute, Column, Json, Model, Operation, SparkTable, Table

PLAYS = "$.plays[*]"
ROWS = "avro/game/plays.avsc"
FEED = "avro/game/feed.avsc"
MODELS = "models/game/feed.py"

Edit = Callable[[Surfaces], Surfaces]


def _optional(name: str, type_: object, doc: str = "") -> dict[str, object]:
    said = {"doc": doc} if doc else {}
    return {"name": name, "type": ["null", type_], "default": None, **said}


def _rows() -> Json:
    return {
        "type": "record",
        "name": "PlaysRow",
        "namespace": "mlb.game",
        "fields": [
            {"name": "game_pk", "type": "long"},
            {"name": "play_index", "type": "long"},
            _optional("rbi", "long"),
            _optional("average", "double"),
        ],
    }


def _feed() -> Json:
    half = {"type": "enum", "name": "Half", "symbols": ["TOP", "BOTTOM"], "default": "TOP"}
    play = {
        "type": "record",
        "name": "Play",
        "doc": PLAYS,
        "fields": [
            _optional("rbi", "long", f"{PLAYS}.rbi"),
            _optional("avg", "string", f"{PLAYS}.avg"),
            _optional("half", half, f"{PLAYS}.half"),
            {"name": "note", "type": ["null", "long", "string"], "default": None, "doc": f"{PLAYS}.note"},
        ],
    }
    return {
        "type": "record",
        "name": "FeedResponse",
        "namespace": "mlb.game.feed",
        "fields": [
            _optional("gamePk", "long", "$.gamePk"),
            _optional("plays", {"type": "array", "items": ["null", play]}, "$.plays"),
            _optional("players", {"type": "map", "values": "long"}, "$.players"),
        ],
    }


def _columns() -> tuple[Column, ...]:
    return (
        Column(name="game_pk", type="bigint", nullable=False, source="$.gamePk"),
        Column(name="play_index", type="bigint", nullable=False, source=f"position in {PLAYS}, from 0"),
        Column(name="rbi", type="bigint", source=f"{PLAYS}.rbi"),
        Column(
            name="average",
            type="double precision",
            source=f"{PLAYS}.avg",
            codec="decimal .000",
            sentinels=("-.--",),
        ),
    )


SPARK = (
    "game_pk bigint",
    "play_index bigint",
    "rbi bigint",
    "average double",
    "raw_id bigint",
    "captured_at timestamp",
)


RAW = Table(
    name="game.feed",
    kind="raw",
    operation="game.feed",
    key=("raw_id", "captured_at"),
    partitioning="captured_at by month",
    columns=(
        Column(name="raw_id", type="bigint", nullable=False, default="nextval('s')"),
        Column(name="captured_at", type="timestamptz", nullable=False),
        Column(name="game_pk", type="bigint", source="$.gamePk"),
    ),
)
PLAY = (
    Attribute(name="rbi", key="rbi", type="int | None"),
    Attribute(name="avg", key="avg", type="str | None"),
    Attribute(name="home_half", key="half", type="str | None"),
)
RESPONSE = (
    Attribute(name="game_pk", key="gamePk", type="int | None"),
    Attribute(name="plays", key="plays", type="list[Play] | None"),
)
OPERATION = Operation(
    name="game.feed", raw_table="game.feed", urls=("/v1/game/{game_pk}",), params=("game_pk",)
)
JOB = SparkTable(table="game.plays", module="jobs/spark/game/feed.py", function="plays", columns=SPARK)


def first(version: str = "0.1.0") -> Surfaces:
    """Return one operation with one table."""
    plays = Table(
        name="game.plays",
        operation="game.feed",
        rows=PLAYS,
        key=("game_pk", "play_index"),
        columns=_columns(),
    )
    return Surfaces(
        version=version,
        operations=(OPERATION,),
        tables=(RAW, plays),
        spark=(JOB,),
        models=(
            Model(file=MODELS, name="Play", places=(PLAYS,), attributes=PLAY),
            Model(file=MODELS, name="FeedResponse", places=("$",), attributes=RESPONSE),
        ),
        schemas={ROWS: _rows(), FEED: _feed()},
    )


def table(name: str, /, **changes: object) -> Edit:
    """Change a table."""

    def edit(found: Surfaces) -> Surfaces:
        tables = (replace(one, **changes) if one.name == name else one for one in found.tables)
        return replace(found, tables=tuple(tables))

    return edit


def column(name: str, /, **changes: object) -> Edit:
    """Change a column of `game.plays`."""

    def edit(found: Surfaces) -> Surfaces:
        columns = found.table_by_name["game.plays"].columns
        made = (replace(one, **changes) if one.name == name else one for one in columns)
        return table("game.plays", columns=tuple(made))(found)

    return edit


def without_column(name: str) -> Edit:
    """Drop a column of `game.plays`, from SQL alone."""

    def edit(found: Surfaces) -> Surfaces:
        columns = found.table_by_name["game.plays"].columns
        return table("game.plays", columns=tuple(one for one in columns if one.name != name))(found)

    return edit


def more_columns(*more: Column) -> Edit:
    """Add columns to `game.plays`, to SQL alone."""

    def edit(found: Surfaces) -> Surfaces:
        return table("game.plays", columns=(*found.table_by_name["game.plays"].columns, *more))(found)

    return edit


def schema(file: str, change: Callable[[dict[str, dict[str, object]], dict[str, object]], object]) -> Edit:
    """Change an Avro schema: `change` gets the fields of its records by name, and the schema."""

    def edit(found: Surfaces) -> Surfaces:
        made = deepcopy(dict(found.schemas[file]))
        change(_fields(made), made)
        return replace(found, schemas={**found.schemas, file: made})

    return edit


def play(schema_: dict[str, object]) -> dict[str, object]:
    """Return the record of plays in the schema of the feed."""
    return _fields(schema_)["plays"]["type"][1]["items"][1]  # pyright: ignore[reportIndexIssue]


def _fields(node: object) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    if isinstance(node, list):
        for item in node:
            found |= _fields(item)
    if isinstance(node, dict):
        for item in node.get("fields", ()):
            found[item["name"]] = item
        for value in node.values():
            found |= _fields(value) if isinstance(value, dict | list) else {}
    return found


def model(name: str, /, **changes: object) -> Edit:
    """Change a class."""

    def edit(found: Surfaces) -> Surfaces:
        models = (replace(one, **changes) if one.name == name else one for one in found.models)
        return replace(found, models=tuple(models))

    return edit


def without(part: str, name: str) -> Edit:
    """Drop an operation, a table, a model or what Spark gives, by its name."""

    def edit(found: Surfaces) -> Surfaces:
        kept = tuple(
            one
            for one in getattr(found, part)
            if name not in (getattr(one, "name", ""), getattr(one, "table", ""))
        )
        return replace(found, **{part: kept})

    return edit


def whole(**changes: object) -> Edit:
    """Change the version itself."""
    return lambda found: replace(found, **changes)


def both(*edits: Edit) -> Edit:
    """Change one thing after another."""

    def edit(found: Surfaces) -> Surfaces:
        for one in edits:
            found = one(found)
        return found

    return edit
