"""Small Plans by hand: what the backends' tests read."""

from compiler.ir.api import OpaqueRef, Operation, Variant
from compiler.ir.paths import Branches, Each, Entries, Field, Path, parse
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
    RawKey,
    Source,
    Table,
    Where,
)
from compiler.ir.shape import Array, Evidence, Map, Member, Record, Scalar, Shape, Unknown
from compiler.ir.types import Codec, DateText, DecimalText, InstantText, IntegerText, Kind, Native, Type
from compiler.source import Origin

ORIGIN = Origin("mappings/game/live_game_v1.yaml")
NONE = Evidence()


def steps(text: str) -> Path:
    return parse(text).steps


def evidence(*kinds: Kind, description: str = "") -> Evidence:
    return Evidence(kinds=tuple((kind, 1) for kind in kinds), description=description)


def scalar(type_: Type, codec: Codec | None = None, *kinds: Kind, description: str = "") -> Scalar:
    return Scalar(type=type_, codec=codec or Native(), evidence=evidence(*kinds, description=description))


def record(*kinds: Kind, **members: Shape) -> Record:
    return Record(
        members=tuple(Member(name, shape) for name, shape in members.items()), evidence=evidence(*kinds)
    )


def keyed(members: dict[str, Shape]) -> Record:
    return Record(members=tuple(Member(name, shape) for name, shape in members.items()), evidence=NONE)


def array(item: Shape, *kinds: Kind) -> Array:
    return Array(item=item, evidence=evidence(*kinds))


def mapping(value: Shape) -> Map:
    return Map(value=value, evidence=NONE)


def unknown(*, mixed: bool = False) -> Unknown:
    return Unknown(mixed=mixed, evidence=NONE)


def column(
    name: str, type_: Type, source: Source, *, key: bool = False, is_array: bool = False, doc: str = ""
) -> Column:
    return Column(
        name=name,
        type=type_,
        source=source,
        is_array=is_array,
        in_key=key,
        doc=doc,
        evidence=NONE,
        origin=ORIGIN,
    )


def leaf(
    path: str, codec: Codec | None = None, *, is_array: bool = False, lookup: str = "", owns: bool = True
) -> Leaf:
    return Leaf(path=steps(path), codec=codec or Native(), is_array=is_array, lookup=lookup, owns=owns)


def operation(name: str, response: Shape, **rest: object) -> OperationPlan:
    endpoint, _, nickname = name.partition(".")
    declared = Operation(
        endpoint=endpoint,
        nickname=nickname,
        summary="What the upstream says of it",
        response=OpaqueRef("object"),
        variants=(
            Variant(
                http_method="GET", path=f"/v1/{endpoint}", parameters=(), origin=Origin(f"{endpoint}.json")
            ),
        ),
    )
    return OperationPlan(operation=declared, response=response, **rest)  # pyright: ignore[reportArgumentType]


BIGINT, INTEGER, TEXT = scalar(Type.BIGINT), scalar(Type.INTEGER), scalar(Type.TEXT)
PERSON = record(id=BIGINT, fullName=scalar(Type.TEXT, description="first and last name"), link=TEXT)
TEAM = record(
    team=record(id=BIGINT, name=TEXT),
    pitchers=array(BIGINT),
    players=mapping(record(person=PERSON, jerseyNumber=scalar(Type.INTEGER, IntegerText()))),
)
GAME = record(
    gamePk=BIGINT,
    metaData=record(timeStamp=TEXT, wait=INTEGER),
    gameData=record(
        datetime=record(
            dateTime=scalar(Type.TIMESTAMP, InstantText()),
            officialDate=scalar(Type.DATE, DateText(), Kind.STRING, Kind.NULL),
        ),
        players=mapping(PERSON),
    ),
    liveData=record(
        plays=record(
            allPlays=array(
                record(
                    about=record(inning=INTEGER, isComplete=scalar(Type.BOOLEAN)),
                    playEvents=array(
                        record(
                            isPitch=scalar(Type.BOOLEAN),
                            index=INTEGER,
                            pX=scalar(Type.DOUBLE),
                            extra=unknown(),
                        )
                    ),
                    atBatIndex=INTEGER,
                )
            ),
            scoringPlays=array(INTEGER),
        ),
        boxscore=record(teams=record(away=TEAM, home=TEAM)),
    ),
)
RATE = DecimalText(".000", (".---",))
PLAYS = "$.liveData.plays.allPlays[*]"
EVENTS = f"{PLAYS}.playEvents[*]"
TEAMS: Path = (Field("liveData"), Field("boxscore"), Field("teams"), Branches(("away", "home")))

