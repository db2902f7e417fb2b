"""Every rule: its code, name, severity, and the page that `mlbc explain CODE` prints.

Codes by family: S Swagger, M mapping, O observed, T types, N names, G migration, P project. A code is never reused.
"""

from dataclasses import dataclass

from compiler.diagnostics import Diagnostic, Severity
from compiler.source import Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule and its documentation: what it checks, why, an example, what to do instead."""

    code: str
    name: str
    severity: Severity
    explanation: str

    def at(
        self, origin: Origin, message: str, *, label: str = "", notes: tuple[str, ...] = (), advice: str = ""
    ) -> Diagnostic:
        """Make a finding of this rule at a place."""
        return Diagnostic(
            code=self.code,
            severity=self.severity,
            message=message,
            origin=origin,
            label=label,
            notes=notes,
            help=advice,
        )


def _rule(code: str, name: str, explanation: str, severity: Severity = Severity.ERROR) -> Rule:
    return Rule(code=code, name=name, severity=severity, explanation=explanation)


# ------------------------------------------------------------------------------------------- S: Swagger

SWAGGER_SYNTAX = _rule(
    "S101",
    "swagger-syntax",
    """An upstream document is not JSON. The compiler reads the documents of the installed package, or of `--schemas
DIR`; a truncated download or an edit by hand is the usual cause.

    {"apis": [}                    # not JSON""",
)
SWAGGER_MISSING_KEY = _rule(
    "S102",
    "swagger-missing-key",
    """An upstream document lacks a key without which an operation or a model means nothing: `apis` and `models` of
the document, `path` and `operations` of an API, `method`, `nickname` and `type` of an operation, `type` of a
property.

    {"method": "GET", "type": "SeasonsRestObject"}                           # which nickname?
    {"method": "GET", "type": "SeasonsRestObject", "nickname": "seasons"}    # good""",
)
SWAGGER_WRONG_KIND = _rule(
    "S103",
    "swagger-wrong-kind",
    """A key of an upstream document holds another kind of value than Swagger 1.2 says: a list where an object
belongs, a number for a name, a `swaggerVersion` other than 1.2.

    "models": []                   # models are an object: name -> model
    "models": {}                   # good""",
)
SWAGGER_MISSING_MODEL = _rule(
    "S104",
    "swagger-missing-model",
    """A property or an operation names a model that its document does not declare. The type is taken as opaque:
what is observed decides. Upstream has some of these; they are reported for documents that `schemas/upstream.lock`
has not accepted, and by `mlbc upstream status`.

    "gameType": {"type": "GameTypeEnum"}      # no model `GameTypeEnum` in this document""",
    Severity.WARNING,
)
SWAGGER_RESPONSE_CONFLICT = _rule(
    "S105",
    "swagger-response-conflict",
    """Variants of one method (same endpoint and nickname, other URL) declare different responses. They share a raw
table and one response type: a model with the properties of all of them; a property on which they disagree is
opaque.

    /v1/teams/stats/leaders        -> LeagueLeaderContainerRestObject
    /v1/teams/{teamId}/leaders     -> TeamLeaderContainerRestObject""",
    Severity.WARNING,
)
UPSTREAM_CHANGED = _rule(
    "S110",
    "upstream-changed",
    """The upstream documents are not those that `schemas/upstream.lock` accepted: another version of the package,
or a changed, added or removed document. Generated code would change for a reason that no diff of this repository
shows. `mlbc upstream update` prints what changed (operations, models, properties) and accepts it.""",
)
UPSTREAM_LOCK = _rule(
    "S111",
    "upstream-lock",
    """`schemas/upstream.lock` is missing or is not what `mlbc upstream update` writes. Do not edit it by hand: run
`mlbc upstream update`.""",
)

# ------------------------------------------------------------------------------------------- M1: the mapping's grammar

