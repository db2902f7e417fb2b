"""Every rule of the gate: what it checks, at which strictness, what breaks it and what does not.

Ids are those of buf where it has one, and stay for ever. Categories are nested: what breaks DATA breaks all.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Category(IntEnum):
    """Whom a change breaks, from the fewest checks to the most: a gate of one category checks those below it too."""

    DATA = 0
    WIRE = 1
    SQL = 2
    CODE = 3


WHOM = {
    Category.DATA: "what stored rows mean, and whether they can be recovered",
    Category.WIRE: "readers and writers of Avro of any released version",
    Category.SQL: "readers of tables and views",
    Category.CODE: "users of the generated models and Spark jobs",
}


class Family(StrEnum):
    """What kind of change a rule is about: changes of one family at one place have one cause."""

    GONE = "gone"
    NAME = "name"
    SOURCE = "source"
    SHAPE = "shape"
    TYPE = "type"
    NULL = "null"
    ADDED = "added"
    DEFAULT = "default"
    MEANING = "meaning"
    GRAIN = "grain"
    STORAGE = "storage"
    ORDER = "order"
    LINT = "lint"
    OUTPUT = "output"


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakingRule:
    """A rule. `category` is the least strict gate that checks it; `is_on`: whether it is checked unless asked for."""

    id: str
    category: Category
    family: Family
    checks: str
    breaks: str
    fits: str
    is_on: bool = True

    @property
    def categories(self) -> tuple[str, ...]:
        """The gates that check it, the strictest first."""
        return tuple(one.name for one in sorted(Category, reverse=True) if one >= self.category)


_D, _W, _S, _C = Category.DATA, Category.WIRE, Category.SQL, Category.CODE
_F = Family

_ROWS: tuple[tuple[str, Category, Family, str, str, str], ...] = (
    (
        "ENDPOINT_NO_DELETE",
        _D,
        _F.GONE,
        "an operation of the API, with its raw table, tables and models, is still there",
        "`game.linescore` is compiled no longer",
        "a new operation",
    ),
    (
        "PARAM_NO_DELETE",
        _D,
        _F.GONE,
        "a parameter of a URL, or one that columns are read from, is still there",
        "`/v1/game/{game_pk}/boxscore` becomes `/v1/boxscore`",
        "a new parameter",
    ),
    (
        "TABLE_NO_DELETE",
        _D,
        _F.GONE,
        "a table or a view is still there, under its name or with `was:` under a new one",
        "`game.live_game_runners` is mapped no longer",
        "a new table",
    ),
    (
        "TABLE_SAME_GRAIN",
        _D,
        _F.GRAIN,
        "a row of a table is still one of the same things",
        "rows `$.plays[*]` become `$.plays[*].playEvents[*]`, or get a `where:`",
        "a table beside it with the other rows",
    ),
    (
        "TABLE_SAME_KEY",
        _D,
        _F.STORAGE,
        "what tells the rows of a table apart is the same columns in the same order",
        "key `game_pk, player_id` becomes `game_pk, team_id, player_id`",
        "a new column outside of the key",
    ),
    (
        "TABLE_SAME_PARENT",
        _D,
        _F.STORAGE,
        "rows lie below rows of the same table",
        "`game.live_game_runners` hangs below the game instead of the play",
        "a new table below the same parent",
    ),
    (
        "TABLE_SAME_PARTITIONING",
        _S,
        _F.STORAGE,
        "a table is partitioned by the same column, as finely",
        "partitions by year become partitions by month",
        "a new table with other partitions",
    ),
    (
        "FIELD_NO_DELETE",
        _S,
        _F.GONE,
        "a column, field or attribute is still there, whether or not a tombstone keeps its name",
        "`rbi` is dropped, and `schemas/reserved.yaml` says so",
        "`rbi` stays and is NULL from now on",
    ),
    (
        "FIELD_NO_DELETE_UNLESS_RESERVED",
        _W,
        _F.GONE,
        "a column or field that is gone has a tombstone that keeps its name, path, date and reason",
        "`rbi` is dropped without a word",
        "`rbi` is dropped, and `schemas/reserved.yaml` says since when and why",
    ),
    (
        "RESERVED_NO_DELETE",
        _D,
        _F.NAME,
        "a tombstone stays, and no column or table takes its name",
        "a new column is called `rbi`, which `schemas/reserved.yaml` keeps",
        "a new column with a new name",
    ),
    (
        "FIELD_SAME_NAME",
        _W,
        _F.NAME,
        "what `was:` another is found by its former name: an alias in Avro, a view in SQL (not for columns)",
        "`rbi` becomes `runs_batted_in` with `was: rbi`: queries for `rbi` fail",
        "Avro files with `rbi` are read as `runs_batted_in`, so a gate of category WIRE is silent",
    ),
    (
        "IDENTIFIER_STABLE",
        _D,
        _F.NAME,
        "a name that the compiler made, shortened with a digest, stays while its path does",
        "`..._first_half_1a2b3c4d` becomes `..._first_half_9f8e7d6c`",
        "a new column that is shortened",
    ),
    (
        "FIELD_SAME_PATH",
        _D,
        _F.SOURCE,
        "a column is fed from the same place of the response or the request",
        "`score` is read from `$.result.awayScore`, not from `$.result.homeScore`",
        "a new column for the other place",
    ),
    (
        "FIELD_SAME_TYPE",
        _S,
        _F.TYPE,
        "a type is the same, even where each value of the old one is a value of the new",
        "`bigint` becomes `double precision`",
        "a new column beside it, `inning_text`",
    ),
    (
        "FIELD_PROMOTABLE_TYPE",
        _W,
        _F.TYPE,
        "a type is the same or one that holds each of its values",
        "`bigint` becomes `text`",
        "`bigint` becomes `double precision`",
    ),
    (
        "FIELD_NO_NARROW",
        _W,
        _F.TYPE,
        "a type holds all that it held",
        "`double precision` becomes `bigint`, `numeric(6,2)` becomes `numeric(4,2)`",
        "`varchar(10)` becomes `varchar(20)`",
    ),
    (
        "FIELD_SAME_NULLABILITY",
        _W,
        _F.NULL,
        "what may be NULL may still be, and what never is still never is",
        "`inning` becomes NOT NULL: old rows do not fit; or NULL: readers do not expect it",
        "a new column that may be NULL",
    ),
    (
        "FIELD_ADD_HAS_DEFAULT",
        _W,
        _F.ADDED,
        "what is added to a table or a record may be absent: NULL or a default",
        "a new column of a key; a new Avro field without `default`",
        'a new field `["null", "long"]` with `"default": null`',
    ),
    (
        "FIELD_SAME_DEFAULT",
        _D,
        _F.DEFAULT,
        "a default is the same",
        "an Avro field loses `default`, or a column's `now()` is gone",
        "a new column with a default",
    ),
    (
        "FIELD_SAME_UNIT_TZ",
        _D,
        _F.MEANING,
        "strings become values the same way: format, scale, unit, zone",
        "`8.2` is read as a decimal, not as innings; `.000` becomes `0.00`",
        "a new column with the other reading",
    ),
    (
        "FIELD_SAME_SENTINELS",
        _D,
        _F.MEANING,
        "the same strings mean NULL",
        "`-.--` becomes NULL where it was rescued",
        "a new column with sentinels of its own",
    ),
    (
        "SHAPE_SAME_KIND",
        _D,
        _F.SHAPE,
        "an object, a map, an array, a value, JSON: a place of the response is what it was",
        "`players` was an object with known keys and is a map",
        "a place that was never seen gets a shape",
    ),
    (
        "UNION_BRANCH_NO_DELETE",
        _W,
        _F.TYPE,
        "an Avro union has every branch that it had",
        '`["null", "long", "string"]` becomes `["null", "long"]`',
        "a union is the same",
    ),
    (
        "UNION_SAME_ORDER",
        _W,
        _F.ORDER,
        "the first branch of an Avro union, to which its default belongs, is the same",
        '`["null", "long"]` becomes `["long", "null"]`',
        "the other branches change places",
    ),
    (
        "ENUM_VALUE_NO_DELETE",
        _W,
        _F.TYPE,
        "an Avro enum has every symbol that it had",
        "`TOP, BOTTOM` becomes `TOP`",
        "symbols in another order",
    ),
    (
        "ENUM_HAS_DEFAULT",
        _W,
        _F.TYPE,
        "an Avro enum that gets a symbol has a default for those who do not know it",
        "`MIDDLE` is added to an enum without `default`",
        "`MIDDLE` is added, and the old schema says `default`",
    ),
    (
        "RECORD_SAME_FULLNAME",
        _W,
        _F.NAME,
        "an Avro record has the name that it had, or has it as an alias",
        "`mlb.game.linescore.Defense` becomes `...Fielding`",
        "`Fielding` has the alias `Defense`, and is told of as a declared rename",
    ),
    (
        "AVRO_RESOLVES",
        _W,
        _F.OUTPUT,
        "what is really written with one schema is read with the other, by fastavro and by Apache's own library",
        "a difference that no other rule names, and that a reader cannot read",
        "whatever both libraries read, both ways",
    ),
    (
        "MODEL_NO_DELETE",
        _C,
        _F.GONE,
        "a class of the models is still there",
        "`from generated.models.game.linescore import Defense` fails",
        "a new class",
    ),
    (
        "MODEL_SAME_NAME",
        _C,
        _F.NAME,
        "the class of a place of the response has the same name",
        "`Defense` becomes `LinescoreDefense`",
        "a class for a new place",
    ),
    (
        "ATTR_SAME_ALIAS",
        _C,
        _F.NAME,
        "the attribute of a key has the same name",
        "`batting_order` becomes `order` for the key `battingOrder`",
        "an attribute for a new key",
    ),
    (
        "SPARK_SAME_SCHEMA",
        _C,
        _F.OUTPUT,
        "the Spark job of a table is where it was and gives columns of the same names and types",
        "a table has no job any more, or its function has another name",
        "a new column behind the others",
    ),
    (
        "TRANSFORM_SAME_OUTPUT",
        _D,
        _F.OUTPUT,
        "the same responses become the same cells, by the transforms of both versions",
        "`inning` is the ordinal, not the number, for the same response",
        "a new column is filled, all others are the same",
    ),
    (
        "CASE_FOLD_UNIQUE",
        _S,
        _F.LINT,
        "no two names of a table are one when case does not count, as in Spark",
        "a column `rbi` beside `RBI`",
        "`rbi` beside `rbi_total`",
    ),
    (
        "BYTES63_UNIQUE",
        _S,
        _F.LINT,
        "a name has at most 63 bytes, beyond which PostgreSQL cuts it",
        "a column of 64 letters",
        "a name of 63 bytes",
    ),
    (
        "RESERVED_WORD_QUOTED",
        _S,
        _F.LINT,
        "no new name is a word that PostgreSQL reserves: every query would have to quote it",
        "a column `user`",
        "a column `user_name`",
    ),
    (
        "COLS_LE_BUDGET",
        _S,
        _F.LINT,
        "a table has at most 400 columns, or no more than before",
        "a table grows from 390 columns to 410",
        "a table of 410 columns stays as it is",
    ),
)

RULES: dict[str, BreakingRule] = {
    id_: BreakingRule(id=id_, category=category, family=family, checks=checks, breaks=breaks, fits=fits)
    for id_, category, family, checks, breaks, fits in _ROWS
} | {
    "COLUMN_SAME_ORDER": BreakingRule(
        id="COLUMN_SAME_ORDER",
        category=_S,
        family=_F.ORDER,
        checks="columns stand where they stood, for readers that count them; off unless `--rule` names it",
        breaks="a new column stands before an old one",
        fits="a new column stands behind the others",
        is_on=False,
    ),
    "GATE_RAN": BreakingRule(
        id="GATE_RAN",
        category=_D,
        family=_F.OUTPUT,
        checks="something was compared; the report lists versions, rules, and what could not be checked",
        breaks="no version to compare with: the gate fails instead of passing (exit 2)",
        fits="one released version, or `--against`",
    ),
}
"""Every rule by id."""


def page(rule: BreakingRule) -> str:
    """Return what `mlbc explain ID` prints below the head."""
    whom = "; ".join(f"{one.name}, {WHOM[one]}" for one in sorted(Category) if one == rule.category)
    return "\n".join(
        (
            f"{rule.checks[0].upper()}{rule.checks[1:]}.",
            "",
            f"breaks:      {rule.breaks}",
            f"compatible:  {rule.fits}",
            f"checked by:  {', '.join(rule.categories)} ({whom})",
            "",
            "A break that is meant is named in schemas/accepted.yaml, with its rule, its subject and a reason.",
        )
    )
