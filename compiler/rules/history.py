"""G: the history of migrations."""

from compiler.rules.rule import rule

NOT_ADDITIVE = rule(
    "G101",
    "not-additive",
    """The schema changed in a way that a database with rows cannot follow yet: something is gone; a type, a key, a
partitioning or an order of columns is another; a raw table has a new key; a table of `metadata` changed. New tables,
columns, indexes and comments are appended to the history. For anything else begin it anew with `mlbc generate
--squash`, and rebuild databases from the archive with `mlb-etl db migrate --reset`.""",
)
HISTORY_BROKEN = rule(
    "G102",
    "history-broken",
    """The committed migrations are not those of `postgres/migrations.sum`: a file was edited, removed, added by hand or
renumbered, or two branches both added one. Databases remember what they applied. Restore the files from git; after a
merge, restore those of the main branch and run `mlbc generate` again.""",
)
CATALOG_STATE = rule(
    "G103",
    "catalog-state",
    """`catalog.json` is the state after the last migration; what changed since is what the next one does. It is
missing, not readable, of another compiler, or edited. Restore it from git together with `postgres/`.""",
)