YAML_SYNTAX = _rule(
    "M101",
    "yaml-syntax",
    """A mapping is one YAML document without tabs, anchors, aliases or tags, nested at most 100 deep. Flow
collections split at `,` and `}`: quote a path with braces inside them.

    lookups: {box: $.teams.{away,home}.players{@}}        # the braces end the mapping
    lookups: {box: "$.teams.{away,home}.players{@}"}      # good""",
)
PATH_SYNTAX = _rule(
    "M102",
    "path-syntax",
    """A path must parse: `$` (document), `.` (row), `^` (record around the row) or a lookup's name, then steps:
`.name`, `['odd name']`, `[*]` (array), `{*}` (map), `.{away,home}` (fold), `{@}` (same map key, in lookups).

    plate_x: .pitchData..pX        # two dots
    plate_x: .pitchData.pX         # good""",
)
UNKNOWN_PATH = _rule(
    "M103",
    "unknown-path",
    """No declared model and no observation knows this path. A column that reads it would always be NULL, which is
how a warehouse ends up with keys that are never filled. Correct the path, or observe a response that has it.

    inning: .abount.inning         # `about`""",
)

UNKNOWN_KEY = _rule(
    "M104",
    "unknown-key",
    """A mapping uses only the keys of the grammar; a misspelt key would otherwise be an instruction that nobody
follows.

    colums: {inning: .about.inning}      # `columns`""",
)
WRONG_KIND = _rule(
    "M105",
    "wrong-kind",
    """A key holds another kind of value than the grammar says: text, a whole number, true or false, a list, a
mapping.

    key: at_bat_index              # a list belongs here
    key: [at_bat_index]            # good""",
)
DUPLICATE_KEY = _rule(
    "M106",
    "duplicate-key",
    """A key stands twice in one mapping. YAML would keep the last and drop the first without a word.

    columns:
      inning: .about.inning
      inning: .inning              # which one?""",
)
MISSING_KEY = _rule(
    "M107",
    "missing-key",
    """Some keys have no default: `operation` of a file, `rows` of a table, `because` of what is ignored or omitted.

    ignore: [{path: $.liveData.plays.currentPlay}]                          # why?
    ignore: [{path: $.liveData.plays.currentPlay, because: repeats a play}]   # good""",
)
UNKNOWN_VALUE = _rule(
    "M108",
    "unknown-value",
    """A key takes one of a few words: a type (`boolean`, `integer`, `bigint`, `double precision`, `text`, `date`,
`timestamptz`, `jsonb`), a shape (`record`, `map`, `array`, `json`, `column`), a format (`.000`, `0.00`).

    plate_x: {path: .pitchData.coordinates.pX, type: float}       # `double precision`""",
)
COLUMN_SOURCE = _rule(
    "M109",
    "column-source",
    """A column has exactly one source: `path`, `ordinal` (0 or 1, the number of the first element), `map_key`,
`branch` or `param`; `of` goes with `branch` and `map_key`, `default` with `param`.

    is_home: {branch: home, path: .isHome}     # two sources
    is_home: {branch: home}                    # good""",
)
DEFINED_TWICE = _rule(
    "M110",
    "defined-twice",
    """An operation has one mapping and a table one definition, in all files together: otherwise the order of the files
would decide. Delete one of the two, or give the second table its own name.

    operation: season.seasons          # mappings/season/seasons.yaml
    operation: season.seasons          # mappings/season/more.yaml""",
)
FILTER_SYNTAX = _rule(
    "M111",
    "filter-syntax",
    """`where` is a path that must hold `true`, or a path, `=` and a text; `not` in front keeps the other rows.

    where: .isPitch
    where: not .isPitch
    where: .type = action""",
)

# ------------------------------------------------------------------------------------------- O: observed facts

FACTS_SYNTAX = _rule(
    "O101",
    "facts-syntax",
    """A file in `schemas/observed` is not JSON, or counts another number of responses than it lists captures: a
merge of two branches may have left that. Take either side and fold the captures of the other again:
`mlbc observe FILE...`.""",
)
FACTS_WRONG_KIND = _rule(
    "O102",
    "facts-wrong-kind",
    """A file in `schemas/observed` is not what `mlbc observe` writes: an unknown kind or key, a count that is not a
whole number, a path that does not parse. These files are written by `mlbc observe` alone.""",
)
CAPTURE_UNREADABLE = _rule(
    "O103",
    "capture-unreadable",
    """A capture is missing, truncated or not JSON. It contributes nothing; the other captures are folded all the
same.""",
)
CAPTURE_SKIPPED = _rule(
    "O104",
    "capture-skipped",
    """A capture is not a response to learn from: its status is not 200, or its body is HTML. It contributes
nothing.""",
    Severity.WARNING,
)
CAPTURE_OPERATION = _rule(
    "O105",
    "capture-operation",
    """The operation of a capture is unknown: neither its envelope (`endpoint`, `method`) nor `--operation` names
one that an upstream document declares.

    mlbc observe body.json                                  # a bare body does not say what it is
    mlbc observe body.json --operation season.seasons       # good""",
)
CAPTURE_WIDENS = _rule(
    "O106",
    "capture-widens",
    """`mlbc observe --check`: a capture holds a path, a kind, a class of text or a size that the committed facts do
not know. Run `mlbc observe` on it and look at the diff.""",
)
FACTS_OPERATION = _rule(
    "O107",
    "facts-operation",
    """A file in `schemas/observed` belongs to no declared operation, or lies under another name than its
operation's. Facts of an operation that upstream has dropped are of no use: delete the file.""",
)

