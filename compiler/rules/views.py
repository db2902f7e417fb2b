"""V: rules of views and named queries."""

from compiler.rules.rule import rule

VIEW_SYNTAX = rule(
    "V101",
    "view-syntax",
    """A view or a query is a block comment that holds YAML, then one SELECT of PostgreSQL that changes nothing. `doc`
says what its rows are.

    /*
    doc: One row per pitch.
    */
    SELECT game_pk, at_bat_index, event_index FROM game.live_game_pitch_events""",
)
VIEW_NAME = rule(
    "V102",
    "view-name",
    """`mappings/views/<schema>/<name>.sql` is the view `<schema>.<name>`, `mappings/queries/<name>.sql` the query
`<name>`. A view cannot have the name of a table, of its index, or of another view; the schema `metadata` belongs to
the runtime.

    mappings/views/mart/pitches.sql            # mart.pitches""",
)
UNKNOWN_RELATION = rule(
    "V103",
    "unknown-relation",
    """A SELECT reads a table or a view that there is not. It may read every table of the mappings, the raw tables, the
tables of `metadata`, and the other views, always with their schema.

    FROM game.live_game_play          # game.live_game_plays
    FROM game.live_game_plays         # good""",
)
UNKNOWN_VIEW_COLUMN = rule(
    "V104",
    "unknown-view-column",
    """A SELECT, or the head of its file, names a column that there is not: the mapping never had it, calls it
otherwise, or lost it. A view that needs a column keeps it from being dropped unnoticed.

    SELECT about_inning FROM game.live_game_plays      # inning""",
)
AMBIGUOUS_COLUMN = rule(
    "V105",
    "ambiguous-column",
    """A column without its table stands in several of them. Say which one is meant.

    SELECT captured_at FROM game.live_game_plays p JOIN game.live_game_players USING (game_pk)
    SELECT p.captured_at FROM game.live_game_plays p JOIN ...""",
)
VIEW_OUTPUT = rule(
    "V106",
    "view-output",
    """Each column that a SELECT returns has a name of its own, in lower case. PostgreSQL calls an expression `?column?`
or after its function, and refuses a view with two columns of one name.

    SELECT p.game_pk, r.game_pk, max(p.start_speed)                      # two of one name, one of none
    SELECT p.game_pk, max(p.start_speed) AS fastest""",
)
VIEW_CYCLE = rule(
    "V107",
    "view-cycle",
    """A view depends on itself: it reads a view that reads it, or itself. Put what both need into a third.

    mart.a: SELECT ... FROM mart.b
    mart.b: SELECT ... FROM mart.a""",
)
VIEW_TYPE = rule(
    "V108",
    "view-type",
    """Types do not fit: a text compared with a number, a condition that is not boolean, arithmetic on texts. PostgreSQL
would refuse it, or, with a literal that does not read as the other side's type, fail for the first row.

    WHERE inning = 'nine'
    WHERE inning = 9""",
)
UNKNOWN_FUNCTION = rule(
    "V109",
    "unknown-function",
    """A function that the compiler does not know. It knows those of PostgreSQL that read and compute, and the
functions of `mappings/views/`; what changes the database or the session does not belong into a SELECT.

    SELECT ifnull(runs, 0)            # another database's
    SELECT coalesce(runs, 0)""",
)
VIEW_PARAMETER = rule(
    "V110",
    "view-parameter",
    """`:name` in a text is a parameter, and `params` says its type. One that is not declared has no type, one that is
never used misleads who gives it.

    params: {game_pk: {type: bigint, doc: "The game."}}
    WHERE game_pk = :game_pk""",
)
NOT_PORTABLE = rule(
    "V111",
    "not-portable",
    """A view is translated for Spark, and this has no translation that surely means the same. Write it with what both
have, or say that the view is for PostgreSQL alone. What differs: numeric (sums and averages of integers, `extract`) has
another scale: cast it at once; text has another order under a locale; JSON, intervals, time zones, regular expressions
and rounding follow other rules; some functions are not there.

    avg(strikes)                       # avg(strikes::double precision)
    data ->> 'gamePk'                  # engines: [postgres]""",
)
NEWER_POSTGRES = rule(
    "V112",
    "newer-postgres",
    """A SELECT runs on every PostgreSQL from 15 on, and this came later: there `mlb-etl db migrate` would fail.
Write it as 15 has it: a subquery in FROM has a name, JSON is read with `->`, `->>`, `#>>` and the jsonb functions.

    SELECT max(n) AS most FROM (SELECT count(*) AS n FROM game.live_game_plays GROUP BY game_pk)
    SELECT max(n) AS most FROM (...) AS plays

    any_value(venue_name)             # min(venue_name)
    JSON_VALUE(data, '$.gamePk')      # data ->> 'gamePk'""",
)