GAME_PK = column("game_pk", Type.BIGINT, leaf("$.gamePk", owns=False), key=True)
AT_BAT = column("at_bat_index", Type.INTEGER, leaf(f"{PLAYS}.atBatIndex"), key=True)

PLAYS_TABLE = Table(
    name="game.live_game_plays",
    scan=steps(PLAYS),
    columns=(
        GAME_PK,
        AT_BAT,
        column("inning", Type.INTEGER, leaf(f"{PLAYS}.about.inning"), doc="of the play"),
    ),
    doc="Plate appearances.",
    origin=ORIGIN,
)
EVENTS_TABLE = Table(
    name="game.live_game_pitch_events",
    scan=steps(EVENTS),
    where=Where(path=(Field("isPitch"),)),
    parent="game.live_game_plays",
    columns=(
        GAME_PK,
        AT_BAT,
        column("event_index", Type.INTEGER, Ordinal(loop=steps(EVENTS), base=0), key=True),
        column("plate_x", Type.DOUBLE, leaf(f"{EVENTS}.pX")),
        column("extra", Type.JSON, leaf(f"{EVENTS}.extra")),
    ),
    origin=ORIGIN,
)
PLAYERS_TABLE = Table(
    name="game.live_game_players",
    scan=(*TEAMS, Field("players"), Entries()),
    lookups=(Lookup(name="person", path=steps("$.gameData.players{@}")),),
    columns=(
        GAME_PK,
        column("player_key", Type.TEXT, MapKey(loop=(*TEAMS, Field("players"), Entries())), key=True),
        column("side", Type.TEXT, BranchOf(loop=TEAMS)),
        column("is_home", Type.BOOLEAN, BranchOf(loop=TEAMS, equals="home")),
        column("full_name", Type.TEXT, leaf("$.gameData.players{@}.fullName", lookup="person")),
        column("official_date", Type.DATE, leaf("$.gameData.datetime.officialDate", DateText())),
        column("start_time", Type.TIMESTAMP, leaf("$.gameData.datetime.dateTime", InstantText())),
        column(
            "pitchers",
            Type.BIGINT,
            Leaf(path=(*TEAMS, Field("pitchers")), codec=Native(), is_array=True),
            is_array=True,
        ),
        column("language", Type.TEXT, Param(name="language", default="en")),
    ),
    origin=ORIGIN,
)
GAME_PLAN = operation(
    "game.liveGameV1",
    GAME,
    raw_table="game.live_game_v1",
    raw_keys=(RawKey(name="game_pk", type=Type.BIGINT, path=steps("$.gamePk")),),
    document_key=("game_pk",),
    tables=(PLAYS_TABLE, EVENTS_TABLE, PLAYERS_TABLE),
    mapping_file="mappings/game/live_game_v1.yaml",
)
SEASONS_PLAN = operation(
    "season.seasons",
    record(seasons=array(record(seasonId=TEXT, hasWildcard=scalar(Type.BOOLEAN)))),
    raw_table="season.seasons",
    tables=(
        Table(
            name="season.seasons_normalized",
            scan=(Field("seasons"), Each()),
            columns=(
                column("season_id", Type.TEXT, leaf("$.seasons[*].seasonId"), key=True),
                column("has_wildcard", Type.BOOLEAN, leaf("$.seasons[*].hasWildcard")),
            ),
            origin=ORIGIN,
        ),
    ),
    mapping_file="mappings/season/seasons.yaml",
)
CHART_PLAN = operation(
    "game.getWinProbability", array(record(atBatIndex=INTEGER)), raw_table="game.get_win_probability"
)
PLAN = Plan(operations=(CHART_PLAN, GAME_PLAN, SEASONS_PLAN))
