"""Rules about expressions: `sql:` columns, filters and whatever else an author writes as SQL over one row (E)."""

from compiler.rules.rule import rule

SQL_SYNTAX = rule(
    "E101",
    "sql-syntax",
    """An expression must parse as one SQL expression in PostgreSQL's dialect.

    is_hard_hit: {sql: "launch_speed >="}          # than what?
    is_hard_hit: {sql: "launch_speed >= 95"}       # good""",
)
SQL_UNSUPPORTED = rule(
    "E102",
    "sql-unsupported",
    """An expression means the same in PostgreSQL, in Spark and in plain Python, so it is made of what can be kept the
same: logic, comparisons, CASE, arithmetic, some functions of text, parts of days and of instants in a named zone. What
depends on the engine, on its settings or on the clock is left out; so are aggregates and subqueries, which belong in
views.

    is_today: {sql: "official_date = current_date"}                        # another value every day
    local_hour: {sql: "extract(hour from start_time)"}                     # in which zone?
    local_hour: {sql: "extract(hour from start_time at time zone 'America/New_York')"}      # good""",
)
SQL_UNKNOWN_COLUMN = rule(
    "E103",
    "sql-unknown-column",
    """An expression reads columns of its own row, by their final names; what the compiler named counts, too. `mlbc ls
--json` lists them.

    is_hard_hit: {sql: "lanch_speed >= 95"}        # did you mean `launch_speed`?""",
)
SQL_TYPE = rule(
    "E104",
    "sql-type",
    """A function or an operator takes values of certain types. Text is never taken for a number, and a number never for
a boolean: cast it (`::bigint`, `::double precision`, `::text`), or write the constant as what it is.

    is_starter: {sql: "batting_order = 100"}                  # batting_order is text
    is_starter: {sql: "batting_order = '100'"}                # good
    is_starter: {sql: "batting_order::bigint % 100 = 0"}      # good""",
)
