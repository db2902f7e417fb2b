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
SQL_CYCLE = rule(
    "E105",
    "sql-cycle",
    """A column is computed from itself, directly or through others.

    a: {sql: "b + 1"}
    b: {sql: "a - 1"}""",
)
SQL_CONSTANT = rule(
    "E106",
    "sql-constant",
    """A condition that is the same for every row: a filter that keeps all rows or none, a rule that never applies or
that no row can satisfy. Comparing with NULL is the usual cause: that gives NULL, which is not true.

    filter: {sql: "play_id <> null", because: "..."}           # never true
    filter: {sql: "play_id is not null", because: "..."}       # good""",
)
FILTER_PLACE = rule(
    "E107",
    "filter-place",
    """A table with a filter cannot have tables below its rows: their rows would have no parent. Arrays and maps in its
rows get tables, too, unless they are ignored or kept as `json`.

    shapes: {"$.events[*].details": json}""",
)
SQL_KEY = rule(
    "E108",
    "sql-key",
    """A computed column cannot be in a key: a key is what the document says, so that rows can be put back in their
places.

    key: [slot]
    columns: {slot: {sql: "batting_order::bigint / 100"}}      # the key is `batting_order`""",
)
