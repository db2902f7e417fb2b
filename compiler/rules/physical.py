"""T and N: types and names."""

from compiler.diagnostics import Severity
from compiler.rules.rule import rule

TYPE_CONFLICT = rule(
    "T101",
    "type-conflict",
    """A column asks for a type that what was seen cannot become. Text becomes a number with `type: integer`, or with
`type: double precision` and a `format` (`.000`, `0.00`), innings become outs with `format: innings`; a number never
becomes text, and has no format.

    pct: {path: .leagueRecord.pct, type: double precision}                  # which format?
    pct: {path: .leagueRecord.pct, type: double precision, format: .000}    # good""",
)
COLUMN_COLLISION = rule(
    "N101",
    "column-collision",
    """Two columns of a table have one name (letter case aside, as Spark compares them). Name one of them under
`columns:`.

    .team.name and .teamName with `prefix: {.team: team}` are both `team_name`""",
)
TABLE_COLLISION = rule(
    "N102",
    "table-collision",
    """Two tables have one name, letter case aside; a raw table counts too.

    season.seasons is the raw table of season.seasons: call the normalized one season.seasons_normalized""",
)
TOO_MANY_COLUMNS = rule(
    "N103",
    "too-many-columns",
    """A table has more columns than the budget of `mappings/defaults.yaml`. PostgreSQL ends at 1,600, a row at 8 KB, a
reader much earlier.

    shapes: {$.liveData.boxscore.teams.away.teamStats: json}""",
    Severity.WARNING,
)
RELATION_COLLISION = rule(
    "N104",
    "relation-collision",
    """Two relations of a schema have one name: in PostgreSQL tables, primary keys (`<table>_pkey`) and indexes
(`<table>_<columns>_idx`) share their names. Name one of the tables otherwise.

    game.plays has the key plays_pkey: a table cannot be called game.plays_pkey""",
)
RAW_KEY_COLLISION = rule(
    "N105",
    "raw-key-collision",
    """A key of a raw table has the name of another of its columns, such as `url` or `data`, or of another key. Name it
after what it holds.

    raw: {keys: {endpoint: $.metaData.endpoint}}       # every raw table has `endpoint`
    raw: {keys: {source_endpoint: $.metaData.endpoint}}""",
)
