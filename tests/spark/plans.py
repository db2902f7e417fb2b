"""Hand-made plans: each construct of the Plan in the fewest tables, written as mappings write paths."""

from collections.abc import Mapping

from compiler.ir.api import ModelRef, Operation, Variant
from compiler.ir.paths import Path, parse
from compiler.ir.plan import (
    BranchOf,
    Column,
    Leaf,
    Lookup,
    MapKey,
    OperationPlan,
    Ordinal,
    Param,
    Plan,
    Source,
    Table,
    Where,
)
from compiler.ir.shape import Array, Evidence, Map, Member, Record, Scalar, Shape
from compiler.ir.types import Codec, DateText, DecimalText, InstantText, IntegerText, Native, Type
from compiler.source import Origin

Cell = tuple[Type, Source, bool]
HERE = Origin("mappings/test.yaml")


def path(text: str) -> Path:
    return parse(text).steps


def leaf(text: str, logical: Type = Type.BIGINT, codec: Codec | None = None, lookup: str = "") -> Cell:
    """A leaf; one whose path ends in `[]` is an array column."""
    is_array = text.endswith("[]")
    steps = path(text.removesuffix("[]"))
    return logical, Leaf(path=steps, codec=codec or Native(), is_array=is_array, lookup=lookup), is_array


def other(source: Source, logical: Type = Type.BIGINT) -> Cell:
    return logical, source, False


def table(
    name: str,
    scan: str,
    key: str,
    columns: Mapping[str, Cell],
    where: Where | None = None,
    lookups: Mapping[str, str] | None = None,
) -> Table:
    return Table(
        name=name,
        scan=path(scan),
        where=where,
        lookups=tuple(Lookup(name=name, path=path(text)) for name, text in (lookups or {}).items()),
        columns=tuple(
            Column(
                name=column,
                type=logical,
                source=source,
                is_array=is_array,
                in_key=column in key.split(),
                evidence=Evidence(),
                origin=HERE,
            )
            for column, (logical, source, is_array) in columns.items()
        ),
        origin=HERE,
    )


def record(**shapes: Shape) -> Record:
    members = tuple(Member(name=name, shape=shape) for name, shape in shapes.items())
    return Record(members=members, evidence=Evidence())


NOTHING = record()


def plan(name: str, raw_table: str, *tables: Table, response: Record = NOTHING) -> Plan:
    """A plan with one operation. `response` is what the walk knows; plans that are not walked need none."""
    endpoint, _, nickname = name.partition(".")
    operation = Operation(
        endpoint=endpoint,
        nickname=nickname,
        summary="",
        response=ModelRef("Response"),
        variants=(Variant(http_method="GET", path="/", parameters=(), origin=HERE),),
    )
    return Plan(
        operations=(
            OperationPlan(
                operation=operation,
                response=response,
                raw_table=raw_table,
                tables=tables,
                mapping_file="mappings/test.yaml",
            ),
        )
    )


GAME = {"game_pk": leaf("$.gamePk")}
PLAYS = "$.liveData.plays.allPlays[*]"
TEAMS = "$.liveData.boxscore.teams.{away,home}"
BOX = f"{TEAMS}.players{{@}}"
PLAY = GAME | {"at_bat_index": leaf(f"{PLAYS}.atBatIndex")}