# ------------------------------------------------------------------------------------------- P: the project

PROJECT_SETTING = _rule(
    "P101",
    "project-setting",
    """`[tool.mlbc]` of `pyproject.toml` has an unknown key or a value of the wrong kind. Keys, all of them folders:
`schemas`, `mappings`, `generated`.

    [tool.mlbc]
    mappings = "my/mappings"   # below the project's folder""",
)
UPSTREAM_MISSING = _rule(
    "P102",
    "upstream-missing",
    """The upstream documents are not there: the package `pymlb_statsapi` is not installed in this environment, or
the folder of `--schemas` holds no `*.json`.""",
)
FILE_UNREADABLE = _rule(
    "P103",
    "file-unreadable",
    """An input cannot be read, or is not UTF-8. Mappings, facts and documents are text in UTF-8: save the file as
that, and look at its permissions.""",
)
UNKNOWN_SELECTION = _rule(
    "P104",
    "unknown-selection",
    """SELECT names no operation and no table: `game.liveGameV1`, `game.*`, `table:game.live_game_plays`.""",
)

# ------------------------------------------------------------------------------------- M2: what a mapping means

UNKNOWN_OPERATION = _rule(
    "M201",
    "unknown-operation",
    """A mapping names an operation that no upstream document declares. `mlbc ls` lists them.

    operation: game.liveGame       # the API has `game.liveGameV1`""",
)
UNKNOWN_ANCHOR = _rule(
    "M202",
    "unknown-anchor",
    """A path begins with a lookup that the table does not have, or climbs (`^`) above the document. Lookups are
named under `lookups:` of the same table.

    lookups: {box: "$.liveData.boxscore.teams.{away,home}.players{@}"}
    columns: {jersey_number: bax.jerseyNumber}     # `box`""",
)
BAD_COLUMN = _rule(
    "M203",
    "bad-column",
    """A column must hold one value for each row: a leaf, an array of leaves, or a place that `shapes:` keeps as
JSON. An ordinal needs an array in the path of the rows, a map key a map, a branch a fold.

    rows: $.liveData.plays.allPlays[*]
    columns: {events: .playEvents}                 # many events for one play: a table of its own""",
)
BAD_ROWS = _rule(
    "M204",
    "bad-rows",
    """Tables nest as the JSON nests: below its parent's rows, a table's rows may lie in one array or map only.
Otherwise nothing tells which element of the outer array a row came from.

    rows: $.dates[*].games[*]                      # give `$.dates[*]` a table, and nest this one in it""",
)
UNKNOWN_KEY_COLUMN = _rule(
    "M205",
    "unknown-key-column",
    """`key:` and `document:` name columns: those of the table (for `document:`, the raw keys), by their final names.

    key: [at_bat_idx]              # the column is `at_bat_index`""",
)
TABLE_WITHOUT_KEY = _rule(
    "M206",
    "table-without-key",
    """Every table has a key: the document's, the parent's, and what tells its rows apart. It is what makes a second
load of the same response change nothing.

    game.live_game_officials:
      rows: $.liveData.boxscore.officials[*]
      key: [official_type]""",
)
NULL_KEY = _rule(
    "M207",
    "null-key",
    """A key column was absent or null in captured responses. Rows without a key are rescued, not loaded, so such a
key loses the table's use: choose a column that is always there, or an ordinal.

    key: [play_id]                 # `$.liveData.plays.allPlays[*].playId` was there 0 of 75 times""",
)
SHAPE_CONFLICT = _rule(
    "M208",
    "shape-conflict",
    """`shapes:` may say what a place is (`record`, `map`, `array`, `json`, `column`), but not against what was seen
there: a record whose keys are names is no map of values, a scalar is no record.

    shapes: {$.gameData.players: record}           # its keys are ids: 51 of 51 equal an id inside the value""",
)
ROWS_LEFT_OVER = _rule(
    "M209",
    "rows-left-over",
    """A table takes the rows of an array that pass its `where`, and no other table takes the rest: they will be
rescued. Give them a table with the opposite filter.

    game.live_game_pitch_events: {rows: .playEvents[*], where: .isPitch}
    game.live_game_play_actions: {rows: .playEvents[*], where: not .isPitch}""",
    Severity.WARNING,
)
ROWS_WITHOUT_PLACE = _rule(
    "M210",
    "rows-without-place",
    """Nothing in the table tells in which branch of a fold, or under which key of a map, a row stood: the response
cannot be put together again from the tables. Add a column for it.

    rows: $.liveData.boxscore.teams.{away,home}.pitchers[*]
    columns: {is_home: {branch: home}}""",
    Severity.WARNING,
)

