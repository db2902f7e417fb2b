"""M1: how a mapping is written."""

from compiler.rules.rule import rule

YAML_SYNTAX = rule(
    "M101",
    "yaml-syntax",
    """A mapping is one YAML document without tabs, anchors, aliases or tags, nested at most 100 deep. Flow
collections split at `,` and `}`: quote a path with braces inside them.

    lookups: {box: $.teams.{away,home}.players{@}}        # the braces end the mapping
    lookups: {box: "$.teams.{away,home}.players{@}"}      # good""",
)
PATH_SYNTAX = rule(
    "M102",
    "path-syntax",
    """A path must parse: `$` (document), `.` (row), `^` (record around the row) or a lookup's name, then steps:
`.name`, `['odd name']`, `[*]` (array), `{*}` (map), `.{away,home}` (fold), `{@}` (same map key, in lookups).

    plate_x: .pitchData..pX        # two dots
    plate_x: .pitchData.pX         # good""",
)
UNKNOWN_PATH = rule(
    "M103",
    "unknown-path",
    """No declared model and no observation knows this path. A column that reads it would always be NULL, which is
how a warehouse ends up with keys that are never filled. Correct the path, or observe a response that has it.

    inning: .abount.inning         # `about`""",
)

UNKNOWN_KEY = rule(
    "M104",
    "unknown-key",
    """A mapping uses only the keys of the grammar; a misspelt key would otherwise be an instruction that nobody
follows.

    colums: {inning: .about.inning}      # `columns`""",
)
WRONG_KIND = rule(
    "M105",
    "wrong-kind",
    """A key holds another kind of value than the grammar says: text, a whole number, true or false, a list, a
mapping.

    key: at_bat_index              # a list belongs here
    key: [at_bat_index]            # good""",
)
DUPLICATE_KEY = rule(
    "M106",
    "duplicate-key",
    """A key stands twice in one mapping. YAML would keep the last and drop the first without a word.

    columns:
      inning: .about.inning
      inning: .inning              # which one?""",
)
MISSING_KEY = rule(
    "M107",
    "missing-key",
    """Some keys have no default: `operation` of a file, `rows` of a table, `because` of what is ignored or omitted.

    ignore: [{path: $.liveData.plays.currentPlay}]                          # why?
    ignore: [{path: $.liveData.plays.currentPlay, because: repeats a play}]   # good""",
)
UNKNOWN_VALUE = rule(
    "M108",
    "unknown-value",
    """A key takes one of a few words: a type (`boolean`, `integer`, `bigint`, `double precision`, `text`, `date`,
`timestamptz`, `jsonb`), a shape (`record`, `map`, `array`, `json`, `column`), a format (`.000`, `0.00`).

    plate_x: {path: .pitchData.coordinates.pX, type: float}       # `double precision`""",
)
COLUMN_SOURCE = rule(
    "M109",
    "column-source",
    """A column has exactly one source: `path`, `ordinal` (0 or 1, the number of the first element), `map_key`,
`branch` or `param`; `of` goes with `branch` and `map_key`, `default` with `param`.

    is_home: {branch: home, path: .isHome}     # two sources
    is_home: {branch: home}                    # good""",
)
DEFINED_TWICE = rule(
    "M110",
    "defined-twice",
    """An operation has one mapping and a table one definition, in all files together: otherwise the order of the files
would decide. Delete one of the two, or give the second table its own name.

    operation: season.seasons          # mappings/season/seasons.yaml
    operation: season.seasons          # mappings/season/more.yaml""",
)
FILTER_SYNTAX = rule(
    "M111",
    "filter-syntax",
    """`where` is a path that must hold `true`, or a path, `=` and a text; `not` in front keeps the other rows.

    where: .isPitch
    where: not .isPitch
    where: .type = action""",
)
