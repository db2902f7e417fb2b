"""Q: quality rules."""

from compiler.rules.rule import rule

BAD_RULE = rule(
    "Q101",
    "bad-rule",
    """A quality rule has a name in lower case that says what holds, a `severity`, and the `check` that must hold for
every row of its table. A rule of an operation has `sql` that returns what violates it.

    rules:
      outs_in_range: {check: outs between 0 and 3, severity: error}""",
)
RULE_ONLY_WARNS = rule(
    "Q102",
    "rule-only-warns",
    """A rule over several tables finds that they disagree, not which row is wrong, so it cannot keep a row out: its
severity is `warning`. A `check` of one table may be an `error`.

    rules:
      runs_reconcile: {sql: SELECT game_pk ..., severity: warning}""",
)
RULE_NEVER_APPLIES = rule(
    "Q103",
    "rule-never-applies",
    """No row can violate the rule, so it would be silent for ever: its check is true or unknown whatever the row holds
(a comparison with NULL, a column with itself, a key that is not NULL), or it reads no table of its operation.

    rules:
      inning_known: {check: inning <> NULL, severity: error}          # always unknown
      inning_known: {check: inning IS NOT NULL, severity: error}      # good""",
)
RULE_ALWAYS_APPLIES = rule(
    "Q104",
    "rule-always-applies",
    """Every row violates the rule, whatever it holds: nothing would enter the table.

    rules:
      never: {check: game_pk IS NULL, severity: error}          # the key is never NULL""",
)
RULE_WITHOUT_DOCUMENT = rule(
    "Q105",
    "rule-without-document",
    """What a rule over several tables returns begins with the key of the document, by which what it finds is kept and
replaced. An operation whose documents are known by their request alone has no such key: give its tables checks.

    rules:
      runs_reconcile: {sql: SELECT inning, game_pk FROM ..., severity: warning}          # the key comes first
      runs_reconcile: {sql: SELECT game_pk, inning FROM ..., severity: warning}""",
)