LIVE = plan(
    "game.liveGameV1",
    "game.live_game_v1",
    table(
        "game.live_game_metadata",
        "$",
        "game_pk",
        GAME
        | {
            "official_date": leaf("$.gameData.datetime.officialDate", Type.DATE, DateText()),
            "date_time": leaf("$.gameData.datetime.dateTime", Type.TIMESTAMP, InstantText()),
            "temperature": leaf("$.gameData.weather.temp", Type.INTEGER, IntegerText()),
            "timecode": other(Param(name="timecode"), Type.TEXT),
        },
    ),
    table(
        "game.live_game_players",
        "$.gameData.players{ID*}",
        "game_pk player_id",
        GAME
        | {
            "player_id": leaf("$.gameData.players{ID*}.id"),
            "full_name": leaf("$.gameData.players{ID*}.fullName", Type.TEXT),
            "birth_date": leaf("$.gameData.players{ID*}.birthDate", Type.DATE, DateText()),
            "is_home": other(BranchOf(loop=path(TEAMS), equals="home", lookup="box"), Type.BOOLEAN),
            "team_id": leaf(f"{TEAMS}.team.id", lookup="box"),
            "batting_order": leaf(f"{BOX}.battingOrder", Type.INTEGER, IntegerText(), "box"),
            "season_avg": leaf(
                f"{BOX}.seasonStats.batting.avg", Type.DOUBLE, DecimalText(".000", ("-.--",)), "box"
            ),
        },
        lookups={"box": BOX},
    ),
    table(
        "game.live_game_plays",
        PLAYS,
        "game_pk at_bat_index",
        PLAY
        | {
            "inning": leaf(f"{PLAYS}.about.inning", Type.INTEGER),
            "start_time": leaf(f"{PLAYS}.about.startTime", Type.TIMESTAMP, InstantText()),
            "is_scoring": leaf(f"{PLAYS}.about.isScoringPlay", Type.BOOLEAN),
            "description": leaf(f"{PLAYS}.result.description", Type.TEXT),
            "pitch_index": leaf(f"{PLAYS}.pitchIndex[]"),
        },
    ),
    table(
        "game.live_game_pitch_events",
        f"{PLAYS}.playEvents[*]",
        "game_pk at_bat_index event_index",
        PLAY
        | {
            "event_index": leaf(f"{PLAYS}.playEvents[*].index", Type.INTEGER),
            "play_id": leaf(f"{PLAYS}.playEvents[*].playId", Type.TEXT),
            "start_speed": leaf(f"{PLAYS}.playEvents[*].pitchData.startSpeed", Type.DOUBLE),
            "plate_x": leaf(f"{PLAYS}.playEvents[*].pitchData.coordinates.pX", Type.DOUBLE),
        },
        where=Where(path=path(".isPitch")),
    ),
    table(
        "game.live_game_hit_data",
        f"{PLAYS}.playEvents[*].hitData",
        "game_pk at_bat_index event_index",
        PLAY
        | {
            "event_index": leaf(f"{PLAYS}.playEvents[*].index", Type.INTEGER),
            "launch_speed": leaf(f"{PLAYS}.playEvents[*].hitData.launchSpeed", Type.DOUBLE),
            "location": leaf(f"{PLAYS}.playEvents[*].hitData.location", Type.INTEGER, IntegerText()),
        },
    ),
    table(
        "game.live_game_runners",
        f"{PLAYS}.runners[*]",
        "game_pk at_bat_index runner_index",
        PLAY
        | {
            "runner_index": other(Ordinal(loop=path(f"{PLAYS}.runners[*]"), base=0), Type.INTEGER),
            "origin_base": leaf(f"{PLAYS}.runners[*].movement.originBase", Type.TEXT),
        },
    ),
    table(
        "game.live_game_fielding_credits",
        f"{PLAYS}.runners[*].credits[*]",
        "game_pk at_bat_index runner_index credit_index",
        PLAY
        | {
            "runner_index": other(Ordinal(loop=path(f"{PLAYS}.runners[*]"), base=0), Type.INTEGER),
            "credit_index": other(Ordinal(loop=path(f"{PLAYS}.runners[*].credits[*]"), base=0), Type.INTEGER),
            "player_id": leaf(f"{PLAYS}.runners[*].credits[*].player.id"),
        },
    ),
    table(
        "game.live_game_linescore_innings",
        "$.liveData.linescore.innings[*]",
        "game_pk inning",
        GAME
        | {
            "inning": leaf("$.liveData.linescore.innings[*].num", Type.INTEGER),
            "home_runs": leaf("$.liveData.linescore.innings[*].home.runs", Type.INTEGER),
        },
    ),
    table(
        "game.live_game_pitchers",
        f"{TEAMS}.pitchers[*]",
        "game_pk team_id appearance_order",
        GAME
        | {
            "team_id": leaf(f"{TEAMS}.team.id"),
            "appearance_order": other(Ordinal(loop=path(f"{TEAMS}.pitchers[*]"), base=1), Type.INTEGER),
            "is_home": other(BranchOf(loop=path(TEAMS), equals="home"), Type.BOOLEAN),
            "player_id": leaf(f"{TEAMS}.pitchers[*]"),
        },
    ),
)
"""A few tables of the live feed."""

