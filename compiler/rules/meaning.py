"""M2: what a mapping means."""

from compiler.diagnostics import Severity
from compiler.rules.rule import rule

UNKNOWN_OPERATION = rule(
    "M201",
    "unknown-operation",
    """A mapping names an operation that no upstream document declares. `mlbc ls` lists them.

    operation: game.liveGame       # the API has `game.liveGameV1`""",
)
UNKNOWN_ANCHOR = rule(
    "M202",
    "unknown-anchor",
    """A path begins with a lookup that the table does not have, or climbs (`^`) above the document. Lookups are
named under `lookups:` of the same table.

    lookups: {box: "$.liveData.boxscore.teams.{away,home}.players{@}"}
    columns: {jersey_number: bax.jerseyNumber}     # `box`""",
)
BAD_COLUMN = rule(
    "M203",
    "bad-column",
    """A column must hold one value for each row: a leaf, an array of leaves, or a place that `shapes:` keeps as
JSON. An ordinal needs an array in the path of the rows, a map key a map, a branch a fold.

    rows: $.liveData.plays.allPlays[*]
    columns: {events: .playEvents}                 # many events for one play: a table of its own""",
)
BAD_ROWS = rule(
    "M204",
    "bad-rows",
    """Tables nest as the JSON nests: below its parent's rows, a table's rows may lie in one array or map only.
Otherwise nothing tells which element of the outer array a row came from.

    rows: $.dates[*].games[*]                      # give `$.dates[*]` a table, and nest this one in it""",
)
UNKNOWN_KEY_COLUMN = rule(
    "M205",
    "unknown-key-column",
    """`key:` and `indexes:` name columns of their table, by their final names; `document:`, `version:` and `partition:`
name raw keys.

    key: [at_bat_idx]              # the column is `at_bat_index`""",
)
TABLE_WITHOUT_KEY = rule(
    "M206",
    "table-without-key",
    """Every table has a key: the document's, the parent's, and what tells its rows apart. It is what makes a second
load of the same response change nothing.

    game.live_game_officials:
      rows: $.liveData.boxscore.officials[*]
      key: [official_type]""",
)
NULL_KEY = rule(
    "M207",
    "null-key",
    """A key column was absent or null in captured responses. Rows without a key are rescued, not loaded, so such a
key loses the table's use: choose a column that is always there, or an ordinal.

    key: [play_id]                 # `$.liveData.plays.allPlays[*].playId` was there 0 of 75 times""",
)
SHAPE_CONFLICT = rule(
    "M208",
    "shape-conflict",
    """`shapes:` may say what a place is (`record`, `map`, `array`, `json`, `column`), but not against what was seen
there: a record whose keys are names is no map of values, a scalar is no record.

    shapes: {$.gameData.players: record}           # its keys are ids: 51 of 51 equal an id inside the value""",
)
ROWS_LEFT_OVER = rule(
    "M209",
    "rows-left-over",
    """A table takes the rows of an array that pass its `where`, and no other table takes the rest: they will be
rescued. Give them a table with the opposite filter.

    game.live_game_pitch_events: {rows: .playEvents[*], where: .isPitch}
    game.live_game_play_actions: {rows: .playEvents[*], where: not .isPitch}""",
    Severity.WARNING,
)
ROWS_WITHOUT_PLACE = rule(
    "M210",
    "rows-without-place",
    """Nothing in the table tells in which branch of a fold, or under which key of a map, a row stood: the response
cannot be put together again from the tables. Add a column for it.

    rows: $.liveData.boxscore.teams.{away,home}.pitchers[*]
    columns: {is_home: {branch: home}}""",
    Severity.WARNING,
)
UNKNOWN_FRAGMENT = rule(
    "M211",
    "unknown-fragment",
    """`use` names a fragment that no file of the mappings defines, or `names` a table that the fragment does not have;
or a fragment uses itself.

    use: [{fragment: play, at: "$.allPlays[*]", as: game.live_game_}]     # the file says `fragment: plays`""",
)
UNUSED_FRAGMENT = rule(
    "M212",
    "unused-fragment",
    """No operation uses a fragment, so nothing looks at its paths. Use it, or remove the file.

    fragment: plays     # and no `use: [{fragment: plays, ...}]` anywhere""",
    Severity.WARNING,
)
REPEATED_KEY = rule(
    "M213",
    "repeated-key",
    """A table's own key is one value of its rows, and the captures hold rows of one array that share it: the second
would take the place of the first.

    rows: .runners[*]
    key: [runner_id]         # a runner moves twice in one plate appearance
    key: [runner_index]      # with `runner_index: {ordinal: 0}`""",
)
UNKNOWN_DIMENSION = rule(
    "M214",
    "unknown-dimension",
    """A column `references` a table that `mappings/dimensions.yaml` does not define.

    player_id: {path: ., references: person.people}     # it is `person.person`""",
)
UNKNOWN_DETAIL = rule(
    "M215",
    "unknown-detail",
    """A column of a dimension reads a path that no mention has, in any table.

    person.person: {columns: {full_name: .fulName}}     # people have `.fullName`""",
)
BAD_PARTITION = rule(
    "M221",
    "bad-partition",
    """`partition:` names a raw key that is a date, of an operation whose documents own their rows: one with `document:`
and tables. Every table gets the column, and rows of one year lie together.

    raw: {keys: {game_pk: $.gamePk, game_date: $.gameData.datetime.officialDate}}
    document: [game_pk]
    partition: {by: game_pk, every: year}        # not a date
    partition: {by: game_date, every: year}      # good""",
)
UNLIKE_BRANCHES = rule(
    "M216",
    "unlike-branches",
    """A fold makes one table of siblings that are the same thing in several branches. One of these is not there, or
they have no key in common: the columns of one would be empty in all rows of the other.

    rows: $.teams.{away,home}          # good
    rows: $.game.{status,venue}        # two things: two tables""",
)