# --------------------------------------------------------------------------------------- T and N: types and names

TYPE_CONFLICT = _rule(
    "T101",
    "type-conflict",
    """A column asks for a type that what was seen cannot become. Text becomes a number with `type: integer`, or with
`type: double precision` and a `format` (`.000`, `0.00`), innings become outs with `format: innings`; a number never
becomes text, and has no format.

    pct: {path: .leagueRecord.pct, type: double precision}                  # which format?
    pct: {path: .leagueRecord.pct, type: double precision, format: .000}    # good""",
)
COLUMN_COLLISION = _rule(
    "N101",
    "column-collision",
    """Two columns of a table have one name (letter case aside, as Spark compares them). Name one of them under
`columns:`.

    .team.name and .teamName with `prefix: {.team: team}` are both `team_name`""",
)
TABLE_COLLISION = _rule(
    "N102",
    "table-collision",
    """Two tables have one name, letter case aside; a raw table counts too.

    season.seasons is the raw table of season.seasons: call the normalized one season.seasons_normalized""",
)
TOO_MANY_COLUMNS = _rule(
    "N103",
    "too-many-columns",
    """A table has more columns than the budget of `mappings/defaults.yaml`. PostgreSQL ends at 1,600, a row at 8 KB, a
reader much earlier.

    shapes: {$.liveData.boxscore.teams.away.teamStats: json}""",
    Severity.WARNING,
)
RELATION_COLLISION = _rule(
    "N104",
    "relation-collision",
    """Two relations of a schema have one name: in PostgreSQL tables, primary keys (`<table>_pkey`) and indexes
(`<table>_<columns>_idx`) share their names. Name one of the tables otherwise.

    game.plays has the key plays_pkey: a table cannot be called game.plays_pkey""",
)
RAW_KEY_COLLISION = _rule(
    "N105",
    "raw-key-collision",
    """A key of a raw table has the name of another of its columns, such as `url` or `data`, or of another key. Name it
after what it holds.

    raw: {keys: {endpoint: $.metaData.endpoint}}       # every raw table has `endpoint`
    raw: {keys: {source_endpoint: $.metaData.endpoint}}""",
)

# ------------------------------------------------------------------------------------------- G: migration

NOT_ADDITIVE = _rule(
    "G101",
    "not-additive",
    """The schema changed in a way that a database with rows cannot follow yet: something is gone; a type, a key, a
partitioning or an order of columns is another; a raw table has a new key; a table of `metadata` changed. New tables,
columns, indexes and comments are appended to the history. For anything else begin it anew with `mlbc generate
--squash`, and rebuild databases from the archive with `mlb-etl db migrate --reset`.""",
)
HISTORY_BROKEN = _rule(
    "G102",
    "history-broken",
    """The committed migrations are not those of `postgres/migrations.sum`: a file was edited, removed, added by hand or
renumbered, or two branches both added one. Databases remember what they applied. Restore the files from git; after a
merge, restore those of the main branch and run `mlbc generate` again.""",
)
CATALOG_STATE = _rule(
    "G103",
    "catalog-state",
    """`catalog.json` is the state after the last migration; what changed since is what the next one does. It is
missing, not readable, of another compiler, or edited. Restore it from git together with `postgres/`.""",
)

RULES: dict[str, Rule] = {rule.code: rule for rule in tuple(globals().values()) if isinstance(rule, Rule)}
"""Every rule above, by code."""