EVENTS = "$.groups{*}.events[*]"
EVENT_COLUMNS = {
    "season": other(Param(name="season", default="2024")),
    "label": other(Param(name="label"), Type.TEXT),
    "group_key": other(MapKey(loop=path("$.groups{*}")), Type.TEXT),
    "group_name": leaf("$.groups{*}.name", Type.TEXT),
    "id": leaf(f"{EVENTS}.id"),
    "count": leaf(f"{EVENTS}.count", Type.INTEGER),
    "speed": leaf(f"{EVENTS}.speed", Type.DOUBLE),
    "note": leaf(f"{EVENTS}.note", Type.TEXT),
    "flag": leaf(f"{EVENTS}.flag", Type.BOOLEAN),
    "day": leaf(f"{EVENTS}.day", Type.DATE, DateText()),
    "moment": leaf(f"{EVENTS}.moment", Type.TIMESTAMP, InstantText()),
    "code": leaf(f"{EVENTS}.code", Type.INTEGER, IntegerText(("0",))),
    "rate": leaf(f"{EVENTS}.rate", Type.DOUBLE, DecimalText(".000", ("-.--", ".---"))),
    "innings": leaf(f"{EVENTS}.innings", Type.DOUBLE, DecimalText("0.0", ("-",))),
    "anything": leaf(f"{EVENTS}.anything", Type.JSON),
    "odd": leaf(f"{EVENTS}['odd.name`\"é']", Type.TEXT),
    "strike_outs": leaf(f"{EVENTS}.strikeOuts"),
    "strikeouts": leaf(f"{EVENTS}.strikeouts"),
    "ids": leaf(f"{EVENTS}.ids[]"),
    "days": leaf(f"{EVENTS}.days[]", Type.DATE, DateText()),
}
TRAPS = plan(
    "traps.all",
    "traps.all",
    table(
        "traps.events", EVENTS, "group_key id", EVENT_COLUMNS, where=Where(path=path(".kind"), equals="event")
    ),
    table(
        "traps.others",
        EVENTS,
        "group_key id",
        EVENT_COLUMNS,
        where=Where(path=path(".kind"), equals="event", negated=True),
    ),
    table(
        "traps.sides",
        "$.sides.{left,right}.items[*]",
        "side item",
        {
            "side": other(BranchOf(loop=path("$.sides.{left,right}")), Type.TEXT),
            "item": leaf("$.sides.{left,right}.items[*]", Type.TEXT),
            "only_left": leaf("$.sides.left.only"),
        },
    ),
)
"""One table for each trap that no real response springs."""

PLACES = {
    "in_array": ("$.cells[*]", {"place": other(Ordinal(loop=path("$.cells[*]"), base=0))}),
    "in_nested_array": (
        "$.grid[*].cells[*]",
        {
            "row": other(Ordinal(loop=path("$.grid[*]"), base=0)),
            "place": other(Ordinal(loop=path("$.grid[*].cells[*]"), base=0)),
        },
    ),
    "in_map": ("$.named{*}", {"place": other(MapKey(loop=path("$.named{*}")), Type.TEXT)}),
    "in_fold": (
        "$.sides.{left,right}",
        {"place": other(BranchOf(loop=path("$.sides.{left,right}")), Type.TEXT)},
    ),
}
"""Table -> the scan of its rows and the columns of its key: a value may be misread in each of these."""

KINDS = {
    "count": (Type.INTEGER, None),
    "speed": (Type.DOUBLE, None),
    "flag": (Type.BOOLEAN, None),
    "note": (Type.TEXT, None),
    "day": (Type.DATE, DateText()),
    "moment": (Type.TIMESTAMP, InstantText()),
    "rate": (Type.DOUBLE, DecimalText(".000", ("-.--",))),
}
INNER = record(
    inner=record(
        **{
            name: Scalar(type=logical, codec=codec or Native(), evidence=Evidence())
            for name, (logical, codec) in KINDS.items()
        }
    )
)
CELLS = Array(item=INNER, evidence=Evidence())
PLACED = plan(
    "traps.placed",
    "traps.placed",
    *(
        table(
            f"traps.{name}",
            scan,
            " ".join(key),
            key | {kind: leaf(f"{scan}.inner.{kind}", *how) for kind, how in KINDS.items()},
        )
        for name, (scan, key) in PLACES.items()
    ),
    response=record(
        cells=CELLS,
        grid=Array(item=record(cells=CELLS), evidence=Evidence()),
        named=Map(value=INNER, evidence=Evidence()),
        sides=record(left=INNER, right=INNER),
    ),
)
"""The same values in an array, an array of arrays, a map and a fold, one record further down."""
